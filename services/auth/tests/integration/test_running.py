"""Auth under gunicorn: its log, its metrics, its start and its end."""

import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from vireo_testing.mariadb import TestDatabase
from vireo_testing.person import eventually


def test_every_line_of_the_log_is_json(running_service: Any) -> None:
    running = running_service("auth")
    running.request("GET", "/nothing", headers={"X-Request-ID": "trace-me"})
    running.process.terminate()
    running.process.wait()
    lines = [json.loads(line) for line in running.log.splitlines()]
    (own,) = [line for line in lines if line.get("request_id") == "trace-me"]
    assert (own["event"], own["status"], own["service"]) == ("request", 404, "auth")
    assert all("event" in line and "level" in line for line in lines)


def test_one_header_alone_says_the_scheme(running_service: Any) -> None:
    """Gunicorn believes others too, and refuses requests in which they disagree."""
    running = running_service("auth")
    head = {"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "on", "X-Forwarded-Protocol": "ssl"}
    assert running.request("GET", "/healthz", headers=head).status_code == 200


def test_metrics_are_those_of_all_workers(running_service: Any, tmp_path: Path) -> None:
    running = running_service(
        "auth", VIREO_WEB_WORKERS="2", VIREO_METRICS_DIR=str(tmp_path / "metrics")
    )
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: running.request("GET", "/readyz"), range(40)))
    text = running.request("GET", "/metrics").text
    found = re.findall(r'^vireo_requests_total\{.*route="/readyz".*\} (\S+)$', text, re.MULTILINE)
    assert [float(count) for count in found] == [40.0]


def test_metrics_of_an_earlier_run_are_forgotten(running_service: Any, tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    for _ in range(2):
        running = running_service("auth", VIREO_METRICS_DIR=str(folder))
        running.request("GET", "/readyz")
        text = running.request("GET", "/metrics").text
        assert re.search(r'^vireo_requests_total\{.*route="/readyz".*\} 1\.0$', text, re.MULTILINE)
        running.kill()


def test_a_request_in_progress_is_answered_at_the_end(
    running_service: Any, clean_tables: TestDatabase
) -> None:
    # A sign-in at this cost takes the better part of a second, after it was counted.
    running = running_service("auth", VIREO_BCRYPT_COST="13")
    with ThreadPoolExecutor(1) as pool:
        given = {"username": "nobody", "password": "wrong"}
        answer = pool.submit(running.request, "POST", "/sign_in", json=given)
        eventually(lambda: clean_tables.query("SELECT 1 FROM SignInFailures"))
        running.process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 402
    assert running.process.wait(timeout=35) == 0


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"VIREO_BCRYPT_COST": "99", "VIREO_DB_PORT": "0"}, ["VIREO_BCRYPT_COST", "VIREO_DB_PORT"]),
        ({"VIREO_SECRETS": "/nonexistent"}, ["db_auth_password"]),
    ],
)
def test_bad_settings_end_the_start_with_the_reason(
    service_environment: dict[str, str], variables: dict[str, str], told: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from vireo_auth.app import create_app; create_app()"],
        env={"PATH": os.environ["PATH"], **service_environment, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert all(word in done.stderr for word in told)
    assert "Traceback" not in done.stderr
