"""A real HTTP server in this process that a test scripts, and a client of it."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from vireo_client import Client
from vireo_client.tokens import InMemory, Tokens

PIECE = 64 * 1024
KEPT_BYTES = 8 << 20


@dataclass(frozen=True)
class Asked:
    """A request that has arrived; a large body is counted and not kept."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    size: int

    @property
    def json(self) -> Any:
        """What its body holds."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer: a value for the envelope, or bytes as they are.

    ``cut`` closes the line after so many bytes of it; with ``early`` it goes before the body of the
    request is read.
    """

    value: Any = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    early: bool = False


def failure(code: str, status: int, retry_after: int | None = None, **details: Any) -> Reply:
    """A failure as Vireo tells it."""
    headers = {"X-Request-ID": "request-1"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Reply({"error": code, "message": f"It is {code}.", **details}, status, headers)


class Scripted:
    """Answers each request with what ``script`` says, and remembers it."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.script: Callable[[Asked], Reply] = lambda asked: Reply()
        # Bodies of films are read up to here, and the line is cut: one for each that comes.
        self.cuts: list[int] = []
        self.early: Reply | None = None
        # It takes nothing of a body for so long.
        self.busy_seconds = 0.0
        self.read = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def answers(self, *replies: Reply) -> None:
        """Answer with one after the other, and with the last one from then on."""
        left = list(replies)
        self.script = lambda asked: left.pop(0) if len(left) > 1 else left[0]

    def paths(self) -> list[str]:
        """What was asked, in its order."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    def __enter__(self) -> "Scripted":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler_of(server: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            # A client that goes away is what some tests are about.
            with suppress(ConnectionError):
                self.serve()

        def serve(self) -> None:
            is_film = self.path.startswith("/upload/v/")
            if is_film and server.early:
                self.reply(server.early)
                self.connection.settimeout(5)
                while piece := self.rfile.read(PIECE):  # Until the client goes.
                    server.read += len(piece)
                return
            length = int(self.headers.get("Content-Length") or 0)
            until = server.cuts.pop(0) if is_film and server.cuts else length
            threading.Event().wait(server.busy_seconds)
            kept, size = b"", 0
            while size < until and (piece := self.rfile.read(min(PIECE, until - size))):
                size += len(piece)
                kept += piece if size <= KEPT_BYTES else b""
            headers = {name.lower(): text for name, text in self.headers.items()}
            asked = Asked(self.command, self.path, headers, kept, size)
            server.asked.append(asked)
            if size < length:
                self.close_connection = True
                return
            self.reply(server.script(asked))

        def reply(self, reply: Reply) -> None:
            is_file = isinstance(reply.value, bytes)
            body = reply.value if is_file else json.dumps({"response": reply.value}).encode()
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            for name, text in {**headers, **reply.headers}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body[: reply.cut])
            if reply.cut is not None:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet: the test tells what was asked."""

    return Handler


@pytest.fixture
def server() -> Iterator[Scripted]:
    """The server."""
    with Scripted() as found:
        yield found


@pytest.fixture
def scripted() -> type[Scripted]:
    """Makes another one."""
    return Scripted


@pytest.fixture
def reply() -> type[Reply]:
    """Makes an answer."""
    return Reply


@pytest.fixture
def refusal() -> Callable[..., Reply]:
    """Makes a failure: code, status, ``Retry-After``, details."""
    return failure


@pytest.fixture
def client(server: Scripted) -> Iterator[Client]:
    """A client that has a session."""
    with Client(server.url, seconds=10, store=signed_in()) as found:
        yield found


def signed_in() -> Any:
    """A store that holds tokens."""
    store = InMemory()
    store.save(Tokens("token-1", "refresh-1"))
    return store


@pytest.fixture
def session() -> Callable[[], Any]:
    """Makes a store that holds tokens."""
    return signed_in


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that calls have waited, without waiting.

    Other threads of this process, such as those of other packages, sleep as before.
    """
    found: list[float] = []
    mine, really = threading.get_ident(), time.sleep

    def sleep(seconds: float) -> None:
        if threading.get_ident() == mine:
            found.append(seconds)
        else:
            really(seconds)

    monkeypatch.setattr("vireo_client.transport.time.sleep", sleep)
    return found
