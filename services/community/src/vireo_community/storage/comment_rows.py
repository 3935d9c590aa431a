"""Rows of ``Comments``, and every counter that has to equal them.

A comment is counted by its video where it is shown, a reply where its comment neither waits for
review nor is hidden: what nobody can find counts nowhere. Whoever changes a row holds it, and the
comment above it first; the video and the channels are held before (see ``storage.reactions``).
"""

from typing import NamedTuple

from pymysql.cursors import Cursor

from vireo_common.errors import Code, Failure
from vireo_community.core.comments import CommentState
from vireo_videos.visibility import HiddenBy


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
    hidden_by: HiddenBy
    state_before: str | None


UNLISTED = {CommentState.REVIEW, CommentState.HIDDEN}
"""What everybody's lists leave out; ``InReview`` of a video counts it."""

VIDEO_OF = "SELECT VideoID FROM Comments WHERE CommentID = %s"

PARENT_OF = "SELECT ParentID FROM Comments WHERE CommentID = %s"

LOCK = """
SELECT CommentID, VideoID, ChannelID, ParentID, State, Likes, Replies, Below, Text,
    HiddenBy, StateBefore
FROM Comments WHERE CommentID = %s FOR UPDATE
"""

INSERT = """
INSERT INTO Comments
    (VideoID, ChannelID, ParentID, AnswersID, State, Listed, CreatedAt, RequestKey, Text)
VALUES (%s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(), %s, %s)
"""

SET_STATE = "UPDATE Comments SET State = %s, Listed = %s WHERE CommentID = %s"

HIDE = "UPDATE Comments SET HiddenBy = %s, StateBefore = %s WHERE CommentID = %s"

# What is left of a deleted comment tells nothing of who wrote what.
EMPTY = """
UPDATE Comments SET State = 'deleted', Listed = Replies > 0, ChannelID = 0, Likes = 0, Text = '',
    EditedAt = NULL, RequestKey = NULL, HiddenBy = 0, StateBefore = NULL
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

# What was reported of it, and an appeal, are of no use any more.
CLOSE_CASES = """
UPDATE ModerationCases SET OpenMark = CaseID, ClosedAt = NOW(3), Outcome = 'gone'
WHERE Kind IN ('report', 'appeal') AND Subject = 'comment' AND SubjectID = %s AND OpenMark = 0
"""

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
    return row._replace(state=CommentState(row.state), hidden_by=HiddenBy(row.hidden_by))


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
    """Show a locked comment, have it wait for review, or hide it."""
    if state is row.state:
        return
    shown = int(state is CommentState.SHOWN)
    cursor.execute(SET_STATE, (state, shown, row.comment_id))
    more = shown - int(row.state is CommentState.SHOWN)
    if parent:
        comments = _count_reply(cursor, parent, more, 0)
    else:
        cursor.execute(UNPIN, (row.video_id, row.comment_id))
        comments = _counted(state, row.replies) - _counted(row.state, row.replies)
    _count(cursor, row.video_id, comments, int(state in UNLISTED) - int(row.state in UNLISTED))


def hide(cursor: Cursor, row: Row, parent: Row | None, why: HiddenBy) -> None:
    """Hide a locked comment; it may be hidden for another reason already."""
    before = row.state_before if row.hidden_by else row.state
    cursor.execute(HIDE, (row.hidden_by | why, before, row.comment_id))
    set_state(cursor, row, parent, CommentState.HIDDEN)


def restore(cursor: Cursor, row: Row, parent: Row | None, why: HiddenBy) -> None:
    """End a reason to hide a locked comment; without another it is what it was before."""
    left = row.hidden_by & ~why
    if row.hidden_by == left:
        return
    cursor.execute(HIDE, (left, row.state_before if left else None, row.comment_id))
    if not left:
        set_state(cursor, row, parent, CommentState(row.state_before or CommentState.SHOWN))


def delete(cursor: Cursor, row: Row, parent: Row | None) -> None:
    """Delete a locked comment; it stays without its words where replies need their place."""
    cursor.execute(CLOSE_CASES, (row.comment_id,))
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
    _count(cursor, row.video_id, comments, -int(row.state in UNLISTED))


def _count(cursor: Cursor, video_id: int, comments: int, in_review: int) -> None:
    if comments or in_review:
        cursor.execute(COUNT, (video_id, comments, in_review, comments, in_review))


def _count_reply(cursor: Cursor, parent: Row, shown: int, below: int) -> int:
    """Count a reply at its comment; what it adds to the number of the video."""
    cursor.execute(COUNT_REPLY, (shown, below, parent.comment_id))
    return 0 if parent.state in UNLISTED else shown


def _counted(state: CommentState, replies: int) -> int:
    """What a comment of a video adds to the video's number, with its replies that are shown."""
    if state in UNLISTED:
        return 0
    return replies + int(state is CommentState.SHOWN)
