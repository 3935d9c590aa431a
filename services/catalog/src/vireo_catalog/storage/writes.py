"""The table ``ChannelWrites``: the token buckets of accounts' writes, shared by all processes."""

from pymysql.cursors import Cursor

from vireo_catalog.core.writes import ROOM, ROOM_A_SECOND, TooManyWrites

# An account that was just deleted gets no row, and owns nothing to write to. MariaDB assigns from
# left to right: `Room` must be computed before `FilledAt` changes.
FILL = """
INSERT INTO ChannelWrites (ChannelID, Room, FilledAt)
SELECT ChannelID, %s, NOW(3) FROM Channels WHERE ChannelID = %s
ON DUPLICATE KEY UPDATE
    Room = LEAST(%s, ChannelWrites.Room + %s * GREATEST(0,
        TIMESTAMPDIFF(MICROSECOND, ChannelWrites.FilledAt, NOW(3)) / 1000000)),
    FilledAt = NOW(3)
"""

LEFT = "SELECT Room FROM ChannelWrites WHERE ChannelID = %s"

TAKE = "UPDATE ChannelWrites SET Room = Room - %s WHERE ChannelID = %s"


def charge(cursor: Cursor, channel_id: int, cost: int) -> None:
    """Take ``cost`` from what the account may write, in the caller's transaction.

    The account's row stays locked until that ends: its writes come one after the other.

    Raises:
        TooManyWrites: the caller's transaction is to be rolled back.
    """
    cursor.execute(FILL, (ROOM, channel_id, ROOM, ROOM_A_SECOND))
    cursor.execute(LEFT, (channel_id,))
    row = cursor.fetchone()
    if row is None:
        return
    (room,) = row
    if room < cost:
        raise TooManyWrites((cost - room) / ROOM_A_SECOND)
    cursor.execute(TAKE, (cost, channel_id))
