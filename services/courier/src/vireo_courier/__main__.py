"""``python -m vireo_courier``: runs until a signal stops it, then puts its mails back."""

import ssl
import sys
import threading

from vireo_common import logs
from vireo_common.database import Database
from vireo_common.jobs import LEASE_SECONDS
from vireo_common.logs import get_logger
from vireo_common.worker import Handler, Slot, Sweeper, run_until_stopped
from vireo_courier.core.sending import Sender, Transport
from vireo_courier.settings import MailSettings
from vireo_courier.storage.outgoing_mails import KIND, OutgoingMailTable
from vireo_courier.transports import Folder, Server, Smtp

log = get_logger()

# A server that takes minutes for one mail keeps no other mail waiting.
SLOTS = 3
IDLE_SECONDS = 0.25


def main() -> int:
    """Run the courier; returns the exit code."""
    settings = MailSettings.read()
    logs.configure("courier", settings.log_level)
    stopping = threading.Event()
    log.info("worker_started", slots=SLOTS, smtp=bool(settings.smtp_host))
    return run_until_stopped(_threads(settings, stopping), stopping, settings.alive_file)


def _threads(settings: MailSettings, stopping: threading.Event) -> list[threading.Thread]:
    # Two for each slot (its work and its lease), one for the sweeper.
    database = Database.connect("courier", settings, size=2 * SLOTS + 1)
    table = OutgoingMailTable(database, LEASE_SECONDS)
    sender = Sender(table, _transport(settings), settings.sender)
    handlers = {KIND: Handler(sender.run, sender.give_up)}
    names = [f"mail-{number}" for number in range(SLOTS)]
    slots = [Slot(name, table, handlers, stopping, IDLE_SECONDS) for name in names]
    return [Sweeper([table.sweep], stopping), *slots]


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
