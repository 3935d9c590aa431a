"""Bodies of requests and answers, and the objects that have more than the universal one."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vireo_common.schema import Omitted
from vireo_common.text import iso_time
from vireo_community.core.history import WatchedVideo
from vireo_community.core.subscriptions import Subscription
from vireo_videos.channel import Notify
from vireo_videos.objects import UniversalObject, show_channel, show_video

MOST_SECONDS = 1e6
"""Beyond any film, and within what every column and every client can hold."""


class PositionBody(BaseModel):
    """How far a viewing is."""

    model_config = ConfigDict(strict=True)

    position: float = Field(ge=0, le=MOST_SECONDS, description="Where the player stands, seconds.")
    watched: float = Field(
        ge=0, le=MOST_SECONDS, description="Seconds watched since the last call of this viewing."
    )
    session: str = Field(
        min_length=1, max_length=100, description="A random id of this viewing, made by the player."
    )


class WatchedRow(UniversalObject):
    """A video in a history."""

    my_position: float = Field(description="Where the viewer stands, in seconds.")
    watched_at: str = Field(description="When it was watched last, ISO 8601 in UTC with `Z`.")


class SubscriptionBody(BaseModel):
    """What one wants to be told of; the body may be left out."""

    model_config = ConfigDict(strict=True)

    notify: Literal["all", "none"] | Omitted = Field(
        None,
        description="Whether a new video of the channel is a notice; `all` at first, and then what "
        "it was.",
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_an_empty_body(cls, given: object) -> object:
        return {} if given is None else given


class SubscriptionRow(UniversalObject):
    """A channel that one follows."""

    notify: Notify = Field(description="Whether its new videos are notices.")


def show_subscription(row: Subscription) -> dict[str, object]:
    """A channel as ``SubscriptionRow`` has it."""
    return {**show_channel(row.channel), "subscribed": True, "notify": row.notify.value}


def show_watched(row: WatchedVideo) -> dict[str, object]:
    """A video as ``WatchedRow`` has it."""
    return {
        **show_video(row.video),
        "my_position": row.position,
        "watched_at": iso_time(row.watched_at),
    }
