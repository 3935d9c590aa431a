"""The contract's universal object, and the parameters that name a video or a channel."""

from typing import Literal

from pydantic import BaseModel, Field

from vireo_common.schema import Omitted
from vireo_common.text import iso_time
from vireo_videos.channel import NAME, ChannelPage, ChannelSummary, Notify
from vireo_videos.mine import Mine, MyReaction, show_mine
from vireo_videos.video import HASH_PATH, CommentsPolicy, Video
from vireo_videos.visibility import HiddenBy, State

Moderation = Literal["hidden", "suspended"]


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


class CaptionsObject(BaseModel):
    """Captions of a video in one language."""

    language: str = Field(description="BCP 47.", json_schema_extra={"example": "en"})
    label: str = Field(description="What the language is called in a menu.")
    url: str = Field(
        description="Where the WebVTT is.",
        json_schema_extra={"example": "/captions/aB3dE5g/en.vtt"},
    )


class ChapterObject(BaseModel):
    """A part of a video."""

    start: float = Field(description="Seconds from the beginning.")
    title: str


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
    views: int | Omitted = Field(None, description="How often a video was watched.")
    comments: int | Omitted = Field(
        None, description="How many comments below a video are shown, replies too."
    )
    comments_policy: CommentsPolicy | Omitted = Field(
        None,
        description="Who may comment: `open`, `review` (shown once the owner has approved it), "
        "`closed`. In lists for everybody it is left out.",
    )
    stream: str | Omitted = Field(
        None,
        description='Where the HLS master playlist of a video is; `""` where there is none (yet): '
        "then `/video/d/<hash>` is played.",
        json_schema_extra={"example": "/hls/aB3dE5g/master.m3u8"},
    )
    storyboard: str | Omitted = Field(
        None,
        description='Where the WebVTT of a video\'s storyboard is; `""` where there is none (yet).',
        json_schema_extra={"example": "/storyboard/aB3dE5g.vtt"},
    )
    captions: list[CaptionsObject] | Omitted = Field(
        None, description="Captions of a video; empty in lists."
    )
    chapters: list[ChapterObject] | Omitted = Field(
        None, description="Chapters of a video in their order; empty in lists."
    )
    my_reaction: MyReaction | Omitted = Field(
        None, description="What one thinks of a video; with a token alone."
    )
    state: State | Omitted = Field(None, description="How far a video is; for its owner alone.")
    reason: str | Omitted = Field(None, description="Why it failed; for its owner alone.")
    note: str | None = Field(
        None, description="What is missing from what was published; for its owner alone."
    )
    uploaded: bool | Omitted = Field(
        None, description="Whether the bytes have arrived; for its owner alone."
    )
    sha256: str | Omitted = Field(
        None,
        description="SHA-256 of the original, in hexadecimal, to compare with that of one's own "
        'file; `""` while it is not known. For its owner alone.',
    )
    moderation: Moderation | Omitted = Field(
        None,
        description="What a moderator has hidden: the video (`hidden`) or its channel "
        "(`suspended`). For its owner and moderators alone, who still see it.",
    )
    my_position: float | Omitted = Field(
        None, description="Where one stands in a video, in seconds; with a token."
    )
    subscribed: bool | Omitted = Field(
        None, description="Whether one follows the channel; with a token."
    )


class LinkObject(BaseModel):
    """A link that a channel shows."""

    label: str
    url: str = Field(description="`http` or `https`.")


class ChannelObject(UniversalObject):
    """A channel, as its own page shows it."""

    subscribers: int
    views: int = Field(description="Of its videos together.")
    about: str
    links: list[LinkObject]
    banner: str = Field(description='`""`: channels have none yet.')
    created: str = Field(description='ISO 8601 in UTC with `Z`; `""` where it is not known.')
    notify: Notify | Omitted = Field(
        None, description="Whether its new videos are notices for one; with a token."
    )


def moderation(hidden_by: HiddenBy) -> Moderation | None:
    """What hides a video or comment, in the contract's words."""
    if not hidden_by:
        return None
    return "suspended" if hidden_by == HiddenBy.CHANNEL else "hidden"


def show_video(
    video: Video, *, to_owner: bool = False, mine: Mine | None = None
) -> dict[str, object]:
    """The universal object of a video.

    Args:
        mine: what the viewer has with it, where somebody is signed in.
    """
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
        "views": video.views,
        "comments": video.comments,
        "stream": f"/hls/{video.hash_path}/master.m3u8" if video.stream else "",
        "storyboard": f"/storyboard/{video.hash_path}.vtt" if video.storyboard else "",
        "captions": [
            {
                "language": each.language,
                "label": each.label,
                "url": f"/captions/{video.hash_path}/{each.language}.vtt",
            }
            for each in video.captions
        ],
        "chapters": [{"start": each.start, "title": each.title} for each in video.chapters],
    }
    if video.comments_policy is not None:
        shown["comments_policy"] = video.comments_policy.value
    if mine is not None:
        shown |= show_mine(mine)
    # Who may see it all the same is its owner, or decides about it.
    if found := moderation(video.hidden_by):
        shown["moderation"] = found
    if to_owner:
        shown["state"] = video.state.value
        shown["uploaded"] = video.stored_at is not None
        shown["sha256"] = video.sha256
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


def show_channel_page(page: ChannelPage, *, to_somebody: bool) -> dict[str, object]:
    """A channel as ``ChannelObject`` has it; ``to_somebody`` who has a token."""
    shown: dict[str, object] = {
        **show_channel(page.summary),
        "subscribers": page.subscribers,
        "views": page.views,
        "about": page.about,
        "links": [{"label": link.label, "url": link.url} for link in page.links],
        "banner": "",
        "created": iso_time(page.created) if page.created else "",
    }
    if to_somebody:
        shown["subscribed"] = page.notify is not None
        shown["notify"] = (page.notify or Notify.NONE).value
    return shown
