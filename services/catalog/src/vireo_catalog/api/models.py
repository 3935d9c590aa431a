"""Bodies, parameters and answers; among them the contract's universal object."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from vireo_catalog.core.channel_pages import MAX_ABOUT, MAX_LABEL, MAX_URL, MOST_LINKS
from vireo_catalog.core.checks import MAX_DESCRIPTION, MAX_TITLE
from vireo_catalog.core.search import MAX_QUERY, SearchType
from vireo_videos.objects import HashPathInPath, NameInPath
from vireo_videos.video import CommentsPolicy
from vireo_videos.visibility import Visibility

# Bounds of the fields as they are sent. The rules' own (`core.videos.check`) are tighter, but count
# after trimming: what is far beyond them is refused here, before any code loops over it. The API
# document has the rules' own, by ``json_schema_extra``.
MAX_TITLE_SENT = 10_000
MAX_DESCRIPTION_SENT = 100_000


class UploadBody(BaseModel):
    """The texts of a new video."""

    model_config = ConfigDict(strict=True)

    title: str = Field(
        max_length=MAX_TITLE_SENT,
        description="1 to 255 characters after trimming.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_TITLE},
    )
    description: str = Field(
        max_length=MAX_DESCRIPTION_SENT,
        description="0 to 50,000 characters.",
        json_schema_extra={"maxLength": MAX_DESCRIPTION},
    )


class AnnounceBody(UploadBody):
    """A video that media announces for a channel, whose bytes are about to come."""

    channel_id: int = Field(ge=1, lt=2**31)
    request_key: str = Field(pattern="^[0-9a-f]{64}$")


class EditBody(BaseModel):
    """What changes of a video; what is left out stays."""

    model_config = ConfigDict(strict=True)

    title: str | None = Field(
        None, max_length=MAX_TITLE_SENT, description="1 to 255 characters after trimming."
    )
    description: str | None = Field(
        None, max_length=MAX_DESCRIPTION_SENT, description="0 to 50,000 characters."
    )
    # Strict would take no text for an enumeration.
    comments_policy: CommentsPolicy | None = Field(
        None,
        strict=False,
        description="Who may comment: `open`, `review` (shown once the owner has approved it), "
        "`closed`.",
    )
    visibility: Visibility | None = Field(
        None,
        strict=False,
        description="Who sees it: `public` (everybody), `unlisted` (who has the hash path), "
        "`private` (its owner, and who is named at `/v/<hash>/viewers/<name>`), `scheduled` (its "
        "owner; public from `publish_at` on).",
    )
    publish_at: AwareDatetime | None = Field(
        None,
        strict=False,
        description="When a scheduled video becomes public: ISO 8601 with a time zone, within two "
        "years. Given alone it makes the video `scheduled`.",
        json_schema_extra={"example": "2027-01-01T12:00:00Z"},
    )

    @field_validator("publish_at", mode="before")
    @classmethod
    def _as_text(cls, given: object) -> object:
        # Otherwise a number would be taken for seconds since 1970.
        if given is not None and not isinstance(given, str):
            raise ValueError("must be a text")
        return given


class ViewerPath(HashPathInPath, NameInPath):
    """A video, and a channel that may see it."""


class ChannelLinkBody(BaseModel):
    """A link of a channel."""

    model_config = ConfigDict(strict=True)

    label: str = Field(
        max_length=MAX_TITLE_SENT,
        description="1 to 100 characters after trimming.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_LABEL},
    )
    url: str = Field(
        max_length=MAX_TITLE_SENT,
        description="An address with `http` or `https`.",
        json_schema_extra={"maxLength": MAX_URL, "pattern": "^https?://"},
    )


class ChannelBody(BaseModel):
    """What changes of the texts of one's own channel; what is left out stays."""

    model_config = ConfigDict(strict=True)

    about: str | None = Field(
        None, max_length=MAX_TITLE_SENT, description=f"At most {MAX_ABOUT} characters."
    )
    links: list[ChannelLinkBody] | None = Field(
        None, max_length=100, description=f"At most {MOST_LINKS}, instead of those that there are."
    )


class ChannelPath(BaseModel):
    """A channel's id in an internal address."""

    channel_id: int = Field(ge=1, lt=2**31)


class AfterQuery(BaseModel):
    """Where a page of a channel's videos begins."""

    after: int = Field(0, ge=0, lt=2**31)


class SearchPath(BaseModel):
    """What is searched for, and where."""

    type: SearchType = Field(description="`all`: videos and channels; `channel`: channels.")
    query: str = Field(
        description="The words; the last letters of a word may be missing.",
        json_schema_extra={"example": "first video", "minLength": 1, "maxLength": MAX_QUERY},
    )


class SenderQuery(BaseModel):
    """The channel that is about to send bytes; the version before does not say."""

    sender: int | None = None


class CaptionsBody(BaseModel):
    """Captions that there are."""

    model_config = ConfigDict(strict=True)

    language: str = Field(max_length=35)
    label: str = Field(max_length=100)


class ChapterBody(BaseModel):
    """A chapter; ``start`` in seconds."""

    model_config = ConfigDict(strict=True)

    start: float = Field(ge=0)
    title: str = Field(max_length=255)


class FilesBody(BaseModel):
    """What media has made of a video beside its MP4, all of it."""

    model_config = ConfigDict(strict=True)

    event_id: int = Field(ge=1, lt=1 << 63)
    stream: bool = False
    storyboard: bool = False
    captions: list[CaptionsBody] = Field([], max_length=200)
    chapters: list[ChapterBody] = Field([], max_length=1000)
    thumbnail_version: str | None = Field(None, max_length=32)


class ProgressBody(BaseModel):
    """What media reports of a video."""

    model_config = ConfigDict(strict=True)

    state: Literal["waiting", "processing", "ready", "failed"]
    reason: str = ""
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    thumbnail_version: str | None = Field(None, max_length=32)
    sha256: str = Field("", max_length=64)
    event_id: int | None = Field(None, ge=1, lt=1 << 63)
