"""Who of those that encode runs: what can be played first has the encoder, and the others wait.

An encode of the rest of a stream is not ended for it, which would lose what it has made: its
process is stopped meanwhile, and goes on afterwards.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vireo_common.jobs import Job

Work = Callable[[Job, threading.Event], None]
_FIRST, _OTHERS = "first", "others"


class EncoderTurns:
    """The encodes of one worker.

    Args:
        slots: how many of them run at once.
        clock: seconds that only go forward.
    """

    def __init__(self, slots: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._slots = slots
        self._clock = clock
        self._lock = threading.Lock()
        self._running = dict.fromkeys((_FIRST, _OTHERS), 0)
        self._rest: list[Turn] = []

    def first(self, handle: Work) -> Work:
        """The handler of jobs that go before the rest."""
        return self._counted(handle, _FIRST)

    def others(self, handle: Work) -> Work:
        """The handler of jobs that encode the rest: before their turn they look at the film."""
        return self._counted(handle, _OTHERS)

    def _counted(self, handle: Work, kind: str) -> Work:
        def handled(job: Job, stop: threading.Event) -> None:
            with self._lock:
                self._running[kind] += 1
            try:
                handle(job, stop)
            finally:
                with self._lock:
                    self._running[kind] -= 1

        return handled

    @contextmanager
    def rest(self) -> Iterator["Turn"]:
        """An encode that lets the others go first; of several the one that began first goes on."""
        turn = Turn(self._must_wait, self._clock)
        with self._lock:
            self._rest.append(turn)
        try:
            yield turn
        finally:
            with self._lock:
                self._rest.remove(turn)

    def any(self) -> bool:
        """Whether a job that encodes runs now."""
        with self._lock:
            return any(self._running.values())

    def _must_wait(self, turn: "Turn") -> bool:
        with self._lock:
            return self._running[_FIRST] + self._rest.index(turn) >= self._slots


class Turn:
    """One encode of the rest of a stream, asked by one thread."""

    def __init__(self, asked: Callable[["Turn"], bool], clock: Callable[[], float]) -> None:
        self._asked = asked
        self._clock = clock
        self._waited = 0.0
        self._since: float | None = None

    def must_wait(self) -> bool:
        """Whether it has to stand still now."""
        now = self._clock()
        if self._since is not None:
            self._waited += now - self._since
        waits = self._asked(self)
        self._since = now if waits else None
        return waits

    def seconds(self) -> float:
        """A clock that stands still with it."""
        return (self._clock() if self._since is None else self._since) - self._waited


class BehindEncodes:
    """What nobody waits for begins when nothing is encoded, or when it has waited for long.

    Args:
        is_encoding: whether something is encoded, or waits for it.
        has_waited: whether one of the jobs that wait here could have begun so many seconds ago.
        seconds: how long they wait at the most.
    """

    def __init__(
        self,
        is_encoding: Callable[[], bool],
        has_waited: Callable[[float], bool],
        seconds: float,
    ) -> None:
        self._is_encoding = is_encoding
        self._has_waited = has_waited
        self._seconds = seconds

    def may_begin(self) -> bool:
        """Asked before a job is claimed."""
        return not self._is_encoding() or self._has_waited(self._seconds)
