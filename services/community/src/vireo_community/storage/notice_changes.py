"""What has changed in the notices of those who are connected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_community.core.notices import Notice
from vireo_community.storage.notices import ROWS, notice

BOXES = "SELECT ChannelID, LastChange FROM NoticeBoxes WHERE ChannelID IN %s"

AT_A_TIME = 100
"""Notices of one person that are read at a time; what is more comes the next time."""
# Up to what the box said before: a change that is committed meanwhile is for the next time.
OF_ONE = f"""
({ROWS} WHERE n.ChannelID = %s AND n.`Change` > %s AND n.`Change` <= %s
ORDER BY n.`Change` LIMIT {AT_A_TIME})
"""

UNREAD = """
SELECT ChannelID, COUNT(*) FROM Notices WHERE ChannelID IN %s AND ReadMark = 0 GROUP BY ChannelID
"""

AT_ONCE = 50
"""Channels that one statement looks at."""


@dataclass(frozen=True)
class Changes:
    """What changed for one person: up to which number, the notices in the order of their changes,
    and how many are unread."""

    last: int
    notices: Sequence[Notice]
    unread: int


class NoticeChangeTable:
    """Changes of notices in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, channel_id: int) -> int:
        """The number of somebody's latest change; 0 where there is none."""
        with self._database.read() as cursor:
            cursor.execute(BOXES, ([channel_id],))
            row = cursor.fetchone()
        return int(row[1]) if row else 0

    def since(self, known: Mapping[int, int]) -> dict[int, Changes]:
        """What has changed for whom, after the numbers that are known."""
        found: dict[int, Changes] = {}
        channels = sorted(known)
        for start in range(0, len(channels), AT_ONCE):
            part = channels[start : start + AT_ONCE]
            with self._database.read() as cursor:
                found |= _since(cursor, known, part)
        return found


def _since(cursor: Cursor, known: Mapping[int, int], channels: Sequence[int]) -> dict[int, Changes]:
    cursor.execute(BOXES, (list(channels),))
    last = {channel: change for channel, change in cursor.fetchall() if change > known[channel]}
    if not last:
        return {}
    values = [value for channel, to in last.items() for value in (channel, known[channel], to)]
    cursor.execute(" UNION ALL ".join([OF_ONE] * len(last)), values)
    notices: dict[int, list[Notice]] = {channel: [] for channel in last}
    for changed in sorted(map(notice, cursor.fetchall()), key=lambda each: each.change):
        notices[changed.recipient].append(changed)
    cursor.execute(UNREAD, (list(last),))
    unread = dict(cursor.fetchall())
    return {
        channel: Changes(_up_to(notices[channel], change), notices[channel], unread.get(channel, 0))
        for channel, change in last.items()
    }


def _up_to(notices: Sequence[Notice], last: int) -> int:
    """How far one person's changes were read."""
    return notices[-1].change if len(notices) == AT_A_TIME else last
