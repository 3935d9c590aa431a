"""The table ``Comments``: finding one, writing, changing and deleting."""

from collections.abc import Collection

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import Database, Duplicate
from vireo_common.errors import Code, Failure
from vireo_common.events import CommentApproved, CommentPosted
from vireo_common.token_bucket import TokenBucket
from vireo_community.core.comment_texts import mentions
from vireo_community.core.comments import (
    ROOM,
    ROOM_A_SECOND,
    YOUNG_COMMENTS,
    YOUNG_SECONDS,
    CommentState,
    Draft,
    Found,
    blocked,
    cost_of,
    require_open,
    require_shown,
    state_of,
    too_young,
)
from vireo_community.core.videos import Subject
from vireo_community.storage import comment_rows
from vireo_community.storage.channels import hold_channels, hold_writer
from vireo_community.storage.comment_filters import filter_of
from vireo_community.storage.comment_rows import Row, lock_thread
from vireo_community.storage.comment_values import COLUMNS, MINE, NOBODYS, comment, mine_of
from vireo_community.storage.videos import COLUMNS as VIDEO
from vireo_community.storage.videos import COUNTERS, held_video, subject
from vireo_videos.visibility import may_view

VIDEO_COLUMNS = 10

WRITES = TokenBucket("CommentWrites", ROOM, ROOM_A_SECOND)

FIND = f"""
SELECT STRAIGHT_JOIN {COLUMNS}, {{mine}}, p.State, {VIDEO}, {COUNTERS}
FROM Comments m JOIN Videos v ON v.VideoID = m.VideoID
LEFT JOIN Channels c ON c.ChannelID = m.ChannelID
LEFT JOIN VideoCounters k ON k.VideoID = m.VideoID
LEFT JOIN Comments p ON p.CommentID = m.ParentID
WHERE m.CommentID = %s
"""

BY_REQUEST = "SELECT CommentID FROM Comments WHERE RequestKey = %s AND VideoID = %s"

IS_YOUNG = """
SELECT COALESCE(CreatedAt > UTC_TIMESTAMP() - INTERVAL 1 DAY, 0) FROM Channels WHERE ChannelID = %s
"""

FORGET_YOUNG = """
DELETE FROM YoungWrites WHERE ChannelID = %s AND CreatedAt <= NOW(3) - INTERVAL %s SECOND
"""

YOUNG = """
SELECT COUNT(*), CEIL(%s - TIMESTAMPDIFF(MICROSECOND, MIN(CreatedAt), NOW(3)) / 1000000)
FROM YoungWrites WHERE ChannelID = %s
"""

NOTE_YOUNG = "INSERT INTO YoungWrites (ChannelID, CreatedAt) VALUES (%s, NOW(3))"

SWEEP_YOUNG = """
DELETE FROM YoungWrites WHERE CreatedAt <= NOW(3) - INTERVAL 1 HOUR ORDER BY CreatedAt LIMIT 1000
"""

BLOCKED_BY = "SELECT 1 FROM Blocks WHERE BlockedID = %s AND ChannelID IN %s LIMIT 1"

BLOCKS = "SELECT 1 FROM Blocks WHERE ChannelID = %s AND BlockedID = %s LIMIT 1"

BY_NAMES = "SELECT Username, ChannelID FROM Channels WHERE Username IN %s"

EDIT = "UPDATE Comments SET Text = %s, EditedAt = UTC_TIMESTAMP() WHERE CommentID = %s"

PIN = """
INSERT INTO VideoCounters (VideoID, PinnedID) VALUES (%s, %s)
ON DUPLICATE KEY UPDATE PinnedID = VALUES(PinnedID)
"""


