"""``OutgoingMails``, as the courier's queue: a claim, its lease, and what came of it.

Like ``vireo_common.jobs``, on a table of its own: whoever may write ``Jobs`` may write those of
every service.
"""

import secrets
import threading
import time
from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.jobs import Job, LeaseLost
from vireo_common.outgoing_mails import Content, Later

KIND = "mail"
# Only a courier that died counts; a mail server that is away does not.
MAX_ATTEMPTS = 20
# Who composes answers within moments, and the mail server waits meanwhile.
COMPOSE_SECONDS = 15.0
POLL_SECONDS = 0.05

ANY_DUE = """
SELECT EXISTS (SELECT 1 FROM OutgoingMails WHERE State = 'queued' AND RunAfter <= NOW(3))
    OR EXISTS (SELECT 1 FROM OutgoingMails WHERE State = 'running' AND LeaseUntil < NOW(3))
"""

COLUMNS = """
SELECT MailID, Name, Recipient, Reference, OnDemand, Attempts,
    UNIX_TIMESTAMP() - UNIX_TIMESTAMP(CreatedAt)
FROM OutgoingMails
"""

EXPIRED = f"""
{COLUMNS} WHERE State = 'running' AND LeaseUntil < NOW(3)
ORDER BY LeaseUntil LIMIT 1 FOR UPDATE SKIP LOCKED
"""

# Somebody waits for those that are on demand, and a crowd of others keeps none of them waiting.
NEXT = f"""
{COLUMNS} WHERE State = 'queued' AND OnDemand = %s AND RunAfter <= NOW(3)
ORDER BY RunAfter LIMIT 1 FOR UPDATE SKIP LOCKED
"""

# Content that was given to a courier that died is asked for again: it may be old by now.
TAKE = """
UPDATE OutgoingMails SET State = 'running', Attempts = Attempts + 1, LeaseToken = %s,
    LeaseUntil = NOW(3) + INTERVAL %s SECOND, Wanted = FALSE,
    Content = IF(OnDemand, NULL, Content)
WHERE MailID = %s
"""

RENEW = """
UPDATE OutgoingMails SET LeaseUntil = NOW(3) + INTERVAL %s SECOND
WHERE MailID = %s AND LeaseToken = %s AND State = 'running'
"""

WANT = """
UPDATE OutgoingMails SET Wanted = OnDemand
WHERE MailID = %s AND LeaseToken = %s AND State = 'running'
"""

CONTENT = """
SELECT Content FROM OutgoingMails WHERE MailID = %s AND LeaseToken = %s AND State = 'running'
"""

PUT_BACK = """
UPDATE OutgoingMails SET State = 'queued', LeaseToken = NULL, LeaseUntil = NULL, Wanted = FALSE,
    Attempts = Attempts - %s, RunAfter = NOW(3) + INTERVAL %s SECOND, LastError = %s,
    Content = IF(OnDemand, NULL, Content)
WHERE MailID = %s AND LeaseToken = %s AND State = 'running'
"""

# No content is kept of what will not be sent.
END = """
UPDATE OutgoingMails SET State = IF(OnDemand, %s, 'quarantined'), LastError = %s, Content = NULL,
    LeaseToken = NULL, LeaseUntil = NULL
WHERE MailID = %s AND LeaseToken = %s AND State = 'running'
"""

DELETE_SENT = """
DELETE FROM OutgoingMails
WHERE MailID = %s AND LeaseToken = %s AND State = 'running' AND NOT OnDemand
"""

# Who asked for it has not come for its outcome, and will not.
SWEEP = """
DELETE FROM OutgoingMails
WHERE CreatedAt < NOW(3) - INTERVAL 7 DAY AND OnDemand AND State <> 'running'
ORDER BY CreatedAt LIMIT 1000
"""


class OutgoingMailTable:
    """The courier's side of the table.

    Args:
        lease_seconds: how long a claim holds without being renewed.
        compose_seconds: how long content that is on demand may take.
    """

    def __init__(
        self, database: Database, lease_seconds: int, compose_seconds: float = COMPOSE_SECONDS
    ) -> None:
        self._database = database
        self._lease_seconds = lease_seconds
        self._compose_seconds = compose_seconds

    def claim(self) -> Job | None:
        """The next mail that is due, or one whose courier died; ``None`` where there is none."""

        def work(cursor: Cursor) -> Job | None:
            for statement, values in ((EXPIRED, ()), (NEXT, (True,)), (NEXT, (False,))):
                cursor.execute(statement, values)
                row = cursor.fetchone()
                if row:
                    break
            else:
                return None
            mail_id, name, to, reference, on_demand, attempts, age = row
            lease = secrets.token_hex(16)
            cursor.execute(TAKE, (lease, self._lease_seconds, mail_id))
            payload = {"to": to, "reference": reference, "on_demand": bool(on_demand), "age": age}
            return Job(mail_id, KIND, name, payload, attempts + 1, MAX_ATTEMPTS, lease)

        with self._database.read() as cursor:
            cursor.execute(ANY_DUE)
            row = cursor.fetchone()
        return self._database.transaction("outgoing.claim", work) if row and row[0] else None

    def renew(self, job: Job) -> bool:
        """Hold on to the mail for another lease; ``False`` where it is no longer ours."""
        return self._database.write(RENEW, (self._lease_seconds, job.job_id, job.lease)) == 1

    def put_back(self, job: Job, *, delay: float = 0, error: str = "", count: bool = True) -> None:
        """Let the mail be due again after ``delay`` seconds; see ``JobQueue``."""
        values = (0 if count else 1, int(delay), error[:500], job.job_id, job.lease)
        self._database.write(PUT_BACK, values)

    def content(self, job: Job, stop: threading.Event) -> Content:
        """What the mail says; asks for it where it is composed on demand.

        Raises:
            LeaseLost: it was taken back, or is another courier's.
            Later: nobody gave it in time.
        """
        self._database.write(WANT, (job.job_id, job.lease))
        deadline = time.monotonic() + self._compose_seconds
        while True:
            with self._database.read() as cursor:
                cursor.execute(CONTENT, (job.job_id, job.lease))
                row = cursor.fetchone()
            if row is None:
                raise LeaseLost
            if row[0] is not None:
                return Content.from_json(row[0])
            if time.monotonic() > deadline:
                raise Later("nobody composed it")
            if stop.wait(POLL_SECONDS):
                raise Later("stopped")

    def sent(self, job: Job) -> None:
        """Delete the mail, or write the outcome for who waits for it."""
        if not self._database.write(DELETE_SENT, (job.job_id, job.lease)):
            self._end(job, "sent", "")

    def postponed(self, job: Job, reason: str) -> None:
        """Tell who waits for the mail."""
        self._end(job, "postponed", reason)

    def given_up(self, job: Job, reason: str) -> None:
        """Tell who waits for the mail, or put it aside for a person to look at."""
        self._end(job, "refused", reason)

    def sweep(self) -> None:
        """Delete what nobody will ask for; a bounded number of rows."""
        self._database.sweep(SWEEP)

    def _end(self, job: Job, outcome: str, reason: str) -> None:
        values: Sequence[object] = (outcome, reason[:500], job.job_id, job.lease)
        if self._database.write(END, values) != 1:
            raise LeaseLost
