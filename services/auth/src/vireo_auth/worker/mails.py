"""The jobs of the queue ``mail``: whom a mail is for, its link, and what becomes of it.

A mail server that is away, slow or in trouble keeps mails waiting for days. What it will never take
is put aside with the reason. Once it has said that it has a mail, nothing sends that mail again but
the death of this process within the same moment.
"""

import datetime as dt
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage

import structlog
from pymysql.cursors import Cursor

from vireo_auth.core.mails import Purpose, Recipient, Template
from vireo_auth.mail.messages import Composer, Letter
from vireo_auth.mail.transports import Later, Refused, Transport
from vireo_auth.storage.mails import MailTable, add_token, count_notice
from vireo_common.errors import Failure
from vireo_common.jobs import Job, JobQueue
from vireo_common.worker import Interrupted, TryLater

log = structlog.get_logger()

PURPOSES: Mapping[Template, Purpose] = {
    Template.VERIFY: Purpose.VERIFY,
    Template.RESET: Purpose.RESET,
}
# A mail waits for half as long again as it has waited, within these.
LEAST_DELAY = 5.0
MOST_DELAY = 600.0
# RFC 5321, section 4.5.4.1: "at least 4-5 days".
GIVE_UP_SECONDS = 5 * 24 * 3600
SWEEP_SECONDS = 600.0
UNPROVEN = "shown once you have confirmed this address"


class _NotWanted(Exception):
    """The address has changed, or got enough such mails."""


class Mailer:
    """Sends mails.

    Args:
        queue: where their jobs are.
        transport: takes them.
    """

    def __init__(
        self, queue: JobQueue, table: MailTable, composer: Composer, transport: Transport
    ) -> None:
        self._queue = queue
        self._table = table
        self._composer = composer
        self._transport = transport
        # Taken over by the server while the database could not be told.
        self._taken: set[int] = set()

    def run(self, job: Job, stop: threading.Event) -> None:
        """Send the mail of a job and end the job, or say when to try again."""
        if job.job_id not in self._taken and not self._sent(job, stop):
            return
        self._queue.finish(job)
        self._taken.discard(job.job_id)

    def _sent(self, job: Job, stop: threading.Event) -> bool:
        """Whether there is nothing left to do for the mail but to end its job."""
        letter, recipient = self._addressed(job)
        if letter is None:
            return True
        try:
            self._deliver(job, letter, recipient, stop)
        except Refused as refusal:
            log.warning("mail_refused", code=str(refusal)[:3])
            self._queue.quarantine(job, str(refusal), _nothing_else)
            return False
        except Later as later:
            self._wait(job, str(later), stop)
            return False
        except _NotWanted:
            log.info("mail_not_wanted")
        return True

    def give_up(self, job: Job, reason: str) -> None:
        """Put a job aside."""
        self._queue.quarantine(job, reason, _nothing_else)

    def _addressed(self, job: Job) -> tuple[Letter | None, Recipient | None]:
        """The mail and whose it is; no mail where nobody is to be written to."""
        payload, template = job.payload, Template(job.kind)
        channel_id, to = payload["channel"], payload["to"]
        recipient = (
            self._table.recipient_by_email(to)
            if channel_id is None and template is Template.RESET
            else self._table.recipient(channel_id or 0)
        )
        at = dt.datetime.fromtimestamp(payload["at"], dt.UTC)
        values = {"time": at.strftime("%Y-%m-%d %H:%M UTC"), **payload["values"]}
        if recipient:
            values["username"] = recipient.username
        if template is Template.NEW_DEVICE and not (recipient and recipient.verified):
            # Whoever signs up with somebody else's address must not choose what they read there.
            values["device"] = UNPROVEN
        if template in PURPOSES:
            if recipient is None:
                return None, None
            # A link is for the address that the account has, however somebody typed it.
            needless = recipient.verified or recipient.email.lower() != to.lower()
            if template is Template.VERIFY and needless:
                return None, None
            to = recipient.email
        return Letter(payload["id"], template, to, values), recipient

    def _deliver(
        self, job: Job, letter: Letter, recipient: Recipient | None, stop: threading.Event
    ) -> None:
        def compose() -> EmailMessage:
            link = ""
            if recipient and (purpose := PURPOSES.get(letter.template)):
                link = self._composer.link(purpose, self._new_token(job, recipient, purpose))
            else:
                self._count(job, letter.to)
            return self._composer.compose(letter, link)

        name = f"{job.job_id:08d}-{letter.template.value.replace('_', '-')}-{letter.mail_id[:8]}"
        self._transport.deliver(name, letter.to, compose, stop)
        self._taken.add(job.job_id)

    def _new_token(self, job: Job, recipient: Recipient, purpose: Purpose) -> str:
        token, stored = secrets.token_urlsafe(32), False
        hashed = hashlib.sha256(token.encode()).digest()

        def work(cursor: Cursor) -> None:
            nonlocal stored
            stored = add_token(cursor, job.job_id, recipient, purpose, hashed)

        self._queue.while_held(job, work)
        if not stored:
            raise _NotWanted
        return token

    def _count(self, job: Job, address: str) -> None:
        counted = False

        def work(cursor: Cursor) -> None:
            nonlocal counted
            counted = count_notice(cursor, job.job_id, address)

        self._queue.while_held(job, work)
        if not counted:
            raise _NotWanted

    def _wait(self, job: Job, reason: str, stop: threading.Event) -> None:
        if stop.is_set():
            raise Interrupted
        waited = max(0.0, time.time() - job.payload["at"])
        if waited > GIVE_UP_SECONDS:
            log.warning("mail_given_up")
            self._queue.quarantine(job, reason, _nothing_else)
            return
        log.warning("mail_postponed", code=reason[:3] if reason[:3].isdigit() else "")
        raise TryLater(reason, min(max(waited / 2, LEAST_DELAY), MOST_DELAY))


class Sweeper(threading.Thread):
    """Deletes what has expired, now and then; several workers may do so at once.

    Args:
        sweeps: each deletes a bounded number of rows.
    """

    def __init__(self, sweeps: Sequence[Callable[[], None]], stopping: threading.Event) -> None:
        super().__init__(name="sweeper")
        self._sweeps = sweeps
        self._stopping = stopping

    def run(self) -> None:
        """Sweep until ``stopping`` is set."""
        while not self._stopping.is_set():
            try:
                for sweep in self._sweeps:
                    sweep()
            except Failure:
                log.info("sweep_postponed")
            self._stopping.wait(SWEEP_SECONDS)


def _nothing_else(_: Cursor) -> None:
    """All that there is to do is done by the queue."""
