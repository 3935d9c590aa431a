"""Deleting what is left of videos and channels that are gone, in pieces.

No row has a foreign key to them (ADR 0045), so an event has the worker do it. Each piece is a
transaction with its counters, and leaves the rest as it was: it may stop anywhere, and run again.
"""

from collections.abc import Callable, Mapping, Sequence

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_community.storage import comment_rows
from vireo_community.storage.videos import HOLD

Piece = Callable[[int, int], bool]
"""Deletes at most so many rows (the second number) of a video or channel; whether that were all
that it may delete, so that there may be more."""

REACTIONS_OF_VIDEO = "DELETE FROM Reactions WHERE VideoID = %s LIMIT %s"

COMMENTS_OF_VIDEO = "SELECT CommentID, Likes FROM Comments WHERE VideoID = %s LIMIT %s FOR UPDATE"

REMOVE_COMMENTS = "DELETE FROM Comments WHERE CommentID IN %s"

NOTE_GONE = "INSERT IGNORE INTO GoneComments (CommentID) VALUES (%s)"

# The row stays for its views, which are removed elsewhere.
UNCOUNT_VIDEO = """
UPDATE VideoCounters SET Comments = 0, InReview = 0, PinnedID = NULL WHERE VideoID = %s
"""

REACTED_TO = """
SELECT VideoID FROM Reactions FORCE INDEX (OfChannel) WHERE ChannelID = %s ORDER BY VideoID LIMIT %s
"""

LOCK_VIDEOS = """
SELECT VideoID FROM Videos FORCE INDEX (PRIMARY) WHERE VideoID IN %s ORDER BY VideoID FOR UPDATE
"""

REACTIONS_OF_CHANNEL = """
SELECT VideoID, Reaction FROM Reactions FORCE INDEX (PRIMARY)
WHERE VideoID IN %s AND ChannelID = %s FOR UPDATE
"""

REMOVE_REACTIONS = "DELETE FROM Reactions WHERE VideoID IN %s AND ChannelID = %s"

UNCOUNT = {
    "like": "UPDATE Videos SET `Like` = `Like` - 1 WHERE VideoID IN %s",
    "dislike": "UPDATE Videos SET Dislike = Dislike - 1 WHERE VideoID IN %s",
}

COMMENTS_OF_CHANNEL = """
SELECT CommentID FROM Comments FORCE INDEX (OfChannel) WHERE ChannelID = %s
ORDER BY CommentID LIMIT %s
"""

LIKED = """
SELECT CommentID FROM CommentLikes FORCE INDEX (OfChannel) WHERE ChannelID = %s
ORDER BY CommentID LIMIT %s
"""

LOCK_COMMENTS = """
SELECT CommentID FROM Comments FORCE INDEX (PRIMARY)
WHERE CommentID IN %s AND State <> 'deleted' ORDER BY CommentID FOR UPDATE
"""

LIKES_OF_CHANNEL = """
SELECT CommentID FROM CommentLikes FORCE INDEX (PRIMARY)
WHERE CommentID IN %s AND ChannelID = %s FOR UPDATE
"""

REMOVE_LIKES = "DELETE FROM CommentLikes WHERE CommentID IN %s AND ChannelID = %s"

UNCOUNT_LIKES = "UPDATE Comments SET Likes = Likes - 1 WHERE CommentID IN %s"

BLOCKS_BY = "DELETE FROM Blocks WHERE ChannelID = %s LIMIT %s"

BLOCKS_OF = "DELETE FROM Blocks WHERE BlockedID = %s LIMIT %s"

YOUNG_WRITES = "DELETE FROM YoungWrites WHERE ChannelID = %s LIMIT %s"

BUCKET = "DELETE FROM CommentWrites WHERE ChannelID = %s LIMIT %s"


