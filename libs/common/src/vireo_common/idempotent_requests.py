"""The table ``IdempotentRequests``: requests with a key, and the answers to them.

The unique key decides which request is the first one. It holds a lease, and one whose lease was
taken over changes nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from vireo_common.database import Database, Duplicate

INSERT = """
INSERT INTO IdempotentRequests (KeyHash, RequestHash, Lease, LeaseUntil, ExpiresAt)
VALUES (%s, %s, %s, NOW(3) + INTERVAL %s SECOND, NOW(3) + INTERVAL %s SECOND)
"""

FIND = """
SELECT RequestHash, Status, Body, LeaseUntil < NOW(3), ExpiresAt < NOW(3)
FROM IdempotentRequests WHERE KeyHash = %s
"""

TAKE_OVER = """
UPDATE IdempotentRequests SET Lease = %s, LeaseUntil = NOW(3) + INTERVAL %s SECOND
WHERE KeyHash = %s AND Status IS NULL AND LeaseUntil < NOW(3)
"""

# Fencing: a request whose lease was taken over changes nothing.
FINISH = "UPDATE IdempotentRequests SET Status = %s, Body = %s WHERE KeyHash = %s AND Lease = %s"

FORGET = "DELETE FROM IdempotentRequests WHERE KeyHash = %s AND Lease = %s AND Status IS NULL"

FORGET_EXPIRED = "DELETE FROM IdempotentRequests WHERE KeyHash = %s AND ExpiresAt < NOW(3)"

# Bounded, so that the sweep never holds many locks.
SWEEP = "DELETE FROM IdempotentRequests WHERE ExpiresAt < NOW(3) ORDER BY ExpiresAt LIMIT 1000"

KEPT_SECONDS = 24 * 60 * 60
# Longer than the gateway waits for any of these answers.
LEASE_SECONDS = 60


class Turn(StrEnum):
    """What becomes of a request with a key."""

    FIRST = "first"
    WAIT = "wait"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Kept:
    """The answer that the first one got."""

    status: int
    body: str


@dataclass(frozen=True)
class Asked:
    """A request with a key: digests of the key and the request, and the lease of who handles it."""

    key_hash: bytes
    request_hash: bytes
    lease: bytes


class IdempotentRequestTable:
    """The table in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, asked: Asked) -> Turn | Kept:
        """Whose turn it is."""
        return Turn.FIRST if self._insert(asked) else self._look(asked)

    def finish(self, asked: Asked, kept: Kept) -> None:
        """Store the answer, for repetitions."""
        self._database.write(FINISH, (kept.status, kept.body, asked.key_hash, asked.lease))

    def forget(self, asked: Asked) -> None:
        """Let a repetition do the work again."""
        self._database.write(FORGET, (asked.key_hash, asked.lease))

    def sweep(self) -> None:
        """Delete answers that were kept long enough; a bounded number."""
        self._database.sweep(SWEEP)

    def _insert(self, asked: Asked) -> bool:
        row = (asked.key_hash, asked.request_hash, asked.lease, LEASE_SECONDS, KEPT_SECONDS)
        try:
            self._database.write(INSERT, row)
        except Duplicate:
            return False
        return True

    def _look(self, asked: Asked) -> Turn | Kept:
        """What has become of the request with this key that came before."""
        with self._database.read() as cursor:
            cursor.execute(FIND, (asked.key_hash,))
            row = cursor.fetchone()
        if row is None:
            # The first one has just failed, and its row was deleted: try again.
            return Turn.WAIT
        stored, status, body, lease_ended, expired = row
        if expired:
            self._database.write(FORGET_EXPIRED, (asked.key_hash,))
            return Turn.WAIT
        if stored != asked.request_hash:
            return Turn.CONFLICT
        if status is not None:
            return Kept(int(status), str(body))
        claim = (asked.lease, LEASE_SECONDS, asked.key_hash)
        if lease_ended and self._database.write(TAKE_OVER, claim) == 1:
            return Turn.FIRST
        return Turn.WAIT
