"""The table ``GrantKeys``: the halves of keys that the processes of media and catalog share."""

import secrets
from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.grant_keys import RETIRED_SECONDS, SETTLE_SECONDS, StoredKey

HALF_BYTES = 32

# Locks the row, and makes it where there is none; see ``storage/open_uploads.py``.
GATE = """
INSERT INTO Gates (Name) VALUES ('grant_keys') ON DUPLICATE KEY UPDATE Name = VALUES(Name)
"""

# The one that was not replaced comes last, also where two were made in one millisecond.
VALID = """
SELECT KeyID, Half, CreatedAt <= NOW(3) - INTERVAL %s MICROSECOND FROM GrantKeys
WHERE ValidUntil IS NULL OR ValidUntil > NOW(3) ORDER BY ValidUntil IS NULL, CreatedAt, KeyID
"""

INSERT = "INSERT INTO GrantKeys (KeyID, Half, CreatedAt) VALUES (%s, %s, NOW(3))"

RETIRE = "UPDATE GrantKeys SET ValidUntil = NOW(3) + INTERVAL %s SECOND WHERE ValidUntil IS NULL"

FORGET = "DELETE FROM GrantKeys WHERE ValidUntil <= NOW(3)"


class GrantKeyTable:
    """Halves of keys in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def valid(self) -> Sequence[StoredKey]:
        """The rows that are valid, the oldest first; the first row is made here."""
        with self._database.read() as cursor:
            found = _valid(cursor)
        return found or self._database.transaction("grant_keys.first", _first)

    def rotate(self) -> str:
        """Add a key that soon signs, and let those before end in their time; its id."""

        def work(cursor: Cursor) -> str:
            cursor.execute(GATE)
            cursor.execute(FORGET)
            cursor.execute(RETIRE, (int(RETIRED_SECONDS),))
            return _insert(cursor)

        return self._database.transaction("grant_keys.rotate", work)


def _first(cursor: Cursor) -> Sequence[StoredKey]:
    # Of several processes that find none, one makes it.
    cursor.execute(GATE)
    if not _valid(cursor):
        _insert(cursor)
    return _valid(cursor)


def _insert(cursor: Cursor) -> str:
    key_id = secrets.token_hex(8)
    cursor.execute(INSERT, (key_id, secrets.token_bytes(HALF_BYTES)))
    return key_id


def _valid(cursor: Cursor) -> Sequence[StoredKey]:
    cursor.execute(VALID, (int(SETTLE_SECONDS * 1_000_000),))
    return [StoredKey(str(row[0]), bytes(row[1]), bool(row[2])) for row in cursor.fetchall()]
