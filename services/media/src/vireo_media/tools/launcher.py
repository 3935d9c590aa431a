"""Bound this process, then become the program that is asked for.

Run by `sandbox` as `python -I -S launcher.py <settings> -- <argv>`, so that what can't be set from
a threaded parent without `preexec_fn` is set here: limits, death with the parent, Landlock (only
the named files can be opened), no capability, and seccomp (only the system calls of `calls`). It
must start quickly: it imports next to nothing, and settings come as plain words instead of JSON.

Settings: `--memory=`, `--cpu=`, `--file-size=`, `--nice=` (numbers), `--parent=` (process id),
`--program=`, `--read=` and `--write=` (paths), `--confine=` (a filter of `calls`, as hexadecimal
digits). `--report <filter>` prints what of both the kernel refuses, and ends.
The program's exit code is its own; 125 means that it was never started.
"""

import contextlib
import ctypes
import errno
import os
import resource
import stat
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not at run time: the import would take longer than all the rest.
    from collections.abc import Callable

NOT_STARTED = 125
MAX_OPEN_FILES = 64
# Threads without a stack of their own cost no address space, but the kernel's memory. All that runs
# as the same user counts, and services have some hundred.
MAX_TASKS = 4096
_OOM_SCORE = "/proc/self/oom_score_adj"
_AUTOGROUP = "/proc/self/autogroup"
_NICE_SESSIONS_FROM = 10
# Who is no root may set one in a tenth of a second, on the whole machine.
_AUTOGROUP_TRIES, _AUTOGROUP_SECONDS = 4, 0.1

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 22, 24, 38
_SIGKILL, _SIGPIPE, _SIGXFSZ, _SIG_DFL = 9, 13, 25, 0

# Landlock has the same numbers on every architecture (linux/landlock.h, asm-generic/unistd.h).
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_FS_EXECUTE, _FS_WRITE_FILE, _FS_READ_FILE, _FS_READ_DIR, _FS_TRUNCATE = 1, 2, 4, 8, 1 << 14
_FS_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_FS_RIGHTS_NEWEST = (1 << 16) - 1
_NET_BIND_AND_CONNECT = 3
_SCOPE_SOCKET_AND_SIGNAL = 3
_ABI_WITH_TRUNCATE, _ABI_WITH_NET, _ABI_WITH_SCOPE = 3, 4, 6

# The same as in `calls`, which would take as long to import as all else takes.
_OWN_PROCESS = 0x7FFFFFFE
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3, _MOST_CAPABILITIES = 0x20080522, 64

_libc = ctypes.CDLL(None, use_errno=True)


class _Rule(ctypes.Structure):
    """struct landlock_path_beneath_attr, which the kernel declares packed."""

    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


