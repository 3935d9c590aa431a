"""Token buckets of accounts, shared by all processes of a service: a row an account in a table.

The table has ``ChannelID`` (its primary key), ``Room`` (double) and ``FilledAt`` (datetime(3)).
"""

from dataclasses import dataclass

from pymysql.cursors import Cursor

from vireo_common.rates import TooFast

# An account that was just deleted gets no row, and owns nothing to write to. MariaDB assigns from
# left to right: `Room` must be computed before `FilledAt` changes.
FILL = """
INSERT INTO {table} (ChannelID, Room, FilledAt)
SELECT ChannelID, %s, NOW(3) FROM Channels WHERE ChannelID = %s
ON DUPLICATE KEY UPDATE
    Room = LEAST(%s, {table}.Room + %s * GREATEST(0,
        TIMESTAMPDIFF(MICROSECOND, {table}.FilledAt, NOW(3)) / 1000000)),
    FilledAt = NOW(3)
"""

LEFT = "SELECT Room FROM {table} WHERE ChannelID = %s"

TAKE = "UPDATE {table} SET Room = Room - %s WHERE ChannelID = %s"


@dataclass(frozen=True)
class TokenBucket:
    """The buckets of one table: ``room`` is their size, ``room_a_second`` what they gain."""

    table: str
    room: float
    room_a_second: float

    def charge(self, cursor: Cursor, channel_id: int, cost: float) -> None:
        """Take ``cost`` from what the account may do, in the caller's transaction.

        The account's row stays locked until that ends: its writes come one after the other.

        Raises:
            TooFast: the caller's transaction is to be rolled back.
        """
        fill = FILL.format(table=self.table)
        cursor.execute(fill, (self.room, channel_id, self.room, self.room_a_second))
        cursor.execute(LEFT.format(table=self.table), (channel_id,))
        row = cursor.fetchone()
        if row is None:
            return
        (room,) = row
        if room < cost:
            raise TooFast((cost - room) / self.room_a_second)
        cursor.execute(TAKE.format(table=self.table), (cost, channel_id))
