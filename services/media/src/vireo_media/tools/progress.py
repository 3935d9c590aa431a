"""How far an encode is, by ffmpeg's own reports; who makes no progress is ended."""

import time
from collections.abc import Callable, Sequence

from vireo_media.tools.sandbox import SandboxError

# Longer than any honest file keeps a decoder between two frames, on a machine that is busy too.
STALLED_SECONDS = 300.0
_REPORT_SECONDS = 0.5


class Stalled(SandboxError):
    """ffmpeg ran on without making a frame. Trying again may help: a disk may have stood still."""


class Progress:
    """Takes ffmpeg's reports.

    Args:
        seconds: how long the film is.
        tell: is called with the share that is done, from 0 to 1, as often as there is more.
        patience: after how many seconds without any progress the encode is ended.
        must_wait: whether the encode is to stand still now; the clock stands still with it.
        clock: seconds that only go forward.
    """

    # The report goes to standard output; ffmpeg writes one at each beginning of a period.
    arguments: Sequence[str] = ("-progress", "pipe:1", "-stats_period", str(_REPORT_SECONDS))

    def __init__(
        self,
        seconds: float,
        tell: Callable[[float], None],
        *,
        patience: float = STALLED_SECONDS,
        must_wait: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = max(seconds, 0.001)
        self._tell = tell
        self._patience = patience
        self.must_wait = must_wait
        self._clock = clock
        self._seen: dict[bytes, bytes] = {}
        self._moved = clock()
        self._done = 0.0

    def take(self, line: bytes) -> None:
        """Take a line of a report."""
        name, _, value = line.partition(b"=")
        if name not in (b"frame", b"out_time_us"):
            return
        if self._seen.get(name) == value:
            return
        self._seen[name] = value
        self._moved = self._clock()
        # In microseconds; "N/A" before the first packet (7.1), 0 (5.1). `out_time_ms` is in
        # microseconds too.
        if name == b"out_time_us" and value.isdigit():
            done = min(int(value) / 1e6 / self._seconds, 1.0)
            if done > self._done:
                self._done = done
                self._tell(done)

    def check(self) -> None:
        """Raises Stalled where nothing has moved for too long."""
        if self._clock() - self._moved > self._patience:
            raise Stalled(f"no progress in {self._patience:.0f} s")
