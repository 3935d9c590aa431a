"""The table ``PendingRemovals``: channels and videos that are gone, whose rows are still to go.

Tables of community have no foreign keys (ADR 0045). What is gone is shown to nobody, because
whatever shows it joins it; its rows are deleted in pieces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pymysql.cursors import Cursor

from vireo_common.database import Database

INSERT = (
    "INSERT IGNORE INTO PendingRemovals (What, ID, OwnerID, CreatedAt) VALUES (%s, %s, %s, NOW(3))"
)

OLDEST = "SELECT What, ID, OwnerID FROM PendingRemovals ORDER BY CreatedAt LIMIT %s"

DELETE = "DELETE FROM PendingRemovals WHERE What = %s AND ID = %s"


class What(StrEnum):
    """What is gone."""

    CHANNEL = "channel"
    VIDEO = "video"


@dataclass(frozen=True)
class Removal:
    """A channel or a video that is gone, by its id; ``owner_id`` is the channel's own, too."""

    what: What
    gone_id: int
    owner_id: int


class RemovalTable:
    """Removals in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def oldest(self, limit: int) -> Sequence[Removal]:
        """Some of those that wait, the oldest first."""
        with self._database.read() as cursor:
            cursor.execute(OLDEST, (limit,))
            return [Removal(What(what), *ids) for what, *ids in cursor.fetchall()]

    def done(self, removal: Removal) -> None:
        """Nothing is left of it."""
        self._database.write(DELETE, (removal.what, removal.gone_id))


def add_removal(cursor: Cursor, removal: Removal) -> None:
    """Have its rows removed, in the caller's transaction."""
    cursor.execute(INSERT, (removal.what, removal.gone_id, removal.owner_id))
