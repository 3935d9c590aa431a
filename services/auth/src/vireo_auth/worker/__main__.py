"""``python -m vireo_auth.worker``: runs until a signal stops it, then puts its jobs back."""

import sys
import threading

from vireo_auth.community import Community
from vireo_auth.core.mails import Template
from vireo_auth.mail.messages import Composer
from vireo_auth.settings import WorkerSettings
from vireo_auth.storage.attempts import AttemptTable
from vireo_auth.storage.browsers import BrowserTable
from vireo_auth.storage.devices import DeviceTable
from vireo_auth.storage.email_changes import EmailChangeTable
from vireo_auth.storage.keys import KeyTable
from vireo_auth.storage.mails import QUEUE, MailTable
from vireo_auth.storage.names import ReservedNameTable
from vireo_auth.storage.notice_mails import KIND as NOTICE_MAIL
from vireo_auth.storage.notice_mails import QUEUE as NOTICE_MAILS
from vireo_auth.storage.sessions import SessionTable
from vireo_auth.worker.events import handlers
from vireo_auth.worker.mails import Mailer
from vireo_auth.worker.notice_mails import NoticeMailer
from vireo_common import logs
from vireo_common.client import ServiceClient
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.idempotent_requests import IdempotentRequestTable
from vireo_common.jobs import LEASE_SECONDS, JobQueue
from vireo_common.logs import get_logger
from vireo_common.outgoing_mails import Courier
from vireo_common.worker import Handler, Slot, Sweeper, run_until_stopped

log = get_logger()

# A server that takes minutes for one mail keeps no other mail waiting.
SLOTS = 2
# Fewer than the courier has, so that there is one for links whatever a digest waits for.
NOTICE_SLOTS = 2
IDLE_SECONDS = 0.5


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = WorkerSettings.read()
    logs.configure("auth-worker", settings.log_level)
    stopping = threading.Event()
    log.info("worker_started", slots=SLOTS)
    return run_until_stopped(_threads(settings, stopping), stopping, settings.alive_file)


def _threads(settings: WorkerSettings, stopping: threading.Event) -> list[threading.Thread]:
    # Two for each slot (its work and its lease); one for events, and one for the sweeper.
    database = Database.connect("auth", settings, size=2 * (SLOTS + NOTICE_SLOTS) + 2)
    queue, table = JobQueue(database, QUEUE, LEASE_SECONDS), MailTable(database)
    composer, courier = Composer(settings.public_url), Courier(database)
    mailer = Mailer(queue, table, composer, courier, settings.mails_of_origin)
    sends = {template.value: Handler(mailer.run, mailer.give_up) for template in Template}
    names = [f"mail-{number}" for number in range(SLOTS)]
    slots = [Slot(name, queue, sends, stopping, IDLE_SECONDS) for name in names]
    slots += _notice_slots(settings, database, stopping)
    events = consumer("auth", database, handlers(), stopping, from_start=True)
    swept = (
        MailTable,
        AttemptTable,
        SessionTable,
        DeviceTable,
        KeyTable,
        IdempotentRequestTable,
        ReservedNameTable,
        EmailChangeTable,
        BrowserTable,
    )
    return [Sweeper([table(database).sweep for table in swept], stopping), events, *slots]


def _notice_slots(
    settings: WorkerSettings, database: Database, stopping: threading.Event
) -> list[Slot]:
    token = settings.secret("service_token").get_secret_value()
    community = Community(ServiceClient(settings.community_url, token))
    queue = JobQueue(database, NOTICE_MAILS, LEASE_SECONDS)
    mailer = NoticeMailer(queue, MailTable(database), Courier(database), community)
    sends = {NOTICE_MAIL: Handler(mailer.run, mailer.give_up)}
    names = [f"notices-{number}" for number in range(NOTICE_SLOTS)]
    return [Slot(name, queue, sends, stopping, IDLE_SECONDS) for name in names]


if __name__ == "__main__":
    sys.exit(main())
