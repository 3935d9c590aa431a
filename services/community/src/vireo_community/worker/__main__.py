"""``python -m vireo_community.worker``: runs until it gets a signal to stop."""

import sys
import threading

import structlog

from vireo_common import logs
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.worker import run_until_stopped
from vireo_community.settings import CommunitySettings
from vireo_community.worker.events import handlers

log = structlog.get_logger()


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = CommunitySettings.read()
    logs.configure("community-worker", settings.log_level)
    stopping = threading.Event()
    database = Database.connect("community", settings, size=1)
    log.info("worker_started")
    events = consumer("community", database, handlers(), stopping)
    return run_until_stopped([events], stopping, settings.alive_file)


if __name__ == "__main__":
    sys.exit(main())
