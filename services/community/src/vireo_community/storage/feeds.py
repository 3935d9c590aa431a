"""The feed: the newest videos of the channels that somebody follows.

Nothing is copied to followers. Who follows many channels mostly finds a page among the newest
videos of all, so the index of those is read first, for a bounded number. Where that is too few, two
statements do it: one finds the channels whose newest video before the page is the newest, of which
there can be no more on the page than it has rows; the other the newest videos of these. Both seek
in an index, once for each followed channel, however many videos the channels have (ADR 0049).
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.pages import Page, encode_cursor
from vireo_videos.mine import Mine, mine
from vireo_videos.rows import AFTER, LISTED, LISTED_JOINS, listed, place, position
from vireo_videos.video import Video
from vireo_videos.visibility import PUBLIC

MANY = 50
"""Channels. Whoever follows fewer is served by seeks at once, which are faster then."""
SCANNED = 400
"""Of the newest videos of all; as many again take longer than the seeks save."""

_BEFORE = "AND Upload <= %s AND (Upload < %s OR VideoID < %s)"

# Whether somebody follows many, and no further; and the upload of the last one that is looked at.
PLAN = f"""
SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM Subscriptions WHERE FollowerID = %s LIMIT %s) few), (
    SELECT MIN(Upload) FROM (
        SELECT Upload FROM Videos FORCE INDEX (NewestPublic) WHERE {PUBLIC} {{before}}
        ORDER BY Upload DESC, VideoID DESC LIMIT %s
    ) few
)
"""

SCAN = f"""
SELECT STRAIGHT_JOIN {LISTED}
FROM Videos v FORCE INDEX (NewestPublic)
JOIN Subscriptions f FORCE INDEX (Pair) ON f.FollowerID = %s AND f.ChannelID = v.ChannelID
{LISTED_JOINS}
WHERE v.{PUBLIC} AND v.Upload >= %s {{after}}
ORDER BY v.Upload DESC, v.VideoID DESC LIMIT %s
"""

# The newest video's time and number are one number, in the order of the list, so that a head is
# read from the index alone.
EPOCH = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (as the column has it: UTC)
_IDS = 1 << 31
HEADS = f"""
SELECT f.ChannelID, (
    SELECT TIMESTAMPDIFF(SECOND, '2000-01-01', Upload) * {_IDS} + VideoID
    FROM Videos FORCE INDEX (NewestPublicOfChannel)
    WHERE ChannelID = f.ChannelID AND {PUBLIC} {{before}}
    ORDER BY Upload DESC, VideoID DESC LIMIT 1
) AS Head
FROM Subscriptions f FORCE INDEX (Pair) WHERE f.FollowerID = %s
HAVING Head IS NOT NULL ORDER BY Head DESC LIMIT %s
"""

# No video that is older than the last head is on the page.
_OF_ONE = f"""
(SELECT VideoID FROM Videos FORCE INDEX (NewestPublicOfChannel)
WHERE ChannelID = %s AND {PUBLIC} AND Upload >= %s {{before}}
ORDER BY Upload DESC, VideoID DESC LIMIT %s)
"""

ROWS = f"""
SELECT STRAIGHT_JOIN {LISTED}
FROM ({{newest}}) few JOIN Videos v ON v.VideoID = few.VideoID
{LISTED_JOINS}
WHERE v.{PUBLIC}
ORDER BY v.Upload DESC, v.VideoID DESC LIMIT %s
"""


class FeedTables:
    """Feeds, made of several tables in MariaDB.

    Args:
        many, scanned: see ``MANY`` and ``SCANNED``.
    """

    def __init__(self, database: Database, many: int = MANY, scanned: int = SCANNED) -> None:
        self._database = database
        self._many = many
        self._scanned = scanned

    def page(self, follower_id: int, limit: int, cursor: str | None) -> Page[tuple[Video, Mine]]:
        """The videos of all channels that somebody follows, newest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        after = position(cursor)
        with self._database.read() as reading:
            rows = self._scan(reading, follower_id, after, limit + 1)
            if len(rows) <= limit:
                rows = _seek(reading, follower_id, after, limit + 1)
            found = [listed(row) for row in rows[:limit]]
            theirs = mine(reading, follower_id, [video.video_id for video in found])
        # Of a video that was deleted at this moment there is nothing.
        shown = [(video, theirs.get(video.video_id, Mine(subscribed=True))) for video in found]
        return Page(shown, encode_cursor(place(found[-1])) if len(rows) > limit else None)

    def _scan(
        self, cursor: Cursor, follower_id: int, after: Sequence[object], count: int
    ) -> Sequence[Sequence[Any]]:
        """The page, as far as the newest videos of all have it; empty for who follows few."""
        plan = PLAN.format(before=_BEFORE if after else "")
        cursor.execute(plan, (follower_id, self._many, *after, self._scanned))
        ((follows, oldest),) = cursor.fetchall()
        if follows < self._many or oldest is None:
            return ()
        statement = SCAN.format(after=AFTER if after else "")
        cursor.execute(statement, (follower_id, oldest, *after, count))
        return cursor.fetchall()


def _seek(
    cursor: Cursor, follower_id: int, after: Sequence[object], count: int
) -> Sequence[Sequence[Any]]:
    """The page, by a look at each followed channel."""
    before = _BEFORE if after else ""
    cursor.execute(HEADS.format(before=before), (*after, follower_id, count))
    heads = cursor.fetchall()
    if not heads:
        return ()
    oldest = EPOCH if len(heads) < count else EPOCH + dt.timedelta(seconds=heads[-1][1] // _IDS)
    statement = " UNION ALL ".join([_OF_ONE.format(before=before)] * len(heads))
    values = [value for head in heads for value in (head[0], oldest, *after, count)]
    cursor.execute(ROWS.format(newest=statement), (*values, count))
    return cursor.fetchall()
