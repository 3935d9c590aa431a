"""The contract's universal object, and the parameters that name a video or a channel."""

from typing import Literal

from pydantic import BaseModel, Field

from vireo_common.schema import Omitted
from vireo_common.text import iso_time
from vireo_videos.channel import NAME, ChannelPage, ChannelSummary, Notify
from vireo_videos.mine import Mine, MyReaction, show_mine
from vireo_videos.video import HASH_PATH, CommentsPolicy, Video
from vireo_videos.visibility import HiddenBy, State, Visibility, is_open, is_playable

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


class FilesObject(BaseModel):
    """Where the files of a video are, for who may see it; `""` for what there is none of (yet).

    Of a video that is not open to everybody the addresses carry a grant: they work without a token
    for 6 hours, in a plain `<video>` too, and for as long as the account may see the video and the
    session lasts. Keep them secret.
    """

    video: str = Field(description="The MP4.", json_schema_extra={"example": "/video/d/aB3dE5g"})
    stream: str = Field(description="The HLS master playlist.")
    thumbnail: str = Field(description="The thumbnail; `w` may be added.")
    storyboard: str = Field(description="The WebVTT of the storyboard.")


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
    visibility: Visibility | Omitted = Field(
        None,
        description="Who sees a video: `public` (everybody), `unlisted` (who has the hash path), "
        "`private` (its owner, and who was named) or `scheduled` (its owner; public from "
        "`publish_at` on).",
    )
    published: str | Omitted = Field(
        None,
        description='When everybody could see a video for the first time, ISO 8601 in UTC; `""` '
        "where that has not come.",
    )
    publish_at: str | Omitted = Field(
        None, description="When a scheduled video becomes public; for its owner alone."
    )
    files: FilesObject | Omitted = Field(
        None, description="Where its files are; in a video of its own, and in lists of one's own."
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


def needs_grant(video: Video) -> bool:
    """Whether the files of a video are sent only to who has a grant."""
    return is_playable(video.state) and not is_open(video)


def files_of(video: Video, grant: str = "") -> dict[str, str]:
    """Where the files of a video are, with a grant where it needs one; without it they are not
    said."""
    if not is_playable(video.state) or (needs_grant(video) and not grant):
        return {"video": "", "stream": "", "thumbnail": "", "storyboard": ""}
    base, hash_path = f"/granted/{grant}" if grant else "", video.hash_path
    version = f"?v={video.thumbnail_version}" if video.thumbnail_version else ""
    return {
        "video": f"{base}/video/d/{hash_path}",
        "stream": f"{base}/hls/{hash_path}/master.m3u8" if video.stream else "",
        "thumbnail": f"{base}/thumbnails/{hash_path}{version}",
        "storyboard": f"{base}/storyboard/{hash_path}.vtt" if video.storyboard else "",
    }


def show_video(
    video: Video,
    *,
    to_owner: bool = False,
    mine: Mine | None = None,
    with_files: bool = False,
    grant: str = "",
) -> dict[str, object]:
    """The universal object of a video.

    Args:
        mine: what the viewer has with it, where somebody is signed in.
        with_files: say where its files are.
        grant: the viewer's, where the video needs one; every address carries it.
    """
    files = files_of(video, grant)
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
        "visibility": video.visibility.value,
        "published": iso_time(video.published_at) if video.published_at else "",
        "stream": files["stream"],
        "storyboard": files["storyboard"],
        "captions": _captions_of(video, grant),
        "chapters": [{"start": each.start, "title": each.title} for each in video.chapters],
    }
    if video.comments_policy is not None:
        shown["comments_policy"] = video.comments_policy.value
    if mine is not None:
        shown |= show_mine(mine)
    if with_files:
        shown["files"] = files
    # Who may see it all the same is its owner, or decides about it.
    if found := moderation(video.hidden_by):
        shown["moderation"] = found
    if to_owner:
        shown |= _for_its_owner(video)
    return shown


def _captions_of(video: Video, grant: str) -> list[dict[str, str]]:
    base = f"/granted/{grant}" if grant else ""
    return [
        {
            "language": each.language,
            "label": each.label,
            "url": f"{base}/captions/{video.hash_path}/{each.language}.vtt",
        }
        for each in video.captions
    ]


def _for_its_owner(video: Video) -> dict[str, object]:
    shown: dict[str, object] = {
        "state": video.state.value,
        "uploaded": video.stored_at is not None,
        "sha256": video.sha256,
    }
    if video.publish_at is not None:
        shown["publish_at"] = iso_time(video.publish_at)
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
