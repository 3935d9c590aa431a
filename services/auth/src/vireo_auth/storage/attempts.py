"""The tables ``SignInPairs``, ``SignInFailures`` and ``KnownAddresses``.

The row of a pair (name, address) is locked while the pair's failures are counted. For a browser
that the account knows, a digest of its mark stands in place of the address.
"""

import datetime as dt
from typing import Any

from pymysql.cursors import Cursor

from vireo_auth.core.sessions import PasswordReplaced
from vireo_auth.core.sign_in import Admitted, Blocked, Limits, Slowed
from vireo_auth.storage.browsers import is_known, know_browser
from vireo_common.database import Database, MissingParent

ENSURE_PAIR = """
INSERT INTO SignInPairs (NameKey, Address, SeenAt) VALUES (%s, %s, NOW(3))
ON DUPLICATE KEY UPDATE SeenAt = NOW(3)
"""

# Rounded up, so that the block is over after these seconds.
BLOCK_LEFT = """
SELECT BlockedUntil, CEIL(TIMESTAMPDIFF(MICROSECOND, NOW(3), BlockedUntil) / 1000000)
FROM SignInPairs WHERE NameKey = %s AND Address = %s AND BlockedUntil > NOW(3)
"""

IS_KNOWN = "SELECT 1 FROM KnownAddresses WHERE ChannelID = %s AND Address = %s"

FAILURES_OF_PAIR = """
SELECT COUNT(*) FROM SignInFailures
WHERE NameKey = %s AND Address = %s AND FailedAt > NOW(3) - INTERVAL %s SECOND
"""

# The oldest of the last N failures from unknown addresses: when it leaves the window, there is
# room for one more.
STRANGERS = """
SELECT CEIL(TIMESTAMPDIFF(MICROSECOND, NOW(3), FailedAt + INTERVAL %s SECOND) / 1000000)
FROM SignInFailures
WHERE NameKey = %s AND Known = 0 AND FailedAt > NOW(3) - INTERVAL %s SECOND
ORDER BY FailedAt DESC LIMIT 1 OFFSET %s
"""

# The same for one address, whatever names it tries.
GUESSES = """
SELECT CEIL(TIMESTAMPDIFF(MICROSECOND, NOW(3), FailedAt + INTERVAL %s SECOND) / 1000000)
FROM SignInFailures
WHERE Address = %s AND FailedAt > NOW(3) - INTERVAL %s SECOND
ORDER BY FailedAt DESC LIMIT 1 OFFSET %s
"""

INSERT_FAILURE = """
INSERT INTO SignInFailures (NameKey, Address, Known, FailedAt) VALUES (%s, %s, %s, NOW(3))
"""

BLOCK = """
UPDATE SignInPairs SET BlockedUntil = NOW(3) + INTERVAL %s SECOND
WHERE NameKey = %s AND Address = %s
"""

FORGET_FAILURES = "DELETE FROM SignInFailures WHERE NameKey = %s AND Address = %s"

FORGET_PAIR = "DELETE FROM SignInPairs WHERE NameKey = %s AND Address = %s"

KNOW = """
INSERT INTO KnownAddresses (ChannelID, Address, SeenAt) VALUES (%s, %s, NOW(3))
ON DUPLICATE KEY UPDATE SeenAt = NOW(3)
"""

# Bounded, so that the sweep never holds many locks.
SWEEP_FAILURES = """
DELETE FROM SignInFailures WHERE FailedAt < NOW(3) - INTERVAL 1 DAY ORDER BY FailedAt LIMIT 1000
"""

SWEEP_PAIRS = """
DELETE FROM SignInPairs WHERE SeenAt < NOW(3) - INTERVAL 1 DAY
    AND (BlockedUntil IS NULL OR BlockedUntil < NOW(3)) ORDER BY SeenAt LIMIT 1000
"""

SWEEP_KNOWN = """
DELETE FROM KnownAddresses WHERE SeenAt < NOW(3) - INTERVAL 400 DAY ORDER BY SeenAt LIMIT 1000
"""


