"""The table ``ReservedNames``: names of deleted channels, which stay reserved for a while.

Links to a channel contain its name, so that whoever took it at once could pass for its owner. Only
a keyed digest of the name is stored.
"""

import hmac

from pymysql.cursors import Cursor

from vireo_common.database import Database

RESERVED_DAYS = 30

RESERVE = """
INSERT INTO ReservedNames (NameKey, ReservedUntil) VALUES (%s, NOW(3) + INTERVAL %s DAY)
ON DUPLICATE KEY UPDATE ReservedUntil = VALUES(ReservedUntil)
"""

IS_RESERVED = "SELECT 1 FROM ReservedNames WHERE NameKey = %s AND ReservedUntil > NOW(3)"

# Bounded, so that the sweep never holds many locks.
SWEEP = "DELETE FROM ReservedNames WHERE ReservedUntil < NOW(3) ORDER BY ReservedUntil LIMIT 1000"


class ReservedNames:
    """Names, for the transactions of others; ``key`` makes their digests."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def reserve(self, cursor: Cursor, username: str) -> None:
        """Keep a name from everybody, from the commit on."""
        cursor.execute(RESERVE, (self._digest(username), RESERVED_DAYS))

    def holds(self, cursor: Cursor, username: str) -> bool:
        """Whether a name is reserved.

        Called after the name was inserted, which waits for a deletion that is not committed yet;
        that deletion is seen here.
        """
        return bool(cursor.execute(IS_RESERVED, (self._digest(username),)))

    def _digest(self, username: str) -> bytes:
        return hmac.digest(self._key, username.lower().encode(), "sha256")


class ReservedNameTable:
    """The table, for the sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sweep(self) -> None:
        """Forget names that anybody may have again; a bounded number."""
        self._database.sweep(SWEEP)
