"""Readiness probes, and the log's end of a program that is not ready."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from vireo_ops.unix_http import UnixConnection

_PROBE_SECONDS = 3.0
_PAUSE_SECONDS = 0.05
_LOG_LINES = 12
_LOG_BYTES = 16384


def is_ready(address: str) -> bool:
    """Whether a GET is answered by 200 within a few seconds.

    `address` is a URL, or `unix:`, the path of a socket, a colon and the path to ask for.
    """
    if address.startswith("unix:"):
        name, _, path = address.removeprefix("unix:").rpartition(":")
        connection: http.client.HTTPConnection = UnixConnection(name, _PROBE_SECONDS)
    else:
        parts = urlsplit(address)
        path = parts.path
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port or 80, timeout=_PROBE_SECONDS
        )
    # Not the time limit of the socket alone, which starts anew with every byte that comes.
    hung_up = threading.Event()
    end = threading.Timer(_PROBE_SECONDS, _hang_up, (connection, hung_up))
    end.start()
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
        # A header that was cut off counts as whole for http.client.
        return status == 200 and not hung_up.is_set()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        end.cancel()
        connection.close()


def _hang_up(connection: http.client.HTTPConnection, done: threading.Event) -> None:
    done.set()
    if connection.sock:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def wait_until_ready(
    probes: Mapping[str, Callable[[], bool]], deadline: float, gave_up: Callable[[str], bool]
) -> list[str]:
    """Wait until every probe succeeds; the names of those that don't.

    `deadline` is a time of time.monotonic(). The wait ends early when `gave_up` is true of a
    program that is still waited for: supervisor restarts it no more.
    """
    waiting = list(probes)
    while waiting:
        waiting = [name for name in waiting if not probes[name]()]
        if not waiting or time.monotonic() > deadline or any(gave_up(name) for name in waiting):
            break
        time.sleep(_PAUSE_SECONDS)
    return waiting


def last_lines(log: Path) -> str:
    """The last lines of a log, indented; a note when there are none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LOG_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()[-_LOG_LINES:]
    except FileNotFoundError:
        lines = []
    return _indented(lines or ["(its log is empty)"])


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)
