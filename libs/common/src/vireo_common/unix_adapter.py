"""``requests`` over a Unix socket: subclasses of urllib3's and requests' connections.

Time limits, kept connections and repeated requests are theirs, as over TCP.
"""

import socket
import struct
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util import Retry


class _Connection(HTTPConnection):
    def __init__(self, *arguments: Any, socket_path: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._socket_path = socket_path

    def connect(self) -> None:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Where many wait to be accepted, a socket with a time limit of Python's would be
            # refused at once; one with a limit of the kernel's waits, as over TCP.
            limit = struct.pack("ll", *divmod(int((self.timeout or 0) * 1_000_000), 1_000_000))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
            line.connect(self._socket_path)
            line.settimeout(self.timeout)
        except OSError as error:
            line.close()
            raise NewConnectionError(self, f"no connection: {error}") from error
        self.sock = line


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class UnixAdapter(HTTPAdapter):
    """Sends every request to the socket ``path``."""

    def __init__(self, path: str, max_retries: Retry) -> None:
        super().__init__(max_retries=max_retries)
        # Its other options are handed to each connection.
        self.pool = _Pool("localhost", maxsize=1, socket_path=path)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """The pool of the socket, whatever address the request names."""
        return self.pool

    def close(self) -> None:
        """Close the pool."""
        self.pool.close()
        super().close()
