"""What programs share that speak ASGI instead of Flask, because a connection stays open in them.

Answers in the contract's envelope, headers by name, and the socket that they listen on.
"""

import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from vireo_common.errors import Failure

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BACKLOG = 2048
UNIX = "unix:"


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of a request by their names in small letters; of several with one name the
    last."""
    return {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}


async def send_answer(
    send: Send, status: int, headers: Mapping[str, str], body: bytes = b""
) -> None:
    """Send a whole answer."""
    encoded = [
        (name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()
    ]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


async def send_value(send: Send, value: Any) -> None:
    """Send 200 with a value in the envelope."""
    body = json.dumps({"response": value}).encode()
    await send_answer(send, 200, {"Content-Type": "application/json"}, body)


async def send_failure(send: Send, failure: Failure, headers: Mapping[str, str] = {}) -> None:
    """Send a failure in the envelope; ``headers`` go with it."""
    body = json.dumps(failure.envelope()).encode()
    named = {"Content-Type": "application/json", **failure.headers, **headers}
    await send_answer(send, failure.status, named, body)


def bound(address: str) -> socket.socket:
    """A listening socket: a host and a port, or ``unix:`` and a path, which its group may enter."""
    if not address.startswith(UNIX):
        host, _, port = address.rpartition(":")
        return socket.create_server((host, int(port)), backlog=BACKLOG)
    path = Path(address.removeprefix(UNIX))
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    before = os.umask(0o117)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.listen(BACKLOG)
    return listening
