"""A neighbour of a service under test: an HTTP server in this process that a test scripts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vireo_testing.http_server import HttpServer, Reply, Request


@dataclass(frozen=True)
class Call:
    """A request that a neighbour got; ``token`` is the service token, ``body`` what JSON held."""

    method: str
    path: str
    token: str
    body: Any


Answer = Callable[[Call], tuple[int, Any]]
"""Gives the status and the value of ``response``."""


class Neighbour(HttpServer):
    """Answers calls with what ``answer`` says, and remembers them.

    ``status`` overrides every answer while it is set: 503 is a neighbour in trouble.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(self._respond)
        self.status: int | None = None
        self.calls: list[Call] = []
        self._answer = answer

    def reply(self, call: Call) -> tuple[int, Any]:
        """Remember a call; the status and the envelope that it gets."""
        self.calls.append(call)
        status, value = (self.status, "") if self.status else self._answer(call)
        return status, {"response": value}

    def _respond(self, request: Request) -> Reply:
        token = request.headers.get("X-Vireo-Service-Token", "")
        body = json.loads(request.body) if request.body else None
        status, envelope = self.reply(Call(request.method, request.path, token, body))
        return Reply(json.dumps(envelope).encode(), status, {"Content-Type": "application/json"})
