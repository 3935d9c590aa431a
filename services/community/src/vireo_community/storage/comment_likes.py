"""The table ``CommentLikes``, and the counters of it in ``Comments``."""

from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.events import CommentLiked
from vireo_community.core.comment_likes import LikeWish
from vireo_community.core.comments import CommentState
from vireo_community.storage.channels import hold_living
from vireo_community.storage.comment_rows import Row, lock

OF_THESE = """
SELECT ChannelID FROM CommentLikes FORCE INDEX (PRIMARY)
WHERE CommentID = %s AND ChannelID IN %s
"""

ADD = "INSERT INTO CommentLikes (CommentID, ChannelID, CreatedAt) VALUES (%s, %s, UTC_TIMESTAMP())"

REMOVE = "DELETE FROM CommentLikes WHERE CommentID = %s AND ChannelID IN %s"

COUNT = "UPDATE Comments SET Likes = Likes + %s WHERE CommentID = %s"

GONE = "SELECT CommentID FROM GoneComments LIMIT 100"

LIKES_OF_GONE = "DELETE FROM CommentLikes WHERE CommentID = %s LIMIT 1000"

FORGET = """
DELETE FROM GoneComments WHERE CommentID = %s
    AND NOT EXISTS (SELECT 1 FROM CommentLikes WHERE CommentLikes.CommentID = %s)
"""


class CommentLikeTable:
    """Likes of comments in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def like(self, comment_id: int, wishes: Sequence[LikeWish]) -> Sequence[Failure | None]:
        """Fulfil some wishes, in their order, in one transaction."""

        def work(cursor: Cursor) -> Sequence[Failure | None]:
            living = hold_living(cursor, {wish.channel_id for wish in wishes})
            row = lock(cursor, comment_id)
            if row is None or row.state is not CommentState.SHOWN:
                return [Failure(Code.NOT_FOUND)] * len(wishes)
            # The last wish of a channel counts.
            wanted = {w.channel_id: w.like for w in wishes if w.channel_id in living}
            if wanted:
                _set(cursor, row, wanted)
            return [
                None if wish.channel_id in living else Failure(Code.TOKEN_INVALID)
                for wish in wishes
            ]

        return self._database.transaction("comment_likes.like", work)

    def sweep(self) -> None:
        """Delete likes of comments that are gone; a bounded number."""
        with self._database.read() as cursor:
            cursor.execute(GONE)
            gone = [comment_id for (comment_id,) in cursor.fetchall()]
        for comment_id in gone:
            self._database.sweep(LIKES_OF_GONE, (comment_id,))
            self._database.write(FORGET, (comment_id, comment_id))


def _set(cursor: Cursor, row: Row, wanted: dict[int, bool]) -> None:
    cursor.execute(OF_THESE, (row.comment_id, tuple(wanted)))
    before = {channel_id for (channel_id,) in cursor.fetchall()}
    added = [channel_id for channel_id, like in wanted.items() if like and channel_id not in before]
    removed = [channel_id for channel_id, like in wanted.items() if not like]
    removed = [channel_id for channel_id in removed if channel_id in before]
    if added:
        cursor.executemany(ADD, [(row.comment_id, channel_id) for channel_id in added])
    if removed:
        cursor.execute(REMOVE, (row.comment_id, tuple(removed)))
    if more := len(added) - len(removed):
        cursor.execute(COUNT, (more, row.comment_id))
    for channel_id in added:
        if channel_id != row.channel_id:
            said = CommentLiked(row.comment_id, row.video_id, channel_id, row.channel_id)
            events.publish(cursor, said)
