"""Rows of ``Comments``, and every counter that has to equal them.

A comment is counted by its video where it is shown, a reply where its comment does not wait for
review: what nobody can find counts nowhere. Whoever changes a row holds it, and the comment above
it first; the video and the channels are held before (see ``storage.reactions``).
"""

from typing import NamedTuple

from pymysql.cursors import Cursor

from vireo_common.errors import Code, Failure
from vireo_community.core.comments import CommentState


class Row(NamedTuple):
    """What of a row decides what becomes of it."""

    comment_id: int
    video_id: int
    channel_id: int
    parent_id: int
    state: CommentState
    likes: int
    replies: int
    below: int
    text: str


VIDEO_OF = "SELECT VideoID FROM Comments WHERE CommentID = %s"

PARENT_OF = "SELECT ParentID FROM Comments WHERE CommentID = %s"

LOCK = """
SELECT CommentID, VideoID, ChannelID, ParentID, State, Likes, Replies, Below, Text
FROM Comments WHERE CommentID = %s FOR UPDATE
"""

INSERT = """
INSERT INTO Comments
    (VideoID, ChannelID, ParentID, AnswersID, State, Listed, CreatedAt, RequestKey, Text)
VALUES (%s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(), %s, %s)
"""

SET_STATE = "UPDATE Comments SET State = %s, Listed = %s WHERE CommentID = %s"

# What is left of a deleted comment tells nothing of who wrote what.
EMPTY = """
UPDATE Comments SET State = 'deleted', Listed = Replies > 0, ChannelID = 0, Likes = 0, Text = '',
    EditedAt = NULL, RequestKey = NULL
WHERE CommentID = %s
"""

REMOVE = "DELETE FROM Comments WHERE CommentID = %s"

# MariaDB assigns from left to right: `Replies` is the new number where `Listed` is set.
COUNT_REPLY = """
UPDATE Comments SET Replies = Replies + %s, Below = Below + %s,
    Listed = CASE State WHEN 'deleted' THEN Replies > 0 ELSE Listed END
WHERE CommentID = %s
"""

COUNT = """
INSERT INTO VideoCounters (VideoID, Comments, InReview)
VALUES (%s, GREATEST(%s, 0), GREATEST(%s, 0))
ON DUPLICATE KEY UPDATE Comments = Comments + %s, InReview = InReview + %s
"""

ANSWERED = """
SELECT a.ChannelID FROM Comments c JOIN Comments a ON a.CommentID = c.AnswersID
WHERE c.CommentID = %s AND a.State = 'shown'
"""

UNPIN = "UPDATE VideoCounters SET PinnedID = NULL WHERE VideoID = %s AND PinnedID = %s"

# Its likes are deleted in pieces, by the worker.
NOTE_GONE = "INSERT IGNORE INTO GoneComments (CommentID) VALUES (%s)"


def video_of(cursor: Cursor, comment_id: int) -> int | None:
    """The video of a comment, which never changes."""
    cursor.execute(VIDEO_OF, (comment_id,))
    row = cursor.fetchone()
    return int(row[0]) if row else None


def author_answered(cursor: Cursor, comment_id: int) -> int | None:
    """Who wrote the comment that this one answers; ``None`` where it is gone, or there is none."""
    cursor.execute(ANSWERED, (comment_id,))
    row = cursor.fetchone()
    return int(row[0]) if row else None


def lock_thread(cursor: Cursor, comment_id: int) -> tuple[Row, Row | None]:
    """Lock a comment, and the one to which it is a reply.

    Raises:
        Failure: ``not_found`` where it is not there, or deleted.
    """
    cursor.execute(PARENT_OF, (comment_id,))
    found = cursor.fetchone()
    if found is None:
        raise Failure(Code.NOT_FOUND)
    (parent_id,) = found
    parent = lock(cursor, parent_id) if parent_id else None
    row = lock(cursor, comment_id)
    if row is None or row.state is CommentState.DELETED or (parent_id and parent is None):
        raise Failure(Code.NOT_FOUND)
    return row, parent


def lock(cursor: Cursor, comment_id: int) -> Row | None:
    """Lock a comment in whatever state."""
    cursor.execute(LOCK, (comment_id,))
    found = cursor.fetchone()
    if found is None:
        return None
    row = Row._make(found)
    return row._replace(state=CommentState(row.state))


def insert(
    cursor: Cursor,
    video_id: int,
    channel_id: int,
    parent: Row | None,
    answers_id: int | None,
    state: CommentState,
    request_key: bytes | None,
    text: str,
) -> int:
    """Add a comment, to one that is locked where it is a reply; its id.

    ``answers_id`` is the comment that it answers, which may be a reply itself.
    """
    shown = state is CommentState.SHOWN
    parent_id = parent.comment_id if parent else 0
    cursor.execute(
        INSERT, (video_id, channel_id, parent_id, answers_id, state, shown, request_key, text)
    )
    made = int(cursor.lastrowid)
    comments = int(shown)
    if parent:
        comments = _count_reply(cursor, parent, comments, 1)
    _count(cursor, video_id, comments, int(not shown))
    return made


def set_state(cursor: Cursor, row: Row, parent: Row | None, state: CommentState) -> None:
    """Show a locked comment, or have it wait for review."""
    if state is row.state:
        return
    shown = 1 if state is CommentState.SHOWN else -1
    cursor.execute(SET_STATE, (state, shown > 0, row.comment_id))
    if parent:
        comments = _count_reply(cursor, parent, shown, 0)
    else:
        cursor.execute(UNPIN, (row.video_id, row.comment_id))
        comments = _counted(state, row.replies) - _counted(row.state, row.replies)
    _count(cursor, row.video_id, comments, -shown)


def delete(cursor: Cursor, row: Row, parent: Row | None) -> None:
    """Delete a locked comment; it stays without its words where replies need their place."""
    if row.likes:
        cursor.execute(NOTE_GONE, (row.comment_id,))
    if parent:
        cursor.execute(REMOVE, (row.comment_id,))
        comments = _count_reply(cursor, parent, -int(row.state is CommentState.SHOWN), -1)
        if parent.state is CommentState.DELETED and parent.below == 1:
            cursor.execute(REMOVE, (parent.comment_id,))
    else:
        cursor.execute(EMPTY if row.below else REMOVE, (row.comment_id,))
        cursor.execute(UNPIN, (row.video_id, row.comment_id))
        after = _counted(CommentState.DELETED, row.replies)
        comments = after - _counted(row.state, row.replies)
    _count(cursor, row.video_id, comments, -int(row.state is CommentState.REVIEW))


def _count(cursor: Cursor, video_id: int, comments: int, in_review: int) -> None:
    if comments or in_review:
        cursor.execute(COUNT, (video_id, comments, in_review, comments, in_review))


def _count_reply(cursor: Cursor, parent: Row, shown: int, below: int) -> int:
    """Count a reply at its comment; what it adds to the number of the video."""
    cursor.execute(COUNT_REPLY, (shown, below, parent.comment_id))
    return 0 if parent.state is CommentState.REVIEW else shown


def _counted(state: CommentState, replies: int) -> int:
    """What a comment of a video adds to the video's number, with its replies that are shown."""
    if state is CommentState.REVIEW:
        return 0
    return replies + int(state is CommentState.SHOWN)
