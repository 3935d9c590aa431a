"""Run one program on a stranger's file, inside bounds.

The child gets a session of its own, nothing on its standard input, an environment of two names,
limits for memory, CPU, file size and open files, and dies with the thread that started it. Where
the kernel has Landlock and seccomp it can also open nothing but the named files, and make only the
system calls of the list in `calls.py`. Whatever ends the call early ends the child's whole group.

Errors:

    SandboxError            the program did not end by itself, or could not be started
        Stopped             the caller's stop event was set
        LimitExceeded       the program asked for more than it may have
            TimeLimit       wall clock or CPU seconds
            MemoryLimit     address space
            FileSizeLimit   one output file became too large
            OutputLimit     too much on standard output
        Starved             the machine lacked CPU time, memory or threads for it
        NotStarted          the program is missing, or the launcher failed

A program that ends by itself with a bad exit code is no error here: see `Completed.returncode`.
"""

import functools
import logging
import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import IO, cast

from vireo_common.worker import Interrupted
from vireo_media.tools import calls
from vireo_media.tools.launcher import NOT_STARTED

log = logging.getLogger(__name__)

_LAUNCHER = Path(__file__).with_name("launcher.py")
_SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"
# What a program must read to start at all. /proc/self shows a thread its own stack size.
_PROGRAM_FILES = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/dev/null",
    "/dev/urandom",
)
_POLL_SECONDS = 0.1
# A bomb keeps its CPU busy. What got less of one than this was waiting for its turn or for a disk.
_LEAST_CPU_SHARE = 0.2
NICE_BACKGROUND = 10
# Nobody waits for it: an encode beside it has three times as much of the processors.
NICE_LAST = 15
# Somebody waits for the answer; still behind the services themselves.
NICE_WAITED_FOR = 5
_STDERR_KEPT = 64 * 1024
_LONGEST_LINE = 64 * 1024
# How the programs used here say that they got no memory (libc, libstdc++, Python, OpenCV).
_MEMORY_WORDS = (b"Cannot allocate memory", b"bad_alloc", b"MemoryError", b"Insufficient memory")
# And no thread (ffmpeg 5.1, 7.1): a container or user has all it may have, or no room for stacks.
_THREAD_WORDS = (b"Resource temporarily unavailable", b"ff_frame_thread_encoder_init failed")


class SandboxError(Exception):
    """The program did not end by itself, or could not be started."""


class Stopped(SandboxError, Interrupted):
    """The caller's stop event was set while the program ran."""


class NotStarted(SandboxError):
    """The program is missing, or the launcher could not set its limits."""


class Starved(SandboxError):
    """The machine lacked time, memory or threads for it; later it may have them."""


class LimitExceeded(SandboxError):
    """The program asked for more than it may have."""


class TimeLimit(LimitExceeded):
    """The program used up its wall clock or its CPU seconds."""


class MemoryLimit(LimitExceeded):
    """The program asked for more address space than it may have."""


class FileSizeLimit(LimitExceeded):
    """The program wrote a file larger than it may be."""


