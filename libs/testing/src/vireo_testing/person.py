"""Somebody with a channel, who uses Vireo through its gateway as a front end does."""

import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import requests

# The machine that tests run on may be busy with other tests.
PATIENCE_SECONDS = 90.0


def eventually(check: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until ``check`` gives something true; an AssertionError where it does not in time."""
    deadline, pause = time.monotonic() + seconds, 0.01
    while not check():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(pause)
        # Most of it comes true at once; what takes seconds is not asked for all the time.
        pause = min(2 * pause, 0.1)


class Person:
    """A person with a new channel; without a ``name`` one is made up. ``url`` is the gateway's."""

    def __init__(self, url: str, name: str = "") -> None:
        self.url = url
        self.name = name or f"p{uuid.uuid4().hex[:14]}"
        self.password = uuid.uuid4().hex
        self.http = requests.Session()
        answer = self.post("/sign_up", json=self.details())
        assert answer.status_code == 200, answer.text
        self.sign_in()

    def details(self, **changes: Any) -> dict[str, Any]:
        """What the person typed to sign up, with some of it changed."""
        return {
            "fname": "River",
            "mname": "",
            "lname": "Delta",
            "username": self.name,
            "email": f"{self.name}@example.com",
            "password": self.password,
            "day": 1,
            "month": 2,
            "year": 1990,
            **changes,
        }

    @property
    def credentials(self) -> dict[str, str]:
        """Name and password."""
        return {"username": self.name, "password": self.password}

    @property
    def token(self) -> str:
        """The token that every request carries."""
        return str(self.http.headers["Authorization"])

    def sign_in(self) -> None:
        """Get a token, and send it from now on."""
        answer = self.post("/sign_in", json=self.credentials)
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = answer.json()["response"]["vtoken"]

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET with the person's token."""
        return self.http.get(self.url + path, timeout=PATIENCE_SECONDS, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """POST with the person's token."""
        return self.http.post(self.url + path, timeout=PATIENCE_SECONDS, **options)

    def delete(self, path: str) -> requests.Response:
        """DELETE with the person's token."""
        return self.http.delete(self.url + path, timeout=PATIENCE_SECONDS)

    def announce(self, title: str = "A clip", description: str = "Moving pictures") -> str:
        """Announce a video; its hash path."""
        answer = self.post("/upload", json={"title": title, "description": description})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["response"])

    def send(self, hash_path: str, body: Path | bytes | Iterable[bytes]) -> requests.Response:
        """Send the bytes of a video."""
        path = f"/upload/v/{hash_path}"
        if not isinstance(body, Path):
            return self.post(path, data=body)
        with body.open("rb") as file:
            return self.post(path, data=file)

    def publish(self, clip: Path, title: str = "A clip", description: str = "") -> str:
        """Upload a clip, and wait until everybody can watch it; its hash path."""
        hash_path = self.announce(title, description)
        answer = self.send(hash_path, clip)
        assert answer.status_code == 200, answer.text
        self.wait_until_ready(hash_path)
        return hash_path

    def state(self, hash_path: str) -> str:
        """How far the person's video is."""
        return str(self.get(f"/v/{hash_path}").json()["response"]["state"])

    def wait_until_ready(self, hash_path: str) -> None:
        """Wait for ``ready``; an AssertionError for ``failed``."""

        def ready() -> bool:
            state = self.state(hash_path)
            assert state != "failed"
            return state == "ready"

        eventually(ready)
