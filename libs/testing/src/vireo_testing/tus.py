"""A bare client of tus 1.0.0, one request at a time: what a test says is what is sent."""

import base64
import socket
from collections.abc import Iterable, Mapping

import requests

from vireo_testing.person import PATIENCE_SECONDS, Person

PIECE = {"Content-Type": "application/offset+octet-stream"}
BLOCK = 1 << 20


def metadata(**texts: str) -> str:
    """An ``Upload-Metadata``."""
    return ",".join(f"{key} {encoded(text.encode())}" for key, text in texts.items())


def encoded(value: bytes) -> str:
    """Bytes as headers have them."""
    return base64.b64encode(value).decode()


def padded(clip: bytes, size: int) -> Iterable[bytes]:
    """The clip with a box of zeros behind it, which players pass over: ``size`` bytes in all."""
    left = size - len(clip)
    yield clip + left.to_bytes(4, "big") + b"free"
    left -= 8
    while left:
        count = min(left, BLOCK)
        yield bytes(count)
        left -= count


class Tus:
    """Somebody who uploads in pieces, through the gateway at ``url`` (the person's own, or a line
    to it)."""

    def __init__(self, person: Person, url: str = "") -> None:
        self.url = url or person.url
        self.head = {"Authorization": person.token, "Tus-Resumable": "1.0.0"}

    def ask(
        self,
        method: str,
        path: str = "/upload/tus",
        data: bytes | Iterable[bytes] = b"",
        headers: Mapping[str, str] = {},
    ) -> requests.Response:
        """One request."""
        return requests.request(
            method,
            self.url + path,
            data=data or None,
            headers={**self.head, **headers},
            timeout=PATIENCE_SECONDS,
        )

    def create(self, length: int, **headers: str) -> str:
        """Begin an upload; its path. In names of headers ``_`` stands for ``-``."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = self.ask("POST", headers={"Upload-Length": str(length), **named})
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def offset(self, path: str) -> int:
        """Where it stands."""
        answer = self.ask("HEAD", path)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])

    def patch(self, path: str, offset: int, data: bytes, **headers: str) -> requests.Response:
        """Send a piece."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.ask("PATCH", path, data, {**PIECE, "Upload-Offset": str(offset), **named})

    def begin_patch(
        self, path: str, offset: int, size: int, data: bytes, **headers: str
    ) -> socket.socket:
        """Send the head of a piece of ``size`` bytes and some of them; the open line."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        line = socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        given = {
            **self.head,
            **PIECE,
            "Host": host,
            "Upload-Offset": str(offset),
            "Content-Length": str(size),
            **named,
        }
        lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {text}" for name, text in given.items())]
        line.sendall("\r\n".join([*lines, "", ""]).encode() + data)
        return line
