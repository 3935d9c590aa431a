"""Gunicorn's threaded worker and log, fitted to Vireo.

The worker answers in the contract's envelope where a request is not even HTTP: the gateway passes
on some headers that gunicorn refuses (such as one with a control character); gunicorn's own page
would be HTML, and would name it.
"""

import contextlib
import json
import socket
from http import HTTPStatus
from typing import Any

import structlog
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

from vireo_common.errors import Code, Failure

log = structlog.get_logger()


class EnvelopeWorker(ThreadWorker):  # type: ignore[misc]
    """Answers what can't be parsed with ``invalid_request``."""

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
