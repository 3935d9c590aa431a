"""The gateway and bodies: however one ends, media is notified, and disk space and slot are free.

A real nginx with the repository's configuration; media is played by the test.
"""

import contextlib
import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from vireo_ops import gateway
from vireo_ops.layout import Layout
from vireo_ops.programs import ANSWERING
from vireo_ops.run_user import current_user
from vireo_ops.settings import Settings
from vireo_testing.http_server import serving
from vireo_testing.mariadb import free_port
from vireo_testing.person import eventually as in_time

LARGEST = 3_200_000
PART = LARGEST // 16
# Media closes the connection without an answer.
SILENT = 0
PATH = "/upload/v/aB3dE6g"
WORDS = "POST /gateway/upload_ended"


def eventually(check: Callable[[], bool]) -> None:
    """Wait for less time than for a worker, of which there is none here."""
    in_time(check, seconds=30)


class Media:
    """A fake media: grants as configured, and records requests and their grants."""

    def __init__(self) -> None:
        self.allows = 200
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.answers = 200
        self.calls: list[str] = []
        self.bodies: list[bytes] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.server.daemon_threads = True

    @property
    def port(self) -> int:
        return int(self.server.server_port)

    def asked(self, what: str) -> list[str]:
        return [call for call in self.calls if call.startswith(what)]


def handler_of(media: Media) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            media.calls.append(f"{self.command} {self.path} {self.headers['X-Vireo-Grant'] or ''}")
            headers: dict[str, str] = {}
            if self.path.startswith("/gateway/may_"):
                status = media.allows
                if status < 500:
                    headers["X-Vireo-Grant"] = "the-grant"
                if media.refusal:
                    status, headers = 403, media.refusal[1]
            elif self.path.startswith("/gateway/"):
                status = 204
            else:
                status = media.answers
                given = self.headers["X-Vireo-Body-File"]
                if given:
                    media.bodies.append(Path(given).read_bytes())
                else:
                    self.rfile.read(int(self.headers["Content-Length"] or 0))
            if status == SILENT:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", "2")
            self.end_headers()
            if status != 204:
                self.wfile.write(b"{}")

        do_GET = do_POST = do_DELETE = respond

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    return Handler


class Gateway:
    """A running nginx."""

    def __init__(self, layout: Layout, port: int, log: Path) -> None:
        self.layout = layout
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._log = log

    def send(self, body: object, path: str = PATH) -> requests.Response:
        return requests.post(self.url + path, data=body, timeout=30)

    @contextlib.contextmanager
    def sending(self, head: str, body: bytes, path: str = PATH) -> Iterator[socket.socket]:
        """A client that has sent part of a body, and pauses."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            request = f"POST {path} HTTP/1.1\r\nHost: vireo\r\n{head}\r\n\r\n"
            line.sendall(request.encode() + body)
            yield line

    def incoming(self) -> list[Path]:
        return list((self.layout.media / "incoming").iterdir())

    def statuses(self, route: str = "upload_bytes") -> list[int]:
        """The statuses in the access log."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line]
        return [line["status"] for line in lines if line.get("route") == route]


@pytest.fixture
def media() -> Iterator[Media]:
    played = Media()
    with serving(played.server):
        yield played


def prepared(layout: Layout, media: Media, port: int) -> None:
    for folder in layout.folders():
        folder.path.mkdir(parents=True, exist_ok=True)
    settings = Settings.parse(
        {
            "VIREO_PORT": str(port),
            "VIREO_LISTEN_ADDRESS": "127.0.0.1",
            "VIREO_MAX_UPLOAD_BYTES": str(LARGEST),
        }
    )
    servers = dict.fromkeys(ANSWERING, f"127.0.0.1:{media.port}")
    gateway.prepare(layout, gateway.variables(settings, servers, current_user()))
    # The timeout for silent clients: seconds instead of half a minute.
    spool = layout.gateway / "spool.conf"
    text = spool.read_text()
    assert "client_body_timeout 30s" in text
    spool.write_text(text.replace("client_body_timeout 30s", "client_body_timeout 2s"))


