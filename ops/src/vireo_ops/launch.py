"""Starts one program from its description: `python -I -S launch.py <name>.json`.

Supervisor runs this in place of the program itself, as the program's user. It keeps settings out
of argument lists, ends processes that an earlier run left, empties the folders that must be empty,
and execs the program, which then gets supervisor's signals itself.

It imports the standard library alone, so that it adds no more than the interpreter's start.
"""

import contextlib
import json
import os
import shutil
import signal
import stat
import sys
import time
from pathlib import Path
from typing import Any

_LONGEST_RECORD = 1000
_PATIENCE_SECONDS = 120.0


def main(description: Path) -> None:
    """Exec the program of this description; does not return."""
    program = json.loads(description.read_text(encoding="utf-8"))
    record = Path(program["record"])
    end_leftovers(record, patience=program["stop_seconds"])
    for folder in program["empties"]:
        _empty(Path(folder))
    _write_record(record)
    environment: dict[str, str] = program["environment"]
    command: list[str] = program["command"]
    sys.stdout.flush()
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted


def end_leftovers(record: Path, patience: float = _PATIENCE_SECONDS) -> bool:
    """End the processes of the run that wrote `record`; whether there were any.

    A supervisor that was killed leaves its programs running, and an nginx master that was killed
    leaves workers that hold the port: nothing else would end them. A process belongs to the
    old run when its process group and its session are the recorded ones, and the group's leader is
    either the recorded process (same start time) or dead.
    """
    old = _read_record(record)
    if old is None:
        return False
    if old["boot"] != _boot_id() or old["pid"] == os.getpid():
        return False
    if not _members(old):
        return False
    deadline = time.monotonic() + patience
    for sign in (signal.SIGTERM, signal.SIGKILL):
        _signal_group(old["pid"], sign)
        while _members(old) and (sign == signal.SIGKILL or time.monotonic() < deadline):
            # A dead master passes no signal on to its workers.
            if not _leader_lives(old):
                _signal_group(old["pid"], signal.SIGKILL)
            time.sleep(0.05)
    return True


def _read_record(record: Path) -> dict[str, Any] | None:
    """The content of a record, or None if it is not one that its folder's owner wrote.

    The folder belongs to a less privileged user while root reads it: no symbolic link is followed,
    no FIFO waited for, and a record counts for processes of the user who owns it alone.
    """
    try:
        descriptor = os.open(record, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            seen = os.fstat(descriptor)
            if not stat.S_ISREG(seen.st_mode) or seen.st_uid != record.parent.stat().st_uid:
                return None
            old = json.loads(file.read(_LONGEST_RECORD))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(old, dict) or not set(old) >= {"pid", "boot", "session", "start"}:
        return None
    if not all(isinstance(old[name], int) for name in ("pid", "session", "start")):
        return None
    return {**old, "uid": seen.st_uid}


def _members(old: dict[str, Any]) -> list[int]:
    members = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        seen = _process(int(entry.name))
        if seen is None or seen["state"] == "Z":
            continue
        if seen["group"] == old["pid"] and seen["session"] == old["session"]:
            # Only a program of root has workers that run as another user.
            if seen["uid"] != old["uid"] and old["uid"] != 0:
                continue
            members.append(int(entry.name))
    if old["pid"] in members and not _leader_lives(old):
        # The process id has been reused.
        return []
    return members


def _leader_lives(old: dict[str, Any]) -> bool:
    seen = _process(old["pid"])
    return seen is not None and seen["state"] != "Z" and seen["start"] == old["start"]


def _signal_group(group: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, sign)


def _process(pid: int) -> dict[str, Any] | None:
    try:
        with Path(f"/proc/{pid}/stat").open(encoding="utf-8", errors="replace") as file:
            text = file.read()
            uid = os.fstat(file.fileno()).st_uid
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name stands in brackets and may hold anything; the fields after it are plain.
    fields = text.rpartition(")")[2].split()
    return {
        "state": fields[0],
        "group": int(fields[2]),
        "session": int(fields[3]),
        "start": int(fields[19]),
        "uid": uid,
    }


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _write_record(record: Path) -> None:
    own = _process(os.getpid())
    if own is None:
        raise SystemExit("launch: /proc is not mounted")
    content = {**own, "pid": os.getpid(), "boot": _boot_id()}
    temporary = record.with_name(f".{record.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
    temporary.replace(record)


def _empty(folder: Path) -> None:
    # This may run as root in a folder of a less privileged user: it works with descriptors, so that
    # no symbolic link in place of the folder or of an entry is followed.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for entry in list(os.scandir(descriptor)):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.name, dir_fd=descriptor)
            else:
                os.unlink(entry.name, dir_fd=descriptor)
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
