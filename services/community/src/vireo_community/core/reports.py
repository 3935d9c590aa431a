"""Reports: who may make one, and what it weighs on the desk. None hides anything by itself."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Protocol

from vireo_common.errors import MISSING, Code, Failure, FieldCode, FieldProblem
from vireo_common.rates import TooFast, slow_down
from vireo_community.core.channels import ChannelStore, find_channel
from vireo_community.core.comments import CommentState, CommentStore, may_see
from vireo_community.core.moderation import Kind, Reason, Subject, checked
from vireo_community.core.videos import VideoStore, find_video

ROOM = 20
ROOM_A_SECOND = 1 / 180
"""Size and refill of an account's bucket: an angry evening fits, a program does not."""

FULL = 1_000
"""A report of an account in good standing."""
YOUNG = dt.timedelta(days=1)
NEW = dt.timedelta(days=7)
OF_YOUNG, OF_NEW = 100, 500
MOST_OF_YOUNG = FULL
"""All reports of young accounts about one subject weigh as much as one at the most (the column
``Weight`` of ``ModerationCases``)."""
GIVEN = 2
"""Trust that everybody begins with, in reports that were right."""


@dataclass(frozen=True)
class Standing:
    """What is known of who reports; ``age`` is ``None`` of accounts of before it was noted."""

    age: dt.timedelta | None
    upheld: int
    refused: int

    @property
    def is_young(self) -> bool:
        """Whether the account is younger than a day."""
        return self.age is not None and self.age < YOUNG


def weight_of(standing: Standing) -> int:
    """What a report weighs, in thousandths: by the age of the account, times the part of its
    earlier reports that were right."""
    of_age = FULL
    if standing.age is not None and standing.age < NEW:
        of_age = OF_YOUNG if standing.is_young else OF_NEW
    right = standing.upheld + GIVEN
    return max(1, of_age * right // (right + standing.refused))


@dataclass(frozen=True)
class Named:
    """What somebody reports, by the one of these that they gave."""

    video: str | None = None
    comment: int | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Report:
    """A report that somebody makes."""

    reporter: int
    subject: Subject
    reason: Reason
    text: str


class ReportStore(Protocol):
    """Where reports are kept."""

    def add(self, report: Report) -> None:
        """Keep it, unless this account has reported the subject already.

        Raises:
            Failure: ``token_invalid``: the account was deleted meanwhile.
            TooFast: it has to wait.
        """


class Subjects:
    """Finds what people name."""

    def __init__(self, videos: VideoStore, comments: CommentStore, channels: ChannelStore) -> None:
        self._videos = videos
        self._comments = comments
        self._channels = channels

    def find(self, named: Named, viewer: int) -> Subject:
        """What the viewer names, and may see.

        A block does not hide it: who has blocked somebody may report what they wrote.

        Raises:
            Failure: ``missing_field``, ``invalid_body``: not one of three; ``not_found``.
        """
        require_one(named)
        if named.video is not None:
            video = find_video(self._videos, named.video, viewer)
            return Subject(Kind.VIDEO, video.video_id, video.channel_id)
        if named.channel is not None:
            channel = find_channel(self._channels, named.channel)
            return Subject(Kind.CHANNEL, channel.channel_id, channel.channel_id)
        return self._comment(named.comment or 0, viewer)

    def _comment(self, comment_id: int, viewer: int) -> Subject:
        found = self._comments.find(comment_id, viewer)
        if found is None or found.comment.state is CommentState.DELETED:
            raise Failure(Code.NOT_FOUND)
        if not may_see(viewer, replace(found, blocked=False)):
            raise Failure(Code.NOT_FOUND)
        return Subject(Kind.COMMENT, comment_id, found.comment.channel_id)


class Reports:
    """The rules of reports."""

    def __init__(self, store: ReportStore, subjects: Subjects) -> None:
        self._store = store
        self._subjects = subjects

    def add(self, reporter: int, named: Named, reason: Reason, text: str) -> None:
        """Report something; a second report of the same account changes nothing.

        Raises:
            Failure: ``missing_field``, ``invalid_body``; ``not_found`` where one may not see it;
                ``forbidden`` where it is one's own; ``rate_limited``.
        """
        text = checked("text", text)
        subject = self._subjects.find(named, reporter)
        if subject.owner_id == reporter:
            raise Failure(Code.FORBIDDEN, "This is your own.")
        try:
            self._store.add(Report(reporter, subject, reason, text))
        except TooFast as refused:
            raise slow_down(refused) from None


def require_one(named: Named) -> None:
    """Raise ``missing_field`` or ``invalid_body`` unless one thing is named."""
    given = [name for name in Kind if getattr(named, name) is not None]
    if not given:
        raise Failure(Code.MISSING_FIELD, fields={name.value: MISSING for name in Kind})
    if len(given) > 1:
        problem = FieldProblem(FieldCode.INVALID, "can't be given together with another one")
        raise Failure(Code.INVALID_BODY, fields={name.value: problem for name in given})
