"""The processes of a Vireo and their memory. What has ended has no children and 0 bytes."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")


def busy() -> float:
    """The share of all cores that was busy since the last call, between 0 and 1."""
    return psutil.cpu_percent() / 100


def below(pid: int, *, recursive: bool = True) -> list[int]:
    """The ids of all processes below one, or of its children alone."""

    def ids(process: psutil.Process) -> list[int]:
        return [child.pid for child in process.children(recursive=recursive)]

    return _ask(pid, ids, [])


def command(pid: int) -> str:
    """The command line of a process."""
    return " ".join(_ask(pid, psutil.Process.cmdline, []))


def pss(pid: int) -> int:
    """Bytes, a page that several processes share divided among them.

    Raises:
        psutil.AccessDenied: the process is another user's.
    """
    return int(_ask(pid, lambda process: process.memory_full_info().pss, 0))


def rss(pid: int) -> int:
    """Bytes, a shared page in each process that has it."""
    return _status(pid, "VmRSS")


def peak_rss(pid: int) -> int:
    """The largest `rss` since the start of the process, or since `reset_peak`."""
    return _status(pid, "VmHWM")


def reset_peak(pid: int) -> None:
    """Make the current `rss` the largest (proc(5), clear_refs)."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def _ask(pid: int, question: Callable[[psutil.Process], T], ended: T) -> T:
    try:
        return question(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return ended


def _status(pid: int, name: str) -> int:
    # From one file, so that a peak and a size can be compared: psutil has no peak, and its size is
    # from another one, which is less exact.
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
