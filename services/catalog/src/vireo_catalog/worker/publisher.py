"""Publishes scheduled videos when their time has come."""

import threading

from vireo_catalog.storage.visibilities import Schedule
from vireo_common.errors import Failure
from vireo_common.logs import get_logger

log = get_logger()

# Within 5 s of its time a video is public: the caches of the gateway add one second.
EVERY_SECONDS = 1.0


class Publisher(threading.Thread):
    """Looks each second; several workers may run at once."""

    def __init__(self, schedule: Schedule, stopping: threading.Event) -> None:
        super().__init__(name="publisher")
        self._schedule = schedule
        self._stopping = stopping

    def run(self) -> None:
        """Publish until ``stopping`` is set; an outage of the database is waited out."""
        while not self._stopping.is_set():
            try:
                while self._schedule.publish_due() and not self._stopping.is_set():
                    pass
            except Failure:
                log.info("publishing_postponed")
            self._stopping.wait(EVERY_SECONDS)
