"""Gunicorn's threaded worker, log and reloader, fitted to Vireo.

The worker answers in the contract's envelope where a request is not even HTTP: the gateway passes
on some headers that gunicorn refuses (such as one with a control character); gunicorn's own page
would be HTML, and would name it.
"""

import contextlib
import json
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from gunicorn.reloader import ReloaderBase
from gunicorn.workers.gthread import ThreadWorker

from vireo_common.errors import Code, Failure
from vireo_common.logs import get_logger

log = get_logger()


class Reloader(ReloaderBase):  # type: ignore[misc]
    """Watches the files of the imported modules for what is newer than ``since`` (Unix time).

    In place of gunicorn's (27.0.1), which compares each file with its time at the first look. That
    is after the import, so that a file saved in between stays unnoticed until it is saved again.
    """

    def __init__(self, since: float, callback: Callable[[str], None]) -> None:
        super().__init__(callback=callback)
        self._since = since

    def run(self) -> None:
        """Call back with the first changed file, once, and end."""
        while (changed := self.changed()) is None:
            time.sleep(self._interval)
        self._callback(changed)

    def changed(self) -> str | None:
        """A file that has changed, or None."""
        now = time.time()
        for name in self.get_files():
            # An editor may be about to put the file there.
            with contextlib.suppress(OSError):
                # A time in the future would be newer for every worker to come.
                if self._since < Path(name).stat().st_mtime <= now:
                    return str(name)
        return None


class EnvelopeWorker(ThreadWorker):  # type: ignore[misc]
    """Answers what can't be parsed with ``invalid_request``."""

    reloader: Any

    def load_wsgi(self) -> None:
        """Import the service; what changes from here on is noticed."""
        if self.reloader:
            self.reloader = Reloader(time.time(), self.reloader._callback)
        super().load_wsgi()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer a request that never reached the application, and let the connection end."""
        expected = isinstance(exc, ParseException)
        failure = Failure(Code.INVALID_REQUEST if expected else Code.INTERNAL_ERROR)
        if not expected:
            log.error("unexpected_error", exc_info=exc)
        body = json.dumps(failure.envelope()).encode()
        words = HTTPStatus(failure.status).phrase
        head = (
            f"HTTP/1.1 {failure.status} {words}\r\n"
            "Content-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        # The client may have gone.
        with contextlib.suppress(OSError):
            client.sendall(head.encode() + body)


class WithoutAccess(Logger):  # type: ignore[misc]
    """Gunicorn's own log without a line for each request, which the service writes itself.

    ``accesslog = None`` is not enough: where there is a ``logconfig_dict``, each line is still made
    and thrown away.
    """

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write nothing."""
