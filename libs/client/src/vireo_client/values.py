"""What the API answers with: the same names and types as the schemas of /openapi.json.

What a newer Vireo adds is ignored; what is not always there is ``None`` where it is missing.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from vireo_client.errors import StrangeAnswer

Step = Literal["queued", "probe", "copy", "first", "renditions", "done"]
State = Literal["waiting", "processing", "ready", "failed"]
Visibility = Literal["public", "unlisted", "private", "scheduled"]
SearchType = Literal["all", "channel"]
ThumbnailWidth = Literal[320, 640, 1280]
CommentsPolicy = Literal["open", "review", "closed"]
CommentSort = Literal["new", "top"]
MyReaction = Literal["like", "dislike", "none"]
Notify = Literal["all", "none"]
PlaylistVisibility = Literal["public", "unlisted", "private"]
Kind = Literal["video", "comment", "channel"]
Reason = Literal[
    "spam",
    "hate",
    "harassment",
    "violence",
    "sexual",
    "children",
    "copyright",
    "misleading",
    "other",
]
Verdict = Literal["dismiss", "hide", "remove", "suspend", "restore"]


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


Value = TypeVar("Value", bound=_Dataclass)


@dataclass(frozen=True)
class UniversalObject:
    """A video or a channel, as every list shows it."""

    type: Literal["video", "channel"]
    channel: str
    """The owner's username, or the channel's."""
    title: str
    thumbnail: str
    """The video's hash path, or the one of the channel's newest video."""
    nb_count: int | Literal[""]
    """Number of a channel's videos."""
    description: str
    """Empty in lists."""
    upload: str
    """When it was uploaded, ISO 8601 in UTC."""
    thumbnail_version: str | None = None
    duration: float | None = None
    """Seconds."""
    width: int | None = None
    height: int | None = None
    likes: int | None = None
    dislikes: int | None = None
    views: int | None = None
    comments: int | None = None
    comments_policy: CommentsPolicy | None = None
    stream: str | None = None
    """Where a video's HLS master playlist is, or empty."""
    storyboard: str | None = None
    """Where the WebVTT of its storyboard is, or empty."""
    captions: list[dict[str, str]] | None = None
    """Each with ``language``, ``label`` and ``url``; empty in lists."""
    chapters: list[dict[str, float | str]] | None = None
    """Each with ``start`` in seconds and ``title``; empty in lists."""
    visibility: Visibility | None = None
    published: str | None = None
    """When everybody could see it for the first time, ISO 8601 in UTC, or empty."""
    publish_at: str | None = None
    """When a scheduled one becomes public; for the owner alone."""
    files: dict[str, str] | None = None
    """Paths of ``video``, ``stream``, ``thumbnail`` and ``storyboard``, in a video of its own and
    in lists of one's own. Where not everybody may see it they carry a grant, and are to be kept
    secret."""
    my_reaction: MyReaction | None = None
    """With a token alone."""
    state: State | None = None
    """This one and the next three are for the owner alone."""
    reason: str | None = None
    note: str | None = None
    uploaded: bool | None = None
    sha256: str | None = None
    my_position: float | None = None
    """This one and the next are for who is signed in, where they are known."""
    subscribed: bool | None = None
    moderation: Literal["hidden", "suspended"] | None = None
    """What a moderator has hidden; for its owner and moderators."""


@dataclass(frozen=True)
class CaptionsRow:
    """Captions of a video in a language."""

    language: str
    """BCP 47."""
    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class ProcessingObject:
    """How far the processing of one's own video is."""

    state: State
    step: Step
    place: int | None
    """In the queue, from 1, where it waits."""
    percent: int
    expected: str | None
    """When all should be made, ISO 8601 in UTC, where that is known."""
    reason: str
    """Why something has failed; empty where nothing has."""
    attempts: int
    renditions: list[dict[str, int | str]]
    """Each with ``height``, ``state``, ``percent`` and ``bytes``."""
    first_play_seconds: float | None
    """From the last byte to when it could be played."""


@dataclass(frozen=True, kw_only=True)
class ThumbnailObject:
    """A frame that may become the thumbnail of a video, or what has become it."""

    id: int | None
    """Of a frame."""
    time: float | None
    """When it is shown, in seconds."""
    url: str
    chosen: bool
    """Whether it is the thumbnail because its owner chose it."""
    thumbnail_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelObject(UniversalObject):
    """A channel, as its own page shows it."""

    subscribers: int
    views: int = dataclasses.field()
    """Of its videos together."""
    about: str
    links: list[dict[str, str]]
    """Each with ``label`` and ``url``."""
    banner: str
    created: str
    notify: Notify | None = None
    """For who is signed in."""


@dataclass(frozen=True, kw_only=True)
class SubscriptionRow(UniversalObject):
    """A channel that one follows."""

    notify: Notify


