"""Tells the followers of channels of new videos, in short transactions."""

import threading

from vireo_common.errors import Failure
from vireo_common.logs import get_logger
from vireo_community.storage.fanouts import FanoutTable

log = get_logger()

IDLE_SECONDS = 0.2
OUTAGE_SECONDS = 1.0


class Fanouts(threading.Thread):
    """Does steps of fan-outs until ``stopping`` is set; several workers may do so at once."""

    def __init__(self, table: FanoutTable, stopping: threading.Event) -> None:
        super().__init__(name="fanouts")
        self._table = table
        self._stopping = stopping

    def run(self) -> None:
        """Do steps; an outage of the database is waited out."""
        while not self._stopping.is_set():
            try:
                if not self._table.step():
                    self._stopping.wait(IDLE_SECONDS)
            except Failure:
                log.info("fanouts_postponed")
                self._stopping.wait(OUTAGE_SECONDS)
