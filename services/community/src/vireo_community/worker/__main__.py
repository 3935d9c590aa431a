"""``python -m vireo_community.worker``: runs until it gets a signal to stop."""

import sys
import threading

import structlog

from vireo_common import logs
from vireo_common.database import Database
from vireo_common.events import consumer
from vireo_common.worker import Sweeper, run_until_stopped
from vireo_community.settings import WorkerSettings
from vireo_community.storage.view_keys import ViewKeyTable
from vireo_community.storage.views import ViewTables
from vireo_community.worker.events import consumed

log = structlog.get_logger()


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = WorkerSettings.read()
    logs.configure("community-worker", settings.log_level)
    stopping = threading.Event()
    # One for the sweeper; for the slot of events its work and its lease.
    database = Database.connect("community", settings, size=3)
    log.info("worker_started")
    events = consumer("community", database, consumed(), stopping)
    views = ViewTables(database)
    sweeps = (views.sweep, ViewKeyTable(database).sweep, lambda: views.fold(settings.view_log_days))
    sweeper = Sweeper(sweeps, stopping)
    return run_until_stopped([events, sweeper], stopping, settings.alive_file)


if __name__ == "__main__":
    sys.exit(main())
