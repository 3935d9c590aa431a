"""The table ``WatchHistory``: what somebody has watched, and where they stand."""

import datetime as dt

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_community.core.history import MOST_WATCHED, WatchedVideo
from vireo_community.storage.channels import hold_channels
from vireo_community.storage.videos import hold_video
from vireo_videos.mine import mine
from vireo_videos.rows import LISTED, LISTED_JOINS, listed
from vireo_videos.visibility import visible_to

# Whoever has no row keeps a history.
WANTED = "SELECT History FROM Preferences WHERE ChannelID = %s"

# 1: a new row; 2: another place or time.
KEEP = """
INSERT INTO WatchHistory (ChannelID, VideoID, Position, WatchedAt) VALUES (%s, %s, %s, NOW(3))
ON DUPLICATE KEY UPDATE Position = VALUES(Position), WatchedAt = VALUES(WatchedAt)
"""

# The count stops above the limit.
COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM WatchHistory WHERE ChannelID = %s LIMIT %s) few"

TRIM = "DELETE FROM WatchHistory WHERE ChannelID = %s ORDER BY WatchedAt, VideoID LIMIT %s"

# What may not be seen any more is passed over. One's own is there in every state.
PAGE = f"""
SELECT STRAIGHT_JOIN {LISTED}, h.Position, h.WatchedAt
FROM WatchHistory h FORCE INDEX (Latest)
JOIN Videos v ON v.VideoID = h.VideoID {LISTED_JOINS}
WHERE h.ChannelID = %s AND {visible_to("%s")} {{after}}
ORDER BY h.WatchedAt DESC, h.VideoID DESC LIMIT %s
"""
AFTER = "AND h.WatchedAt <= %s AND (h.WatchedAt < %s OR h.VideoID < %s)"

CLEAR = "DELETE FROM WatchHistory WHERE ChannelID = %s LIMIT 1000"

FORGET = "DELETE FROM WatchHistory WHERE ChannelID = %s AND VideoID = %s"

# More than the limit at once: what parallel requests have added.
MOST_MORE = 100
LATEST = 253_402_300_799_000


class HistoryTable:
    """Histories in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, channel_id: int, video_id: int, position: float) -> None:
        """Note where somebody stands, unless they keep no history.

        Raises:
            Failure: ``token_invalid``, ``not_found``: one of them was deleted meanwhile.
        """

        def work(cursor: Cursor) -> None:
            # Whoever ends the history locks the channel first: nothing is kept behind it.
            hold_channels(cursor, channel_id)
            cursor.execute(WANTED, (channel_id,))
            row = cursor.fetchone()
            if row and not row[0]:
                return
            hold_video(cursor, video_id)
            if cursor.execute(KEEP, (channel_id, video_id, position)) == 1:
                _trim(cursor, channel_id)

        self._database.transaction("history.keep", work)

    def page(self, channel_id: int, limit: int, cursor: str | None) -> Page[WatchedVideo]:
        """What the account has watched and may still see, the latest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        after = _position(cursor)
        statement = PAGE.format(after=AFTER if after else "")
        with self._database.read() as reading:
            reading.execute(statement, (channel_id, channel_id, channel_id, *after, limit + 1))
            rows = reading.fetchall()
            videos = [listed(row[:-2]) for row in rows[:limit]]
            theirs = mine(reading, channel_id, [video.video_id for video in videos])
        found = [
            WatchedVideo(video, row[-2], row[-1].replace(tzinfo=dt.UTC), theirs[video.video_id])
            for video, row in zip(videos, rows, strict=False)
        ]
        if len(rows) <= limit:
            return Page(found, None)
        last = found[-1]
        milliseconds = round(last.watched_at.timestamp() * 1000)
        return Page(found, encode_cursor([milliseconds, last.video.video_id]))

    def clear(self, channel_id: int) -> None:
        """Forget all of it."""
        self._database.sweep(CLEAR, (channel_id,))

    def forget(self, channel_id: int, video_id: int) -> bool:
        """Forget one video; whether it was known."""
        return self._database.write(FORGET, (channel_id, video_id)) > 0


def _trim(cursor: Cursor, channel_id: int) -> None:
    cursor.execute(COUNT, (channel_id, MOST_WATCHED + MOST_MORE))
    ((count,),) = cursor.fetchall()
    if count > MOST_WATCHED:
        cursor.execute(TRIM, (channel_id, count - MOST_WATCHED))


def _position(cursor: str | None) -> tuple[object, ...]:
    """The parameters of ``AFTER``; none for the first page."""
    if cursor is None:
        return ()
    milliseconds, video_id = (int(part) for part in decode_cursor(cursor, (int, int)))
    since = dt.timedelta(milliseconds=min(milliseconds, LATEST))
    at = dt.datetime(1970, 1, 1) + since  # noqa: DTZ001 (as the column has it: UTC)
    return (at, at, video_id)
