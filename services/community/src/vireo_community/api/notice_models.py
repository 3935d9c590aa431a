"""Bodies, parameters and answers of ``/notifications``."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from vireo_common.pages import PageQuery
from vireo_community.core.notices import Kind

MOST_IDS = 1000


class NoticeQuery(PageQuery):
    """A page of notices."""

    unread: bool = Field(False, description="Only those that are unread.")


class NoticeObject(BaseModel):
    """Something that one is to know."""

    id: int
    kind: Kind
    text: str = Field(description="In English; clients have words of their own for each kind.")
    video: str | None = Field(description="Hash path of the video, where it may be seen.")
    title: str | None = Field(description="Title of that video.")
    channel: str | None = Field(description="Name of who did it last.")
    comment: int | None = Field(description="Id of the comment.")
    count: int = Field(description="How many of it; for a milestone, the number that was reached.")
    created: str = Field(description="Time of the last of it, ISO 8601 in UTC with `Z`.")
    read: bool


class ReadBody(BaseModel):
    """Which notices were read."""

    model_config = ConfigDict(strict=True)

    up_to: int | None = Field(None, ge=0, lt=1 << 63, description="This one and all older ones.")
    ids: list[Annotated[int, Field(ge=0, lt=1 << 63)]] | None = Field(
        None, max_length=MOST_IDS, description="These."
    )


class WantedObject(BaseModel):
    """What one wants of a kind."""

    app: bool = Field(description="Whether there are notices of it.")
    mail: bool = Field(description="Whether they are sent by mail too.")


class NoticeSettings(BaseModel):
    """What one wants of each kind."""

    kinds: dict[Kind, WantedObject]
    digest: Literal["off", "daily", "weekly"]


class WantedBody(BaseModel):
    """What changes of what one wants of a kind."""

    model_config = ConfigDict(strict=True)

    app: bool | None = None
    mail: bool | None = None


class SettingsBody(BaseModel):
    """What changes of the settings; what is left out stays."""

    kinds: dict[Kind, WantedBody] = Field({}, description="Some kinds.")
    digest: Literal["off", "daily", "weekly"] | None = None