@pytest.fixture
def running(media: Media, tmp_path: Path) -> Iterator[Gateway]:
    layout, port, log = Layout(tmp_path / "data"), free_port(), tmp_path / "log"
    prepared(layout, media, port)
    command = gateway.gateway_program(layout, Settings.parse({})).command
    with log.open("wb") as output:
        nginx = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
    found = Gateway(layout, port, log)
    try:
        eventually(lambda: answers(found.url))
        yield found
    finally:
        nginx.terminate()
        nginx.wait(30)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def chunked(size: int) -> Iterator[bytes]:
    for start in range(0, size, 50_000):
        yield b"x" * min(50_000, size - start)


@pytest.mark.parametrize("status", [200, 403, 404, 415, 500, 503, 507])
def test_media_is_notified_of_the_end_unless_it_took_the_body(
    running: Gateway, media: Media, status: int
) -> None:
    """What it refused, it may have refused before it knew whose body it was."""
    media.answers = status
    answer = running.send(b"x" * 100_000)
    assert answer.status_code == status
    assert media.bodies == [b"x" * 100_000]
    assert media.asked(f"POST {PATH}") == [f"POST {PATH} the-grant"]
    notified = [] if status == 200 else [f"{WORDS} the-grant"]
    eventually(lambda: running.statuses() == [status])
    eventually(lambda: media.asked(WORDS) == notified)
    eventually(lambda: running.incoming() == [])


@pytest.mark.parametrize("path", ["/upload/v//{0}", "/upload/v/x/../{0}", "/upload/v/%61B3dE6g"])
def test_media_gets_the_address_that_was_asked_about(
    running: Gateway, media: Media, path: str
) -> None:
    """In the address as it came media might read another one, after it has held room for this."""
    given = path.format("aB3dE6g")
    head = "Content-Length: 5\r\nConnection: close"
    with running.sending(head, b"bytes", given) as line:
        while line.recv(10_000):
            pass
    assert media.asked("POST /upload/v/aB3dE6g") == ["POST /upload/v/aB3dE6g the-grant"]
    assert media.bodies == [b"bytes"]


def test_a_picture_comes_to_one_address(running: Gateway, media: Media) -> None:
    with running.sending(
        "Content-Length: 5\r\nConnection: close", b"bytes", "//channel/./picture"
    ) as line:
        while line.recv(10_000):
            pass
    assert media.asked("POST /channel/picture") == ["POST /channel/picture the-grant"]


def test_one_line_after_the_other(running: Gateway, media: Media) -> None:
    """Each answer closes its connection, so that no rest of a body precedes the next request."""
    with requests.Session() as http:
        for _ in range(3):
            answer = http.post(running.url + PATH, data=b"x" * 100_000, timeout=30)
            assert answer.status_code == 200
            assert answer.headers["Connection"] == "close"
    assert len(media.bodies) == 3


def test_a_client_that_goes_away(running: Gateway, media: Media) -> None:
    with running.sending("Content-Length: 500000", b"x" * 200_000):
        eventually(lambda: len(running.incoming()) == 1)
    eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])
    eventually(lambda: running.incoming() == [])
    eventually(lambda: running.statuses() == [499])


def test_a_client_that_is_silent(running: Gateway, media: Media) -> None:
    with running.sending("Content-Length: 500000", b"x" * 200_000) as line:
        assert line.recv(100) == b""
    eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])
    eventually(lambda: running.incoming() == [])


def test_a_client_that_says_nothing_at_all(running: Gateway, media: Media) -> None:
    with running.sending("Transfer-Encoding: chunked", b"") as line:
        assert line.recv(100) == b""
    eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])


def test_what_comes_after_a_silence_is_no_request(running: Gateway, media: Media) -> None:
    """Otherwise the rest of a body could be read as another request (smuggling)."""
    with running.sending("Content-Length: 500000", b"x" * 200_000) as line:
        eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])
        before = len(media.calls)
        with contextlib.suppress(ConnectionError):
            line.sendall(b"GET /thumbnails/aB3dE6g HTTP/1.1\r\nHost: vireo\r\n\r\n")
            assert line.recv(100) == b""
    assert len(media.calls) == before


def test_a_body_that_is_no_http(running: Gateway, media: Media) -> None:
    with running.sending("Transfer-Encoding: chunked", b"zz\r\n") as line:
        told = line.recv(10_000)
    assert b" 400 " in told
    assert b'"invalid_request"' in told
    eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])
    eventually(lambda: running.statuses() == [400])


