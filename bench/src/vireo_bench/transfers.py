"""An HTTP client on plain sockets, for large bodies: it must cost little beside the server."""

import mmap
import random
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

PIECE = 1 << 20
_COMPARED = 4096
_PATIENCE_SECONDS = 330.0


@dataclass(frozen=True)
class Head:
    """Status and headers (names in small letters) of an answer."""

    status: int
    headers: dict[str, str]

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return int(self.headers["content-length"])


@dataclass(frozen=True)
class Sent:
    """The answer to a body that was sent, and the times, by ``time.monotonic``."""

    status: int
    body: bytes
    began: float
    sent: float
    answered: float


class Connection:
    """One connection that stays open for as long as the server likes; one request at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._host = f"{host}:{port}"
        self._view = memoryview(bytearray(PIECE))
        self._rest = b""
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.create_connection(self._address, timeout=_PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._last = False

    def close(self) -> None:
        """Close it, whatever is in flight."""
        self._socket.close()

    def ask(self, method: str, path: str, **headers: str) -> Head:
        """Send a request without a body, and read the head of its answer."""
        if self._last:
            self.close()
            self._connect()
        lines = [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {self._host}", *lines, "", ""])
        self._socket.sendall(head.encode())
        return self.head()

    def head(self) -> Head:
        """Read the head of an answer; what came of its body is kept for ``pieces``."""
        text = self._rest
        while b"\r\n\r\n" not in text:
            more = self._socket.recv(16384)
            assert more, "the connection was closed before an answer"
            text += more
        head, _, self._rest = text.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        # nginx ends a connection after so many answers, as it comes after a thousand.
        self._last = headers.get("connection", "").lower() == "close"
        return Head(int(status.split()[1]), headers)

    def pieces(self, length: int) -> Iterator[memoryview]:
        """The body, in pieces that are gone when the next one is asked for."""
        if self._rest:
            first, self._rest = self._rest, b""
            length -= len(first)
            yield memoryview(first)
        while length > 0:
            count = self._socket.recv_into(self._view, min(length, PIECE))
            assert count, "the connection was closed in the middle of a body"
            length -= count
            yield self._view[:count]

    def body(self, head: Head) -> bytes:
        """The whole of a small body."""
        return b"".join(bytes(piece) for piece in self.pieces(head.length))

    def send_file(self, method: str, path: str, file: Path, headers: Mapping[str, str]) -> None:
        """Send a request whose body is a file, with ``sendfile``."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n"
        head += f"Content-Length: {file.stat().st_size}\r\n"
        head += "".join(f"{name}: {text}\r\n" for name, text in headers.items())
        self._socket.sendall(f"{head}\r\n".encode())
        with file.open("rb") as opened:
            self._socket.sendfile(opened)


def upload(
    host: str,
    port: int,
    path: str,
    file: Path,
    token: str = "",
    *,
    method: str = "POST",
    headers: Mapping[str, str] = {},
) -> Sent:
    """Send a file as it is."""
    given = {**headers, **({"Authorization": token} if token else {})}
    with closing(Connection(host, port)) as line:
        began = time.monotonic()
        line.send_file(method, path, file, given)
        sent = time.monotonic()
        answer = line.head()
        body = line.body(answer) if answer.status != HTTPStatus.NO_CONTENT else b""
        return Sent(answer.status, body, began, sent, time.monotonic())


@contextmanager
def source(path: Path) -> Iterator[mmap.mmap]:
    """The bytes of the file that downloads must be equal to."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def _compare(piece: memoryview, source: mmap.mmap, offset: int) -> None:
    """Look whether the beginning of a piece is what the file has there."""
    start = bytes(piece[:_COMPARED])
    assert source[offset : offset + len(start)] == start, "another body than the file"


def download_rate(
    host: str,
    port: int,
    path: str,
    source: mmap.mmap,
    connections: int,
    seconds: float,
    *,
    in_ranges: bool = False,
) -> float:
    """Fetch a file again and again over some connections; bytes a second, of bodies alone.

    The beginning of every piece is compared with the file.

    Args:
        in_ranges: fetch ranges of a MiB at random offsets, and not the whole file.
    """
    lines = [Connection(host, port) for _ in range(connections)]
    began = time.monotonic()
    until = began + seconds

    def fetch(line: Connection) -> int:
        received = 0
        choice = random.Random(threading.get_native_id())
        while time.monotonic() < until:
            offset = choice.randrange(len(source) - PIECE) if in_ranges else 0
            for piece in line.pieces(_ask_for(line, path, source, offset, in_ranges=in_ranges)):
                _compare(piece, source, offset)
                offset += len(piece)
                received += len(piece)
                if time.monotonic() >= until:
                    break
        return received

    try:
        with ThreadPoolExecutor(connections) as pool:
            received = sum(pool.map(fetch, lines))
        return received / (time.monotonic() - began)
    finally:
        for line in lines:
            line.close()


def _ask_for(line: Connection, path: str, source: mmap.mmap, first: int, *, in_ranges: bool) -> int:
    """Ask for the file, or for a MiB from ``first`` on; the bytes that come."""
    if not in_ranges:
        head = line.ask("GET", path)
        assert (head.status, head.length) == (200, len(source)), head
        return head.length
    last = first + PIECE - 1
    head = line.ask("GET", path, Range=f"bytes={first}-{last}")
    assert (head.status, head.length) == (206, PIECE), head
    assert head.headers["content-range"] == f"bytes {first}-{last}/{len(source)}", head
    return PIECE
