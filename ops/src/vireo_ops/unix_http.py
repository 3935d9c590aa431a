"""HTTP on a Unix socket, with the standard library alone."""

import http.client
import socket


class UnixConnection(http.client.HTTPConnection):
    """A connection to the server of the socket `path`; `seconds` is how long it may be silent."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Connect.

        Raises:
            OSError: nobody listens there, or this user may not ask.
        """
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
