"""Notices: what somebody is to know, merged while it is unread, and once about each subject."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from vireo_common.errors import MISSING, Code, Failure
from vireo_common.pages import Page
from vireo_common.text import iso_time

Digest = Literal["off", "daily", "weekly"]


class Kind(StrEnum):
    """What a notice is about."""

    VIDEO = "video"
    COMMENT = "comment"
    REPLY = "reply"
    MENTION = "mention"
    LIKE = "like"
    FOLLOW = "follow"
    REVIEW = "review"
    MILESTONE = "milestone"
    READY = "ready"
    FAILED = "failed"
    MODERATION = "moderation"


MILESTONES = tuple(10**power for power in range(2, 10))
"""Numbers of followers, and of views of a video, that somebody is told of."""


@dataclass(frozen=True)
class Note:
    """Something that somebody is to know.

    Args:
        recipient: the channel that is to know it.
        subject: what more of the same is merged into, while it is unread; at most 32 characters.
        actor_id: who did it.
        once: one notice about the subject, and never another.
        once_each: an actor counts once for the subject, whatever they undo and do again.
        count: how many of it, or the number that a milestone is.
    """

    recipient: int
    kind: Kind
    subject: str
    video_id: int | None = None
    actor_id: int | None = None
    comment_id: int | None = None
    once: bool = False
    once_each: bool = False
    count: int = 1


@dataclass(frozen=True)
class Notice:
    """A notice as its recipient sees it.

    ``change`` is its place in the recipient's list: each change of a notice gets the next number.
    ``video``, ``title`` and ``channel`` are ``None`` where there is none, or it may not be seen;
    ``about_video`` says whether there is one.
    """

    notice_id: int
    recipient: int
    change: int
    kind: Kind
    count: int
    video: str | None
    title: str | None
    channel: str | None
    comment: int | None
    created: dt.datetime
    read: bool
    about_video: bool


@dataclass(frozen=True)
class Wanted:
    """Whether notices of a kind are made, and sent by mail."""

    app: bool = True
    mail: bool = False


@dataclass(frozen=True)
class Settings:
    """What somebody wants of each kind, and how often a digest by mail."""

    kinds: Mapping[Kind, Wanted]
    digest: Digest


class NoticeStore(Protocol):
    """Where notices are kept."""

    def page(self, recipient: int, limit: int, cursor: str | None, *, unread: bool) -> Page[Notice]:
        """Somebody's notices, what changed last first."""

    def unread(self, recipient: int) -> int:
        """How many of somebody's notices are unread."""

    def read_up_to(self, recipient: int, notice_id: int) -> None:
        """Mark as read the notice and all that are older, by their change or by their id."""

    def read_these(self, recipient: int, notice_ids: Sequence[int]) -> None:
        """Mark these as read."""

    def settings(self, recipient: int) -> Settings:
        """What somebody wants."""

    def set_settings(
        self, recipient: int, kinds: Mapping[Kind, Mapping[str, bool]], digest: Digest | None
    ) -> None:
        """Change what is given of it."""


ONE: Mapping[Kind, str] = {
    Kind.VIDEO: "{who} published {about}.",
    Kind.COMMENT: "{who} commented on {about}.",
    Kind.REPLY: "{who} replied to your comment on {about}.",
    Kind.MENTION: "{who} mentioned you in a comment on {about}.",
    Kind.LIKE: "{who} likes {about}.",
    Kind.FOLLOW: "{who} follows you.",
    Kind.REVIEW: "A comment by {who} on {about} waits for your review.",
    Kind.MILESTONE: "You have {count} followers.",
    Kind.READY: "{about} is ready.",
    Kind.FAILED: "{about} could not be processed.",
    Kind.MODERATION: "A moderator has decided about something of yours.",
}
SEVERAL: Mapping[Kind, str] = {
    Kind.VIDEO: "{who} published {count} new videos.",
    Kind.COMMENT: "{about} has {count} new comments, the latest by {who}.",
    Kind.REPLY: "Your comment on {about} has {count} new replies, the latest by {who}.",
    Kind.MENTION: "You were mentioned in {count} comments on {about}, the latest by {who}.",
    Kind.LIKE: "{who} and {others} like {about}.",
    Kind.FOLLOW: "{who} and {others} follow you.",
    Kind.REVIEW: "{count} comments on {about} wait for your review.",
}


def sentence(notice: Notice) -> str:
    """A notice in words, for clients that have none of their own."""
    about = "a video" if notice.title is None else f"“{notice.title}”"
    if notice.kind is Kind.LIKE and notice.comment is not None:
        about = f"your comment on {about}"
    if notice.kind is Kind.MILESTONE and notice.about_video:
        return f"{'A video' if notice.title is None else about} has {notice.count} views."
    words = SEVERAL.get(notice.kind, ONE[notice.kind]) if notice.count > 1 else ONE[notice.kind]
    others = notice.count - 1
    text = words.format(
        who=notice.channel or "Somebody",
        about=about,
        count=notice.count,
        others=f"{others} other{'s' if others > 1 else ''}",
    )
    # A name at the beginning stays as it is.
    return f"A{text[1:]}" if text.startswith("a video ") else text


class Notices:
    """The rules of notices, for their recipients."""

    def __init__(self, store: NoticeStore) -> None:
        self._store = store

    def page(self, recipient: int, limit: int, cursor: str | None, *, unread: bool) -> Page[Notice]:
        """Somebody's notices, what changed last first."""
        return self._store.page(recipient, limit, cursor, unread=unread)

    def unread(self, recipient: int) -> int:
        """How many of somebody's notices are unread."""
        return self._store.unread(recipient)

    def read(self, recipient: int, up_to: int | None, ids: Sequence[int] | None) -> None:
        """Mark as read one and all that are older, and these; theirs alone.

        Raises:
            Failure: ``missing_field`` where neither is given.
        """
        if up_to is None and ids is None:
            raise Failure(Code.MISSING_FIELD, fields={"up_to": MISSING, "ids": MISSING})
        if up_to is not None:
            self._store.read_up_to(recipient, up_to)
        self._store.read_these(recipient, ids or ())

    def settings(self, recipient: int) -> Settings:
        """What somebody wants."""
        return self._store.settings(recipient)

    def change_settings(
        self, recipient: int, kinds: Mapping[Kind, Mapping[str, bool]], digest: Digest | None
    ) -> Settings:
        """Change what is given of what somebody wants; all of it after that."""
        self._store.set_settings(recipient, kinds, digest)
        return self._store.settings(recipient)


def shown(notice: Notice) -> dict[str, object]:
    """A notice as the contract's object, for lists and streams."""
    return {
        "id": notice.notice_id,
        "kind": notice.kind.value,
        "text": sentence(notice),
        "video": notice.video,
        "title": notice.title,
        "channel": notice.channel,
        "comment": notice.comment,
        "count": notice.count,
        "created": iso_time(notice.created),
        "read": notice.read,
    }
