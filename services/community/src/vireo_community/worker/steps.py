"""Does what goes on in short transactions: telling followers, and hiding of comments."""

import threading
from typing import Protocol

from vireo_common.errors import Failure
from vireo_common.logs import get_logger

log = get_logger()

IDLE_SECONDS = 0.2
OUTAGE_SECONDS = 1.0


class Steps(Protocol):
    """A table of what is to be done, a step at a time."""

    def step(self) -> bool:
        """Do some of it; ``False`` where there is nothing to do."""


class Stepper(threading.Thread):
    """Does steps until ``stopping`` is set; several workers may do so at once."""

    def __init__(self, name: str, table: Steps, stopping: threading.Event) -> None:
        super().__init__(name=name)
        self._table = table
        self._stopping = stopping

    def run(self) -> None:
        """Do steps; an outage of the database is waited out."""
        while not self._stopping.is_set():
            try:
                if not self._table.step():
                    self._stopping.wait(IDLE_SECONDS)
            except Failure:
                log.info("steps_postponed", steps=self.name)
                self._stopping.wait(OUTAGE_SECONDS)
