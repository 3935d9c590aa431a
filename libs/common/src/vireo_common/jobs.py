"""Work that must not be lost: rows of the table ``Jobs``, committed with what they belong to.

A worker claims a job with ``SKIP LOCKED`` and holds it by a lease that it renews. Attempts are
counted at the claim, so a job that kills its worker is quarantined after ``max_attempts`` claims.
Whoever finishes a job proves with the lease's token that it is still the holder (fencing). Job
handlers must be idempotent: a lease that ran out gives the job to another worker.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import Database

INSERT = """
INSERT INTO Jobs (Queue, Kind, Subject, Payload, MaxAttempts, RunAfter, CreatedAt)
VALUES (%s, %s, %s, %s, %s, NOW(3) + INTERVAL %s MICROSECOND, NOW(3))
"""

# Asked first, many times a second: one statement without a lock.
ANY_DUE = """
SELECT EXISTS (SELECT 1 FROM Jobs WHERE Queue = %s AND State = 'queued' AND RunAfter <= NOW(3))
    OR EXISTS (SELECT 1 FROM Jobs WHERE Queue = %s AND State = 'running' AND LeaseUntil < NOW(3))
"""

CLAIMABLE = """
SELECT JobID, Kind, Subject, Payload, Attempts, MaxAttempts FROM Jobs
WHERE Queue = %s AND State = 'queued' AND RunAfter <= NOW(3)
ORDER BY RunAfter, JobID LIMIT 1 FOR UPDATE SKIP LOCKED
"""

TAKE = """
UPDATE Jobs SET State = 'running', Attempts = Attempts + 1, LeaseToken = %s,
    LeaseUntil = NOW(3) + INTERVAL %s SECOND
WHERE JobID = %s
"""

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

EXPIRED = """
SELECT JobID, Kind, Subject, Payload, Attempts, MaxAttempts FROM Jobs
WHERE Queue = %s AND State = 'running' AND LeaseUntil < NOW(3)
ORDER BY LeaseUntil LIMIT 1 FOR UPDATE SKIP LOCKED
"""

CANCEL = "DELETE FROM Jobs WHERE Queue = %s AND Subject = %s AND Kind <> %s"


@dataclass(frozen=True)
class Job:
    """A claimed job. ``attempt`` is 1 at the first claim."""

    job_id: int
    kind: str
    subject: str
    payload: Mapping[str, Any]
    attempt: int
    max_attempts: int
    lease: str

    @property
    def exhausted(self) -> bool:
        """Whether this claim is one more than the job may have: its worker died each time."""
        return self.attempt > self.max_attempts


class LeaseLost(Exception):
    """Another worker has the job by now, or it was cancelled."""


def enqueue(
    cursor: Cursor,
    queue: str,
    kind: str,
    subject: str,
    payload: Mapping[str, Any] | None = None,
    *,
    max_attempts: int = 3,
    delay: float = 0.0,
) -> int:
    """Insert a job in the caller's transaction; returns its id. ``delay`` is in seconds."""
    text = json.dumps(payload or {})
    cursor.execute(INSERT, (queue, kind, subject, text, max_attempts, int(delay * 1_000_000)))
    return int(cursor.lastrowid or 0)


def cancel(cursor: Cursor, queue: str, subject: str, *, but: str) -> None:
    """Delete the jobs of a subject, except those of the kind ``but``.

    A worker that runs one of them finds its lease lost at the next renewal, and stops.
    """
    cursor.execute(CANCEL, (queue, subject, but))


class JobQueue:
    """A worker's side of one queue.

    Args:
        queue: its name.
        lease_seconds: how long a claim holds without being renewed.
    """

    def __init__(self, database: Database, queue: str, lease_seconds: int = 15) -> None:
        self._database = database
        self._queue = queue
        self._lease_seconds = lease_seconds

    def claim(self) -> Job | None:
        """The oldest job that is due or whose holder died; ``None`` where there is none.

        A job that is ``exhausted`` is returned too: the caller says what becomes of its subject,
        and quarantines it.
        """

        def work(cursor: Cursor) -> Job | None:
            for statement in (EXPIRED, CLAIMABLE):
                cursor.execute(statement, (self._queue,))
                if row := cursor.fetchone():
                    lease = secrets.token_hex(16)
                    cursor.execute(TAKE, (lease, self._lease_seconds, row[0]))
                    return Job(
                        row[0], row[1], row[2], json.loads(row[3]), row[4] + 1, row[5], lease
                    )
            return None

        with self._database.read() as cursor:
            cursor.execute(ANY_DUE, (self._queue, self._queue))
            row = cursor.fetchone()
        return self._database.transaction("jobs.claim", work) if row and row[0] else None

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
        """Do ``work`` in a transaction that goes through only while the job is ours.

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
        """Put the job aside for a person to look at; ``also`` runs in the same transaction."""

        def work(cursor: Cursor) -> None:
            if cursor.execute(QUARANTINE, (error[:500], job.job_id, job.lease)) != 1:
                raise LeaseLost
            also(cursor)

        self._database.transaction(f"jobs.quarantine.{job.kind}", work)