class _Filter(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def _check(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def landlock_version() -> int:
    """Return the kernel's Landlock ABI. Raises OSError where it has none."""
    return _check(_libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(os.fstat(handle).st_mode):
        rights &= _FS_EXECUTE | _FS_WRITE_FILE | _FS_READ_FILE | _FS_TRUNCATE
    rule = _Rule(rights, handle)
    _check(_libc.syscall(_LANDLOCK_ADD_RULE, ruleset, 1, ctypes.byref(rule), 0))
    os.close(handle)


def confine_files(programs: list[str], reads: list[str], writes: list[str]) -> None:
    """Let this process open only these files from now on, and use no TCP.

    Raises OSError where the kernel has no Landlock, or has it switched off.
    """
    version = landlock_version()
    handled = _FS_RIGHTS_BY_ABI.get(version, _FS_RIGHTS_NEWEST)
    # struct landlock_ruleset_attr has grown; an older kernel refuses a longer one.
    attributes = (ctypes.c_uint64 * 3)(handled, _NET_BIND_AND_CONNECT, _SCOPE_SOCKET_AND_SIGNAL)
    size = 24 if version >= _ABI_WITH_SCOPE else 16 if version >= _ABI_WITH_NET else 8
    ruleset = _check(_libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    look = _FS_READ_FILE | _FS_READ_DIR
    change = look | _FS_WRITE_FILE | (_FS_TRUNCATE if version >= _ABI_WITH_TRUNCATE else 0)
    for path in programs:
        _allow(ruleset, path, look | _FS_EXECUTE)
    for path in reads:
        _allow(ruleset, path, look)
    for path in writes:
        _allow(ruleset, path, change)
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _check(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def confine_calls(program: bytes) -> None:
    """Let this process make only the system calls that a filter of `calls` allows.

    Raises OSError where the kernel has no seccomp, or the filter is none.
    """
    if not program:
        raise OSError(errno.ENOSYS, "no system calls are known of this kind of machine")
    own, stands_for_it = os.getpid(), _OWN_PROCESS.to_bytes(4, sys.byteorder)
    lines = [program[at : at + 8] for at in range(0, len(program), 8)]
    for at, line in enumerate(lines):
        if line[4:] == stands_for_it:
            lines[at] = line[:4] + own.to_bytes(4, sys.byteorder)
    fprog = _Filter(len(lines), b"".join(lines))
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _check(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(fprog), 0, 0))


def drop_capabilities() -> None:
    """Take from root all that makes it more than the owner of its files, for good.

    Raises OSError where the kernel refuses.
    """
    for number in range(_MOST_CAPABILITIES):
        # Ends after the kernel's last capability, or at once without privileges.
        if _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) < 0:
            break
    head, none = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _check(_libc.capset(head, none))
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def report(calls: str) -> int:
    """Print one line per kind of confinement that the kernel refuses, with its reason."""
    refused = {"landlock": _refusal(lambda: confine_files(["/usr"], [], []))}
    refused["seccomp"] = _refusal(lambda: confine_calls(bytes.fromhex(calls)))
    sys.stdout.writelines(f"{name}: {reason}\n" for name, reason in refused.items() if reason)
    return 0


def _refusal(confine: "Callable[[], None]") -> str:
    """Confine this process; return why the kernel refuses, empty if it does not."""
    try:
        confine()
    except OSError as error:
        return str(error) or type(error).__name__
    return ""


def _limit(settings: dict[str, int]) -> None:
    memory, cpu, size = settings["memory"], settings["cpu"], settings["file-size"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # The soft limit ends the process with SIGXCPU, which distinguishes a CPU bomb from other kills.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES, MAX_OPEN_FILES))
    _, most = resource.getrlimit(resource.RLIMIT_NPROC)
    tasks = MAX_TASKS if most == resource.RLIM_INFINITY else min(MAX_TASKS, most)
    resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks))
    be_nice(settings["nice"])
    # Where the machine's memory is gone it is this one that ends, and none that serves.
    with contextlib.suppress(OSError), open(_OOM_SCORE, "w") as score:  # noqa: PTH123 (pathlib is slow to import)
        score.write("1000")
    _check(_libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0))
    if os.getppid() != settings["parent"]:
        raise ProcessLookupError("the parent is gone already")
    # Python ignores these two, and what is ignored stays ignored in the program it becomes.
    for number in (_SIGPIPE, _SIGXFSZ):
        _libc.signal(number, ctypes.c_void_p(_SIG_DFL))


def be_nice(value: int) -> None:
    """Let others go first: other processes, and other sessions.

    A kernel with `CONFIG_SCHED_AUTOGROUP`, as Debian's, gives each session the same share of the
    processors, however nice its processes are to each other (sched(7)); and this is one of its own.
    Only what nobody waits for makes its session nice, and not by much: with 19 it got nothing at
    all beside the sessions of a busy machine.
    """
    os.nice(value)
    session = value - _NICE_SESSIONS_FROM
    if session <= 0:
        return
    for _ in range(_AUTOGROUP_TRIES):
        try:
            with open(_AUTOGROUP, "w") as group:  # noqa: PTH123 (pathlib is slow to import)
                group.write(str(session))
        except BlockingIOError:
            time.sleep(_AUTOGROUP_SECONDS)
        except OSError:
            # There is no such thing here.
            return
        else:
            return


def _parse(words: list[str]) -> tuple[dict[str, int], dict[str, list[str]], str | None]:
    numbers: dict[str, int] = {}
    paths: dict[str, list[str]] = {"program": [], "read": [], "write": []}
    calls = None
    for word in words:
        key, _, value = word.removeprefix("--").partition("=")
        if key in paths:
            paths[key].append(value)
        elif key == "confine":
            calls = value
        else:
            numbers[key] = int(value)
    return numbers, paths, calls


def main(arguments: list[str]) -> int:
    if arguments[0] == "--report":
        return report(arguments[1])
    split = arguments.index("--")
    numbers, paths, calls = _parse(arguments[:split])
    argv = arguments[split + 1 :]
    try:
        _limit(numbers)
        if calls is not None:
            drop_capabilities()
            # What the kernel refuses was reported once by --report; the limits, and the lists of
            # protocols and formats, hold without it.
            _refusal(lambda: confine_files(paths["program"], paths["read"], paths["write"]))
            _refusal(lambda: confine_calls(bytes.fromhex(calls)))
        # Without a shell is the point of it; the program comes from `sandbox`, never from outside.
        os.execv(argv[0], argv)  # noqa: S606
    except OSError as error:
        sys.stderr.write(f"launcher: {error}\n")
    return NOT_STARTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
