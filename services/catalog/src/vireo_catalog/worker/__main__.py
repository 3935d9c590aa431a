"""``python -m vireo_catalog.worker``: runs until it gets a signal to stop."""

import sys
import threading

from vireo_catalog.settings import CatalogSettings
from vireo_catalog.storage.videos import VideoTable
from vireo_catalog.storage.visibilities import Schedule
from vireo_catalog.storage.words import WordTable
from vireo_catalog.worker.chores import Chores
from vireo_catalog.worker.events import handlers
from vireo_catalog.worker.publisher import Publisher
from vireo_common import logs
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.logs import get_logger
from vireo_common.worker import run_until_stopped

log = get_logger()


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = CatalogSettings.read()
    logs.configure("catalog-worker", settings.log_level)
    stopping = threading.Event()
    # One for the chores, one for what is scheduled, and one for events.
    database = Database.connect("catalog", settings, size=3)
    log.info("worker_started")
    chores = Chores(VideoTable(database), WordTable(database), stopping)
    publisher = Publisher(Schedule(database), stopping)
    events = consumer("catalog", database, handlers(), stopping, from_start=True)
    return run_until_stopped([chores, publisher, events], stopping, settings.alive_file)


if __name__ == "__main__":
    sys.exit(main())
