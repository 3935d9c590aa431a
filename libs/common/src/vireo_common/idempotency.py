"""``Idempotency-Key``: a POST that is sent again has one effect and gets the same answer.

The first request with a key inserts a row, and the unique key of the table decides which one that
is; the others wait for its answer. What failed on our side is forgotten, so that trying again means
trying again. A process that dies in between leaves a row whose lease ends: the next request does
the work anew, and unique constraints say what had been done already.

Answers that hold secrets are never kept: their handlers are marked ``never_replayed``.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, Response, g, request

from vireo_common.access import request_handler
from vireo_common.database import Database, Duplicate
from vireo_common.errors import Code, Failure

Handler = TypeVar("Handler", bound=Callable[..., Any])

INSERT = """
INSERT INTO IdempotentRequests (KeyHash, RequestHash, LeaseUntil, ExpiresAt)
VALUES (%s, %s, NOW(3) + INTERVAL %s SECOND, NOW(3) + INTERVAL %s SECOND)
"""

FIND = """
SELECT RequestHash, Status, Body, LeaseUntil < NOW(3) FROM IdempotentRequests WHERE KeyHash = %s
"""

TAKE_OVER = """
UPDATE IdempotentRequests SET LeaseUntil = NOW(3) + INTERVAL %s SECOND
WHERE KeyHash = %s AND Status IS NULL AND LeaseUntil < NOW(3)
"""

FINISH = "UPDATE IdempotentRequests SET Status = %s, Body = %s WHERE KeyHash = %s"

FORGET = "DELETE FROM IdempotentRequests WHERE KeyHash = %s AND Status IS NULL"

# Bounded, so that the sweep never holds many locks.
SWEEP = "DELETE FROM IdempotentRequests WHERE ExpiresAt < NOW(3) ORDER BY ExpiresAt LIMIT 1000"

HEADER = "Idempotency-Key"
MAX_KEY = 255
KEPT_SECONDS = 24 * 60 * 60
# Longer than the gateway waits for any of these answers.
LEASE_SECONDS = 60
WAIT_SECONDS = 25.0
POLL_SECONDS = 0.03
# What says that nothing was done, and that trying again may help.
NOT_KEPT = frozenset({429, *range(500, 600)})


def never_replayed(handler: Handler) -> Handler:
    """Mark a handler whose answers hold secrets; the header means nothing to it."""
    handler.never_replayed = True  # type: ignore[attr-defined]
    return handler


class Turn(StrEnum):
    """What becomes of a request with a key."""

    FIRST = "first"
    WAIT = "wait"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Kept:
    """The answer that the first one got."""

    status: int
    body: str


class IdempotentRequests:
    """The table, and what is done with it before and after each request."""

    def __init__(self, database: Database, service: str) -> None:
        self._database = database
        self._service = service

    def install(self, app: Flask) -> None:
        """Look at every POST to ``app`` that has been admitted."""
        app.before_request(self._before)
        app.after_request(self._after)

    def begin(self, key_hash: bytes, request_hash: bytes) -> Turn | Kept:
        """Whose turn it is."""
        if self._insert(key_hash, request_hash):
            return Turn.FIRST
        with self._database.read() as cursor:
            cursor.execute(FIND, (key_hash,))
            row = cursor.fetchone()
            if row is None:
                # The first one failed on our side at this moment: ask again.
                return Turn.WAIT
            stored, status, body, lease_ended = row
            if stored != request_hash:
                return Turn.CONFLICT
            if status is not None:
                return Kept(int(status), str(body))
            if lease_ended and cursor.execute(TAKE_OVER, (LEASE_SECONDS, key_hash)) == 1:
                return Turn.FIRST
        return Turn.WAIT

    def _insert(self, key_hash: bytes, request_hash: bytes) -> bool:
        try:
            with self._database.read() as cursor:
                cursor.execute(INSERT, (key_hash, request_hash, LEASE_SECONDS, KEPT_SECONDS))
                if key_hash[0] == 0:
                    cursor.execute(SWEEP)
        except Duplicate:
            return False
        return True

    def _before(self) -> Response | None:
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST" or request.routing_exception:
            return None
        if not request.endpoint or getattr(request_handler(), "never_replayed", False):
            return None
        if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
            raise Failure(
                Code.INVALID_REQUEST, f"{HEADER} must be 1 to {MAX_KEY} ASCII characters."
            )
        whose = str(g.get("account_id", ""))
        key_hash = _hash(self._service, request.path, whose, key)
        request_hash = hashlib.sha256(request.get_data()).digest()
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            match self.begin(key_hash, request_hash):
                case Turn.FIRST:
                    g.idempotency = key_hash
                    return None
                case Turn.CONFLICT:
                    raise Failure(Code.IDEMPOTENCY_CONFLICT)
                case Kept(status, body):
                    headers = {"Idempotency-Replayed": "true"}
                    return Response(body, status, headers, content_type="application/json")
            time.sleep(POLL_SECONDS)
        raise Failure(Code.UNAVAILABLE)

    def _after(self, response: Response) -> Response:
        key_hash = g.pop("idempotency", None)
        if key_hash is not None:
            try:
                with self._database.read() as cursor:
                    if response.status_code in NOT_KEPT:
                        cursor.execute(FORGET, (key_hash,))
                    else:
                        body = response.get_data(as_text=True)
                        cursor.execute(FINISH, (response.status_code, body, key_hash))
            except Failure:
                # The answer is true all the same; whoever asks again waits for the lease to end.
                pass
        return response


def _hash(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()
