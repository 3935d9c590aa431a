"""The mail worker as a process: killed, told to stop, with its settings and its log."""

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
from vireo_testing.mail_server import make_certificate, running
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
                "VIREO_SMTP_HOST": "127.0.0.1",
                "VIREO_SMTP_PORT": str(stage.server.port),
                "VIREO_SMTP_SECURITY": "none",
                "VIREO_MAIL_FROM": "Vireo <vireo@example.org>",
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
    stage.server.holds = True
    for number in range(3):
        email = f"ada{number}@example.org"
        stage.add(Template.PASSWORD_CHANGED, email, channel_id=stage.account(f"a{number}", email))
    with running(stage.server):
        worker = start()
        eventually(lambda: stage.server.arriving == 2, seconds=30)
        worker.kill()
        worker.wait()
        eventually(lambda: stage.server.arriving == 0, seconds=10)
        stage.server.holds = False
        stage.clean.query("UPDATE Jobs SET LeaseUntil = NOW(3) - INTERVAL 1 SECOND")
        start()
        eventually(lambda: stage.jobs() == [], seconds=30)
    # What the first one had not finished sending, the server dropped with the connection.
    assert len(stage.server.kept) == len(set(stage.server.ids)) == 3
    log = (tmp_path / "worker.log").read_text()
    assert '"event": "job"' in log
    assert "ada" not in log
    assert "example.org" not in log


def test_a_stop_gives_what_has_not_left_back(stage: Any, start: Start) -> None:
    stage.add(Template.PASSWORD_CHANGED)
    worker = start()
    eventually(lambda: "refused" in stage.jobs()[0][3], seconds=30)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=15) == 0
    assert stage.jobs()[0][1:3] == ("queued", 0)


def test_starttls_with_the_password_of_a_file(
    stage: Any, start: Start, tmp_path: Path, service_environment: dict[str, str]
) -> None:
    secrets = tmp_path / "own"
    secrets.mkdir()
    source = Path(service_environment["VIREO_SECRETS"]) / "db_auth_password"
    (secrets / source.name).write_text(source.read_text())
    (secrets / "smtp_password").write_text("right\n")
    certificate = make_certificate(tmp_path / "server.pem")
    stage.add(Template.VERIFY)
    options = {"authenticator": stage.server.authenticate, "auth_required": True}
    with running(stage.server, certificate, require_starttls=True, **options):
        start(
            VIREO_SECRETS=str(secrets),
            VIREO_SMTP_USER="vireo",
            VIREO_SMTP_SECURITY="starttls",
            SSL_CERT_FILE=str(certificate),
        )
        eventually(lambda: stage.jobs() == [], seconds=30)
    assert (len(stage.server.kept), stage.server.signed_in_as) == (1, ["vireo"])
    log = (tmp_path / "worker.log").read_text()
    assert "right" not in log
    assert stage.link() not in log


def test_without_a_server_mails_go_to_a_folder(stage: Any, start: Start, tmp_path: Path) -> None:
    stage.add(Template.VERIFY)
    start(
        VIREO_SMTP_HOST="",
        VIREO_MAIL_FOLDER=str(tmp_path / "mail"),
        VIREO_PUBLIC_URL="https://video.example.org/",
        VIREO_ALIVE_FILE=str(tmp_path / "alive"),
    )
    eventually(lambda: stage.jobs() == [], seconds=30)
    (file,) = (tmp_path / "mail").glob("*.eml")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "https://video.example.org/email/verify#token" in file.read_text().replace("=\n", "")
    eventually((tmp_path / "alive").exists, seconds=10)