class CommentTable:
    """Comments in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, comment_id: int, viewer: int | None) -> Found | None:
        """A comment, as a viewer sees it, whether or not they may."""
        statement = FIND.format(mine=NOBODYS if viewer is None else MINE)
        with self._database.read() as cursor:
            cursor.execute(statement, (*mine_of(viewer), comment_id))
            row = cursor.fetchone()
        if row is None:
            return None
        *own, is_blocked, parent_state = row[:-VIDEO_COLUMNS]
        video = subject(row[-VIDEO_COLUMNS:])
        found = comment(own, video)
        return Found(
            found,
            video,
            author_gone=not found.channel,
            blocked=bool(is_blocked),
            parent_state=CommentState(parent_state) if parent_state else None,
        )

    def add(self, draft: Draft) -> int:
        """Write a comment; its id."""
        try:
            return self._database.transaction("comments.add", lambda cursor: _add(cursor, draft))
        except Duplicate:
            # The same request, whose answer was lost.
            with self._database.read() as cursor:
                cursor.execute(BY_REQUEST, (draft.request_key, draft.video_id))
                row = cursor.fetchone()
            if row is None:
                raise Failure(Code.UNAVAILABLE) from None
            return int(row[0])

    def edit(self, comment_id: int, channel_id: int, text: str) -> None:
        """Give a comment of the channel another text."""

        def work(cursor: Cursor) -> None:
            hold_writer(cursor, channel_id)
            WRITES.charge(cursor, channel_id, cost_of(text))
            video = _writable(cursor, _video_of(cursor, comment_id), channel_id)
            row, parent = lock_thread(cursor, comment_id)
            if row.channel_id != channel_id:
                raise Failure(Code.NOT_FOUND)
            others = {parent.channel_id} if parent else set()
            mentioned = _mentioned(cursor, text, channel_id)
            _require_unblocked(cursor, channel_id, {video.channel_id, *others, *mentioned})
            require_shown(CommentState.HIDDEN if row.hidden_by else CommentState.SHOWN)
            cursor.execute(EDIT, (text, comment_id))
            held = filter_of(cursor, video.channel_id)
            if state_of(channel_id, video, text, held) is CommentState.REVIEW:
                comment_rows.set_state(cursor, row, parent, CommentState.REVIEW)

        self._database.transaction("comments.edit", work)

    def delete(self, comment_id: int, actor: int) -> None:
        """Delete a comment; one with replies stays as their place."""

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, actor)
            held_video(cursor, _video_of(cursor, comment_id))
            comment_rows.delete(cursor, *lock_thread(cursor, comment_id))

        self._database.transaction("comments.delete", work)

    def approve(self, comment_id: int, owner: int) -> None:
        """Show a comment that waits for it; idempotent."""

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, owner)
            video = held_video(cursor, _video_of(cursor, comment_id))
            row, parent = lock_thread(cursor, comment_id)
            if row.state is CommentState.REVIEW:
                comment_rows.set_state(cursor, row, parent, CommentState.SHOWN)
                _publish_approved(cursor, video, row)

        self._database.transaction("comments.approve", work)

    def pin(self, comment_id: int, owner: int, pinned: bool) -> None:
        """Have this comment of the video stand above the others, or not any more."""

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, owner)
            video = held_video(cursor, _video_of(cursor, comment_id))
            row, _ = lock_thread(cursor, comment_id)
            require_shown(row.state)
            statement = PIN if pinned else comment_rows.UNPIN
            cursor.execute(statement, (video.video_id, comment_id))

        self._database.transaction("comments.pin", work)

    def sweep(self) -> None:
        """Forget what young accounts wrote more than an hour ago; a bounded number."""
        self._database.sweep(SWEEP_YOUNG)


def _add(cursor: Cursor, draft: Draft) -> int:
    author = draft.channel_id
    hold_writer(cursor, author)
    WRITES.charge(cursor, author, cost_of(draft.text))
    _require_room_of_young(cursor, author)
    video = _writable(cursor, draft.video_id, author)
    answered, parent = None, None
    if draft.reply_to is not None:
        answered, parent = _answered(cursor, draft.reply_to, video)
    mentioned = _mentioned(cursor, draft.text, author)
    others = {row.channel_id for row in (answered, parent) if row}
    _require_unblocked(cursor, author, {video.channel_id, *others, *mentioned})
    if answered:
        _require_not_blocking(cursor, author, answered.channel_id)
    state = state_of(author, video, draft.text, filter_of(cursor, video.channel_id))
    key, text = draft.request_key, draft.text
    to = draft.reply_to
    made = comment_rows.insert(cursor, video.video_id, author, parent, to, state, key, text)
    said = CommentPosted(
        made,
        video.video_id,
        video.hash_path,
        author,
        video.channel_id,
        state,
        reply_to_author=answered.channel_id if answered else None,
        mentions=tuple(sorted(mentioned)),
    )
    events.publish(cursor, said)
    return made


def _writable(cursor: Cursor, video_id: int, author: int) -> Subject:
    """Hold the video, which may have been closed or hidden meanwhile."""
    video = held_video(cursor, video_id)
    if not may_view(author, video):
        raise Failure(Code.NOT_FOUND)
    require_open(video.comments_policy)
    return video


def _answered(cursor: Cursor, reply_to: int, video: Subject) -> tuple[Row, Row]:
    """The comment that is answered, and the one of the video below which the answer stands."""
    row, above = lock_thread(cursor, reply_to)
    if row.video_id != video.video_id:
        raise Failure(Code.NOT_FOUND)
    require_shown(row.state)
    if above and above.state in comment_rows.UNLISTED:
        require_shown(above.state)
    return row, above or row


def _require_room_of_young(cursor: Cursor, author: int) -> None:
    """Count a comment of a young account; the row of its bucket is locked, so they come one after
    the other."""
    cursor.execute(IS_YOUNG, (author,))
    if cursor.fetchone() != (1,):
        return
    cursor.execute(FORGET_YOUNG, (author, YOUNG_SECONDS))
    cursor.execute(YOUNG, (YOUNG_SECONDS, author))
    ((written, seconds),) = cursor.fetchall()
    if written >= YOUNG_COMMENTS:
        raise too_young(int(seconds))
    cursor.execute(NOTE_YOUNG, (author,))


def _require_unblocked(cursor: Cursor, author: int, others: Collection[int]) -> None:
    """Raise ``forbidden`` where one of the others blocks the author."""
    if cursor.execute(BLOCKED_BY, (author, tuple(others))):
        raise blocked()


def _require_not_blocking(cursor: Cursor, author: int, other: int) -> None:
    if cursor.execute(BLOCKS, (author, other)):
        raise blocked()


def _mentioned(cursor: Cursor, text: str, author: int) -> set[int]:
    """The ids of the channels that a text mentions, but its author's."""
    written = mentions(text)
    if not written:
        return set()
    cursor.execute(BY_NAMES, (tuple(name for ways in written for name in ways),))
    known = {name.lower(): channel_id for name, channel_id in cursor.fetchall()}
    found = {
        next((known[way.lower()] for way in ways if way.lower() in known), author)
        for ways in written
    }
    return found - {author}


def _video_of(cursor: Cursor, comment_id: int) -> int:
    video_id = comment_rows.video_of(cursor, comment_id)
    if video_id is None:
        raise Failure(Code.NOT_FOUND)
    return video_id


def _publish_approved(cursor: Cursor, video: Subject, row: Row) -> None:
    said = CommentApproved(
        row.comment_id,
        video.video_id,
        video.hash_path,
        row.channel_id,
        video.channel_id,
        reply_to_author=comment_rows.author_answered(cursor, row.comment_id),
        mentions=tuple(sorted(_mentioned(cursor, row.text, row.channel_id))),
    )
    events.publish(cursor, said)
