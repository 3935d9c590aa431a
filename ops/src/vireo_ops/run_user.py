"""Which users the programs run as.

An ordinary user runs everything as itself. Root creates two system users once, and runs the
programs as them if they have access to the code, the interpreter and the data: `vireo-media` runs
what handles untrusted files, `vireo` all else. Both are members of the group `vireo-media`, which
has access to the folders that both need; the group `vireo` has `vireo` alone.
"""

import contextlib
import enum
import grp
import os
import pwd
import stat
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vireo_ops.errors import OperationError

SYSTEM_USER = "vireo"
MEDIA_USER = "vireo-media"

# Runs in the interpreter that the services will use, as the user that they will run as.
_PROBE = """
import os, sys
code, data = sys.argv[1].split(os.pathsep), sys.argv[2]
import gunicorn.app.wsgiapp, supervisor, vireo_ops
for folder in code:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file():
                open(entry.path, "rb").close()
# The folder's own mode is set later, so that its present one does not matter.
if not os.access(os.path.dirname(data), os.X_OK):
    raise PermissionError(13, "Permission denied", data)
"""


@dataclass(frozen=True)
class RunUser:
    """A user that programs run as, with its supplementary groups.

    `note` says in one line why it is not the expected user.
    """

    name: str
    uid: int
    gid: int
    home: str
    note: str = ""
    groups: tuple[int, ...] = ()

    @property
    def is_other(self) -> bool:
        """Whether programs change to this user when they start."""
        return self.uid != os.geteuid()


class Owner(enum.Enum):
    """Who owns something: the user who starts Vireo, the services' user, or media's."""

    STARTER = enum.auto()
    SERVICES = enum.auto()
    MEDIA = enum.auto()


@dataclass(frozen=True)
class Users:
    """`media` runs media, its worker and their children; `services` runs all else."""

    services: RunUser
    media: RunUser

    @property
    def apart(self) -> bool:
        """Whether media has a user of its own."""
        return self.services.uid != self.media.uid

    def of(self, owner: Owner) -> RunUser:
        """The user behind an owner."""
        if owner is Owner.STARTER:
            return current_user()
        return self.media if owner is Owner.MEDIA else self.services


def current_user() -> RunUser:
    """The user of this process."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        # In containers the user id may have no name.
        return RunUser(str(uid), uid, os.getegid(), "/")
    return RunUser(entry.pw_name, uid, os.getegid(), entry.pw_dir)


def choose_users(checkout: Path, data: Path) -> Users:
    """The users for the programs of the Vireo in `data`; missing ones are created."""
    if os.geteuid() != 0:
        return Users(current_user(), current_user())
    for name in (SYSTEM_USER, MEDIA_USER):
        _ensure_user(name)
    _ensure_member(SYSTEM_USER, MEDIA_USER)
    code = _code_folders(checkout)
    user, media = _system_user(SYSTEM_USER), _system_user(MEDIA_USER)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(unreachable, user, sys.executable, code, data)
        second = pool.submit(unreachable, media, sys.executable, code, data)
    if reason := first.result():
        root = replace(current_user(), note=_note("as root", SYSTEM_USER, reason))
        return Users(root, root)
    if reason := second.result():
        user = replace(user, note=_note(f"media as {SYSTEM_USER}", MEDIA_USER, reason))
        return Users(user, user)
    return Users(user, media)


def _note(what: str, name: str, reason: str) -> str:
    return (
        f"running {what}, because the user {name} can't use this checkout: {reason}. "
        "To fix it, keep the clone and its Python outside of private folders, such as in /srv/vireo"
    )


def unreachable(user: RunUser, interpreter: str, code: Sequence[Path], data: Path) -> str:
    """Why `user` can't run the programs, or an empty string when it can.

    A child process tries it as that user: executes the interpreter, imports from the virtual
    environment, reads the code, and looks for the data folder.
    """
    folders = os.pathsep.join(str(folder) for folder in code)
    try:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [interpreter, "-c", _PROBE, folders, str(data)],
            **switch_to(user),
            check=False,
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
    except PermissionError:
        return f"it may not execute {os.path.realpath(interpreter)}"
    if done.returncode == 0:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"{interpreter} ended with {done.returncode}"


def switch_to(user: RunUser) -> dict[str, Any]:
    """Arguments for subprocess.run that make a child run as `user`; empty for the current user."""
    if not user.is_other:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": user.groups, "umask": 0o022}


def give(path: Path, user: RunUser, *, to_group: bool = False) -> None:
    """Change the owner of a tree to `user`, unless they own its top already; with `to_group`, make
    its files readable by the group.

    The top changes last, so that an interrupted run is resumed by the next. No symbolic link is
    followed, not even one that replaces a folder meanwhile.
    """
    if is_of(path, user):
        return
    for _, folders, files, descriptor in os.fwalk(path, topdown=False):
        for name in (*folders, *files):
            os.chown(name, user.uid, user.gid, dir_fd=descriptor, follow_symlinks=False)
        if to_group:
            for name in files:
                _open_to_group(name, descriptor)
    os.lchown(path, user.uid, user.gid)


def _open_to_group(name: str, folder: int) -> None:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode) or found.st_mode & stat.S_IRGRP:
        return
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        os.fchmod(descriptor, stat.S_IMODE(found.st_mode) | stat.S_IRGRP)
    finally:
        os.close(descriptor)


def is_of(path: Path, user: RunUser) -> bool:
    """Whether the user owns a folder."""
    return path.lstat().st_uid == user.uid


def _code_folders(checkout: Path) -> list[Path]:
    packages = sorted(checkout.glob("services/*/src/vireo_*"))
    return [*packages, *sorted(checkout.glob("libs/*/src/vireo_*")), checkout / "db"]


def _system_user(name: str) -> RunUser:
    entry = pwd.getpwnam(name)
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return RunUser(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir, groups=groups)


def _ensure_user(name: str) -> None:
    with contextlib.suppress(KeyError):
        pwd.getpwnam(name)
        return
    known = any(group.gr_name == name for group in grp.getgrall())
    group = ["--gid", name] if known else ["--user-group"]
    command = ["useradd", "--system", *group, "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name]
    # 9: the name is in use, because a concurrent `make up` has created it.
    _administer(command, f"useradd could not make the user {name}", {0, 9})


def _ensure_member(name: str, group: str) -> None:
    if name not in grp.getgrnam(group).gr_mem:
        command = ["usermod", "--append", "--groups", group, name]
        _administer(command, f"usermod could not put {name} into the group {group}", {0})


def _administer(command: list[str], trouble: str, fine: set[int]) -> None:
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    done = subprocess.run(
        command, check=False, env={"PATH": path}, capture_output=True, text=True, timeout=30
    )
    if done.returncode not in fine:
        raise OperationError(f"{trouble}: {done.stderr.strip()}")
