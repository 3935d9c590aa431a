"""``python -m vireo_community.worker``: runs until it gets a signal to stop."""

import sys
import threading
from collections.abc import Mapping, Sequence

import structlog

from vireo_common import logs
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.worker import Sweeper, run_until_stopped
from vireo_community.settings import CommunitySettings
from vireo_community.storage.fanouts import FanoutTable
from vireo_community.storage.notice_removals import NoticeRemovals
from vireo_community.storage.notices import NoticeTable
from vireo_community.storage.removals import RemovalTable, What
from vireo_community.worker.events import handlers
from vireo_community.worker.fanouts import Fanouts
from vireo_community.worker.removals import Part, Removals

log = structlog.get_logger()


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = CommunitySettings.read()
    logs.configure("community-worker", settings.log_level)
    stopping = threading.Event()
    # One for each thread.
    database = Database.connect("community", settings, size=4)
    log.info("worker_started")
    events = consumer("community", database, handlers(), stopping)
    fanouts = Fanouts(FanoutTable(database), stopping)
    notices = NoticeRemovals(database)
    parts: Mapping[What, Sequence[Part]] = {
        What.CHANNEL: [notices.of_channel],
        What.VIDEO: [notices.of_video],
    }
    removals = Removals(RemovalTable(database), parts, stopping)
    sweeper = Sweeper([NoticeTable(database).sweep], stopping)
    return run_until_stopped([events, fanouts, removals, sweeper], stopping, settings.alive_file)


if __name__ == "__main__":
    sys.exit(main())
