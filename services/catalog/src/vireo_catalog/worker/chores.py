"""Deletes announcements that got no bytes for a day (``SWEEP_OPEN``), and indexes videos that have
not been indexed."""

import threading

from vireo_catalog.storage.videos import VideoTable
from vireo_catalog.storage.words import WordTable
from vireo_common.errors import Failure
from vireo_common.logs import get_logger

log = get_logger()

EVERY_SECONDS = 10.0


class Chores(threading.Thread):
    """Does them periodically; several workers may run at once."""

    def __init__(self, videos: VideoTable, words: WordTable, stopping: threading.Event) -> None:
        super().__init__(name="chores")
        self._videos = videos
        self._words = words
        self._stopping = stopping

    def run(self) -> None:
        """Do them until ``stopping`` is set; an outage of the database is waited out."""
        while not self._stopping.is_set():
            try:
                self.do()
            except Failure:
                log.info("chores_postponed")
            self._stopping.wait(EVERY_SECONDS)

    def do(self) -> None:
        """Do them once.

        Raises:
            Failure: the database is not there.
        """
        self._videos.sweep()
        # After an upgrade these are all videos, for minutes; otherwise there are none.
        while self._words.index_missing() and not self._stopping.is_set():
            pass
