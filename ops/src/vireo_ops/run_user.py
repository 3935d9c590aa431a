"""Which users the programs run as.

An ordinary user runs everything as itself. Root makes two system users once, and runs the programs
as them, if they can really reach the code, the interpreter and the data: `vireo-media` what handles
strangers' files, `vireo` all else. The group `vireo-media` has both in it, and opens the
folders that both must get through; the group `vireo` has `vireo` alone.
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
# The folder itself is opened to the user later, whatever its mode is now.
if not os.access(os.path.dirname(data), os.X_OK):
    raise PermissionError(13, "Permission denied", data)
"""


@dataclass(frozen=True)
class RunUser:
    """A user of programs, with the groups it is in besides its own.

    `note` says in one line why it is not the expected one.
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
    """Whose something is: whoever starts Vireo, the services' user, or media's."""

    STARTER = enum.auto()
    SERVICES = enum.auto()
    MEDIA = enum.auto()


@dataclass(frozen=True)
class Users:
    """Who runs what: `media` media, its worker and their children, `services` all else."""

    services: RunUser
    media: RunUser

    @property
    def apart(self) -> bool:
        """Whether these are two users."""
        return self.services.uid != self.media.uid

    def of(self, owner: Owner) -> RunUser:
        """The user that this is."""
        if owner is Owner.STARTER:
            return current_user()
        return self.media if owner is Owner.MEDIA else self.services


def current_user() -> RunUser:
    """The user of this process."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        # Containers run under user numbers without a name.
        return RunUser(str(uid), uid, os.getegid(), "/")
    return RunUser(entry.pw_name, uid, os.getegid(), entry.pw_dir)


def choose_users(checkout: Path, data: Path) -> Users:
    """The users for the programs of the Vireo in `data`, made when they are missing."""
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
        "Cure: keep the clone and its Python outside of private folders, such as in /srv/vireo"
    )


def unreachable(user: RunUser, interpreter: str, code: Sequence[Path], data: Path) -> str:
    """Why `user` can't run the programs, or an empty string when it can.

    A child changes to the user and does what the programs will do: execute the interpreter, import
    from the virtual environment, read the code, find the data folder.
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
    """Arguments for subprocess.run that make a child run as `user`; none where it does anyway."""
    if not user.is_other:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": user.groups, "umask": 0o022}


def give(path: Path, user: RunUser, *, to_group: bool = False) -> None:
    """Give a tree to `user`, unless its top is theirs already; with its files readable `to_group`.

    The top changes last, so that an interrupted run is taken up again. No link is followed, nor
    does one that is put in place of a folder meanwhile lead anywhere.
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
    """Whether a folder is the user's already."""
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
    # 9: the name is in use; another `make up` has just made it.
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
