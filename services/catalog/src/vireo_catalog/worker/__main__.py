"""``python -m vireo_catalog.worker``: runs until it gets a signal to stop."""

import sys
import threading

import structlog

from vireo_catalog.settings import CatalogSettings
from vireo_catalog.storage.videos import VideoTable
from vireo_catalog.storage.words import WordTable
from vireo_catalog.worker.chores import Chores
from vireo_common import logs
from vireo_common.database import Database
from vireo_common.worker import run_until_stopped

log = structlog.get_logger()


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = CatalogSettings.read()
    logs.configure("catalog-worker", settings.log_level)
    stopping = threading.Event()
    database = Database.connect("catalog", settings, size=1)
    log.info("worker_started")
    chores = Chores(VideoTable(database), WordTable(database), stopping)
    return run_until_stopped([chores], stopping, settings.alive_file)


if __name__ == "__main__":
    sys.exit(main())
