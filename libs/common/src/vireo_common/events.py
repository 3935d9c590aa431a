"""Events: what one service lets the others know, for certain but not at once.

A log, the table ``Events``. The producer publishes an event in the transaction of the change that
it reports, and names nobody; every service that wants to know reads the log from a place of its own
(``event_log``). An event is written once and never changed.

Where somebody waits for the effect, the producer also calls the consumer after its commit; the
event does what that call could not.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

from pymysql.cursors import Cursor

# With placeholders alone, so that the driver sends many rows in one statement.
INSERT = "INSERT INTO Events (Kind, Subject, Payload) VALUES (%s, %s, %s)"


@dataclass(frozen=True)
class Event:
    """Fields that JSON can hold; the first is the subject, which the event is about.

    A field that is added later has a default: the log has events of the version before.
    """

    kind: ClassVar[str]


@dataclass(frozen=True)
class VideoStateChanged(Event):
    """Media has got further with a video; its fields are those of catalog's ``Progress``.

    A later event of a video overrides an earlier one. Media calls catalog with the same state and
    the event's id, and may be quicker than the log: whoever records states keeps that id.
    """

    kind = "video_state_changed"

    hash_path: str
    state: str
    reason: str = ""
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    thumbnail_version: str | None = None
    sha256: str = ""


@dataclass(frozen=True)
class VideoFilesChanged(Event):
    """What there is of a video beside its MP4, all of it; a later event overrides an earlier one.

    ``captions`` are ``{"language", "label"}``, ``chapters`` ``{"start", "title"}``, with ``start``
    in seconds. Catalog is called with the same, as with ``VideoStateChanged``.
    ``thumbnail_version`` is said only where there is another thumbnail from then on.
    """

    kind = "video_files_changed"

    hash_path: str
    stream: bool = False
    storyboard: bool = False
    captions: Sequence[Mapping[str, str]] = ()
    chapters: Sequence[Mapping[str, float | str]] = ()
    thumbnail_version: str | None = None


@dataclass(frozen=True)
class VideoPublished(Event):
    """Everybody may see a video for the first time."""

    kind = "video_published"

    hash_path: str
    channel_id: int
    video_id: int


@dataclass(frozen=True)
class VideoChanged(Event):
    """Texts of a video, or who may comment, were changed, in whatever state it is."""

    kind = "video_changed"

    hash_path: str
    channel_id: int


@dataclass(frozen=True)
class VideoRemoved(Event):
    """A video has no row any more, whether bytes of it have arrived or not.

    The ids are unknown where media reports a video that was removed before.
    """

    kind = "video_removed"

    hash_path: str
    channel_id: int | None = None
    video_id: int | None = None


@dataclass(frozen=True)
class ChannelRemoved(Event):
    """An account was deleted; each of its videos has a ``VideoRemoved`` before."""

    kind = "channel_removed"

    channel_id: int
    name: str


@dataclass(frozen=True)
class ChannelPictureRemoved(Event):
    """No channel has the picture of this name any more."""

    kind = "channel_picture_removed"

    name: str
    channel_id: int | None = None


@dataclass(frozen=True)
class DataExportRequested(Event):
    """Somebody with a token of the channel has asked for an archive of its data."""

    kind = "data_export_requested"

    channel_id: int


@dataclass(frozen=True)
class VideoLiked(Event):
    """Somebody likes a video who did not before, and is not its owner."""

    kind = "video_liked"

    video_id: int
    hash_path: str
    channel_id: int
    owner_id: int


@dataclass(frozen=True)
class CommentPosted(Event):
    """A comment was written; in the state ``review`` its owner alone is to know.

    ``reply_to_author`` is whose comment it was written to, where it is a reply; ``mentions`` are
    ids of channels.
    """

    kind = "comment_posted"

    comment_id: int
    video_id: int
    hash_path: str
    channel_id: int
    owner_id: int
    state: str
    reply_to_author: int | None = None
    mentions: tuple[int, ...] = ()


@dataclass(frozen=True)
class CommentApproved(Event):
    """A comment that waited for the owner of the video is shown now; it says what
    ``CommentPosted`` says."""

    kind = "comment_approved"

    comment_id: int
    video_id: int
    hash_path: str
    channel_id: int
    owner_id: int
    reply_to_author: int | None = None
    mentions: tuple[int, ...] = ()


@dataclass(frozen=True)
class CommentLiked(Event):
    """Somebody likes a comment who did not before, and did not write it."""

    kind = "comment_liked"

    comment_id: int
    video_id: int
    channel_id: int
    author_id: int


@dataclass(frozen=True)
class Subscribed(Event):
    """Somebody follows a channel now, and did not before."""

    kind = "subscribed"

    channel_id: int
    follower_id: int


@dataclass(frozen=True)
class Unsubscribed(Event):
    """Somebody follows a channel no more."""

    kind = "unsubscribed"

    channel_id: int
    follower_id: int


@dataclass(frozen=True)
class VideoVisibilityChanged(Event):
    """Others may see a video than before, by its owner's choice or a moderator's decision: its row
    says who."""

    kind = "video_visibility_changed"

    hash_path: str
    channel_id: int


@dataclass(frozen=True)
class ChannelVisibilityChanged(Event):
    """A channel is suspended, or not any more, with all of its videos: its row says which."""

    kind = "channel_visibility_changed"

    channel_id: int


@dataclass(frozen=True)
class VideoRemovalDecided(Event):
    """A moderator has decided that a video goes for good; it is hidden already."""

    kind = "video_removal_decided"

    hash_path: str
    channel_id: int
    video_id: int


@dataclass(frozen=True)
class ModerationDecided(Event):
    """A moderator has decided about something of a channel, which is to know it.

    ``video_id`` and ``comment_id`` are what it is about, where that is still there.
    """

    kind = "moderation_decided"

    decision_id: int
    channel_id: int
    video_id: int | None = None
    comment_id: int | None = None


@dataclass(frozen=True)
class ViewsReached(Event):
    """The counted views of a video have passed a round number for the first time."""

    kind = "views_reached"

    video_id: int
    channel_id: int
    views: int


@dataclass(frozen=True)
class NoticeMailDue(Event):
    """A mail about notices waits for whoever knows the account's address; see community's
    ``/internal/notice_mails/<reference>``."""

    kind = "notice_mail_due"

    channel_id: int
    reference: str


def publish(cursor: Cursor, event: Event) -> int:
    """Let everybody know, once the caller's transaction is committed; the event's id.

    Of two events the one whose transaction began after the other's commit has the higher id.
    """
    cursor.execute(INSERT, _row(event))
    return int(cursor.lastrowid or 0)


def publish_all(cursor: Cursor, events: Sequence[Event]) -> None:
    """Publish many in few statements."""
    if events:
        cursor.executemany(INSERT, [_row(event) for event in events])


def _row(event: Event) -> tuple[str, str, str]:
    said = asdict(event)
    return event.kind, str(next(iter(said.values()))), json.dumps(said)
