"""`make dev SERVICE=catalog`: the service from the working tree, started anew at every change."""

import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from vireo_ops.layout import CHECKOUT
from vireo_ops.runtime import Runtime
from vireo_testing.person import eventually


@contextlib.contextmanager
def developing(runtime: Runtime, service: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """What `make dev` runs, in a session of its own, as a terminal gives it one."""
    environment = {
        **os.environ,
        **runtime.environment,
        "VIREO_DATA": str(runtime.data),
        "VIREO_PORT": str(runtime.port),
    }
    command = [sys.executable, "-m", "vireo_ops", "dev", "--service", service]
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


def supervised(runtime: Runtime, service: str) -> tuple[str, bool]:
    """What the supervisor says of a service: its state, and whether it is ready; ``""`` in the
    moment in which it takes a service's description out, and the changed one in."""
    rows = [row for row in runtime.status() if row.name == service]
    return (rows[0].state, rows[0].ready) if rows else ("", False)


# One service each: the tests run at the same time, and a change is seen by all who import it.
@pytest.mark.parametrize(
    ("how", "service", "module", "route"),
    [
        ("terminal", "catalog", "core/channels.py", "/videos/channel/{new}"),
        ("terminated", "auth", "core/sign_in.py", "/me"),
    ],
)
def test_a_change_starts_the_service_anew(
    runtime: Runtime, url: str, tmp_path: Path, how: str, service: str, module: str, route: str
) -> None:
    def answers() -> bool:
        """Whether the service itself answers, not the gateway's cache."""
        address = url + route.format(new=uuid.uuid4().hex)
        return requests.get(address, timeout=30).status_code < 500

    changed = CHECKOUT / f"services/{service}/src/vireo_{service}" / module
    log = tmp_path / "dev.log"
    with developing(runtime, service, log) as process:
        eventually(lambda: supervised(runtime, service)[0] == "STOPPED" and answers())
        before = serving(process)
        assert len(before) == 1
        # Its content stays: the time alone tells gunicorn of a change.
        os.utime(changed)
        eventually(lambda: len(serving(process)) == 1 and not serving(process) & before)
        eventually(answers)
        family = psutil.Process(process.pid).children(recursive=True)
        if how == "terminal":
            # Ctrl-C goes to everything in the foreground.
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        process.wait(timeout=40)
        assert not [child for child in family if child.is_running()]
    eventually(lambda: supervised(runtime, service) == ("RUNNING", True))
    assert answers()
    assert "Traceback" not in log.read_text()
