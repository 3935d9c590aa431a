"""Which user the programs run as.

An ordinary user runs everything as itself. Root makes a system user `vireo` once and runs the
programs as it, if that user can really reach the code, the interpreter and the data.
"""

import grp
import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vireo_ops.errors import OperationError

SYSTEM_USER = "vireo"

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
if not os.access(data, os.R_OK | os.X_OK):
    raise PermissionError(13, "Permission denied", data)
"""


@dataclass(frozen=True)
class RunUser:
    """The user of the programs. `note` says in one line why it is not the expected one."""

    name: str
    uid: int
    gid: int
    home: str
    note: str = ""

    @property
    def is_other(self) -> bool:
        """Whether programs change to this user when they start."""
        return self.uid != os.geteuid()


def current_user() -> RunUser:
    """The user of this process."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        # Containers run under user numbers without a name.
        return RunUser(str(uid), uid, os.getegid(), "/")
    return RunUser(entry.pw_name, uid, os.getegid(), entry.pw_dir)


def choose_run_user(checkout: Path, data: Path) -> RunUser:
    """The user for the programs of the Vireo in `data`, made when it is missing."""
    if os.geteuid() != 0:
        return current_user()
    user = _system_user()
    reason = unreachable(user, sys.executable, _code_folders(checkout), data)
    if not reason:
        return user
    note = (
        f"running as root, because the user {SYSTEM_USER} can't use this checkout: {reason}. "
        "Cure: keep the clone and its Python outside of private folders, such as in /srv/vireo"
    )
    root = current_user()
    return RunUser(root.name, root.uid, root.gid, root.home, note)


def unreachable(user: RunUser, interpreter: str, code: Sequence[Path], data: Path) -> str:
    """Why `user` can't run the programs, or an empty string when it can.

    A child changes to the user and does what the programs will do: execute the interpreter, import
    from the virtual environment, read the code, enter the data folder.
    """
    folders = os.pathsep.join(str(folder) for folder in code)
    try:
        done = subprocess.run(
            [interpreter, "-c", _PROBE, folders, str(data)],
            check=False,
            user=user.uid,
            group=user.gid,
            extra_groups=[],
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
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def give(path: Path, user: RunUser) -> None:
    """Give a tree to `user`, unless its top is theirs already.

    The top changes last, so that an interrupted run is taken up again.
    """
    if path.lstat().st_uid == user.uid:
        return
    for folder, folders, files in os.walk(path, topdown=False):
        for name in (*folders, *files):
            os.lchown(Path(folder, name), user.uid, user.gid)
    os.lchown(path, user.uid, user.gid)


def _code_folders(checkout: Path) -> list[Path]:
    packages = sorted(checkout.glob("services/*/src/vireo_*"))
    return [*packages, *sorted(checkout.glob("libs/*/src/vireo_*")), checkout / "db"]


def _system_user() -> RunUser:
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _add_system_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return RunUser(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)


def _add_system_user() -> None:
    known = any(group.gr_name == SYSTEM_USER for group in grp.getgrall())
    group = ["--gid", SYSTEM_USER] if known else ["--user-group"]
    command = ["useradd", "--system", *group, "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    done = subprocess.run(
        command, check=False, env={"PATH": path}, capture_output=True, text=True, timeout=30
    )
    # 9: the name is in use, by another `make up` a moment ago.
    if done.returncode not in {0, 9}:
        raise OperationError(
            f"useradd could not make the user {SYSTEM_USER}: {done.stderr.strip()}"
        )
