"""Bodies, parameters and answers; among them the contract's universal object."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vireo_catalog.core.channels import NAME, ChannelSummary
from vireo_catalog.core.search import MAX_QUERY, SearchType
from vireo_catalog.core.videos import HASH_PATH, MAX_DESCRIPTION, MAX_TITLE, Video
from vireo_catalog.core.visibility import State
from vireo_common.schema import Omitted
from vireo_common.text import iso_time

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


class EditBody(BaseModel):
    """What changes of the texts of a video; what is left out stays."""

    model_config = ConfigDict(strict=True)

    title: str | None = Field(
        None, max_length=MAX_TITLE_SENT, description="1 to 255 characters after trimming."
    )
    description: str | None = Field(
        None, max_length=MAX_DESCRIPTION_SENT, description="0 to 50,000 characters."
    )


class HashPathInPath(BaseModel):
    """The hash path in an address."""

    hash_path: str = Field(
        description="The video's hash path, 7 characters.",
        json_schema_extra={"example": "aB3dE5g", "pattern": f"^{HASH_PATH.pattern}$"},
    )


class NameInPath(BaseModel):
    """A channel's name in an address."""

    name: str = Field(
        description="The channel's name, in any case of its letters.",
        json_schema_extra={"example": "ada", "pattern": f"^{NAME.pattern}$"},
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


class UniversalObject(BaseModel):
    """A video or a channel, as every list and page shows it."""

    type: Literal["video", "channel"]
    channel: str = Field(description="The owner's username, or the channel's.")
    title: str = Field(description='The title; `""` for a channel.')
    thumbnail: str = Field(
        description="The video's hash path, or the channel's newest one's.",
        json_schema_extra={"example": "aB3dE5g"},
    )
    nb_count: int | Literal[""] = Field(description='Number of videos; `""` for a video.')
    description: str = Field(description='`""` in lists and for a channel.')
    upload: str = Field(
        description="Time of (the newest) upload, ISO 8601 in UTC with `Z`.",
        json_schema_extra={"example": "2026-03-01T12:00:00Z"},
    )
    thumbnail_version: str | None = Field(
        None,
        description="Another one with each picture of a video: at `/thumbnails/<hash>?v=<version>` "
        "it may be kept for good. `null` where it is not known.",
    )
    duration: float | None = Field(None, description="Length of a video in seconds.")
    width: int | None = Field(None, description="Width of a video in pixels.")
    height: int | None = Field(None, description="Height of a video in pixels.")
    likes: int | Omitted = Field(None, description="How many like a video.")
    dislikes: int | Omitted = Field(None, description="How many do not.")
    state: State | Omitted = Field(None, description="How far a video is; for its owner alone.")
    reason: str | Omitted = Field(None, description="Why it failed; for its owner alone.")
    note: str | None = Field(
        None, description="What is missing from what was published; for its owner alone."
    )
    uploaded: bool | Omitted = Field(
        None, description="Whether the bytes have arrived; for its owner alone."
    )


class SenderQuery(BaseModel):
    """The channel that is about to send bytes; the version before does not say."""

    sender: int | None = None


class ProgressBody(BaseModel):
    """What media reports of a video."""

    model_config = ConfigDict(strict=True)

    state: Literal["waiting", "processing", "ready", "failed"]
    reason: str = ""
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    thumbnail_version: str | None = Field(None, max_length=32)
    event_id: int | None = Field(None, ge=1, lt=1 << 63)


def show_video(video: Video, *, to_owner: bool = False) -> dict[str, object]:
    """The universal object of a video."""
    shown: dict[str, object] = {
        "type": "video",
        "channel": video.channel,
        "title": video.title,
        "thumbnail": video.hash_path,
        "nb_count": "",
        "description": video.description,
        "upload": iso_time(video.upload),
        "duration": video.duration,
        "width": video.width,
        "height": video.height,
        "likes": video.likes,
        "dislikes": video.dislikes,
        "thumbnail_version": video.thumbnail_version,
    }
    if to_owner:
        shown["state"] = video.state.value
        shown["uploaded"] = video.stored_at is not None
        if video.state is State.FAILED:
            shown["reason"] = video.reason
        elif video.state is State.READY and video.reason:
            shown["note"] = video.reason
    return shown


def show_channel(channel: ChannelSummary) -> dict[str, object]:
    """The universal object of a channel."""
    return {
        "type": "channel",
        "channel": channel.name,
        "title": "",
        "thumbnail": channel.newest or "",
        "nb_count": channel.videos,
        "description": "",
        "upload": iso_time(channel.upload) if channel.upload else "",
    }