class OutputLimit(LimitExceeded):
    """The program printed more than the caller wants to hold."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one run: bytes of address space, seconds, and bytes of one output file."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    file_bytes: int


@dataclass(frozen=True)
class Files:
    """What the child may touch: `reads` (files and folders), `writes` (files that exist).

    `programs` are folders to run programs and load libraries from, besides the system's.
    """

    reads: Sequence[Path] = ()
    writes: Sequence[Path] = ()
    programs: Sequence[Path] = ()


@dataclass(frozen=True)
class Completed:
    """How a program ended: exit code (negative: signal), output, peak resident bytes."""

    returncode: int
    stdout: bytes
    stderr: bytes
    peak_memory: int

    @property
    def verdict(self) -> str:
        """The last line of its complaints, or its exit code if it had none; for the log alone."""
        words = self.stderr.decode(errors="replace").strip().splitlines()
        return words[-1] if words else f"exit code {self.returncode}"


@dataclass
class _Output:
    """What the child has printed so far."""

    limit: int
    on_line: Callable[[bytes], None] | None
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    begun: bool = False

    def take_stdout(self, piece: bytes) -> None:
        self.begun = True
        self.stdout += piece
        if self.on_line is None:
            if len(self.stdout) > self.limit:
                raise OutputLimit(f"more than {self.limit} bytes of output")
            return
        *lines, rest = bytes(self.stdout).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise OutputLimit(f"a line of more than {_LONGEST_LINE} bytes")
        self.stdout = bytearray(rest)
        for line in lines:
            self.on_line(line)

    def take_stderr(self, piece: bytes) -> None:
        # The last words matter most: a long complaint about a broken file ends with the verdict.
        self.stderr += piece
        del self.stderr[:-_STDERR_KEPT]


class _Clock:
    """The wall clock of a child, which stands still while the child is paused."""

    def __init__(
        self,
        seconds: float,
        process: "subprocess.Popen[bytes]",
        paused: Callable[[], bool] | None,
        clock: Callable[[], float],
    ) -> None:
        self._clock = clock
        self._deadline = clock() + seconds
        self._process = process
        self._paused = paused
        self._since: float | None = None

    def left(self, *, begun: bool) -> float:
        """Seconds that are left; stops the child's group, or lets it go on.

        ``begun``: the program runs. A launcher that is stopped before it can say that it dies with
        us would outlive us.
        """
        pauses = begun and self._paused is not None and self._paused()
        now = self._clock()
        if self._since is not None:
            self._deadline += now - self._since
            self._since = now
        if pauses != (self._since is not None):
            # It is not collected yet, so that its group is there, even where it has ended.
            os.killpg(self._process.pid, signal.SIGSTOP if pauses else signal.SIGCONT)
            self._since = now if pauses else None
        return self._deadline - now


@functools.cache
def _calls() -> str:
    """The filter as hexadecimal digits; none, which the kernel refuses, for an unknown machine."""
    try:
        return calls.filter_for(os.uname().machine).hex()
    except KeyError:
        return ""


@functools.cache
def missing_confinement() -> tuple[str, ...]:
    """Return why the kernel refuses Landlock or seccomp, empty when both work; log it once."""
    command = [sys.executable, "-I", "-S", str(_LAUNCHER), "--report", _calls()]
    done = subprocess.run(command, capture_output=True, timeout=10, check=True, text=True)
    reasons = tuple(done.stdout.splitlines())
    for reason in reasons:
        log.warning("sandbox_weaker: the kernel refuses %s", reason)
    return reasons


def run(
    argv: Sequence[str],
    limits: Limits,
    *,
    files: Files | None = None,
    stop: threading.Event | None = None,
    max_output: int = 1 << 20,
    on_line: Callable[[bytes], None] | None = None,
    look: Callable[[], None] | None = None,
    paused: Callable[[], bool] | None = None,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    nice: int = NICE_BACKGROUND,
    clock: Callable[[], float] = time.monotonic,
) -> Completed:
    """Run a program to its end, inside `limits`.

    `files` names what it may open besides the system's libraries, and takes sockets and new
    processes from it; without `files` only the limits hold. `on_line` gets every line of
    standard output, without its end, as it comes; nothing of it is kept then. What `on_line`
    raises ends the child and is raised here; `look` is called several times a second, and may do
    so too. While `paused`, asked as often, is true, the child's group is stopped, and so is its
    wall clock, from when it has printed something. `env` is added to `PATH` and `LANG`; `clock`
    counts seconds.

    Raises the errors of this module. The child dies with the calling thread, so call it from a
    thread that waits for it.
    """
    if stop is not None and stop.is_set():
        raise Stopped(argv[0])
    command = _command(argv, limits, files, nice)
    variables = {"PATH": _SEARCH_PATH, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", **(env or {})}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=variables,
        cwd="/",
        start_new_session=True,
        pass_fds=pass_fds,
        bufsize=0,
    )
    output = _Output(max_output, on_line)
    late: TimeLimit | None = None
    try:
        _follow(process, output, _Clock(limits.wall_seconds, process, paused, clock), stop, look)
    except TimeLimit as error:
        late = error
    finally:
        usage = _end(process)
    if late is not None:
        if usage.ru_utime + usage.ru_stime < limits.wall_seconds * _LEAST_CPU_SHARE:
            raise Starved(f"{argv[0]}: hardly ran in {limits.wall_seconds:.1f} s") from late
        raise late
    return _verdict(process.returncode, output, usage.ru_maxrss * 1024, argv[0])


def _command(argv: Sequence[str], limits: Limits, files: Files | None, nice: int) -> list[str]:
    program = which(argv[0], path=_SEARCH_PATH)
    if program is None:
        raise NotStarted(f"{argv[0]} is not installed")
    command = [
        *(sys.executable, "-I", "-S", str(_LAUNCHER)),
        f"--memory={limits.memory_bytes}",
        f"--cpu={limits.cpu_seconds}",
        f"--file-size={limits.file_bytes}",
        f"--nice={nice}",
        f"--parent={os.getpid()}",
    ]
    if files is not None:
        missing_confinement()
        command.append(f"--confine={_calls()}")
        command += [f"--program={path}" for path in (*_PROGRAM_FILES, *files.programs)]
        command += [f"--read={path.absolute()}" for path in files.reads]
        command += [f"--write={path.absolute()}" for path in files.writes]
    return [*command, "--", program, *argv[1:]]


def _follow(
    process: subprocess.Popen[bytes],
    output: _Output,
    clock: _Clock,
    stop: threading.Event | None,
    look: Callable[[], None] | None,
) -> None:
    """Read what the child prints until it has ended."""
    stdout, stderr = cast(IO[bytes], process.stdout), cast(IO[bytes], process.stderr)
    ended = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ, output.take_stdout)
            selector.register(stderr, selectors.EVENT_READ, output.take_stderr)
            selector.register(ended, selectors.EVENT_READ, None)
            while True:
                if stop is not None and stop.is_set():
                    raise Stopped("stopped by the caller")
                left = clock.left(begun=output.begun)
                if look is not None:
                    look()
                if left <= 0:
                    raise TimeLimit("out of wall clock time")
                gone = False
                for key, _ in selector.select(min(left, _POLL_SECONDS)):
                    if key.data is None:
                        gone = True
                    elif piece := os.read(key.fd, 1 << 16):
                        key.data(piece)
                    else:
                        selector.unregister(key.fileobj)
                if gone:
                    _drain(stdout, output.take_stdout)
                    _drain(stderr, output.take_stderr)
                    return
    finally:
        os.close(ended)


def _drain(pipe: IO[bytes], take: Callable[[bytes], None]) -> None:
    """Take what an ended child left in a pipe, without waiting for those who still hold it."""
    os.set_blocking(pipe.fileno(), False)
    try:
        while piece := os.read(pipe.fileno(), 1 << 16):
            take(piece)
    except BlockingIOError:
        return


def _end(process: subprocess.Popen[bytes]) -> resource.struct_rusage:
    """End the whole group, collect the child and return what it has used."""
    # The child is not collected yet, so its id, and with it the group's, can't be another's.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        # It ended between the fork and its own session; collecting it is all there is to do.
        process.kill()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    return usage


def _verdict(returncode: int, output: _Output, peak: int, name: str) -> Completed:
    # Of a program that was killed the last line is cut off anywhere.
    if output.on_line is not None and output.stdout and returncode >= 0:
        output.on_line(bytes(output.stdout))
        output.stdout.clear()
    stderr = bytes(output.stderr)
    if returncode == -signal.SIGKILL:
        # Not ours, which comes after the end: the machine had no memory left.
        raise Starved(f"{name}: killed from outside")
    if returncode == -signal.SIGXCPU:
        raise TimeLimit(f"{name}: out of CPU seconds")
    if returncode == -signal.SIGXFSZ or (returncode != 0 and b"File too large" in stderr):
        raise FileSizeLimit(f"{name}: output file too large")
    if returncode == NOT_STARTED and stderr.startswith(b"launcher:"):
        raise NotStarted(stderr.decode(errors="replace").strip())
    if returncode != 0 and any(words in stderr for words in _MEMORY_WORDS):
        raise MemoryLimit(f"{name}: out of memory")
    if returncode != 0 and any(words in stderr for words in _THREAD_WORDS):
        raise Starved(f"{name}: could not start a thread")
    return Completed(returncode, bytes(output.stdout), stderr, peak)
