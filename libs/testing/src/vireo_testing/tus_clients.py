"""Clients of tus that people use, unchanged: each uploads a file, and says where it is then."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vireo_ops import page
from vireo_ops.layout import CHECKOUT

SCRIPTS = CHECKOUT / "tests/e2e/clients"
PATIENCE_SECONDS = 240.0


@dataclass(frozen=True)
class Sent:
    """An upload that has ended well: its address, and each request's method and status, where the
    client says them."""

    url: str
    requests: list[tuple[str, int]]

    @property
    def path(self) -> str:
        """The path of its address."""
        return urlsplit(self.url).path


@dataclass(frozen=True)
class Client:
    """A client, and what it is asked for; ``name`` is empty for tuspy."""

    name: str = ""
    asked: dict[str, Any] = field(default_factory=dict)

    def upload(self, endpoint: str, token: Path, file: Path) -> Sent:
        """Upload ``file`` with the token in a file, which may be another one with each request."""
        asked = {
            "client": self.name,
            "endpoint": endpoint,
            "token": str(token),
            "file": str(file),
            **self.asked,
        }
        if self.name:
            asked["modules"] = str(page.require_development())
            command = [str(page.find_node().node), str(SCRIPTS / "upload.mjs")]
        else:
            command = [sys.executable, str(SCRIPTS / "upload.py")]
        done = subprocess.run(
            [*command, json.dumps(asked)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        urls = [each["url"] for each in lines if "url" in each]
        assert urls, (done.stderr[-2000:], lines[-5:])
        return Sent(urls[0], [(one["method"], one["status"]) for one in lines if "method" in one])


MIB = 1 << 20
CLIENTS = {
    # All in one piece.
    "tus-js-client": Client("tus-js-client"),
    "tus-js-client-in-chunks": Client("tus-js-client", {"chunk": 8 * MIB}),
    "tus-js-client-in-parallel": Client("tus-js-client", {"chunk": 4 * MIB, "parallel": 3}),
    "tus-js-client-in-small-chunks": Client("tus-js-client", {"chunk": MIB}),
    "uppy": Client("uppy", {"chunk": 8 * MIB}),
    "tuspy": Client(asked={"chunk": MIB}),
}
"""By name."""
