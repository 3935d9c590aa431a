"""Bound this process, then become the program that is asked for.

Run by `sandbox` as `python -I -S launcher.py <settings> -- <argv>`, so that what can't be set from
a threaded parent without `preexec_fn` is set here: limits, death with the parent, Landlock (only
the named files can be opened) and seccomp (no socket, no second process). It must start quickly:
it imports next to nothing, and settings come as plain words instead of JSON.

Settings: `--memory=`, `--cpu=`, `--file-size=`, `--nice=` (numbers), `--parent=` (process id),
`--read=` and `--write=` (paths), `--confine`. `--report` prints what the kernel offers and ends.
The program's exit code is its own; 125 means that it was never started.
"""

import contextlib
import ctypes
import os
import resource
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not at run time: the import would take longer than all the rest.
    from collections.abc import Callable

NOT_STARTED = 125
MAX_OPEN_FILES = 64
_OOM_SCORE = "/proc/self/oom_score_adj"

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SIGKILL, _SIGPIPE, _SIGXFSZ, _SIG_DFL = 9, 13, 25, 0

# Landlock has the same numbers on every architecture (linux/landlock.h, asm-generic/unistd.h).
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_FS_EXECUTE, _FS_WRITE_FILE, _FS_READ_FILE, _FS_READ_DIR, _FS_TRUNCATE = 1, 2, 4, 8, 1 << 14
_FS_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_FS_RIGHTS_NEWEST = (1 << 16) - 1
_NET_BIND_AND_CONNECT = 3
_SCOPE_SOCKET_AND_SIGNAL = 3
_ABI_WITH_TRUNCATE, _ABI_WITH_NET, _ABI_WITH_SCOPE = 3, 4, 6

# What changes a file without opening it, which Landlock does not see: modes, owners, times and
# extended attributes (chmod, fchmod, chown, fchown, lchown, utime, utimes, futimesat, utimensat,
# fchownat, fchmodat, fchmodat2, *setxattr, *removexattr).
_X86_64_MARKS = (*range(90, 95), 132, 235, 261, 280, 260, 268, 452, *range(188, 191), 197, 198, 199)
_AARCH64_MARKS = (*range(52, 56), 88, 452, 5, 6, 7, 14, 15, 16)
# audit architecture -> (socket, socketpair, io_uring_setup, ptrace, fork, vfork, clone, clone3)
_ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 53, 425, 101, 57, 58, *_X86_64_MARKS), 56, 435),
    "aarch64": (0xC00000B7, (198, 199, 425, 117, *_AARCH64_MARKS), 220, 435),
}
_CLONE_THREAD = 0x00010000
_EPERM, _ENOSYS = 1, 38
_SECCOMP_MODE_FILTER = 2

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


def _instruction(code: int, yes: int, no: int, operand: int) -> bytes:
    return (
        code.to_bytes(2, sys.byteorder)
        + bytes((yes, no))
        + (operand & 0xFFFFFFFF).to_bytes(4, sys.byteorder)
    )


def confine_calls() -> None:
    """Take away sockets (of every family) and new processes; threads stay.

    Raises OSError where the kernel has no seccomp, KeyError on an architecture not in the table.
    """
    architecture, forbidden, clone, clone3 = _ARCHITECTURES[os.uname().machine]
    load, equal, any_bit, at_least, answer = 0x20, 0x15, 0x45, 0x35, 0x06
    allow, deny = 0x7FFF0000, 0x00050000
    lines = [
        _instruction(load, 0, 0, 4),
        _instruction(equal, 1, 0, architecture),
        _instruction(answer, 0, 0, deny | _EPERM),
        _instruction(load, 0, 0, 0),
        # The x32 interface of x86_64 has other numbers for the same calls.
        _instruction(at_least, 0, 1, 0x40000000),
        _instruction(answer, 0, 0, deny | _ENOSYS),
    ]
    for number in forbidden:
        lines.append(_instruction(equal, 0, 1, number))
        lines.append(_instruction(answer, 0, 0, deny | _EPERM))
    # clone3 hides its flags in memory; the C library takes clone when it is told there is none.
    lines.append(_instruction(equal, 0, 1, clone3))
    lines.append(_instruction(answer, 0, 0, deny | _ENOSYS))
    lines.append(_instruction(equal, 0, 3, clone))
    lines.append(_instruction(load, 0, 0, 16))
    lines.append(_instruction(any_bit, 1, 0, _CLONE_THREAD))
    lines.append(_instruction(answer, 0, 0, deny | _EPERM))
    lines.append(_instruction(answer, 0, 0, allow))
    program = _Filter(len(lines), b"".join(lines))
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _check(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0))


def report() -> int:
    """Print one line per kind of confinement that the kernel refuses, with its reason."""
    refused = {
        "landlock": _refusal(lambda: confine_files(["/usr"], [], [])),
        "seccomp": _refusal(confine_calls),
    }
    sys.stdout.writelines(f"{name}: {reason}\n" for name, reason in refused.items() if reason)
    return 0


def _refusal(confine: "Callable[[], None]") -> str:
    """Confine this process; return why the kernel refuses, empty if it does not."""
    try:
        confine()
    except (OSError, KeyError) as error:
        return str(error) or type(error).__name__
    return ""


def _limit(settings: dict[str, int]) -> None:
    memory, cpu, size = settings["memory"], settings["cpu"], settings["file-size"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # The soft limit ends the process with SIGXCPU, which tells a CPU bomb from other kills.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES, MAX_OPEN_FILES))
    os.nice(settings["nice"])
    # Where the machine's memory is gone it is this one that ends, and none that serves.
    with contextlib.suppress(OSError), open(_OOM_SCORE, "w") as score:  # noqa: PTH123 (pathlib is slow to import)
        score.write("1000")
    _check(_libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0))
    if os.getppid() != settings["parent"]:
        raise ProcessLookupError("the parent is gone already")
    # Python ignores these two, and what is ignored stays ignored in the program it becomes.
    for number in (_SIGPIPE, _SIGXFSZ):
        _libc.signal(number, ctypes.c_void_p(_SIG_DFL))


def _parse(words: list[str]) -> tuple[dict[str, int], dict[str, list[str]], bool]:
    numbers: dict[str, int] = {}
    paths: dict[str, list[str]] = {"program": [], "read": [], "write": []}
    confined = False
    for word in words:
        key, _, value = word.removeprefix("--").partition("=")
        if key in paths:
            paths[key].append(value)
        elif key == "confine":
            confined = True
        else:
            numbers[key] = int(value)
    return numbers, paths, confined


def main(arguments: list[str]) -> int:
    if arguments == ["--report"]:
        return report()
    split = arguments.index("--")
    numbers, paths, confined = _parse(arguments[:split])
    argv = arguments[split + 1 :]
    try:
        _limit(numbers)
        if confined:
            # What the kernel refuses was reported once by --report; the limits, and the lists of
            # protocols and formats, hold without it.
            _refusal(lambda: confine_files(paths["program"], paths["read"], paths["write"]))
            _refusal(confine_calls)
        # Without a shell is the point of it; the program comes from `sandbox`, never from outside.
        os.execv(argv[0], argv)  # noqa: S606
    except OSError as error:
        sys.stderr.write(f"launcher: {error}\n")
    return NOT_STARTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
