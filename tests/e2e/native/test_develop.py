"""`make dev SERVICE=catalog`: the service from the working tree, started anew at every change."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from vireo_ops.layout import CHECKOUT
from vireo_ops.runtime import Runtime
from vireo_testing.person import eventually

MODULE = CHECKOUT / "services/catalog/src/vireo_catalog/core/channels.py"


@contextlib.contextmanager
def developing(runtime: Runtime, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """What `make dev` runs, in a session of its own, as a terminal gives it one."""
    environment = {
        **os.environ,
        **runtime.environment,
        "VIREO_DATA": str(runtime.data),
        "VIREO_PORT": str(runtime.port),
    }
    command = [sys.executable, "-m", "vireo_ops", "dev", "--service", "catalog"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=40)


def serving(process: "subprocess.Popen[bytes]") -> set[int]:
    """The worker processes of the service that is developed; none while they change."""
    try:
        below = psutil.Process(process.pid).children(recursive=True)
        parents = {child.ppid() for child in below}
    except psutil.NoSuchProcess:
        return set()
    return {child.pid for child in below if child.pid not in parents}


def supervised(runtime: Runtime) -> tuple[str, bool]:
    """What the supervisor says of catalog: its state, and whether it is ready."""
    (row,) = [row for row in runtime.status() if row.name == "catalog"]
    return row.state, row.ready


def answers(url: str) -> bool:
    """Whether catalog answers through the gateway."""
    return requests.get(f"{url}/videos/all?limit={time.time_ns() % 99 + 1}", timeout=30).ok


@pytest.mark.parametrize("how", ["terminal", "terminated"])
def test_a_change_starts_the_service_anew(
    runtime: Runtime, url: str, tmp_path: Path, how: str
) -> None:
    log = tmp_path / "dev.log"
    with developing(runtime, log) as process:
        eventually(lambda: supervised(runtime)[0] == "STOPPED" and answers(url))
        before = serving(process)
        assert len(before) == 1
        # Its content stays: the time alone tells gunicorn of a change.
        os.utime(MODULE)
        eventually(lambda: len(serving(process)) == 1 and not serving(process) & before)
        eventually(lambda: answers(url))
        family = psutil.Process(process.pid).children(recursive=True)
        if how == "terminal":
            # Ctrl-C goes to everything in the foreground.
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        process.wait(timeout=40)
        assert not [child for child in family if child.is_running()]
    eventually(lambda: supervised(runtime) == ("RUNNING", True))
    assert answers(url)
    assert "Traceback" not in log.read_text()
