"""Output of log lines: up to the level ``info`` in batches, warnings and errors at once.

A write for each request costs more than making the line: it releases the interpreter's lock, and
wakes the reader of the pipe.
"""

import atexit
import contextlib
import os
import select
import sys
import threading
import time
import weakref
from typing import Any

# A process that is killed loses the lines of this time.
PERIOD_SECONDS = 0.25
# Writes up to this size are atomic (pipe(7)); other processes write into the same pipe.
_PIECE_BYTES = select.PIPE_BUF
_MOST_LINES = 1000


_OUTPUTS: "weakref.WeakSet[Output]" = weakref.WeakSet()


class Output:
    """A buffer of lines for standard output, in their order."""

    def __init__(self) -> None:
        self._begin()
        _OUTPUTS.add(self)
        atexit.register(self.flush)
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        # After a fork the child has no thread of its parent, and must not write its parent's lines.
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
        """Write the buffered lines, then this one."""
        with self._lock:
            self._lines.append(line)
        self.flush()

    def flush(self) -> None:
        """Write the buffered lines."""
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
            # Nobody reads, or the disk is full, and the log was the place to report it; the next
            # write may succeed.
            with contextlib.suppress(OSError):
                self.flush()


def pieces(lines: list[str]) -> list[str]:
    """Batches of whole lines that a pipe takes atomically; a longer line by itself."""
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
        """A line of the level ``info`` or below; buffered."""
        self._output.later(line)

    log = debug = info = msg

    def failure(self, line: str) -> None:
        """A warning or an error; written at once."""
        self._output.now(line)

    warn = warning = error = critical = exception = fatal = failure


def flush() -> None:
    """Write what is buffered now, and not in a moment that belongs to somebody else."""
    for output in list(_OUTPUTS):
        output.flush()


def logger_factory() -> Any:
    """Makes loggers that share one output."""
    output = Output()
    return lambda *_: Logger(output)
