"""Background jobs: rows of the table ``Jobs``, committed with the change that they belong to.

Delivery is at-least-once, so handlers must be idempotent. A worker claims a job with ``SKIP
LOCKED`` and holds it by a lease that it renews; the token of the lease is checked when the job is
finished (fencing). Attempts are counted at the claim, so a job that kills its worker is quarantined
after ``max_attempts`` claims. When a job is tried again, after how long, and what counts as an
attempt: ``worker.Slot``.

Jobs of an owner (``turn_of``) are scheduled fairly: however many jobs one owner has waiting, a job
of another waits for at most one of them. A job gets its turn number when it is inserted: ``TURN``
after the last one of its owner, and never below the queue's current turn. In an owner's turn its
cheapest job runs. Jobs without an owner run before all others, the oldest first.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pymysql.cursors import Cursor

from vireo_common.database import Database

LEASE_SECONDS = 12
"""For how long a claim holds without being renewed."""

INSERT = """
INSERT INTO Jobs (Queue, Kind, Subject, Payload, MaxAttempts, RunAfter, CreatedAt)
VALUES (%s, %s, %s, %s, %s, NOW(3) + INTERVAL %s MICROSECOND, NOW(3))
"""

INSERT_WITH_TURN = """
INSERT INTO Jobs
    (Queue, Kind, Subject, Payload, MaxAttempts, RunAfter, CreatedAt, TurnOf, Turn, Cost)
VALUES (%s, %s, %s, %s, %s, NOW(3) + INTERVAL %s MICROSECOND, NOW(3), %s, %s, %s)
"""

# Without a lock: two concurrent inserts may get the same turn, which is harmless.
NEXT_TURN = """
SELECT GREATEST(
    COALESCE((SELECT Turn FROM JobTurns WHERE Queue = %s), 1),
    COALESCE((SELECT MAX(Turn) FROM Jobs WHERE Queue = %s AND TurnOf = %s), 0) + %s)
"""

# A new owner starts at the queue's current turn. Each claim advances that by one, so that those who
# wait for their next turn are reached, however many new owners come.
TURN = 4
MOVE_ON = """
INSERT INTO JobTurns (Queue, Turn) VALUES (%s, %s + 1)
ON DUPLICATE KEY UPDATE Turn = GREATEST(Turn, %s) + 1
"""

# Idle slots poll with this one, which takes no lock.
ANY_DUE = """
SELECT EXISTS (
        SELECT 1 FROM Jobs
        WHERE Queue = %s AND State = 'queued' AND RunAfter <= NOW(3) - INTERVAL %s SECOND)
    OR EXISTS (SELECT 1 FROM Jobs WHERE Queue = %s AND State = 'running' AND LeaseUntil < NOW(3))
"""


class _Claimed(NamedTuple):
    """The columns of ``CLAIMABLE``, ``CHEAPEST`` and ``EXPIRED``."""

    job_id: int
    kind: str
    subject: str
    payload: str
    attempts: int
    max_attempts: int
    turn_of: str
    turn: int


CLAIMABLE = """
SELECT JobID, Kind, Subject, Payload, Attempts, MaxAttempts, TurnOf, Turn
FROM Jobs FORCE INDEX (Turns)
WHERE Queue = %s AND State = 'queued' AND RunAfter <= NOW(3)
ORDER BY Turn, RunAfter, JobID LIMIT 1 FOR UPDATE SKIP LOCKED
"""

CHEAPEST = """
SELECT JobID, Kind, Subject, Payload, Attempts, MaxAttempts, TurnOf, Turn
FROM Jobs FORCE INDEX (OwnCosts)
WHERE Queue = %s AND State = 'queued' AND TurnOf = %s AND RunAfter <= NOW(3)
ORDER BY Cost, JobID LIMIT 1 FOR UPDATE SKIP LOCKED
"""

TAKE = """
UPDATE Jobs SET State = 'running', Attempts = Attempts + 1, LeaseToken = %s,
    LeaseUntil = NOW(3) + INTERVAL %s SECOND, Turn = %s
