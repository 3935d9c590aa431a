"""``Idempotency-Key``: a POST that is repeated has one effect and gets the same answer.

The first request with a key inserts a row (``idempotent_requests``); the others wait for its
answer. Server errors and answers with ``Retry-After`` are not stored, so that a retry does the work
again. A process that dies in between leaves a row whose lease expires: the next request does the
work again, and a unique constraint (a taken name, or the ``request_key`` that a handler stores with
what it makes) tells what had been done already.

Answers that hold secrets are never kept: their handlers are marked ``never_replayed``. Bodies may
hold passwords, so that only a keyed digest of them is kept.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, g, request

from vireo_common.access import request_handler
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.idempotent_requests import Asked, IdempotentRequestTable, Kept, Turn
from vireo_common.logs import get_logger

log = get_logger()
Handler = TypeVar("Handler", bound=Callable[..., Any])

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_KEY = 255
WAIT_SECONDS = 25.0
POLL_SECONDS = 0.02
MAX_POLL_SECONDS = 0.5
# Requests of a process that may wait for another one, so that threads are left for other work.
WAITERS = 10


def never_replayed(handler: Handler) -> Handler:
    """Mark a handler whose answers hold secrets; it ignores the header."""
    handler.never_replayed = True  # type: ignore[attr-defined]
    return handler


class IdempotentRequests:
    """What is done with the table before and after each request.

    Args:
        service: whose requests these are.
        secret: keys the digests of bodies.
    """

    def __init__(self, database: Database, service: str, secret: str) -> None:
        self._table = IdempotentRequestTable(database)
        self._service = service
        self._secret = secret.encode()
        self._waiters = threading.BoundedSemaphore(WAITERS)

    def install(self, app: Flask) -> None:
        """Look at every POST to ``app`` that has been admitted."""
        app.extensions["idempotency"] = self
        app.before_request(self._before)
        app.after_request(self._after)

    def _before(self) -> Response | None:
        asked = self._asked()
        if asked is None:
            return None
        turn = self._table.begin(asked)
        if turn is Turn.WAIT:
            turn = self._wait(asked)
        match turn:
            case Turn.CONFLICT:
                raise Failure(Code.IDEMPOTENCY_CONFLICT)
            case Kept(status, body):
                headers = {REPLAYED: "true"}
                return Response(body, status, headers, content_type="application/json")
        g.idempotency = asked
        return None

    def _asked(self) -> Asked | None:
        """The request, if it has a key and its route heeds it."""
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST" or request.routing_exception:
            return None
        if not request.endpoint or getattr(request_handler(), "never_replayed", False):
            return None
        if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
            said = f"{HEADER} must be 1 to {MAX_KEY} ASCII characters."
            raise Failure(Code.INVALID_REQUEST, said)
        whose = str(g.get("account_id", ""))
        place = f"{self._service}\n{request.path}\n{whose}\n{key}"
        key_hash = self._digest(place.encode("utf-8", "replace"))
        return Asked(key_hash, self._digest(request.get_data()), secrets.token_bytes(16))

    def _wait(self, asked: Asked) -> Turn | Kept:
        """Wait for the answer, or until the lease can be taken over."""
        if not self._waiters.acquire(blocking=False):
            raise Failure(Code.UNAVAILABLE)
        try:
            deadline, pause = time.monotonic() + WAIT_SECONDS, POLL_SECONDS
            while time.monotonic() < deadline:
                time.sleep(pause)
                pause = min(pause * 1.2, MAX_POLL_SECONDS)
                turn = self._table.begin(asked)
                if turn is not Turn.WAIT:
                    return turn
        finally:
            self._waiters.release()
        raise Failure(Code.UNAVAILABLE)

    def _after(self, response: Response) -> Response:
        asked: Asked | None = g.pop("idempotency", None)
        if asked is None:
            return response
        # A retry after a server error, or after `Retry-After`, must do the work again.
        kept = response.status_code < 500 and "Retry-After" not in response.headers
        try:
            if kept:
                self._table.finish(
                    asked, Kept(response.status_code, response.get_data(as_text=True))
                )
            else:
                self._table.forget(asked)
        except Failure:
            # The answer is sent all the same; a repetition waits until the lease expires.
            log.warning("answer_not_kept")
        return response

    def _digest(self, text: bytes) -> bytes:
        return hmac.digest(self._secret, text, "sha256")


def request_key() -> bytes | None:
    """32 bytes that identify this request and its repetitions; ``None`` without a key.

    A handler stores them with what it makes, where no other constraint makes it unique.
    """
    asked: Asked | None = g.get("idempotency")
    return hashlib.sha256(asked.key_hash + asked.request_hash).digest() if asked else None
