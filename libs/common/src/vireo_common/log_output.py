"""Where log lines go: lines that report the ordinary are written together, others at once.

A line of its own for each request costs more than making it: the write lets go of the interpreter,
and wakes whoever reads the pipe.
"""

import atexit
import contextlib
import os
import select
import sys
import threading
import time
from typing import Any

# What a process that is killed has not written yet.
PERIOD_SECONDS = 0.25
# A pipe takes so much in one piece (pipe(7)): other processes write lines into the same one.
_PIECE_BYTES = select.PIPE_BUF
_MOST_LINES = 1000


class Output:
    """Lines on their way to standard output, in their order."""

    def __init__(self) -> None:
        self._begin()
        atexit.register(self.flush)
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        # A child has no thread of its parent, and must not write its parent's lines.
        self._lines: list[str] = []
        self._lock = threading.Lock()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def later(self, line: str) -> None:
        """Write a line within ``PERIOD_SECONDS``."""
        with self._lock:
            self._lines.append(line)
            waiting = len(self._lines)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="log", daemon=True)
                self._thread.start()
        if waiting == 1:
            self._some.set()
        elif waiting >= _MOST_LINES:
            self.flush()

    def now(self, line: str) -> None:
        """Write a line, after those that wait."""
        with self._lock:
            self._lines.append(line)
        self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            lines, self._lines = self._lines, []
            for piece in pieces(lines):
                sys.stdout.write(piece)
            sys.stdout.flush()

    def _write(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            time.sleep(PERIOD_SECONDS)
            # Nobody reads, or the disk is full: there is no place left to say so, and the next
            # lines may find it better.
            with contextlib.suppress(OSError):
                self.flush()


def pieces(lines: list[str]) -> list[str]:
    """Whole lines together, as many as a pipe takes in one piece; a longer line by itself."""
    found: list[str] = []
    size = 0
    for line in lines:
        text = f"{line}\n"
        length = len(text.encode("utf-8", "backslashreplace"))
        if found and size + length <= _PIECE_BYTES:
            found[-1] += text
            size += length
        else:
            found.append(text)
            size = length
    return found


class Logger:
    """What structlog gives each line to."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def msg(self, line: str) -> None:
        """A line that reports the ordinary."""
        self._output.later(line)

    log = debug = info = msg

    def failure(self, line: str) -> None:
        """A line that somebody should look at."""
        self._output.now(line)

    warn = warning = error = critical = exception = fatal = failure


def logger_factory() -> Any:
    """Makes loggers that share one output."""
    output = Output()
    return lambda *_: Logger(output)
