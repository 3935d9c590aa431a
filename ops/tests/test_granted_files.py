"""The gateway sends a file that is not public with a grant alone, which media confirms each time.

A real nginx with the repository's configuration; the services are played by the test.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from vireo_ops import gateway
from vireo_ops.layout import Layout
from vireo_ops.ports import is_free
from vireo_ops.programs import ANSWERING
from vireo_ops.run_user import current_user
from vireo_ops.settings import Settings
from vireo_testing.http_server import serving
from vireo_testing.mariadb import free_port
from vireo_testing.person import eventually

NAME = "0123456789abcdef" * 2
PLACE = f"/_exports/{NAME}.zip"
QUESTION = f"/gateway/may_read/export/{NAME}"
CONTENT = b"all that is known"


class Services:
    """Auth, catalog and media in one.

    Each answer names the file, with ``grant``; ``confirms`` is what media says to a grant.
    """

    def __init__(self) -> None:
        self.grant = "a-grant"
        self.confirms = 200
        self.calls: list[tuple[str, str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.server.daemon_threads = True

    def questions(self) -> list[str]:
        """The grants that media was asked about."""
        return [grant for method, path, grant in self.calls if (method, path) == ("GET", QUESTION)]


def handler_of(services: Services) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            grant = self.headers["X-Vireo-Grant"] or ""
            services.calls.append((self.command, self.path, grant))
            if self.path.startswith("/gateway/"):
                self.send_response(services.confirms)
            else:
                self.send_response(200)
                self.send_header("X-Accel-Redirect", PLACE)
                if services.grant:
                    self.send_header("X-Vireo-Grant", services.grant)
                self.send_header("Content-Disposition", 'attachment; filename="vireo-a.zip"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = do_POST = respond

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    return Handler


@pytest.fixture
def services() -> Iterator[Services]:
    played = Services()
    with serving(played.server):
        yield played


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def url(services: Services, tmp_path: Path, log: Path) -> Iterator[str]:
    folder = tmp_path / "data"
    layout, port = Layout(folder), free_port()
    for each in layout.folders():
        each.path.mkdir(parents=True, exist_ok=True)
    archive = layout.media / "exports" / f"{NAME}.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(CONTENT)
    for parent in (archive.parent, *archive.parent.parents):
        # nginx's workers are another user where root starts it.
        with contextlib.suppress(PermissionError):
            parent.chmod(parent.stat().st_mode | 0o111)
    archive.chmod(0o644)
    settings = Settings.parse({"VIREO_PORT": str(port), "VIREO_LISTEN_ADDRESS": "127.0.0.1"})
    servers = dict.fromkeys(ANSWERING, f"127.0.0.1:{services.server.server_port}")
    gateway.prepare(layout, gateway.variables(settings, servers, current_user()))
    command = gateway.gateway_program(layout, settings).command
    with log.open("wb") as output:
        nginx = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        eventually(lambda: not is_free(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        nginx.terminate()
        nginx.wait(30)


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(f"{url}/me/export", headers=headers, timeout=30)


def test_a_confirmed_grant_gets_the_file(url: str, services: Services) -> None:
    answer = get(url)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="vireo-a.zip"'
    assert services.questions() == ["a-grant"]
    assert "a-grant" not in str(answer.headers)


def test_each_part_is_asked_for_again(url: str, services: Services) -> None:
    for number, part in enumerate((CONTENT[:4], CONTENT[4:8]), start=1):
        answer = get(url, Range=f"bytes={4 * number - 4}-{4 * number - 1}")
        assert (answer.status_code, answer.content) == (206, part)
        assert len(services.questions()) == number
    assert requests.head(f"{url}/me/export", timeout=30).headers["Content-Length"] == str(
        len(CONTENT)
    )
    assert len(services.questions()) == 3
    services.confirms = 403
    assert get(url, Range="bytes=0-3").status_code == 404


def test_a_refused_grant_gets_nothing(url: str, services: Services) -> None:
    services.confirms = 403
    answer = get(url)
    assert (answer.status_code, answer.json()["response"]["error"]) == (404, "not_found")


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_what_media_does_not_say_is_no_yes(url: str, services: Services, status: int) -> None:
    services.confirms = status
    answer = get(url)
    assert (answer.status_code, answer.json()["response"]["error"]) == (503, "unavailable")


@pytest.mark.parametrize("path", ["/v/aaaaaaa", "/me", "/videos/all", "/channel/picture/somebody"])
def test_another_service_that_names_the_file_has_no_grant(
    url: str, services: Services, path: str
) -> None:
    """By a defect of it, or because somebody has broken into it."""
    services.grant, services.confirms = "", 403
    answer = requests.get(url + path, headers={"X-Vireo-Grant": "forged"}, timeout=30)
    assert (answer.status_code, answer.json()["response"]["error"]) == (404, "not_found")
    assert services.questions() == [""], "nothing of what the client sent"


@pytest.mark.parametrize("path", [PLACE, "/_may_read_export", QUESTION])
def test_none_of_it_is_reached_from_outside(url: str, services: Services, path: str) -> None:
    headers = {"X-Vireo-Grant": "a-grant", "X-Accel-Redirect": PLACE}
    answer = requests.get(url + path, headers=headers, timeout=30)
    assert answer.status_code == 404
    assert services.calls == []


def test_a_forged_grant_does_not_replace_the_real_one(url: str, services: Services) -> None:
    for name in ("X-Vireo-Grant", "x-vireo-grant", "X_Vireo_Grant"):
        assert get(url, **{name: "forged"}).status_code == 200
    assert set(services.questions()) == {"a-grant"}


def test_no_log_has_a_grant(url: str, services: Services, log: Path) -> None:
    get(url)
    services.confirms = 500
    get(url)
    eventually(lambda: log.read_text().count('"route":"export"') == 2)
    assert "a-grant" not in log.read_text()
    assert NAME not in log.read_text()
