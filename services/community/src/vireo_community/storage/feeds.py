"""The feed: the newest videos of the channels that somebody follows.

Nothing is copied to followers. A page takes two statements: first the channels whose newest video
before the page is the newest, of which there can be no more on the page than it has rows; then the
newest videos of these. Both seek in an index, once for each followed channel, however many videos
the channels have.
"""

from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.pages import Page, encode_cursor
from vireo_videos.mine import Mine, find_mine
from vireo_videos.rows import LISTED, listed, place, position
from vireo_videos.video import Video
from vireo_videos.visibility import PUBLIC

_AFTER = "AND Upload <= %s AND (Upload < %s OR VideoID < %s)"

HEADS = f"""
SELECT STRAIGHT_JOIN f.ChannelID, n.Upload
FROM Subscriptions f FORCE INDEX (Pair) JOIN Videos n ON n.VideoID = (
    SELECT VideoID FROM Videos FORCE INDEX (NewestOfChannel)
    WHERE ChannelID = f.ChannelID AND {PUBLIC} {{after}}
    ORDER BY Upload DESC, VideoID DESC LIMIT 1
)
WHERE f.FollowerID = %s
ORDER BY n.Upload DESC, n.VideoID DESC LIMIT %s
"""

# With the page's last row in mind: no video that is older than the last head is on it.
_OF_ONE = f"""
(SELECT VideoID FROM Videos FORCE INDEX (NewestOfChannel)
WHERE ChannelID = %s AND {PUBLIC} AND Upload >= %s {{after}}
ORDER BY Upload DESC, VideoID DESC LIMIT %s)
"""

ROWS = f"""
SELECT STRAIGHT_JOIN {LISTED}
FROM ({{newest}}) few JOIN Videos v ON v.VideoID = few.VideoID
JOIN Channels c ON c.ChannelID = v.ChannelID
WHERE v.{PUBLIC}
ORDER BY v.Upload DESC, v.VideoID DESC LIMIT %s
"""


class FeedTables:
    """Feeds, made of several tables in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, follower_id: int, limit: int, cursor: str | None) -> Page[tuple[Video, Mine]]:
        """The videos of all channels that somebody follows, newest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        after = position(cursor)
        with self._database.read() as reading:
            rows = _newest(reading, follower_id, after, limit + 1)
            shown = rows[:limit]
            mine = find_mine(reading, follower_id, [video.video_id for video in shown])
        found = [(video, mine[video.video_id]) for video in shown]
        return Page(found, encode_cursor(place(shown[-1])) if len(rows) > limit else None)


def _newest(
    cursor: Cursor, follower_id: int, after: Sequence[object], count: int
) -> Sequence[Video]:
    condition = _AFTER if after else ""
    cursor.execute(HEADS.format(after=condition), (*after, follower_id, count))
    heads = cursor.fetchall()
    if not heads:
        return []
    oldest = heads[-1][1] if len(heads) == count else 0
    statement = " UNION ALL ".join([_OF_ONE.format(after=condition)] * len(heads))
    values = [value for head in heads for value in (head[0], oldest, *after, count)]
    cursor.execute(ROWS.format(newest=statement), (*values, count))
    return [listed(row) for row in cursor.fetchall()]
