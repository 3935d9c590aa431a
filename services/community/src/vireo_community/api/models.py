"""Bodies of requests and answers, and the objects that have more than the universal one."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vireo_common.pages import PageQuery
from vireo_common.schema import Omitted
from vireo_common.text import iso_time
from vireo_community.core.history import WatchedVideo
from vireo_community.core.playlists import (
    LATER,
    MAX_DESCRIPTION,
    MAX_TITLE,
    NAME_LENGTH,
    Placed,
    Playlist,
    PlaylistVisibility,
)
from vireo_community.core.subscriptions import Subscription
from vireo_videos.channel import Notify
from vireo_videos.objects import HashPathInPath, UniversalObject, show_channel, show_video
from vireo_videos.video import HASH_PATH

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


class PlaylistVideoRow(UniversalObject):
    """A video in a playlist."""

    position: int = Field(
        description="Its place, from 0 on; videos that one may not see have theirs too."
    )


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


class PlaylistPath(BaseModel):
    """The id of a playlist in an address."""

    id: str = Field(
        description="The playlist's id, or `later`: one's own of what to watch later.",
        json_schema_extra={"pattern": f"^([A-Za-z0-9]{{{NAME_LENGTH}}}|{LATER})$"},
    )


class PlaylistsQuery(PageQuery):
    """Which of one's playlists have a video, and the two parameters that every list takes."""

    video: str | Omitted = Field(
        None,
        max_length=100,
        description="A video's hash path: each playlist says whether it is in it.",
        json_schema_extra={"pattern": f"^{HASH_PATH.pattern}$"},
    )


class PlaylistVideoPath(PlaylistPath, HashPathInPath):
    """A video in a playlist."""


MOST_SENT = 10_000
"""Characters that are looked at at all; the rules (``core``) are stricter."""


class PlaylistBody(BaseModel):
    """A new playlist."""

    model_config = ConfigDict(strict=True)

    title: str = Field(
        max_length=MOST_SENT,
        description="1 to 150 characters after trimming.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_TITLE},
    )
    description: str = Field(
        "",
        max_length=MOST_SENT,
        description="0 to 5,000 characters.",
        json_schema_extra={"maxLength": MAX_DESCRIPTION},
    )
    visibility: Literal["public", "unlisted", "private"] = Field(
        "private", description="Who sees it: everybody, who has its id, or its owner."
    )


class EditPlaylistBody(BaseModel):
    """What changes of a playlist; what is left out stays."""

    model_config = ConfigDict(strict=True)

    title: str | None = Field(
        None, max_length=MOST_SENT, description="1 to 150 characters after trimming."
    )
    description: str | None = Field(
        None, max_length=MOST_SENT, description="0 to 5,000 characters."
    )
    visibility: Literal["public", "unlisted", "private"] | None = Field(
        None, description="Who sees it."
    )


class PlaceBody(BaseModel):
    """Where a video stands in a playlist; the body may be left out."""

    model_config = ConfigDict(strict=True)

    position: int | Omitted = Field(
        None,
        ge=0,
        lt=2**31,
        description="From 0 on; behind the end is the end. Without it a new one comes to the end, "
        "and one that is in it stays.",
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_an_empty_body(cls, given: object) -> object:
        return {} if given is None else given


class PlaylistRow(BaseModel):
    """A playlist."""

    id: str
    title: str
    description: str
    visibility: PlaylistVisibility
    channel: str = Field(description="Its owner's username.")
    count: int = Field(description="Of all videos in it, also those that one may not see.")
    updated: str = Field(description="When it was changed last, ISO 8601 in UTC with `Z`.")
    has_video: bool | Omitted = Field(
        None, description="Whether the video of `?video=` is in it; with that alone."
    )


def show_playlist(playlist: Playlist) -> dict[str, object]:
    """A playlist as ``PlaylistRow`` has it."""
    return {
        "id": playlist.name,
        "title": playlist.title,
        "description": playlist.description,
        "visibility": playlist.visibility.value,
        "channel": playlist.channel,
        "count": playlist.videos,
        "updated": iso_time(playlist.updated),
        **({} if playlist.has_video is None else {"has_video": playlist.has_video}),
    }


def show_subscription(row: Subscription) -> dict[str, object]:
    """A channel as ``SubscriptionRow`` has it."""
    return {**show_channel(row.channel), "subscribed": True, "notify": row.notify.value}


def show_placed(row: Placed, *, signed_in: bool) -> dict[str, object]:
    """A video as ``PlaylistVideoRow`` has it."""
    shown = show_video(row.video, mine=row.mine if signed_in else None)
    return {**shown, "position": row.place}


def show_watched(row: WatchedVideo) -> dict[str, object]:
    """A video as ``WatchedRow`` has it."""
    return {
        **show_video(row.video, mine=row.mine),
        "my_position": row.position,
        "watched_at": iso_time(row.watched_at),
    }