WHERE JobID = %s
"""

SET_TURN = "UPDATE Jobs SET Turn = %s WHERE JobID = %s"

RENEW = """
UPDATE Jobs SET LeaseUntil = NOW(3) + INTERVAL %s SECOND
WHERE JobID = %s AND LeaseToken = %s AND State = 'running'
"""

HOLDS = "SELECT 1 FROM Jobs WHERE JobID = %s AND LeaseToken = %s AND State = 'running' FOR UPDATE"

FINISH = "DELETE FROM Jobs WHERE JobID = %s AND LeaseToken = %s AND State = 'running'"

PUT_BACK = """
UPDATE Jobs SET State = 'queued', LeaseToken = NULL, LeaseUntil = NULL,
    Attempts = Attempts - %s, RunAfter = NOW(3) + INTERVAL %s SECOND, LastError = %s
WHERE JobID = %s AND LeaseToken = %s AND State = 'running'
"""

QUARANTINE = """
UPDATE Jobs SET State = 'quarantined', LeaseToken = NULL, LeaseUntil = NULL, LastError = %s
WHERE JobID = %s AND LeaseToken = %s AND State = 'running'
"""

UNREADABLE = """
UPDATE Jobs SET State = 'quarantined', LeaseToken = NULL, LeaseUntil = NULL,
    LastError = 'the payload is no JSON object'
