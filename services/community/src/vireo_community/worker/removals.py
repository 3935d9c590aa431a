"""Deletes the rows of channels and videos that are gone, in pieces that lock little."""

import threading
from collections.abc import Callable, Mapping, Sequence

from vireo_common.errors import Failure
from vireo_common.logs import get_logger
from vireo_community.storage.removals import Removal, RemovalTable, What

log = get_logger()

IDLE_SECONDS = 0.5
OUTAGE_SECONDS = 1.0
AT_ONCE = 20
"""Removals that take turns, so that a great one keeps no other waiting."""
ROWS = 1000

Part = Callable[[Removal, int], bool]
"""``part(removal, rows)`` deletes some rows of one table; whether there are more. Idempotent."""


class Removals(threading.Thread):
    """Removes until ``stopping`` is set; several workers may do so at once.

    Args:
        parts: for what is gone, a part for each table that may have rows of it.
        rows: of one piece.
    """

    def __init__(
        self,
        table: RemovalTable,
        parts: Mapping[What, Sequence[Part]],
        stopping: threading.Event,
        rows: int = ROWS,
    ) -> None:
        super().__init__(name="removals")
        self._table = table
        self._parts = parts
        self._stopping = stopping
        self._rows = rows

    def run(self) -> None:
        """Remove; an outage of the database is waited out."""
        while not self._stopping.is_set():
            try:
                if not self.step():
                    self._stopping.wait(IDLE_SECONDS)
            except Failure:
                log.info("removals_postponed")
                self._stopping.wait(OUTAGE_SECONDS)

    def step(self) -> bool:
        """Remove a piece of each of the oldest; ``False`` where nothing waits.

        Raises:
            Failure: the database is not there.
        """
        waiting = self._table.oldest(AT_ONCE)
        for removal in waiting:
            parts = self._parts[removal.what]
            more = [part(removal, self._rows) for part in parts]
            if not any(more):
                self._table.done(removal)
        return bool(waiting)
