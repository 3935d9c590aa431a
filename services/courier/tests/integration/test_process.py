"""The courier as a process: killed, told to stop, with its settings and its log."""

import contextlib
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vireo_testing.courier import running_courier, smtp_variables
from vireo_testing.mail_server import make_certificate, running
from vireo_testing.person import eventually

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(post: Any, database_settings: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts a courier as a process; it is ended with the test."""
    with contextlib.ExitStack() as stack:

        def run(**variables: str) -> "subprocess.Popen[bytes]":
            told = {**database_settings, **smtp_variables(post.server.port), **variables}
            return stack.enter_context(running_courier(told, tmp_path / "courier.log"))

        yield run


def test_a_killed_courier_is_followed_by_another(post: Any, start: Start, tmp_path: Path) -> None:
    post.server.holds = True
    for number in range(3):
        post.hand_over(to=f"ada{number}@example.org")
    with running(post.server):
        courier = start()
        eventually(lambda: post.server.arriving == 3, seconds=30)
        courier.kill()
        courier.wait()
        eventually(lambda: post.server.arriving == 0, seconds=10)
        post.server.holds = False
        post.clean.query("UPDATE OutgoingMails SET LeaseUntil = NOW(3) - INTERVAL 1 SECOND")
        start()
        eventually(lambda: post.rows() == [], seconds=30)
    # What the first one had not finished sending, the server dropped with the connection.
    assert len(post.server.kept) == len(set(post.server.ids)) == 3
    # Lines of the log are written together.
    eventually(lambda: '"event": "job"' in (tmp_path / "courier.log").read_text())
    log = (tmp_path / "courier.log").read_text()
    assert "ada" not in log
    assert "example.org" not in log


def test_a_stop_gives_what_has_not_left_back(post: Any, start: Start) -> None:
    post.hand_over()
    courier = start()
    eventually(lambda: "refused" in post.rows()[0][2], seconds=30)
    courier.send_signal(signal.SIGTERM)
    assert courier.wait(timeout=15) == 0
    assert post.rows()[0][:2] == ("queued", 0)


def test_starttls_with_the_password_of_a_file(
    post: Any, start: Start, tmp_path: Path, database_settings: dict[str, str]
) -> None:
    secrets = tmp_path / "own"
    secrets.mkdir()
    source = Path(database_settings["VIREO_SECRETS"]) / "db_courier_password"
    (secrets / source.name).write_text(source.read_text())
    (secrets / "smtp_password").write_text("right\n")
    certificate = make_certificate(tmp_path / "server.pem")
    post.hand_over()
    options = {"authenticator": post.server.authenticate, "auth_required": True}
    with running(post.server, certificate, require_starttls=True, **options):
        start(
            VIREO_SECRETS=str(secrets),
            VIREO_SMTP_USER="vireo",
            VIREO_SMTP_SECURITY="starttls",
            SSL_CERT_FILE=str(certificate),
        )
        eventually(lambda: post.rows() == [], seconds=30)
    assert (len(post.server.kept), post.server.signed_in_as) == (1, ["vireo"])
    assert "right" not in (tmp_path / "courier.log").read_text()


def test_without_a_server_mails_go_to_a_folder(post: Any, start: Start, tmp_path: Path) -> None:
    post.hand_over("b" * 32)
    start(
        VIREO_SMTP_HOST="",
        VIREO_MAIL_FOLDER=str(tmp_path / "mail"),
        VIREO_ALIVE_FILE=str(tmp_path / "alive"),
    )
    eventually(lambda: post.rows() == [], seconds=30)
    (file,) = (tmp_path / "mail").glob("*.eml")
    assert file.name == f"news-{'b' * 8}.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    eventually((tmp_path / "alive").exists, seconds=10)
