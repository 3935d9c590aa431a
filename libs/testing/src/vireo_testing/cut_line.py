"""A line to a server that can be cut: a browser's own "offline" leaves open answers as they are."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

PIECE = 64 * 1024


class Line:
    """Hands bytes on between whoever connects to ``url`` and the server; ``cut`` ends all.

    While it is ``away`` whoever connects is cut at once.

    Args:
        every: it is cut after each so many bytes that were sent to the server, ``cuts`` times.
        pause: seconds that each 64 KiB to the server take at least.
    """

    def __init__(self, url: str, every: int = 0, cuts: int = 0, pause: float = 0.0) -> None:
        self._pause = pause
        self._every = every
        self.cuts_left = cuts
        self._sent = 0
        parts = urlsplit(url)
        self._server = (parts.hostname or "", parts.port or 80)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self.away = False
        self.url = f"http://localhost:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Cut all connections that there are; others can be made at once."""
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Cut all, and take no more."""
        # A thread that waits in accept() is woken by a shutdown, and not by close().
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self.away:
            client.close()
            return
        with client:
            try:
                server = socket.create_connection(self._server)
            except OSError:
                # Nobody listens there at the moment.
                return
            with server:
                self._hand_on(client, server)

    def _hand_on(self, client: socket.socket, server: socket.socket) -> None:
        with self._lock:
            self._open += [client, server]
        answers = threading.Thread(target=_pump, args=(server, client))
        answers.start()
        _pump(client, server, self._count)
        answers.join()
        with self._lock:
            self._open = [one for one in self._open if one not in (client, server)]

    def _count(self, size: int) -> None:
        time.sleep(self._pause)
        with self._lock:
            self._sent += size
            is_cut = self.cuts_left > 0 and self._sent >= self._every
            if is_cut:
                self._sent = 0
                self.cuts_left -= 1
        if is_cut:
            self.cut()


def _pump(
    one: socket.socket, other: socket.socket, count: Callable[[int], None] | None = None
) -> None:
    with suppress(OSError):
        while piece := one.recv(PIECE):
            other.sendall(piece)
            if count:
                count(len(piece))
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


@contextmanager
def line_to(url: str, every: int = 0, cuts: int = 0, pause: float = 0.0) -> Iterator[Line]:
    """A line to the server at ``url``; see ``Line``."""
    line = Line(url, every, cuts, pause)
    try:
        yield line
    finally:
        line.close()
