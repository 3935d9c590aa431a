"""``python -m vireo_community.worker``: runs until it gets a signal to stop."""

import sys
import threading

from vireo_common import logs
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.logs import get_logger
from vireo_common.worker import Sweeper, run_until_stopped
from vireo_community.settings import WorkerSettings
from vireo_community.storage.comment_likes import CommentLikeTable
from vireo_community.storage.comment_syncs import CommentSyncTable
from vireo_community.storage.comments import CommentTable
from vireo_community.storage.fanouts import FanoutTable
from vireo_community.storage.notice_mails import NoticeMailTable
from vireo_community.storage.notices import NoticeTable
from vireo_community.storage.removals import RemovalTable
from vireo_community.storage.reports import ReportTable
from vireo_community.storage.view_keys import ViewKeyTable
from vireo_community.storage.views import ViewTables
from vireo_community.worker.events import handlers
from vireo_community.worker.notice_mails import NoticeMailMaker
from vireo_community.worker.parts import parts
from vireo_community.worker.removals import Removals
from vireo_community.worker.steps import Stepper

log = get_logger()


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = WorkerSettings.read()
    logs.configure("community-worker", settings.log_level)
    stopping = threading.Event()
    # One for each thread.
    database = Database.connect("community", settings, size=5)
    log.info("worker_started")
    events = consumer("community", database, handlers(), stopping)
    fanouts = Stepper("fanouts", FanoutTable(database), stopping)
    syncs = Stepper("comment-syncs", CommentSyncTable(database), stopping)
    removals = Removals(RemovalTable(database), parts(database), stopping)
    views, mails = ViewTables(database), NoticeMailTable(database)
    pause, most = settings.notice_mail_pause, settings.notice_mails_a_day
    making = NoticeMailMaker(mails, pause, most, stopping)
    sweeps = (
        CommentLikeTable(database).sweep,
        CommentTable(database).sweep,
        NoticeTable(database).sweep,
        ReportTable(database).sweep,
        mails.sweep,
        views.sweep,
        ViewKeyTable(database).sweep,
        lambda: views.fold(settings.view_log_days),
    )
    threads = [events, fanouts, syncs, removals, making, Sweeper(sweeps, stopping)]
    return run_until_stopped(threads, stopping, settings.alive_file)


if __name__ == "__main__":
    sys.exit(main())
