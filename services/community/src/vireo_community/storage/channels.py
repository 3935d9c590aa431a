"""The table ``Channels``, of which community may read the ids and the names."""

from collections.abc import Collection

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_community.core.channels import Channel

BY_NAME = """
SELECT ChannelID, Username, SuspendedAt IS NOT NULL FROM Channels WHERE Username = %s
"""

HOLD = "SELECT 1 FROM Channels WHERE ChannelID = %s LOCK IN SHARE MODE"

HOLD_AND_READ = """
SELECT SuspendedAt IS NOT NULL FROM Channels WHERE ChannelID = %s LOCK IN SHARE MODE
"""

HOLD_LIVING = """
SELECT ChannelID FROM Channels FORCE INDEX (PRIMARY) WHERE ChannelID IN %s
ORDER BY ChannelID LOCK IN SHARE MODE
"""


class ChannelTable:
    """Channels in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> Channel | None:
        """The channel with this name, whatever the case of its letters."""
        with self._database.read() as cursor:
            cursor.execute(BY_NAME, (name,))
            row = cursor.fetchone()
        return Channel(row[0], row[1], bool(row[2])) if row else None


def hold_channels(cursor: Cursor, actor: int, *others: int) -> None:
    """Keep channels from being deleted until the caller's transaction ends.

    Tables of community have no foreign keys to them (ADR 0045): whoever writes a row of a channel
    calls this first, so that none is left behind.

    Args:
        actor: whose token the request carries.

    Raises:
        Failure: ``token_invalid`` where the actor is gone, ``not_found`` where another is.
    """
    for channel_id in sorted({actor, *others}):
        if not cursor.execute(HOLD, (channel_id,)):
            raise Failure(Code.TOKEN_INVALID if channel_id == actor else Code.NOT_FOUND)


def hold_writer(cursor: Cursor, actor: int) -> None:
    """Do the same for who is about to write what others see.

    Raises:
        Failure: ``token_invalid`` where the actor is gone, ``suspended``.
    """
    if not cursor.execute(HOLD_AND_READ, (actor,)):
        raise Failure(Code.TOKEN_INVALID)
    if cursor.fetchone() != (0,):
        raise Failure(Code.SUSPENDED)


def hold_living(cursor: Cursor, channel_ids: Collection[int]) -> set[int]:
    """Do the same for channels any of which may be gone; those that are there."""
    cursor.execute(HOLD_LIVING, (tuple(channel_ids),))
    return {channel_id for (channel_id,) in cursor.fetchall()}
