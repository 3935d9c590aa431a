"""Every kind of system call that a program on a stranger's file may not make is tried.

The arguments do nothing, or next to nothing, where a call is let through: a number that nobody has,
an address of nothing, a signal that is none, oneself.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vireo_media.tools import calls, sandbox
from vireo_media.tools.sandbox import Files, Limits

LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=20, wall_seconds=60, file_bytes=0)
PYTHON = "/usr/bin/python3"
EPERM, ENOSYS = 1, 38
ON = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
# A parent that lives, a descriptor that is open, an address of nothing.
OTHER, NOTHING = "other", 0
NO_FLAGS = -1 & 0xFFFFFFFF
THREAD_OF_NEW_USER = 0x10000000 | 0x10000 | 0x900

# name: (number on x86_64, on aarch64), arguments. Where nobody else refuses them.
REFUSED_HERE_ALONE: dict[str, tuple[tuple[int, int], tuple[int | str, ...]]] = {
    "kill another": ((62, 129), (OTHER, 0)),
    "kill one's group": ((62, 129), (0, 0)),
    "kill all": ((62, 129), (-1, 0)),
    "tgkill another": ((234, 131), (OTHER, OTHER, 0)),
    "tkill another": ((200, 130), (OTHER, 0)),
    "rt_sigqueueinfo": ((129, 138), (OTHER, 0, NOTHING)),
    "rt_tgsigqueueinfo": ((297, 240), (OTHER, OTHER, 0, NOTHING)),
    "pidfd_open": ((434, 434), (OTHER, 0)),
    "pidfd_send_signal": ((424, 424), (-1, 0, NOTHING, 0)),
    "pidfd_getfd": ((438, 438), (-1, 0, 0)),
    "signals by F_SETOWN": ((72, 25), (0, 8, OTHER)),
    "locks on others' files": ((72, 25), (0, 6, NOTHING)),
    "leases on others' files": ((72, 25), (0, 1024, 2)),
    "flock": ((73, 32), (-1, 0)),
    "another's limits": ((302, 261), (OTHER, 7, NOTHING, NOTHING)),
    "one's own limits": ((302, 261), (0, 7, 1, NOTHING)),
    "setpriority": ((141, 140), (9, OTHER, 19)),
    "sched_setaffinity": ((203, 122), (OTHER, 0, NOTHING)),
    "sched_setscheduler": ((144, 119), (OTHER, -1, NOTHING)),
    "sched_setparam": ((142, 118), (OTHER, NOTHING)),
    "sched_setattr": ((314, 274), (OTHER, NOTHING, 0)),
    "ioprio_set": ((251, 30), (0, OTHER, 0)),
    "process_vm_readv": ((310, 270), (OTHER, NOTHING, 0, NOTHING, 0, 0)),
    "process_vm_writev": ((311, 271), (OTHER, NOTHING, 0, NOTHING, 0, 0)),
    "ptrace": ((101, 117), (-1, OTHER, NOTHING, NOTHING)),
    "to outlive one's parent": ((157, 167), (1, 0)),
    "unshare": ((272, 97), (0,)),
    "setns": ((308, 268), (-1, 0)),
    "a thread of a new user": ((56, 220), (THREAD_OF_NEW_USER, NOTHING)),
    "shmget": ((29, 194), (0, 0, 0)),
    "shmat": ((30, 196), (-1, NOTHING, 0)),
    "shmctl": ((31, 195), (-1, 0, NOTHING)),
    "semget": ((64, 190), (0, -1, 0)),
    "msgget": ((68, 186), (0x7FFFFFFF, 0)),
    "mq_open": ((240, 180), (NOTHING, 0, 0, NOTHING)),
    "mq_unlink": ((241, 181), (NOTHING,)),
    "memfd_create": ((319, 279), (NOTHING, 0)),
    "socket": ((41, 198), (-1, 0, 0)),
    "socketpair": ((53, 199), (-1, 0, 0, NOTHING)),
    "inotify_init1": ((294, 26), (-1,)),
    "execveat": ((322, 281), (-1, NOTHING, NOTHING, NOTHING, 0)),
    "a call for terminals": ((16, 29), (0, 0x5412, NOTHING)),
    "splice": ((275, 76), (-1, NOTHING, -1, NOTHING, 1, 0)),
    "truncate": ((76, 45), (NOTHING, 0)),
    "mkdirat": ((258, 34), (-1, NOTHING, 0)),
    "unlinkat": ((263, 35), (-1, NOTHING, 0)),
    "renameat2": ((316, 276), (-1, NOTHING, -1, NOTHING, 0)),
    "linkat": ((265, 37), (-1, NOTHING, -1, NOTHING, 0)),
    "symlinkat": ((266, 36), (NOTHING, -1, NOTHING)),
    "timer_create": ((222, 107), (-1, NOTHING, NOTHING)),
    "none that exists yet": ((999, 999), ()),
}
# Some of these an ordinary user, a container or a cautious machine is refused anyway.
REFUSED: dict[str, tuple[tuple[int, int], tuple[int | str, ...]]] = {
    "process_madvise": ((440, 440), (-1, NOTHING, 0, 0, 0)),
    "process_mrelease": ((448, 448), (-1, 0)),
    "kcmp": ((312, 272), (OTHER, OTHER, -1, 0, 0)),
    "add_key": ((248, 217), (NOTHING, NOTHING, NOTHING, 0, 0)),
    "request_key": ((249, 218), (NOTHING, NOTHING, NOTHING, 0)),
    "keyctl": ((250, 219), (-1,)),
    "bpf": ((321, 280), (-1, NOTHING, 0)),
    "perf_event_open": ((298, 241), (NOTHING, 0, -1, -1, 0)),
    "io_uring_setup": ((425, 425), (0, NOTHING)),
    "userfaultfd": ((323, 282), (-1,)),
    "mount": ((165, 40), (NOTHING, NOTHING, NOTHING, 0, NOTHING)),
    "umount2": ((166, 39), (NOTHING, 0)),
    "pivot_root": ((155, 41), (NOTHING, NOTHING)),
    "open_tree": ((428, 428), (-1, NOTHING, NO_FLAGS)),
    "move_mount": ((429, 429), (-1, NOTHING, -1, NOTHING, NO_FLAGS)),
    "fsopen": ((430, 430), (NOTHING, NO_FLAGS)),
    "chroot": ((161, 51), (NOTHING,)),
    "swapon": ((167, 224), (NOTHING, 0)),
    "quotactl": ((179, 60), (-1, NOTHING, 0, NOTHING)),
    "init_module": ((175, 105), (NOTHING, 0, NOTHING)),
    "reboot": ((169, 142), (0, 0, 0, NOTHING)),
    "fanotify_init": ((300, 262), (NO_FLAGS, 0)),
    "setuid": ((105, 146), (-1,)),
    "setgroups": ((116, 159), (-1, NOTHING)),
    "capset": ((126, 91), (NOTHING, NOTHING)),
    "migrate_pages": ((256, 238), (OTHER, 0, NOTHING, NOTHING)),
    "move_pages": ((279, 239), (OTHER, 0, NOTHING, NOTHING, NOTHING, 0)),
    "open_by_handle_at": ((304, 265), (-1, NOTHING, 0)),
    "setsid": ((112, 157), ()),
    **REFUSED_HERE_ALONE,
}
FREE: dict[str, tuple[tuple[int, int], tuple[int | str, ...]]] = {
    "kill oneself": ((62, 129), ("own", 0)),
    "tgkill oneself": ((234, 131), ("own", "own", 0)),
    "read one's own limits": ((302, 261), (0, 7, NOTHING, NOTHING)),
    "read one's own limits by id": ((302, 261), ("own", 7, NOTHING, NOTHING)),
}

ATTEMPT = """
import ctypes, json, os, sys
libc = ctypes.CDLL(None, use_errno=True)
stand_for = {"own": os.getpid(), "other": int(sys.argv[2])}
seen = {}
for name, (number, arguments) in json.loads(sys.argv[1]).items():
    words = [ctypes.c_long(stand_for.get(word, word)) for word in arguments]
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *words)
    seen[name] = ctypes.get_errno() if result == -1 else 0
