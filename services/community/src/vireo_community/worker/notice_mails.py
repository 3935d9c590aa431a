"""Has mails of notices made, in short transactions."""

import threading

from vireo_common.errors import Failure
from vireo_common.logs import get_logger
from vireo_community.storage.notice_mails import NoticeMailTable

log = get_logger()

IDLE_SECONDS = 1.0
OUTAGE_SECONDS = 1.0


class NoticeMailMaker(threading.Thread):
    """Makes what is due until ``stopping`` is set; several workers may do so at once.

    Args:
        pause, most_a_day: see ``NoticeMailTable.make``.
    """

    def __init__(
        self, table: NoticeMailTable, pause: int, most_a_day: int, stopping: threading.Event
    ) -> None:
        super().__init__(name="notice-mails")
        self._table = table
        self._pause = pause
        self._most_a_day = most_a_day
        self._stopping = stopping

    def run(self) -> None:
        """Make mails; an outage of the database is waited out."""
        while not self._stopping.is_set():
            try:
                if not self._table.make(self._pause, self._most_a_day):
                    self._stopping.wait(IDLE_SECONDS)
            except Failure:
                log.info("notice_mails_postponed")
                self._stopping.wait(OUTAGE_SECONDS)
