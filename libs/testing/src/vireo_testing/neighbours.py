"""A neighbour of a service under test: an HTTP server in this process that a test scripts."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Call:
    """A request that a neighbour got; ``token`` is the service token, ``body`` what JSON held."""

    method: str
    path: str
    token: str
    body: Any


Answer = Callable[[Call], tuple[int, Any]]
"""Gives the status and the value of ``response``."""


class Neighbour:
    """Answers calls with what ``answer`` says, and remembers them.

    ``status`` overrides every answer while it is set: 503 is a neighbour in trouble.
    """

    def __init__(self, answer: Answer) -> None:
        self.status: int | None = None
        self.calls: list[Call] = []
        self._answer = answer
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        # A kept connection must not keep the test process.
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Neighbour":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply(self, call: Call) -> tuple[int, Any]:
        """Remember a call; the status and the envelope that it gets."""
        self.calls.append(call)
        status, value = (self.status, "") if self.status else self._answer(call)
        return status, {"response": value}


def _handler_for(neighbour: Neighbour) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("X-Vireo-Service-Token", "")
            call = Call(self.command, self.path, token, json.loads(raw) if raw else None)
            status, envelope = neighbour.reply(call)
            body = json.dumps(envelope).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_DELETE = respond

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet: the test tells what was asked."""

    return Handler
