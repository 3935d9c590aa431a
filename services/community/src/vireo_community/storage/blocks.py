"""The table ``Blocks``: who blocks whom."""

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_community.core.blocks import MOST_BLOCKS, TooManyBlocks
from vireo_community.storage.channels import hold_channels
from vireo_videos.channel import ChannelSummary
from vireo_videos.rows import CHANNEL, CHANNEL_JOINS, channel

# One more than any row has.
LAST = 1 << 63

# The count stops at the limit.
COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM Blocks WHERE ChannelID = %s LIMIT %s) few"

INSERT = """
INSERT INTO Blocks (ChannelID, BlockedID, CreatedAt) VALUES (%s, %s, NOW(3))
ON DUPLICATE KEY UPDATE BlockID = BlockID
"""

DELETE = "DELETE FROM Blocks WHERE ChannelID = %s AND BlockedID = %s"

PAGE = f"""
SELECT STRAIGHT_JOIN {CHANNEL}, b.BlockID
FROM Blocks b FORCE INDEX (OfChannel) JOIN Channels c ON c.ChannelID = b.BlockedID
{CHANNEL_JOINS}
WHERE b.ChannelID = %s AND b.BlockID < %s
ORDER BY b.BlockID DESC LIMIT %s
"""


class BlockTable:
    """Blocks in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, channel_id: int, blocked_id: int) -> None:
        """Block; idempotent.

        Raises:
            Failure: ``token_invalid``, ``not_found``: one of them was deleted meanwhile.
            TooManyBlocks: the account has too many.
        """

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, channel_id, blocked_id)
            cursor.execute(COUNT, (channel_id, MOST_BLOCKS))
            ((count,),) = cursor.fetchall()
            if count >= MOST_BLOCKS:
                raise TooManyBlocks
            cursor.execute(INSERT, (channel_id, blocked_id))

        self._database.transaction("blocks.add", work)

    def remove(self, channel_id: int, blocked_id: int) -> None:
        """Unblock; idempotent."""
        self._database.write(DELETE, (channel_id, blocked_id))

    def page(self, channel_id: int, limit: int, cursor: str | None) -> Page[ChannelSummary]:
        """Whom the channel blocks, the latest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        (before,) = decode_cursor(cursor, (int,)) if cursor is not None else (LAST,)
        with self._database.read() as database_cursor:
            database_cursor.execute(PAGE, (channel_id, before, limit + 1))
            rows = database_cursor.fetchall()
        more = len(rows) > limit
        found = [channel(row[:-1]) for row in rows[:limit]]
        return Page(found, encode_cursor([rows[limit - 1][-1]]) if more else None)
