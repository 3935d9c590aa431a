"""Group commit: what threads of a process want to write at the same time is one transaction.

Where a thousand people do the same to one row, each would hold its lock for a commit. Here the
first of them takes along what has come meanwhile.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_ITEMS = 64


class _Ticket(Generic[Item, Result]):
    """One thread's item, and what came of it."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.results: list[Result] = []
        self.error: BaseException | None = None

    @property
    def done(self) -> bool:
        return bool(self.results) or self.error is not None


class Batches(Generic[Item, Result]):
    """Collects items, and has them written together.

    Args:
        write: commits some items in one transaction; a result for each, in their order.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._write = write
        self._waiting: list[_Ticket[Item, Result]] = []
        self._collecting = threading.Lock()
        self._writing = threading.Lock()

    def submit(self, item: Item) -> Result:
        """Write an item; returns when it is committed.

        Raises:
            Exception: what ``write`` has raised for the transaction that the item was in.
        """
        ticket = _Ticket[Item, Result](item)
        with self._collecting:
            self._waiting.append(ticket)
        while not ticket.done:
            with self._writing:
                if not ticket.done:
                    self._write_some()
        if ticket.error is not None:
            raise ticket.error
        return ticket.results[0]

    def _write_some(self) -> None:
        with self._collecting:
            taken, self._waiting = self._waiting[:MOST_ITEMS], self._waiting[MOST_ITEMS:]
        try:
            results = self._write([ticket.item for ticket in taken])
        except BaseException as error:
            # Each of the threads that wait raises it too.
            for ticket in taken:
                ticket.error = error
            raise
        for ticket, result in zip(taken, results, strict=True):
            ticket.results = [result]
