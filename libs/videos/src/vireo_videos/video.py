"""A video as a value."""

import datetime as dt
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from vireo_videos.visibility import HiddenBy, State, Visibility

HASH_PATH = re.compile(r"[A-Za-z0-9]{7}")


class CommentsPolicy(StrEnum):
    """Who may comment: everybody, everybody once its owner has approved it, or nobody."""

    OPEN = "open"
    REVIEW = "review"
    CLOSED = "closed"


@dataclass(frozen=True)
class Captions:
    """Captions in one language (BCP 47), and what the language is called in a menu."""

    language: str
    label: str


@dataclass(frozen=True)
class Chapter:
    """A part of a video that begins at ``start``, in seconds."""

    start: float
    title: str


@dataclass(frozen=True)
class Video:
    """A video; ``stored_at`` is ``None`` until its bytes are there. Times are in UTC,
    ``duration`` is in seconds, ``width`` and ``height`` in pixels; ``thumbnail_version`` changes
    with each picture. In lists for everybody there is no ``comments_policy``; what is long
    (``captions``, ``chapters``) is in no list. ``sha256`` is of the original, in hexadecimal; empty
    where it is not known. ``publish_at`` is of a scheduled one, ``published_at`` is when everybody
    could see it for the first time, ``viewers`` are the channels that were named."""

    video_id: int
    hash_path: str
    channel_id: int
    channel: str
    title: str
    description: str
    upload: dt.datetime
    state: State
    reason: str
    stored_at: dt.datetime | None
    duration: float | None
    width: int | None
    height: int | None
    likes: int
    dislikes: int
    thumbnail_version: str | None = None
    views: int = 0
    comments: int = 0
    comments_policy: CommentsPolicy | None = None
    hidden_by: HiddenBy = HiddenBy.NOTHING
    stream: bool = False
    storyboard: bool = False
    captions: Sequence[Captions] = ()
    chapters: Sequence[Chapter] = ()
    sha256: str = ""
    visibility: Visibility = Visibility.PUBLIC
    publish_at: dt.datetime | None = None
    published_at: dt.datetime | None = None
    viewers: Set[int] = frozenset()