class AttemptTable:
    """Sign-in attempts in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def admit(
        self,
        name_key: bytes,
        address: str,
        mark: bytes | None,
        channel_id: int | None,
        limits: Limits,
    ) -> Admitted | Blocked | Slowed:
        """Count one more attempt, as if it had failed already, unless the name is blocked.

        One from a browser whose ``mark`` the account knows is counted for that browser alone.
        """

        known_browser = mark is not None and self._knows(channel_id, mark)
        counted_by = browser_place(mark) if mark and known_browser else address

        def work(cursor: Cursor) -> Admitted | Blocked | Slowed:
            pair = (name_key, counted_by)
            # The lock comes first, so that concurrent attempts count one after the other.
            cursor.execute(ENSURE_PAIR, pair)
            if cursor.execute(BLOCK_LEFT, pair):
                until, seconds = _row(cursor)
                return Blocked(until.replace(tzinfo=dt.UTC), int(seconds))
            # The same statement for an unknown name, which no address is known for.
            known = known_browser or cursor.execute(IS_KNOWN, (channel_id or 0, address)) == 1
            window = int(limits.window.total_seconds())
            room = (window, name_key, window, limits.strangers - 1)
            if not known and cursor.execute(STRANGERS, room):
                (seconds,) = _row(cursor)
                return Slowed(int(seconds))
            guesses = (window, address, window, limits.guesses - 1)
            if not known and cursor.execute(GUESSES, guesses):
                (seconds,) = _row(cursor)
                return Slowed(int(seconds))
            cursor.execute(FAILURES_OF_PAIR, (*pair, window))
            (before,) = _row(cursor)
            failures = before + 1
            cursor.execute(INSERT_FAILURE, (*pair, known))
            if failures >= limits.attempts:
                cursor.execute(BLOCK, (int(limits.block.total_seconds()), *pair))
            return Admitted(max(0, limits.attempts - failures), counted_by)

        return self._database.transaction("attempts.admit", work)

    def _knows(self, channel_id: int | None, mark: bytes) -> bool:
        # The same statement for an unknown name, which no browser is known for.
        with self._database.read() as cursor:
            return is_known(cursor, channel_id or 0, mark)

    def succeeded(self, name_key: bytes, counted_by: str, address: str, channel_id: int) -> None:
        """Forget the failures of this name that were counted there, and know the address from now
        on.

        Raises:
            PasswordReplaced: the account is gone.
        """

        def work(cursor: Cursor) -> None:
            forget_failures(cursor, name_key, counted_by)
            cursor.execute(KNOW, (channel_id, address))

        try:
            self._database.transaction("attempts.succeeded", work)
        except MissingParent:
            raise PasswordReplaced from None

    def know_browser(self, channel_id: int, old: bytes | None, new: bytes) -> None:
        """Know a browser by its new mark from now on; the old one ends.

        Raises:
            PasswordReplaced: the account is gone.
        """
        try:
            self._database.transaction(
                "attempts.know_browser", lambda cursor: know_browser(cursor, channel_id, old, new)
            )
        except MissingParent:
            raise PasswordReplaced from None

    def sweep(self) -> None:
        """Delete expired rows; a bounded number."""
        self._database.sweep(SWEEP_FAILURES)
        self._database.sweep(SWEEP_PAIRS)
        self._database.sweep(SWEEP_KNOWN)


def let_in(cursor: Cursor, name_key: bytes, address: str, channel_id: int) -> None:
    """Forget the failures of a name from an address, and know the address from now on, in the
    caller's transaction.

    Raises:
        MissingParent: the account is gone.
    """
    forget_failures(cursor, name_key, address)
    cursor.execute(KNOW, (channel_id, address))


def forget_failures(cursor: Cursor, name_key: bytes, counted_by: str) -> None:
    """Forget the failures of a name that were counted there, in the caller's transaction."""
    # The pair first: it is the lock that ``admit`` takes first.
    cursor.execute(FORGET_PAIR, (name_key, counted_by))
    cursor.execute(FORGET_FAILURES, (name_key, counted_by))


def browser_place(mark: bytes) -> str:
    """What is stored in place of an address where a browser's attempts are counted."""
    return f"mark:{mark.hex()[:40]}"


def _row(cursor: Cursor) -> tuple[Any, ...]:
    row = cursor.fetchone()
    if row is None:
        raise LookupError("the statement gave no row")
    return row
