"""The jobs of the queue ``notice_mail``: mails about notices, which community composes.

Community names the account, and learns no address; auth adds the address that the account has
verified, at the moment the mail leaves, and keeps nothing of what it says.
"""

import threading
import time
from typing import Protocol

from vireo_auth.storage.mails import MailTable
from vireo_common.jobs import Job, JobQueue
from vireo_common.logs import get_logger
from vireo_common.outgoing_mails import Content, Courier, Later, OutgoingMail, Refused, forget
from vireo_common.worker import Interrupted, TryLater

log = get_logger()

# A mail waits for half as long again as it has waited, within these.
LEAST_DELAY, MOST_DELAY = 5.0, 600.0
# RFC 5321, section 4.5.4.1: "at least 4-5 days".
GIVE_UP_SECONDS = 5 * 24 * 3600
SERVICE = "notices"


class Community(Protocol):
    """Who composes these mails; its calls raise ``Failure`` where it is away."""

    def content(self, reference: str) -> Content | None:
        """What a mail says now; ``None`` where it is not wanted any more."""

    def ended(self, reference: str, *, sent: bool) -> None:
        """Say what became of a mail."""


class _NotWanted(Exception):
    """Nobody is to be written to any more."""


class NoticeMailer:
    """Has mails of notices sent."""

    def __init__(
        self, queue: JobQueue, table: MailTable, courier: Courier, community: Community
    ) -> None:
        self._queue = queue
        self._table = table
        self._courier = courier
        self._community = community

    def run(self, job: Job, stop: threading.Event) -> None:
        """Send the mail of a job and end the job, or say when to try again."""
        reference = job.payload["reference"]
        try:
            self._deliver(job, stop)
            sent = True
        except _NotWanted:
            sent = False
        except Refused as refusal:
            log.warning("mail_refused", code=str(refusal)[:3])
            sent = False
        except Later as later:
            sent = self._later(job, str(later), stop)
        self._community.ended(reference, sent=sent)
        self._queue.finish(job, lambda cursor: forget(cursor, SERVICE, reference))

    def give_up(self, job: Job, reason: str) -> None:
        """Put a job aside."""
        self._queue.quarantine(job, reason, lambda _: None)

    def _deliver(self, job: Job, stop: threading.Event) -> None:
        channel_id, reference = job.payload["channel"], job.payload["reference"]
        to = self._address(channel_id)

        def compose() -> Content:
            # The mail server may have been away for days.
            content = self._community.content(reference)
            if content is None or self._address(channel_id) != to:
                raise _NotWanted
            return content

        name = f"{job.job_id:08d}-notices-{reference[:8]}"
        self._courier.deliver(OutgoingMail(SERVICE, reference, name, to), compose, stop)

    def _address(self, channel_id: int) -> str:
        """The address that the account has verified."""
        recipient = self._table.recipient(channel_id)
        if recipient is None or not recipient.verified:
            raise _NotWanted
        return recipient.email

    def _later(self, job: Job, reason: str, stop: threading.Event) -> bool:
        """``False`` where it was tried for days: nobody is told of what is that old."""
        if stop.is_set():
            raise Interrupted
        waited = max(0.0, time.time() - job.payload["at"])
        if waited > GIVE_UP_SECONDS:
            log.warning("mail_given_up")
            return False
        log.warning("mail_postponed", code=reason[:3] if reason[:3].isdigit() else "")
        raise TryLater(reason, min(max(waited / 2, LEAST_DELAY), MOST_DELAY))
