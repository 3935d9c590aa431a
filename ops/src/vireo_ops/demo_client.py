"""A client of Vireo's public API, as small as the demonstration needs."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from vireo_ops.errors import OperationError

_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 300
_PATIENCE_SECONDS = 120.0


class Client:
    """Calls the API at `url`; waits and tries again when it is told to."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()

    def sign_up(self, username: str, password: str) -> None:
        """Open an account."""
        body = {
            "fname": "Demo",
            "mname": "",
            "lname": "Channel",
            "username": username,
            "email": f"{username}@example.org",
            "password": password,
            "day": 1,
            "month": 1,
            "year": 1990,
        }
        self._call("POST", "/sign_up", json=body)

    def sign_in(self, username: str, password: str) -> str:
        """Sign in; the token."""
        body = {"username": username, "password": password}
        return str(self._call("POST", "/sign_in", json=body)["vtoken"])

    def announce(self, token: str, title: str, description: str) -> str:
        """Announce a video; its hash path."""
        body = {"title": title, "description": description}
        return str(self._call("POST", "/upload", token, json=body))

    def upload(self, token: str, path_hash: str, file: Path) -> None:
        """Send the bytes of an announced video."""
        self._call("POST", f"/upload/v/{path_hash}", token, file=file)

    def state(self, token: str, path_hash: str) -> str:
        """What its owner is told about a video: waiting, processing, ready or failed."""
        return str(self._call("GET", f"/v/{path_hash}", token).get("state", "ready"))

    def _call(
        self,
        method: str,
        path: str,
        token: str = "",
        json: Mapping[str, object] | None = None,
        file: Path | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if file:
            headers["Content-Type"] = "application/octet-stream"
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            answer = self._send(method, path, headers, json, file)
            if answer.status_code not in {429, 503} or time.monotonic() > deadline:
                break
            # Too many requests, or a service that restarts: the answer says when to come back.
            time.sleep(min(float(answer.headers.get("Retry-After", "1")), 30.0))
        if answer.status_code != 200:
            raise OperationError(f"{method} {path} was answered by {_reason(answer)}")
        return answer.json()["response"]

    def _send(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        json: Mapping[str, object] | None,
        file: Path | None,
    ) -> requests.Response:
        timeout = (_CONNECT_SECONDS, _ANSWER_SECONDS)
        try:
            if file is None:
                return self._session.request(
                    method, self._url + path, json=json, headers=headers, timeout=timeout
                )
            with file.open("rb") as body:
                return self._session.request(
                    method, self._url + path, data=body, headers=headers, timeout=timeout
                )
        except requests.RequestException:
            raise OperationError(
                f"No Vireo answers at {self._url}. Start it with: make up"
            ) from None


def _reason(answer: requests.Response) -> str:
    try:
        response = answer.json()["response"]
        return f"{answer.status_code} {response['error']}: {response['message']}"
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)