print(json.dumps(seen))
"""


def attempt(wanted: Any, files: Files | None) -> dict[str, int]:
    """The error number of each call, 0 where it was let through."""
    words = {name: (numbers[ON], arguments) for name, (numbers, arguments) in wanted.items()}
    argv = [PYTHON, "-I", "-S", "-c", ATTEMPT, json.dumps(words), str(os.getpid())]
    done = sandbox.run(argv, LIMITS, files=files)
    assert done.returncode == 0, done.verdict
    seen = json.loads(done.stdout)
    assert isinstance(seen, dict)
    return seen


@pytest.fixture(scope="module")
def confined() -> Iterator[dict[str, int]]:
    yield attempt({**REFUSED, **FREE}, Files())


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(confined: dict[str, int], name: str) -> None:
    assert confined[name] == EPERM


@pytest.mark.parametrize("name", FREE)
def test_oneself_is_not_another(confined: dict[str, int], name: str) -> None:
    assert confined[name] == 0


def test_it_is_the_sandbox_that_refuses() -> None:
    """With limits alone the same attempts come through to the kernel, which finds them empty."""
    seen = attempt(REFUSED_HERE_ALONE, None)
    assert [name for name, number in seen.items() if number == EPERM] == []


def test_a_process_made_by_flags_in_memory_looks_unknown() -> None:
    """So that the C library takes the call whose flags can be seen."""
    assert attempt({"clone3": ((435, 435), (NOTHING, 0))}, Files()) == {"clone3": ENOSYS}


def test_the_second_interface_of_the_machine_is_closed() -> None:
    """x86_64 has one with other numbers, x32, in which getpid is this; aarch64 has none."""
    getpid = {"x32": ((0x40000000 + 39, 0x40000000 + 172), ())}
    assert attempt(getpid, Files()) == {"x32": (ENOSYS, EPERM)[ON]}


def test_nothing_is_left_of_root() -> None:
    """Whoever runs the tests: root's child has no right that another user's has not."""
    done = sandbox.run(["cat", "/proc/self/status"], LIMITS, files=Files())
    lines = dict(line.split(":\t", 1) for line in done.stdout.decode().splitlines())
    held = {name: int(lines[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}
    assert held == dict.fromkeys(held, 0)
    assert (lines["NoNewPrivs"], lines["Seccomp"]) == ("1", "2")


def test_a_program_can_end_itself_by_a_signal() -> None:
    done = sandbox.run([PYTHON, "-I", "-c", "import os; os.abort()"], LIMITS, files=Files())
    assert done.returncode == -signal.SIGABRT


@pytest.mark.parametrize(
    "path", ["/dev/shm/vireo-test", "/proc/{other}/environ", "/proc/{other}/mem"]
)
def test_neither_shared_memory_nor_another_process_can_be_opened(path: str) -> None:
    path = path.format(other=os.getpid())
    program = f"import os; os.open({path!r}, os.O_RDWR | os.O_CREAT)"
    done = sandbox.run([PYTHON, "-I", "-c", program], LIMITS, files=Files())
    assert done.returncode == 1
    assert b"PermissionError" in done.stderr
    assert not Path("/dev/shm/vireo-test").exists()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_each_machine_has_a_filter_that_the_kernel_can_hold(machine: str) -> None:
    lines = len(calls.filter_for(machine)) // 8
    assert 100 < lines < 4096


def test_a_machine_without_a_table_says_so() -> None:
    command = [sys.executable, "-I", "-S", str(sandbox._LAUNCHER), "--report", ""]
    done = sandbox.run(command, LIMITS)
    assert b"seccomp: " in done.stdout
    assert b"no system calls are known" in done.stdout
    with pytest.raises(KeyError):
        calls.filter_for("riscv64")
