"""Auth's worker as a process: killed, told to stop, with its settings and its log."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vireo_auth.core.mails import Template
from vireo_testing.mail_server import running
from vireo_testing.person import eventually

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(stage: Any, service_environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts a worker as a process; it is ended with the test."""
    with contextlib.ExitStack() as stack:

        def run(**variables: str) -> "subprocess.Popen[bytes]":
            environment = {
                "PATH": os.environ["PATH"],
                **service_environment,
                **variables,
            }
            log = stack.enter_context((tmp_path / "worker.log").open("ab"))
            command = [sys.executable, "-m", "vireo_auth.worker"]
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            stack.callback(worker.wait)
            stack.callback(worker.kill)
            return worker

        yield run


def test_a_killed_worker_is_followed_by_another(stage: Any, start: Start, tmp_path: Path) -> None:
    """What the courier had by then is not sent again."""
    stage.server.holds = True
    for number in range(3):
        email = f"ada{number}@example.org"
        stage.add(Template.PASSWORD_CHANGED, email, channel_id=stage.account(f"a{number}", email))
    with running(stage.server):
        worker = start()
        eventually(lambda: stage.server.arriving == 2, seconds=30)
        worker.kill()
        worker.wait()
        stage.server.holds = False
        eventually(lambda: len(stage.server.kept) == 2, seconds=10)
        stage.clean.query("UPDATE Jobs SET LeaseUntil = NOW(3) - INTERVAL 1 SECOND")
        start()
        eventually(lambda: stage.jobs() == [], seconds=30)
    assert len(stage.server.kept) == len(set(stage.server.ids)) == 3
    # Lines of the log are written together.
    eventually(lambda: '"event": "job"' in (tmp_path / "worker.log").read_text())
    log = (tmp_path / "worker.log").read_text()
    assert "ada" not in log
    assert "example.org" not in log


def test_a_stop_gives_what_has_not_left_back(stage: Any, start: Start) -> None:
    stage.add(Template.PASSWORD_CHANGED)
    worker = start()
    eventually(lambda: "refused" in stage.jobs()[0][3], seconds=30)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=15) == 0
    assert stage.jobs()[0][1:3] == ("queued", 0)


def test_links_lead_to_the_public_address(stage: Any, start: Start, tmp_path: Path) -> None:
    stage.add(Template.VERIFY)
    with running(stage.server):
        start(
            VIREO_PUBLIC_URL="https://video.example.org/", VIREO_ALIVE_FILE=str(tmp_path / "alive")
        )
        eventually(lambda: stage.jobs() == [], seconds=30)
    assert "https://video.example.org/email/verify#token" in stage.text()
    eventually((tmp_path / "alive").exists, seconds=10)
    assert stage.link() not in (tmp_path / "worker.log").read_text()
