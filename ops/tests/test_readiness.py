"""Readiness probes over TCP and Unix sockets."""

import contextlib
import select
import socketserver
from collections.abc import Iterator
from pathlib import Path

import pytest

from vireo_ops.readiness import is_ready
from vireo_testing.http_server import HttpServer, Reply, Request, serving
from vireo_testing.mariadb import free_port


class Drips(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        """A header that goes on until the client has gone."""
        self.request.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        with contextlib.suppress(OSError):
            while not select.select([self.request], [], [], 0.1)[0] or self.request.recv(1000):
                self.request.sendall(b"x")


def answer(request: Request) -> Reply:
    return Reply(status=200 if request.path == "/readyz" else 503)


@pytest.fixture(params=["port", "socket"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "a: b.sock" if request.param == "socket" else None
    with HttpServer(answer, path) as server:
        yield f"{server.url}:" if path else server.url


def test_who_answers_200_is_ready_and_no_other(address: str) -> None:
    assert is_ready(f"{address}/readyz")
    assert not is_ready(f"{address}/elsewhere")


def test_where_nobody_listens_nobody_is_ready(tmp_path: Path) -> None:
    assert not is_ready(f"http://127.0.0.1:{free_port()}/readyz")
    assert not is_ready(f"unix:{tmp_path}/none.sock:/readyz")
    (tmp_path / "left.sock").touch()
    assert not is_ready(f"unix:{tmp_path}/left.sock:/readyz")


def test_who_never_ends_its_answer_is_not_ready(tmp_path: Path) -> None:
    path = tmp_path / "drips.sock"
    with serving(socketserver.ThreadingUnixStreamServer(str(path), Drips)):
        assert not is_ready(f"unix:{path}:/readyz")
