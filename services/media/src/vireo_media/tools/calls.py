"""Which system calls a program may make on a stranger's file: an allow-list, as a seccomp filter.

What ffmpeg, ffprobe and Python with OpenCV, numpy and Pillow make on Debian 12 and 13 is here
(seen with strace on every clip of the tests), and what the C library takes in its place on other
kernels. All else is refused with EPERM: sockets, new processes, signals and limits for others,
namespaces, shared memory, keys, tracing, mounts, bpf, io_uring, and what the next kernel brings.

`filter_for` gives the filter as bytes; `launcher` sets it, in a process that imports nothing.
"""

import struct

# In a filter: the id of the confined process, known only when it runs.
OWN_PROCESS = 0x7FFFFFFE

_AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMNS = {"x86_64": 0, "aarch64": 1}
# The x32 interface of x86_64 has other numbers for the same calls.
_X32_BIT = 0x40000000

# name -> number on x86_64, on aarch64 (asm/unistd_64.h, asm-generic/unistd.h)
_FREE: dict[str, tuple[int, int | None]] = {
    # Bytes of what is open.
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "preadv": (295, 69),
    "pwritev": (296, 70),
    "lseek": (8, 62),
    "ftruncate": (77, 46),
    "fadvise64": (221, 223),
    "close": (3, 57),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    # Files and folders: Landlock says which.
    "open": (2, None),
    "openat": (257, 56),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "stat": (4, None),
    "lstat": (6, None),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "getdents64": (217, 61),
    # The process itself: how it starts and ends, its memory, threads and signals.
    "execve": (59, 221),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "arch_prctl": (158, None),
    "set_tid_address": (218, 96),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "restart_syscall": (219, 128),
    "brk": (12, 214),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    # A library of ffmpeg's complains on its standard error where it can't; RLIMIT_MEMLOCK holds.
    "mlock": (149, 228),
    "munlock": (150, 229),
    "get_mempolicy": (239, 236),
    "futex": (202, 98),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    # Clocks, and questions about itself and the machine.
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getrusage": (98, 165),
    "getrandom": (318, 278),
    "uname": (63, 160),
    "sysinfo": (99, 179),
}

# Half words of a call's arguments: (argument, upper half).
_FIRST, _SECOND, _THIRD, _THIRD_UPPER = (0, 0), (1, 0), (2, 0), (2, 1)

# name -> numbers, and which values each of these half words may have.
_Rules = tuple[tuple[tuple[int, int], tuple[int, ...]], ...]
_BY_ARGUMENT: dict[str, tuple[tuple[int, int], _Rules]] = {
    # The C library's abort() sends itself a signal.
    "kill": ((62, 129), ((_FIRST, (OWN_PROCESS,)),)),
    "tgkill": ((234, 131), ((_FIRST, (OWN_PROCESS,)),)),
    # Reads its own limits, and sets none.
    "prlimit64": (
        (302, 261),
        ((_FIRST, (0, OWN_PROCESS)), (_THIRD, (0,)), (_THIRD_UPPER, (0,))),
    ),
    # PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA: names of threads and of memory, and
    # what it may do. Not PR_SET_PDEATHSIG, which ends it with its parent.
    "prctl": ((157, 167), ((_FIRST, (15, 16, 23, 0x53564D41)),)),
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX; the first asks for a terminal.
    "ioctl": ((16, 29), ((_SECOND, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),)),
    # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC. Not F_SETOWN, by which the
    # kernel sends signals to others, nor locks and leases on files that others use.
    "fcntl": ((72, 25), ((_SECOND, (0, 1, 2, 3, 4, 1030)),)),
}
# Threads; a process, or a namespace, is none. clone3 hides its flags in memory: the C library takes
# clone where the answer is that there is none.
_CLONE, _CLONE3 = (56, 220), (435, 435)
_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020000

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _JUMP, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x05, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16


def filter_for(machine: str) -> bytes:
    """Return the filter for this kind of machine (`os.uname().machine`), as the kernel takes it.

    Raises KeyError where there is no table for it.
    """
    column = _COLUMNS[machine]
    known = (numbers[column] for numbers in _FREE.values())
    free = [number for number in known if number is not None]
    lines = [
        _instruction(_LOAD, _ARCHITECTURE_AT),
        _instruction(_EQUAL, _AUDIT_ARCHITECTURES[machine], yes=1),
        _instruction(_RETURN, _REFUSE | _EPERM),
        _instruction(_LOAD, _NUMBER_AT),
        _instruction(_AT_LEAST, _X32_BIT, no=1),
        _instruction(_RETURN, _REFUSE | _ENOSYS),
        # All of them lead to the one line behind the next.
        *(_instruction(_EQUAL, number, yes=len(free) - at) for at, number in enumerate(free)),
        _instruction(_JUMP, 1),
        _instruction(_RETURN, _ALLOW),
        *_only(_CLONE3[column], [_instruction(_RETURN, _REFUSE | _ENOSYS)]),
        *_only(_CLONE[column], _threads()),
    ]
    for numbers, rules in _BY_ARGUMENT.values():
        checks = [line for (place, values) in rules for line in _one_of(place, values)]
        lines += _only(numbers[column], [*checks, _instruction(_RETURN, _ALLOW)])
    lines.append(_instruction(_RETURN, _REFUSE | _EPERM))
    return b"".join(lines)


def _instruction(code: int, operand: int, yes: int = 0, no: int = 0) -> bytes:
    """struct sock_filter; `yes` and `no` are how many lines a comparison leaps."""
    return struct.pack("=HBBI", code, yes, no, operand)


def _only(number: int, lines: list[bytes]) -> list[bytes]:
    """These lines for this call, which end it; others pass by."""
    return [_instruction(_EQUAL, number, no=len(lines)), *lines]


def _one_of(place: tuple[int, int], values: tuple[int, ...]) -> list[bytes]:
    """Go on behind these lines where the half word has one of the values, else refuse."""
    argument, upper = place
    return [
        # Both architectures keep the lower half first.
        _instruction(_LOAD, _ARGUMENTS_AT + 8 * argument + 4 * upper),
        *(_instruction(_EQUAL, value, yes=len(values) - at) for at, value in enumerate(values)),
        _instruction(_RETURN, _REFUSE | _EPERM),
    ]


def _threads() -> list[bytes]:
    return [
        _instruction(_LOAD, _ARGUMENTS_AT),
        _instruction(_ANY_BIT, _CLONE_NEW, yes=1),
        _instruction(_ANY_BIT, _CLONE_THREAD, yes=1),
        _instruction(_RETURN, _REFUSE | _EPERM),
        _instruction(_RETURN, _ALLOW),
    ]