def test_a_body_that_grows_too_large(running: Gateway, media: Media) -> None:
    answer = running.send(chunked(LARGEST + 200_000))
    assert answer.status_code == 413
    assert answer.json()["response"] == {
        "error": "too_large",
        "message": "The video is too large.",
        "limit": LARGEST,
    }
    eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])
    assert media.bodies == []
    eventually(lambda: running.statuses() == [413])
    eventually(lambda: running.incoming() == [])


def test_with_little_room_a_body_without_a_length_may_have_a_part(
    running: Gateway, media: Media
) -> None:
    media.allows = 401
    assert running.send(chunked(PART)).status_code == 200
    assert media.bodies == [b"x" * PART]
    assert media.asked(WORDS) == []
    answer = running.send(chunked(PART + 200_000))
    assert answer.status_code == 507
    assert answer.json()["response"]["error"] == "disk_full"
    eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])
    assert len(media.bodies) == 1
    # Each worker of nginx writes its own lines when it gets to it.
    eventually(lambda: sorted(running.statuses()) == [200, 507])
    with running.sending("Transfer-Encoding: chunked", b"4\r\nabcd\r\n"):
        pass
    eventually(lambda: len(media.asked(WORDS)) == 2)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 429, 503, 507])
def test_a_refusal_needs_no_word(running: Gateway, media: Media, status: int) -> None:
    body = json.dumps({"response": {"error": "code", "message": "No."}})
    headers = {"X-Vireo-Refusal": body, "X-Vireo-Refusal-Status": str(status)}
    if status == 429:
        headers["Retry-After"] = "5"
    media.refusal = (403, headers)
    answer = running.send(b"x" * 100_000)
    assert (answer.status_code, answer.text) == (status, body)
    if status == 429:
        assert answer.headers["Retry-After"] == "5"
    eventually(lambda: running.statuses() == [status])
    assert media.asked(WORDS) == media.asked(f"POST {PATH}") == []


def test_who_may_upload_can_not_be_asked(running: Gateway, media: Media) -> None:
    media.allows = 500
    answer = running.send(b"x")
    assert (answer.status_code, answer.json()["response"]["error"]) == (503, "unavailable")
    eventually(lambda: running.statuses() == [503])
    assert media.asked(WORDS) == []


@pytest.mark.parametrize("answers", [502, SILENT])
@pytest.mark.parametrize("allows", [200, 401])
def test_media_that_dies_with_the_body_is_told_too(
    running: Gateway, media: Media, allows: int, answers: int
) -> None:
    media.allows, media.answers = allows, answers
    answer = running.send(b"x" * 1000)
    assert answer.status_code == 502
    if answers == SILENT:
        assert answer.json()["response"]["error"] == "bad_gateway"
    eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])


@pytest.mark.parametrize("end", ["gone", "large"])
def test_a_picture_that_ends_before_its_end(running: Gateway, media: Media, end: str) -> None:
    path = "/channel/picture"
    if end == "gone":
        with running.sending("Content-Length: 500000", b"x" * 200_000, path):
            eventually(lambda: len(running.incoming()) == 1)
    else:
        assert running.send(chunked((10 << 20) + 100_000), path).status_code == 413
    eventually(lambda: media.asked(WORDS) == [f"{WORDS} the-grant"])
    eventually(lambda: running.incoming() == [])


def test_a_picture_comes_with_its_grant(running: Gateway, media: Media) -> None:
    forged = {"X-Vireo-Grant": "forged", "X-Vireo-Body-File": "/etc/hostname"}
    answer = requests.post(
        f"{running.url}/channel/picture", data=b"x" * 100, headers=forged, timeout=30
    )
    assert answer.status_code == 200
    assert media.asked("POST /channel/picture") == ["POST /channel/picture the-grant"]
    assert media.bodies == []
    assert media.asked(WORDS) == []


def test_to_take_a_picture_away_holds_no_place(running: Gateway, media: Media) -> None:
    url = f"{running.url}/channel/picture"
    assert requests.delete(url, timeout=30).status_code == 200
    assert media.calls == ["DELETE /channel/picture "]
    large = requests.delete(url, data=b"x" * 100_000, timeout=30)
    assert large.status_code == 413
    assert len(media.calls) == 1
