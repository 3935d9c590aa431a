"""What becomes of a mail: sent, sent later, or given up.

A mail server that is away, slow or in trouble keeps mails waiting for days. What it will never take
is given up with the reason. Once it has said that it has a mail, that mail is sent again only where
this process, or the database, ends at that moment.

Who waits for a mail (``OnDemand``) gets the outcome at once, and decides when to try again.
"""

import threading
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol

from vireo_common.jobs import Job
from vireo_common.logs import get_logger
from vireo_common.outgoing_mails import Content, Later, Refused
from vireo_common.worker import Interrupted, TryLater
from vireo_courier.core.addresses import for_transport
from vireo_courier.core.messages import WIRE_UTF8, in_names, message

log = get_logger()

# A mail waits for half as long again as it has waited, within these.
LEAST_DELAY, MOST_DELAY = 5.0, 600.0
# RFC 5321, section 4.5.4.1: "at least 4-5 days".
GIVE_UP_SECONDS = 5 * 24 * 3600


Compose = Callable[[], EmailMessage]
"""Makes the message, at the moment before it leaves; what it raises, ``deliver`` raises."""


class Transport(Protocol):
    """Takes mails."""

    def deliver(self, name: str, to: str, compose: Compose, stop: threading.Event) -> None:
        """Hand a mail over.

        Args:
            name: the same whenever this mail is sent; letters, digits and ``-``.
            to: the address.
            compose: makes the message.
            stop: set where the mail must not leave any more.

        Raises:
            Later, Refused: it did not leave.
        """


class Mails(Protocol):
    """Where the mails are; a job's payload has ``to``, ``reference``, ``on_demand`` and ``age``.

    Each raises ``LeaseLost`` where the mail is another courier's by now, or was taken back.
    """

    def content(self, job: Job, stop: threading.Event) -> Content:
        """What the mail says; asks for it where it is composed on demand.

        Raises:
            Later: nobody gave it in time.
        """

    def sent(self, job: Job) -> None:
        """Another has taken the mail over: end the job."""

    def postponed(self, job: Job, reason: str) -> None:
        """Tell who waits for the mail."""

    def given_up(self, job: Job, reason: str) -> None:
        """It will not be sent: write the outcome for who waits, or quarantine it."""


class Sender:
    """Sends mails.

    Args:
        transport: takes them.
        sender: whom they are from.
    """

    def __init__(self, mails: Mails, transport: Transport, sender: Address) -> None:
        self._mails = mails
        self._transport = transport
        self._sender = sender
        # Taken over by the server while the database was away.
        self._taken: set[int] = set()

    def run(self, job: Job, stop: threading.Event) -> None:
        """Send the mail of a job and end the job, or say when to try again."""
        if job.job_id not in self._taken:
            try:
                self._deliver(job, stop)
            except Refused as refusal:
                log.warning("mail_refused", code=str(refusal)[:3])
                self._mails.given_up(job, str(refusal))
                return
            except Later as later:
                self._wait(job, str(later), stop)
                return
        self._mails.sent(job)
        self._taken.discard(job.job_id)

    def give_up(self, job: Job, reason: str) -> None:
        """Put a job aside."""
        self._mails.given_up(job, reason)

    def _deliver(self, job: Job, stop: threading.Event) -> None:
        to, reference = job.payload["to"], job.payload["reference"]
        if not for_transport(to):
            raise Refused("it has no address")
        if not reference:
            raise Refused("it has no reference")

        def compose() -> EmailMessage:
            try:
                made = message(self._sender, to, reference, self._mails.content(job, stop))
                # What can't be written down shows here.
                made.as_bytes(policy=WIRE_UTF8)
            except (TypeError, ValueError) as error:
                # Another program wrote it: one bad mail must not keep all others waiting.
                raise Refused(f"it is no mail: {type(error).__name__}") from error
            return made

        self._transport.deliver(in_names(job.subject), to, compose, stop)
        self._taken.add(job.job_id)

    def _wait(self, job: Job, reason: str, stop: threading.Event) -> None:
        if stop.is_set():
            raise Interrupted
        log.warning("mail_postponed", code=reason[:3] if reason[:3].isdigit() else "")
        if job.payload["on_demand"]:
            self._mails.postponed(job, reason)
            return
        age = float(job.payload["age"])
        if age > GIVE_UP_SECONDS:
            log.warning("mail_given_up")
            self._mails.given_up(job, reason)
            return
        raise TryLater(reason, min(max(age / 2, LEAST_DELAY), MOST_DELAY))
