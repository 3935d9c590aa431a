"""The table ``VideoViewers``: who may see a private video beside its owner."""

from pymysql.cursors import Cursor

from vireo_catalog.core.viewers import MOST_VIEWERS, TooManyViewers
from vireo_catalog.core.writes import cost_of
from vireo_catalog.storage.progress import lock
from vireo_catalog.storage.videos import WRITES
from vireo_common import events
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.events import VideoChanged
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_videos.channel import ChannelSummary
from vireo_videos.rows import CHANNEL, CHANNEL_JOINS, channel

FIND = "SELECT ChannelID FROM Channels WHERE Username = %s LOCK IN SHARE MODE"

# The row of the video is locked: of viewers that are named at once each counts those before it.
COUNT = "SELECT COUNT(*) FROM VideoViewers WHERE VideoID = %s AND ChannelID <> %s"

ADD = """
INSERT IGNORE INTO VideoViewers (VideoID, ChannelID, AddedAt) VALUES (%s, %s, NOW(3))
"""

REMOVE = "DELETE FROM VideoViewers WHERE VideoID = %s AND ChannelID = %s"

PAGE = f"""
SELECT {CHANNEL}
FROM Videos v JOIN VideoViewers w ON w.VideoID = v.VideoID
JOIN Channels c ON c.ChannelID = w.ChannelID {CHANNEL_JOINS}
WHERE v.PathHash = %s AND c.Username > %s ORDER BY c.Username LIMIT %s
"""


class ViewerTable:
    """Viewers in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, hash_path: str, channel_id: int, name: str) -> bool:
        """Name a viewer of the channel's video; idempotent. ``False`` where there is no such
        channel.

        Raises:
            Failure: ``not_found``: the video was deleted meanwhile.
            TooFast: the account has to wait.
            TooManyViewers: nothing was changed.
        """

        def work(cursor: Cursor) -> bool:
            video_id, viewer = _found(cursor, hash_path, channel_id, name)
            if viewer is None:
                return False
            cursor.execute(COUNT, (video_id, viewer))
            ((others,),) = cursor.fetchall()
            if others >= MOST_VIEWERS:
                raise TooManyViewers
            if cursor.execute(ADD, (video_id, viewer)):
                events.publish(cursor, VideoChanged(hash_path, channel_id))
            return True

        return self._database.transaction("viewers.add", work)

    def remove(self, hash_path: str, channel_id: int, name: str) -> bool:
        """Strike a viewer off; idempotent. ``False`` where there is no such channel.

        Raises:
            Failure: ``not_found``: the video was deleted meanwhile.
            TooFast: the account has to wait.
        """

        def work(cursor: Cursor) -> bool:
            video_id, viewer = _found(cursor, hash_path, channel_id, name)
            if viewer is None:
                return False
            if cursor.execute(REMOVE, (video_id, viewer)):
                events.publish(cursor, VideoChanged(hash_path, channel_id))
            return True

        return self._database.transaction("viewers.remove", work)

    def page(self, hash_path: str, limit: int, cursor: str | None) -> Page[ChannelSummary]:
        """Who was named, in the order of names.

        Raises:
            Failure: ``invalid_cursor``.
        """
        (after,) = decode_cursor(cursor, (str,)) if cursor is not None else ("",)
        with self._database.read() as reading:
            reading.execute(PAGE, (hash_path, after, limit + 1))
            found = [channel(row) for row in reading.fetchall()]
        more = len(found) > limit
        return Page(found[:limit], encode_cursor([found[limit - 1].name]) if more else None)


def _found(cursor: Cursor, hash_path: str, channel_id: int, name: str) -> tuple[int, int | None]:
    """The ids of the channel's video, which is locked, and of the channel of this name."""
    WRITES.charge(cursor, channel_id, cost_of())
    # The viewer's row first: whoever deletes an account locks it before its videos.
    viewer = cursor.fetchone() if cursor.execute(FIND, (name,)) else None
    video = lock(cursor, hash_path)
    if video is None or video.channel_id != channel_id:
        raise Failure(Code.NOT_FOUND)
    return video.video_id, viewer[0] if viewer else None
