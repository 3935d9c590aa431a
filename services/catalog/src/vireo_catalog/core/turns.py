"""A semaphore of a process, with a bound on how many threads wait for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vireo_common.errors import Code, Failure


class Turns:
    """Lets ``at_once`` in, and ``waiting`` more wait for up to ``seconds``; refuses all others.

    A waiting request occupies a thread of the process, so that their number is bounded too: the
    other routes need threads.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._at_once, self._places = at_once, at_once + waiting
        self._there = 0
        self._counting = threading.Lock()
        self._turns = threading.BoundedSemaphore(at_once)
        self._seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and have it for as long as the block runs.

        Raises:
            Failure: ``unavailable``: too many are there already, or it took too long.
        """
        with self._counting:
            if self._there == self._places:
                raise busy()
            self._there += 1
        try:
            if not self._turns.acquire(timeout=self._seconds):
                raise busy()
            try:
                yield
            finally:
                self._turns.release()
        finally:
            with self._counting:
                self._there -= 1

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for a turn."""
        return self._there > self._at_once


def busy() -> Failure:
    """The answer where all slots and places in the queue are taken."""
    return Failure(Code.UNAVAILABLE, "Too many are searching at this moment; try again.")