class Removal:
    """What is left of videos and channels, in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remove_of_video(self, video_id: int, limit: int) -> bool:
        """Delete some of what is left of a video that is gone; whether there is more."""
        return _first_full(self._of_video(), video_id, limit)

    def remove_of_channel(self, channel_id: int, limit: int) -> bool:
        """Delete some of what is left of a channel that is gone; whether there is more.

        Its comments with replies of others stay as their place, without words or author.
        """
        return _first_full(self._of_channel(), channel_id, limit)

    def _of_video(self) -> Sequence[Piece]:
        return (
            self._plain(REACTIONS_OF_VIDEO),
            self._comments_of_video,
        )

    def _of_channel(self) -> Sequence[Piece]:
        return (
            self._reactions,
            self._comments,
            self._comment_likes,
            *map(self._plain, (BLOCKS_BY, BLOCKS_OF, YOUNG_WRITES, BUCKET)),
        )

    def _plain(self, statement: str) -> Piece:
        """Rows that nothing counts."""
        return lambda subject, limit: self._database.write(statement, (subject, limit)) == limit

    def _comments_of_video(self, video_id: int, limit: int) -> bool:
        def work(cursor: Cursor) -> bool:
            # What counts them is gone with the video; it goes first, so that it never says more
            # than is there.
            cursor.execute(UNCOUNT_VIDEO, (video_id,))
            cursor.execute(COMMENTS_OF_VIDEO, (video_id, limit))
            rows = cursor.fetchall()
            liked = [(comment_id,) for comment_id, likes in rows if likes]
            if liked:
                cursor.executemany(NOTE_GONE, liked)
            if rows:
                cursor.execute(REMOVE_COMMENTS, (tuple(row[0] for row in rows),))
            return len(rows) == limit

        return self._database.transaction("removal.comments_of_video", work)

    def _reactions(self, channel_id: int, limit: int) -> bool:
        def work(cursor: Cursor) -> bool:
            videos = _ids(cursor, REACTED_TO, (channel_id, limit))
            if not videos:
                return False
            cursor.execute(LOCK_VIDEOS, (videos,))
            cursor.execute(REACTIONS_OF_CHANNEL, (videos, channel_id))
            of_kind: Mapping[str, list[int]] = {kind: [] for kind in UNCOUNT}
            for video_id, reaction in cursor.fetchall():
                of_kind[reaction].append(video_id)
            cursor.execute(REMOVE_REACTIONS, (videos, channel_id))
            for kind, counted in of_kind.items():
                if counted:
                    cursor.execute(UNCOUNT[kind], (tuple(counted),))
            return len(videos) == limit

        return self._database.transaction("removal.reactions", work)

    def _comments(self, channel_id: int, limit: int) -> bool:
        """A transaction each: they are below many videos, whose counters others wait for."""
        with self._database.read() as cursor:
            found = _ids(cursor, COMMENTS_OF_CHANNEL, (channel_id, limit))
        for comment_id in found:
            self._database.transaction("removal.comment", _remove_comment(comment_id))
        return len(found) == limit

    def _comment_likes(self, channel_id: int, limit: int) -> bool:
        def work(cursor: Cursor) -> bool:
            liked = _ids(cursor, LIKED, (channel_id, limit))
            if not liked:
                return False
            counted = set(_ids(cursor, LOCK_COMMENTS, (liked,)))
            removed = _ids(cursor, LIKES_OF_CHANNEL, (liked, channel_id))
            cursor.execute(REMOVE_LIKES, (liked, channel_id))
            if fewer := tuple(sorted(counted & set(removed))):
                cursor.execute(UNCOUNT_LIKES, (fewer,))
            return len(liked) == limit

        return self._database.transaction("removal.comment_likes", work)


def _first_full(pieces: Sequence[Piece], subject: int, limit: int) -> bool:
    """Go from piece to piece until one has deleted all that it may."""
    return any(piece(subject, limit) for piece in pieces)


def _remove_comment(comment_id: int) -> Callable[[Cursor], None]:
    def work(cursor: Cursor) -> None:
        video_id = comment_rows.video_of(cursor, comment_id)
        if video_id is None:
            # Somebody else has deleted it meanwhile.
            return
        if not cursor.execute(HOLD, (video_id,)):
            # Nothing counts it any more.
            cursor.execute(NOTE_GONE, (comment_id,))
            cursor.execute(REMOVE_COMMENTS, ((comment_id,),))
            return
        try:
            row, parent = comment_rows.lock_thread(cursor, comment_id)
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                raise
            return
        comment_rows.delete(cursor, row, parent)

    return work


def _ids(cursor: Cursor, statement: str, values: Sequence[object]) -> tuple[int, ...]:
    cursor.execute(statement, values)
    return tuple(row[0] for row in cursor.fetchall())
