"""The jobs of the queue ``mail``: whom a mail is for, its link, and what becomes of it.

The courier sends it. A mail server that is away, slow or in trouble keeps mails waiting for days,
as jobs. What it will never take is put aside with the reason.
"""

import datetime as dt
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymysql.cursors import Cursor

from vireo_auth.core.mails import PURPOSES, Addressee, Purpose, Recipient, Template
from vireo_auth.mail.messages import Composer, Letter
from vireo_auth.storage.mails import MailTable, add_token, count_mail
from vireo_common.jobs import Job, JobQueue
from vireo_common.logs import get_logger
from vireo_common.outgoing_mails import Content, Courier, Later, OutgoingMail, Refused, forget
from vireo_common.worker import Interrupted, TryLater

log = get_logger()

# A mail waits for half as long again as it has waited, within these.
LEAST_DELAY = 5.0
MOST_DELAY = 600.0
# RFC 5321, section 4.5.4.1: "at least 4-5 days".
GIVE_UP_SECONDS = 5 * 24 * 3600
SERVICE = "auth"
UNPROVEN = "shown once you have confirmed this address"


class _NotWanted(Exception):
    """The address has changed, or got enough such mails."""


class _NotYet(Exception):
    """A notice of the same kind left just now; ``args``: the seconds until the next one may."""


@dataclass(frozen=True)
class _Mail:
    """A mail that somebody is to get; ``recipient`` is the account, where it is still there."""

    letter: Letter
    recipient: Recipient | None
    addressee: Addressee
    change: int | None

    @property
    def purpose(self) -> Purpose:
        return PURPOSES[self.letter.template]


class Mailer:
    """Has mails sent.

    Args:
        queue: where their jobs are.
        courier: takes them.
        most_of_origin: see ``Addressee.budgets``.
    """

    def __init__(
        self,
        queue: JobQueue,
        table: MailTable,
        composer: Composer,
        courier: Courier,
        most_of_origin: int,
    ) -> None:
        self._queue = queue
        self._table = table
        self._composer = composer
        self._courier = courier
        self._most_of_origin = most_of_origin
        # Mails that were sent while the database was away, so that their jobs have not ended.
        self._taken: set[str] = set()

    def run(self, job: Job, stop: threading.Event) -> None:
        """Send the mail of a job and end the job, or say when to try again."""
        mail_id = job.payload["id"]
        if mail_id not in self._taken and not self._sent(job, stop):
            return
        self._queue.finish(job, lambda cursor: forget(cursor, SERVICE, mail_id))
        self._taken.discard(mail_id)

    def _sent(self, job: Job, stop: threading.Event) -> bool:
        """Whether there is nothing left to do for the mail but to end its job."""
        mail = self._addressed(job)
        if mail is None:
            return True
        try:
            self._deliver(job, mail, stop)
        except Refused as refusal:
            log.warning("mail_refused", code=str(refusal)[:3])
            self._queue.quarantine(job, str(refusal), _nothing_else)
            return False
        except Later as later:
            self._wait(job, str(later), stop)
            return False
        except _NotYet as not_yet:
            # What happens meanwhile is added to it.
            raise TryLater("notified just now", float(not_yet.args[0])) from None
        except _NotWanted:
            log.info("mail_not_wanted")
        return True

    def give_up(self, job: Job, reason: str) -> None:
        """Put a job aside."""
        self._queue.quarantine(job, reason, _nothing_else)

    def _addressed(self, job: Job) -> _Mail | None:
        """The mail and whose it is; ``None`` where nobody is to be written to."""
        payload, template = job.payload, Template(job.kind)
        channel_id, to = payload["channel"], payload["to"]
        recipient = (
            self._table.recipient_by_email(to)
            if channel_id is None and template is Template.RESET
            else self._table.recipient(channel_id or 0)
        )
        if template in {Template.VERIFY, Template.RESET}:
            if recipient is None:
                return None
            # A link is for the address that the account has, however somebody typed it.
            needless = recipient.verified or recipient.email.lower() != to.lower()
            if template is Template.VERIFY and needless:
                return None
            to = recipient.email
        its_own = recipient is not None and recipient.email == to and recipient.verified
        addressee = Addressee(
            address=to,
            account=recipient.channel_id if recipient else payload.get("account"),
            # "proven": of the version before.
            verified=bool(payload.get("verified", payload.get("proven", its_own))),
            origin=payload.get("origin", ""),
        )
        occasions = [payload, *payload.get("again", [])]
        first, *others = [_values(one, template, verified=addressee.verified) for one in occasions]
        if recipient:
            first["username"] = recipient.username
        letter = Letter(
            payload["id"], template, to, first, tuple(others), int(payload.get("more", 0))
        )
        return _Mail(letter, recipient, addressee, payload.get("change"))

    def _deliver(self, job: Job, mail: _Mail, stop: threading.Event) -> None:
        letter = mail.letter

        def compose() -> Content:
            token = self._admit(job, mail)
            link = self._composer.link(mail.purpose, token) if token else ""
            return self._composer.compose(letter, link)

        name = f"{job.job_id:08d}-{letter.template.value.replace('_', '-')}-{letter.mail_id[:8]}"
        outgoing = OutgoingMail(SERVICE, letter.mail_id, name, letter.to)
        self._courier.deliver(outgoing, compose, stop)
        self._taken.add(job.payload["id"])

    def _admit(self, job: Job, mail: _Mail) -> str:
        """Count the mail and store the token of its link; the token, where it has one."""
        purpose, recipient = mail.purpose, mail.recipient
        token = secrets.token_urlsafe(32) if purpose.has_link and recipient else ""
        wait: int | None = 0
        stored = True

        def work(cursor: Cursor) -> None:
            nonlocal wait, stored
            budgets = mail.addressee.budgets(purpose, self._most_of_origin)
            wait = count_mail(cursor, job.job_id, budgets)
            if wait == 0 and token and recipient:
                hashed = hashlib.sha256(token.encode()).digest()
                to = mail.letter.to
                stored = add_token(cursor, recipient, purpose, hashed, to, mail.change)

        self._queue.while_held(job, work)
        if wait is None or not stored:
            raise _NotWanted
        if wait and purpose in {Purpose.VERIFY, Purpose.RESET}:
            # Whoever asks for one again can ask once more.
            raise _NotWanted
        if wait:
            raise _NotYet(wait)
        return token

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


def _values(occasion: Mapping[str, Any], template: Template, *, verified: bool) -> dict[str, str]:
    """What a template needs of one occasion that a mail reports."""
    at = dt.datetime.fromtimestamp(occasion["at"], dt.UTC)
    values = {"time": at.strftime("%Y-%m-%d %H:%M UTC"), **occasion["values"]}
    if template is Template.NEW_DEVICE and not verified:
        # Whoever signs up with somebody else's address must not choose what they read there.
        values["device"] = UNPROVEN
    return values


def _nothing_else(_: Cursor) -> None:
    """All that there is to do is done by the queue."""