@dataclass(frozen=True, kw_only=True)
class WatchedRow(UniversalObject):
    """A video in one's own history."""

    # Said to be no default: the one of a video's object would be taken.
    my_position: float = dataclasses.field()
    """Seconds."""
    watched_at: str


@dataclass(frozen=True, kw_only=True)
class PlaylistVideoRow(UniversalObject):
    """A video in a playlist."""

    position: int
    """From 0 on; videos that one may not see have their places too."""


@dataclass(frozen=True)
class PlaylistRow:
    """A playlist; ``count`` is of all videos in it, also those that one may not see.
    ``has_video``: whether the video that was asked for is in it."""

    id: str
    title: str
    description: str
    visibility: PlaylistVisibility
    channel: str
    count: int
    updated: str
    has_video: bool | None = None


@dataclass(frozen=True)
class Reaction:
    """What one thinks of a video, and what all do."""

    reaction: MyReaction
    likes: int
    dislikes: int


@dataclass(frozen=True)
class CommentObject:
    """A comment; one that was deleted and has replies is an id, the state and their number."""

    id: int
    state: Literal["shown", "review", "deleted", "hidden"]
    replies: int
    """How many of its replies are shown."""
    video: str | None = None
    """The video's hash path."""
    channel: str | None = None
    text: str | None = None
    created: str | None = None
    edited: str | None = None
    likes: int | None = None
    my_like: bool | None = None
    reply_to: int | None = None
    """The comment of the video below which it stands."""
    pinned: bool | None = None


@dataclass(frozen=True)
class SignedIn:
    """A fresh token; ``expires_in`` is in seconds."""

    vtoken: str = dataclasses.field(repr=False)
    expires_in: int
    refresh_token: str | None = dataclasses.field(default=None, repr=False)


@dataclass(frozen=True)
class SessionRow:
    """Where the account is signed in."""

    id: str
    device: str
    address: str
    first_seen: str
    last_seen: str
    current: bool


@dataclass(frozen=True)
class MeRow:
    """One's own account."""

    username: str
    fname: str
    mname: str
    lname: str
    email: str
    email_verified: bool
    birth: str
    history: bool
    roles: list[str]
    suspended: bool


@dataclass(frozen=True)
class NoticeObject:
    """Something that one is to know."""

    id: int
    kind: str
    text: str
    video: str | None
    """Hash path."""
    title: str | None
    """Of the video."""
    channel: str | None
    """Name."""
    comment: int | None
    count: int
    created: str
    read: bool


@dataclass(frozen=True)
class NoticeSettings:
    """What one wants of each kind: ``{kind: {"app": ..., "mail": ...}}``."""

    kinds: Mapping[str, Mapping[str, bool]]
    digest: str


@dataclass(frozen=True, kw_only=True)
class SubjectRow:
    """What something is about, as it is now; ``channel`` is its owner's name."""

    type: Kind
    video: str | None
    comment: int | None
    channel: str | None
    title: str | None
    text: str | None
    shown: Literal["shown", "hidden", "suspended", "gone"]


@dataclass(frozen=True, kw_only=True)
class CaseRow(SubjectRow):
    """An entry of the moderators' desk: all reports about one thing, or an appeal."""

    id: int
    kind: Literal["report", "appeal"]
    state: Literal["open", "decided"]
    count: int
    weight: float
    reasons: Mapping[str, int]
    texts: list[dict[str, str]]
    """The latest: each with ``reason``, ``text`` and ``created``."""
    appeal: str | None
    created: str
    updated: str
    decision: str | None
    note: str | None
    by: str | None
    decided: str | None


@dataclass(frozen=True, kw_only=True)
class DecisionRow(SubjectRow):
    """A decision about what is one's own."""

    id: int
    decision: Verdict
    reason: Reason
    note: str
    created: str
    in_force: bool
    may_appeal: bool
    appeal: Mapping[str, str] | None
    """``text``, ``created`` and ``state``."""


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """An entry of the audit log."""

    number: int
    at: str
    kind: Literal["decision", "grant", "revoke"]
    by: str | None
    channel: str | None
    type: Kind | None
    id: int | None
    decision: Verdict | None
    reason: Reason | None
    role: str | None
    title: str | None
    note: str | None
    hash: str


@dataclass(frozen=True)
class CommentFilterRow:
    """Which comments wait for one's review."""

    words: list[str]
    links: bool


def parse_all(kind: type[Value], given: object) -> list[Value]:
    """The values of an answer that is a list."""
    if not isinstance(given, list):
        raise StrangeAnswer("The answer is no list.")
    return [parse(kind, each) for each in given]


def parse(kind: type[Value], given: object) -> Value:
    """The value of an answer.

    Raises:
        StrangeAnswer: something that is always there is missing.
    """
    names = {field.name for field in dataclasses.fields(kind)}
    try:
        if isinstance(given, Mapping):
            return kind(**{name: value for name, value in given.items() if name in names})
    except TypeError:
        pass  # Said below, for both.
    raise StrangeAnswer(f"The answer is no {kind.__name__}.")
