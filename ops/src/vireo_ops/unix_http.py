"""HTTP on a Unix socket, with the standard library alone."""

import http.client
import socket


class UnixConnection(http.client.HTTPConnection):
    """A connection to the Unix socket `path`, with a timeout in seconds."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Connect.

        Raises:
            OSError: nothing listens there, or this user has no permission.
        """
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
