"""Counters beside the rows that they count.

Each statement sees one moment, in which a counter and its rows agree because one transaction writes
both; so this runs beside everything else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pymysql.cursors import Cursor

from vireo_common.database import Database

# Ids that one statement looks at.
STEP = 500

_VIEWS = """
SELECT VideoID AS ID, Views AS Kept, 0 AS Counted FROM VideoCounters WHERE VideoID {range}
UNION ALL SELECT VideoID, 0, Views FROM ViewBase WHERE VideoID {range}
UNION ALL SELECT VideoID, 0, COUNT(*) FROM ViewLog FORCE INDEX (OfVideo)
    WHERE Outcome = 'counted' AND VideoID {range} GROUP BY VideoID
"""
_SUBSCRIBERS = """
SELECT ChannelID AS ID, Subscribers AS Kept, 0 AS Counted FROM ChannelCounters
    WHERE ChannelID {range}
UNION ALL SELECT ChannelID, 0, COUNT(*) FROM Subscriptions FORCE INDEX (OfChannel)
    WHERE ChannelID {range} GROUP BY ChannelID
"""
_CHANNEL_VIEWS = """
SELECT ChannelID AS ID, Views AS Kept, 0 AS Counted FROM ChannelCounters WHERE ChannelID {range}
UNION ALL SELECT v.ChannelID, 0, SUM(k.Views)
    FROM Videos v FORCE INDEX (OfChannel) JOIN VideoCounters k ON k.VideoID = v.VideoID
    WHERE v.ChannelID {range} GROUP BY v.ChannelID
UNION ALL SELECT p.OwnerID, 0, SUM(k.Views)
    FROM PendingRemovals p JOIN VideoCounters k ON k.VideoID = p.ID
    WHERE p.What = 'video' AND p.OwnerID {range} GROUP BY p.OwnerID
"""
_DIFFERENT = """
SELECT ID, SUM(Kept), SUM(Counted) FROM ({rows}) every
GROUP BY ID HAVING SUM(Kept) <> SUM(Counted) ORDER BY ID
"""
_RANGE = "BETWEEN %(first)s AND %(last)s"

NEXT_VIDEO = """
SELECT MIN(ID) FROM (
    SELECT MIN(VideoID) AS ID FROM VideoCounters WHERE VideoID >= %(first)s
    UNION ALL SELECT MIN(VideoID) FROM ViewBase WHERE VideoID >= %(first)s
    UNION ALL SELECT MIN(VideoID) FROM ViewLog WHERE VideoID >= %(first)s
) every
"""
NEXT_CHANNEL = """
SELECT MIN(ID) FROM (
    SELECT MIN(ChannelID) AS ID FROM ChannelCounters WHERE ChannelID >= %(first)s
    UNION ALL SELECT MIN(ChannelID) FROM Subscriptions WHERE ChannelID >= %(first)s
    UNION ALL SELECT MIN(ChannelID) FROM Videos WHERE ChannelID >= %(first)s
) every
"""

# Whoever counts changes the counter last, and waits for its lock: what is not committed is counted
# neither here nor there.
LOCK_VIDEO = """
INSERT INTO VideoCounters (VideoID) VALUES (%s) ON DUPLICATE KEY UPDATE VideoID = VideoID
"""
LOCK_CHANNEL = """
INSERT INTO ChannelCounters (ChannelID) VALUES (%s) ON DUPLICATE KEY UPDATE ChannelID = ChannelID
"""
SET_VIEWS = """
UPDATE VideoCounters SET Views =
    COALESCE((SELECT Views FROM ViewBase WHERE VideoID = %(id)s), 0)
    + (SELECT COUNT(*) FROM ViewLog WHERE VideoID = %(id)s AND Outcome = 'counted')
WHERE VideoID = %(id)s
"""
SET_SUBSCRIBERS = """
UPDATE ChannelCounters SET Subscribers =
    (SELECT COUNT(*) FROM Subscriptions WHERE ChannelID = %(id)s)
WHERE ChannelID = %(id)s
"""
SET_CHANNEL_VIEWS = """
UPDATE ChannelCounters SET Views = COALESCE((
    SELECT SUM(k.Views) FROM Videos v JOIN VideoCounters k ON k.VideoID = v.VideoID
    WHERE v.ChannelID = %(id)s), 0)
    + COALESCE((
    SELECT SUM(k.Views) FROM PendingRemovals p JOIN VideoCounters k ON k.VideoID = p.ID
    WHERE p.What = 'video' AND p.OwnerID = %(id)s), 0)
WHERE ChannelID = %(id)s
"""


class Kind(StrEnum):
    """What is counted. In this order: views of channels are sums of those of videos."""

    VIEWS = "views"
    SUBSCRIBERS = "subscribers"
    CHANNEL_VIEWS = "channel_views"


@dataclass(frozen=True)
class Difference:
    """A counter that is not what its rows say; ``subject`` is the id of a video or channel."""

    counter: Kind
    subject: int
    kept: int
    rows: int


_ROWS = {
    Kind.VIEWS: (NEXT_VIDEO, _VIEWS),
    Kind.SUBSCRIBERS: (NEXT_CHANNEL, _SUBSCRIBERS),
    Kind.CHANNEL_VIEWS: (NEXT_CHANNEL, _CHANNEL_VIEWS),
}
_REPAIRS = {
    Kind.VIEWS: (LOCK_VIDEO, SET_VIEWS),
    Kind.SUBSCRIBERS: (LOCK_CHANNEL, SET_SUBSCRIBERS),
    Kind.CHANNEL_VIEWS: (LOCK_CHANNEL, SET_CHANNEL_VIEWS),
}


class Recount:
    """Counters in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def differences(self) -> Iterator[Difference]:
        """Every counter that differs, as it is at the moment in which it is looked at."""
        for kind, (following, rows) in _ROWS.items():
            statement = _DIFFERENT.format(rows=rows.format(range=_RANGE))
            first = self._next(following, 0)
            while first is not None:
                ids = {"first": first, "last": first + STEP - 1}
                with self._database.read() as cursor:
                    cursor.execute(statement, ids)
                    found = cursor.fetchall()
                for subject, kept, counted in found:
                    yield Difference(kind, int(subject), int(kept), int(counted))
                first = self._next(following, first + STEP)

    def _next(self, statement: str, first: int) -> int | None:
        with self._database.read() as cursor:
            cursor.execute(statement, {"first": first})
            ((found,),) = cursor.fetchall()
        return None if found is None else int(found)

    def repair(self, difference: Difference) -> None:
        """Set a counter to what its rows say now."""
        lock, statement = _REPAIRS[difference.counter]

        def work(cursor: Cursor) -> None:
            cursor.execute(lock, (difference.subject,))
            cursor.execute(statement, {"id": difference.subject})

        self._database.transaction("recount.repair", work)
