"""``python -m vireo_auth.worker``: runs until it is told to stop, then gives its jobs back."""

import ssl
import sys
import threading

import structlog

from vireo_auth.core.mails import Template
from vireo_auth.mail.messages import Composer
from vireo_auth.mail.settings import MailSettings
from vireo_auth.mail.transports import Folder, Server, Smtp, Transport
from vireo_auth.storage.attempts import AttemptTable
from vireo_auth.storage.browsers import BrowserTable
from vireo_auth.storage.devices import DeviceTable
from vireo_auth.storage.email_changes import EmailChangeTable
from vireo_auth.storage.keys import KeyTable
from vireo_auth.storage.mails import QUEUE, MailTable
from vireo_auth.storage.names import ReservedNameTable
from vireo_auth.storage.sessions import SessionTable
from vireo_auth.worker.mails import Mailer, Sweeper
from vireo_common import logs
from vireo_common.database import Database
from vireo_common.idempotency import IdempotentRequestTable
from vireo_common.jobs import JobQueue
from vireo_common.worker import LEASE_SECONDS, Handler, Slot, run_until_stopped

log = structlog.get_logger()

# A server that takes minutes for one mail keeps no other mail waiting.
SLOTS = 2
IDLE_SECONDS = 0.5


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = MailSettings.read()
    logs.configure("auth-worker", settings.log_level)
    stopping = threading.Event()
    log.info("worker_started", slots=SLOTS, smtp=bool(settings.smtp_host))
    return run_until_stopped(_threads(settings, stopping), stopping, settings.alive_file)


def _threads(settings: MailSettings, stopping: threading.Event) -> list[threading.Thread]:
    # Two for each slot (its work and its lease), one for the sweeper.
    database = Database.connect("auth", settings, size=2 * SLOTS + 1)
    queue, table = JobQueue(database, QUEUE, LEASE_SECONDS), MailTable(database)
    composer = Composer(settings.sender, settings.public_url)
    mailer = Mailer(queue, table, composer, _transport(settings), settings.mails_of_origin)
    handlers = {template.value: Handler(mailer.run, mailer.give_up) for template in Template}
    names = [f"mail-{number}" for number in range(SLOTS)]
    slots = [Slot(name, queue, handlers, stopping, IDLE_SECONDS) for name in names]
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
    return [Sweeper([table(database).sweep for table in swept], stopping), *slots]


def _transport(settings: MailSettings) -> Transport:
    if not settings.smtp_host:
        settings.mail_folder.mkdir(parents=True, exist_ok=True)
        return Folder(settings.mail_folder)
    server = Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password(),
        sender=settings.sender.addr_spec,
    )
    return Smtp(server, ssl.create_default_context())


if __name__ == "__main__":
    sys.exit(main())