WHERE JobID = %s
"""

EXPIRED = """
SELECT JobID, Kind, Subject, Payload, Attempts, MaxAttempts, TurnOf, Turn FROM Jobs
WHERE Queue = %s AND State = 'running' AND LeaseUntil < NOW(3)
ORDER BY LeaseUntil LIMIT 1 FOR UPDATE SKIP LOCKED
"""

CANCEL = "DELETE FROM Jobs WHERE Queue = %s AND Subject = %s"


@dataclass(frozen=True)
class Job:
    """A claimed job. ``attempt`` is 1 at the first claim; for ``turn_of`` see ``enqueue``."""

    job_id: int
    kind: str
    subject: str
    payload: Mapping[str, Any]
    attempt: int
    max_attempts: int
    lease: str
    turn_of: str = ""

    @property
    def exhausted(self) -> bool:
        """Whether this claim is one more than the job may have: its worker died each time."""
        return self.attempt > self.max_attempts


class LeaseLost(Exception):
    """Another worker holds the job by now, or it was cancelled."""


def enqueue(
    cursor: Cursor,
    queue: str,
    kind: str,
    subject: str,
    payload: Mapping[str, Any] | None = None,
    *,
    max_attempts: int = 3,
    delay: float = 0.0,
    turn_of: str = "",
    cost: int = 0,
) -> int:
    """Insert a job in the caller's transaction; returns its id.

    Args:
        delay: in seconds.
        turn_of: its owner; jobs without one run before all others.
        cost: of an owner's jobs the cheapest runs first.
    """
    values = (queue, kind, subject, json.dumps(payload or {}), max_attempts, int(delay * 1_000_000))
    if turn_of:
        cursor.execute(NEXT_TURN, (queue, queue, turn_of, TURN))
        ((turn,),) = cursor.fetchall()
        cursor.execute(INSERT_WITH_TURN, (*values, turn_of, turn, cost))
    else:
        cursor.execute(INSERT, values)
    return int(cursor.lastrowid or 0)


def cancel(cursor: Cursor, queue: str, subject: str) -> None:
    """Delete the jobs of a subject.

    A worker that runs one of them finds its lease lost at the next renewal, and stops.
    """
    cursor.execute(CANCEL, (queue, subject))


class JobQueue:
    """A worker's side of one queue.

    Args:
        queue: its name.
        lease_seconds: how long a claim holds without being renewed.
    """

    def __init__(
        self,
        database: Database,
        queue: str,
        lease_seconds: int = LEASE_SECONDS,
    ) -> None:
        self._database = database
        self._queue = queue
        self._lease_seconds = lease_seconds

    def claim(self) -> Job | None:
        """The next job that is due, or one whose holder died; ``None`` where there is none.

        A job that is ``exhausted`` is returned too, for the caller to give up and quarantine.
        """

        def work(cursor: Cursor) -> Job | None:
            cursor.execute(EXPIRED, (self._queue,))
            row = _claimed(cursor) or self._next(cursor)
            if row is None:
                return None
            payload = _payload(row)
            if payload is None:
                cursor.execute(UNREADABLE, (row.job_id,))
                return None
            lease = secrets.token_hex(16)
            cursor.execute(TAKE, (lease, self._lease_seconds, row.turn, row.job_id))
            return Job(
                row.job_id,
                row.kind,
                row.subject,
                payload,
                row.attempts + 1,
                row.max_attempts,
                lease,
                row.turn_of,
            )

        return self._database.transaction("jobs.claim", work) if self.any_due() else None

    def _next(self, cursor: Cursor) -> _Claimed | None:
        """Lock the next job that is due; its row, with the turn that it takes."""
        cursor.execute(CLAIMABLE, (self._queue,))
        front = _claimed(cursor)
        if front is None or not front.turn_of:
            return front
        cursor.execute(MOVE_ON, (self._queue, front.turn, front.turn))
        cursor.execute(CHEAPEST, (self._queue, front.turn_of))
        cheapest = _claimed(cursor)
        if cheapest is None or cheapest.job_id == front.job_id:
            return front
        # They swap turns.
        cursor.execute(SET_TURN, (cheapest.turn, front.job_id))
        return cheapest._replace(turn=front.turn)

    def renew(self, job: Job) -> bool:
        """Hold on to the job for another lease; ``False`` where it is no longer ours."""
        return self._database.write(RENEW, (self._lease_seconds, job.job_id, job.lease)) == 1

    def finish(self, job: Job, also: Callable[[Cursor], None] | None = None) -> None:
        """End the job, and do what ``also`` does to the database in the same transaction.

        Raises:
            LeaseLost: nothing was done.
        """

        def work(cursor: Cursor) -> None:
            if cursor.execute(FINISH, (job.job_id, job.lease)) != 1:
                raise LeaseLost
            if also:
                also(cursor)

        self._database.transaction(f"jobs.finish.{job.kind}", work)

    def while_held(self, job: Job, work: Callable[[Cursor], None]) -> None:
        """Do ``work`` in a transaction that commits only while the job is ours.

        Raises:
            LeaseLost: nothing was done.
        """

        def guarded(cursor: Cursor) -> None:
            if cursor.execute(HOLDS, (job.job_id, job.lease)) != 1:
                raise LeaseLost
            work(cursor)

        self._database.transaction(f"jobs.held.{job.kind}", guarded)

    def put_back(self, job: Job, *, delay: float = 0, error: str = "", count: bool = True) -> None:
        """Let the job run again after ``delay`` seconds.

        ``count`` says whether this claim counts as an attempt; at a graceful stop it does not.
        """
        self._database.write(
            PUT_BACK, (0 if count else 1, int(delay), error[:500], job.job_id, job.lease)
        )

    def quarantine(self, job: Job, error: str, also: Callable[[Cursor], None]) -> None:
        """Keep the failed job for an operator; ``also`` runs in the same transaction."""

        def work(cursor: Cursor) -> None:
            if cursor.execute(QUARANTINE, (error[:500], job.job_id, job.lease)) != 1:
                raise LeaseLost
            also(cursor)

        self._database.transaction(f"jobs.quarantine.{job.kind}", work)

    def any_due(self, seconds: float = 0.0) -> bool:
        """Whether a job waits that could be claimed now, and could have been for so long."""
        with self._database.read() as cursor:
            cursor.execute(ANY_DUE, (self._queue, seconds, self._queue))
            ((any_due,),) = cursor.fetchall()
        return bool(any_due)


def _payload(row: _Claimed) -> dict[str, Any] | None:
    """What a job says; ``None`` where it is no JSON object, and of no use to any handler."""
    try:
        found = json.loads(row.payload)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _claimed(cursor: Cursor) -> _Claimed | None:
    row = cursor.fetchone()
    return _Claimed(*row) if row else None
