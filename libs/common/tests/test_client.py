"""Calls between services, against real sockets that misbehave."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from vireo_common import client
from vireo_common.client import ServiceClient
from vireo_common.errors import Code, Failure
from vireo_testing.http_server import HttpServer, Reply, Request
from vireo_testing.mariadb import free_port

Serve = Callable[[bytes], str]


class Neighbour(HttpServer):
    """Answers what it is told to, and remembers what it was asked.

    At a port, or at the Unix socket ``path``.
    """

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(self._reply, path)
        self.status = 200
        self.body = b'{"response": "fine"}'
        self.headers: dict[str, str] = {}
        self.asked: list[Request] = []

    def _reply(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply(self.body, self.status, self.headers)


@pytest.fixture(params=["port", "socket"])
def neighbour(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Neighbour]:
    path = tmp_path / "a neighbour's.sock" if request.param == "socket" else None
    with Neighbour(path) as server:
        yield server


@pytest.fixture(params=["port", "socket"])
def raw(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    """``raw(b"...")``: the address of a server that sends these bytes to everyone, and hangs up."""
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def serve(reply: bytes) -> str:
        listener, url = listening(tmp_path / "raw.sock" if request.param == "socket" else None)
        listener.settimeout(0.05)

        def loop() -> None:
            with listener:
                while not stop.is_set():
                    try:
                        line, _ = listener.accept()
                    except TimeoutError:
                        continue
                    with line:
                        line.settimeout(5)
                        line.recv(65536)
                        line.sendall(reply)

        thread = threading.Thread(target=loop)
        thread.start()
        threads.append(thread)
        return url

    yield serve
    stop.set()
    for thread in threads:
        thread.join()


def listening(path: Path | None) -> tuple[socket.socket, str]:
    """Who listens at a port, or at a Unix socket, and says nothing by itself; with its address."""
    if path is None:
        listener = socket.create_server(("127.0.0.1", 0))
        return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener, f"unix:{path}"


def code_of(service: ServiceClient, path: str = "/internal/x") -> Code:
    with pytest.raises(Failure) as caught:
        service.get(path)
    return caught.value.code


def test_value_of_the_envelope(neighbour: Neighbour) -> None:
    neighbour.body = json.dumps({"response": {"a": [1, None, "é"]}}).encode()
    assert ServiceClient(neighbour.url + "/", "token").get("/x") == {"a": [1, None, "é"]}


def test_what_is_sent(neighbour: Neighbour) -> None:
    service = ServiceClient(neighbour.url, "the-service-token")
    with structlog.contextvars.bound_contextvars(request_id="req-1"):
        service.call("POST", "/internal/x", body={"hash": "é"})
    (asked,) = neighbour.asked
    assert (asked.method, asked.path) == ("POST", "/internal/x")
    assert json.loads(asked.body) == {"hash": "é"}
    assert asked.headers["X-Vireo-Service-Token"] == "the-service-token"
    assert asked.headers["X-Request-ID"] == "req-1"


def test_not_found(neighbour: Neighbour) -> None:
    neighbour.status = 404
    neighbour.body = b'{"response": {"error": "not_found", "message": "."}}'
    assert code_of(ServiceClient(neighbour.url, "t")) is Code.NOT_FOUND


@pytest.mark.parametrize("status", [201, 204, 302, 400, 401, 403, 409, 418, 429, 500, 502, 503])
def test_other_statuses_are_unavailable(neighbour: Neighbour, status: int) -> None:
    neighbour.status = status
    neighbour.headers = {"Location": neighbour.url + "/elsewhere"}
    neighbour.body = b"" if status == 204 else b'{"response": "no"}'
    assert code_of(ServiceClient(neighbour.url, "t")) is Code.UNAVAILABLE
    assert [asked.path for asked in neighbour.asked] == ["/internal/x"]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{", b"{}", b"[]", b"null", b'"response"', b"7", b"\xff\xfe", b'{"a": 1}'],
)
@pytest.mark.parametrize("status", [200, 404])
def test_what_is_no_envelope_is_unavailable(neighbour: Neighbour, body: bytes, status: int) -> None:
    neighbour.status, neighbour.body = status, body
    assert code_of(ServiceClient(neighbour.url, "t")) is Code.UNAVAILABLE


@pytest.mark.parametrize("where", ["port", "no socket", "left socket", "no connection allowed"])
def test_nobody_listens(tmp_path: Path, where: str) -> None:
    path = tmp_path / "s.sock"
    if where == "left socket":
        # As kill -9 leaves it.
        listening(path)[0].close()
    elif where == "no connection allowed":
        path.touch(mode=0)
    url = f"http://127.0.0.1:{free_port()}" if where == "port" else f"unix:{path}"
    assert code_of(ServiceClient(url, "t")) is Code.UNAVAILABLE


def test_who_listens_again_on_its_socket_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    service = ServiceClient(f"unix:{path}", "t")
    for _ in range(2):
        with Neighbour(path) as server:
            server.headers = {"Connection": "close"}
            assert service.get("/x") == "fine"
        path.unlink()
        assert code_of(service) is Code.UNAVAILABLE


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx",
    ],
)
def test_half_answers_are_unavailable(raw: Serve, reply: bytes) -> None:
    assert code_of(ServiceClient(raw(reply), "t")) is Code.UNAVAILABLE


@pytest.mark.parametrize("status", [200, 500])
def test_the_log_names_the_neighbour_and_no_path(
    neighbour: Neighbour, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = LogCapture()
    lines = structlog.wrap_logger(structlog.PrintLogger(), processors=[capture])
    monkeypatch.setattr(client, "log", lines)
    neighbour.status, neighbour.body = status, b"no envelope"
    assert code_of(ServiceClient(neighbour.url, "t"), "/internal/videos/abcdefg") is (
        Code.UNAVAILABLE
    )
    (line,) = capture.entries
    assert (line["neighbour"], line["method"]) == (neighbour.url, "GET")
    assert "abcdefg" not in str(line)


@pytest.mark.parametrize("where", ["port", "socket"])
def test_silence_is_unavailable(tmp_path: Path, where: str) -> None:
    listener, url = listening(tmp_path / "s.sock" if where == "socket" else None)
    with listener:
        # Without a limit nothing would end this.
        assert code_of(ServiceClient(url, "t", read_seconds=0.2)) is Code.UNAVAILABLE


def test_kept_connection_that_was_closed_is_no_failure(neighbour: Neighbour) -> None:
    service = ServiceClient(neighbour.url, "t")
    neighbour.headers = {"Connection": "keep-alive"}
    assert service.get("/x") == "fine"
    # Close our end's peer from outside: the next call finds a dead line in the session's pool.
    adapter: Any = service._session().adapters["http://"]
    of_ports = list(adapter.poolmanager.pools._container.values())
    for pool in of_ports or [adapter.pool]:
        line = pool.pool.get(block=False)
        line.sock.shutdown(socket.SHUT_RDWR)
        pool.pool.put(line)
    assert service.get("/x") == "fine"


def test_proxies_of_the_environment_are_not_used(
    neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert ServiceClient(neighbour.url, "t").get("/x") == "fine"


def test_many_threads(neighbour: Neighbour) -> None:
    service = ServiceClient(neighbour.url, "t")
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(service.get("/x"))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["fine"] * 12


def test_pages_are_followed_to_the_last(neighbour: Neighbour) -> None:
    bodies = [
        b'{"response": {"rows": [{"n": 1}, {"n": 2}], "next": "2001:db8::/1&x"}}',
        b'{"response": {"rows": [{"n": 3}], "next": 0}}',
        b'{"response": {"rows": [], "next": null}}',
    ]
    found = []
    neighbour.body = bodies.pop(0)
    for page in ServiceClient(neighbour.url, "t").pages("/internal/list"):
        found.append(page)
        neighbour.body = bodies.pop(0) if bodies else b""
    assert found == [[{"n": 1}, {"n": 2}], [{"n": 3}], []]
    assert [asked.path for asked in neighbour.asked] == [
        "/internal/list",
        "/internal/list?after=2001%3Adb8%3A%3A%2F1%26x",
        "/internal/list?after=0",
    ]
