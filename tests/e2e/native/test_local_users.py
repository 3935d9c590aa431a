"""What other users of the machine can reach of a Vireo that runs on it: nothing."""

import contextlib
import os
import stat
import subprocess
from pathlib import Path

import psutil
import pytest

from vireo_ops.runtime import Runtime
from vireo_testing.person import eventually

SERVICES = ("auth", "catalog", "media")


def connection(path: Path, user: str | None) -> str:
    """What somebody hears who connects to a Unix socket: the error's name, or nothing."""
    code = (
        "import errno, socket, sys\n"
        "try: socket.socket(socket.AF_UNIX).connect(sys.argv[1])\n"
        "except OSError as error: print(errno.errorcode[error.errno], end='')\n"
    )
    # The system's interpreter: that of the checkout may be closed to others.
    command = ["/usr/bin/python3", "-I", "-c", code, str(path)]
    switched = {"user": user, "group": "nogroup", "extra_groups": []} if user else {}
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd="/", timeout=60, **switched
    ).stdout


def test_other_users_of_the_machine_reach_no_service(runtime: Runtime) -> None:
    layout = runtime.layout
    sockets = [layout.service_socket(name) for name in SERVICES]
    for path in sockets:
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
        assert stat.S_IMODE(path.parent.stat().st_mode) & 0o007 == 0
        assert connection(path, None) == ""
    for path in (*sockets, layout.database_socket, layout.supervisor_socket):
        if os.geteuid() == 0:
            assert connection(path, "nobody") == "EACCES", path


def test_each_folder_on_the_way_is_closed_by_itself(runtime: Runtime) -> None:
    """Also where somebody opens the data folder to all, for a backup say."""
    layout = runtime.layout
    if os.geteuid() != 0:
        assert stat.S_IMODE(layout.sockets.stat().st_mode) == 0o700
        return
    before = {path: stat.S_IMODE(path.stat().st_mode) for path in (layout.data, layout.run)}
    try:
        for path in before:
            path.chmod(0o755)
        for name in SERVICES:
            assert connection(layout.service_socket(name), "nobody") == "EACCES"
    finally:
        for path, mode in before.items():
            path.chmod(mode)


@pytest.mark.parametrize("name", SERVICES)
def test_a_socket_that_a_killed_service_left_is_taken_over(runtime: Runtime, name: str) -> None:
    path = runtime.layout.service_socket(name)

    def made() -> int:
        try:
            return path.stat().st_ctime_ns
        except FileNotFoundError:
            return 0

    before = made()
    (master,) = [psutil.Process(row.pid) for row in runtime.status() if row.name == name]
    for process in (master, *master.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    eventually(lambda: made() not in {0, before})
    eventually(lambda: all(row.ready for row in runtime.status()))
