"""An HTTP server in this process, whose answers a test scripts."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Request:
    """What came; names of ``headers`` are the same in capitals or not."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class _Server(ThreadingHTTPServer):
    # A kept connection must not keep the test process.
    daemon_threads = True

    def server_bind(self) -> None:
        # That of HTTP servers looks up the name of its host.
        socketserver.TCPServer.server_bind(self)


class _SocketServer(_Server):
    address_family = socket.AF_UNIX


class HttpServer:
    """Answers at ``url`` during the ``with``, each connection in a thread of its own.

    Args:
        path: of a Unix socket to listen on; without it, a free port of loopback.
    """

    def __init__(self, answer: Callable[[Request], Reply], path: Path | None = None) -> None:
        handler = _handler_for(answer)
        if path:
            handler.disable_nagle_algorithm = False  # Only TCP has it.
            self._server: _Server = _SocketServer(str(path), handler)  # type: ignore[arg-type]
            self.port, self.url = 0, f"unix:{path}"
        else:
            self._server = _Server(("127.0.0.1", 0), handler)
            self.port = int(self._server.server_address[1])
            self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
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


def _handler_for(answer: Callable[[Request], Reply]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            reply = answer(Request(self.command, self.path, self.headers, body))
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            try:
                self.wfile.write(reply.body)
            except (BrokenPipeError, ConnectionResetError):
                # The client did not want all of it.
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

        def log_message(self, format: str, *args: object) -> None:
            """Write nothing: the test knows what was asked."""

    return Handler


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Let a server answer in a thread, until the end of the ``with``."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
