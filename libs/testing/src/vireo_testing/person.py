"""Somebody with a channel, who uses Vireo through its gateway."""

import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import requests

from vireo_client import Client

Found = TypeVar("Found")

# The machine that tests run on may be busy with other tests.
PATIENCE_SECONDS = 90.0


def eventually(check: Callable[[], Found], seconds: float = PATIENCE_SECONDS) -> Found:
    """What ``check`` gives once that is something true; an AssertionError where it is not in time.

    Look at what it gives, and do not ask again: an answer of the cache may be a second older.
    """
    deadline, pause = time.monotonic() + seconds, 0.01
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(pause)
        # Most of it comes true at once; what takes seconds is not asked for all the time.
        pause = min(2 * pause, 0.1)
    return found


def details(name: str, password: str) -> dict[str, Any]:
    """What somebody types to sign up."""
    return {
        "fname": "River",
        "mname": "",
        "lname": "Delta",
        "username": name,
        "email": f"{name}@example.com",
        "password": password,
        "day": 1,
        "month": 2,
        "year": 1990,
    }


class Person:
    """A person with a new channel; without a ``name`` one is made up. ``url`` is the gateway's.

    ``client`` does what a test needs to have done, and tries nothing again. ``get``, ``post`` and
    ``delete`` give the answer itself, with the same token: it is what a test is about.
    """

    def __init__(self, url: str, name: str = "") -> None:
        self.url = url
        self.name = name or f"p{uuid.uuid4().hex[:14]}"
        self.password = uuid.uuid4().hex
        self.http = requests.Session()
        self.client = Client(url, seconds=PATIENCE_SECONDS, patience=0)
        self.client.sign_up(**self.details())
        self.sign_in()

    def details(self, **changes: Any) -> dict[str, Any]:
        """What the person typed to sign up, with some of it changed."""
        return {**details(self.name, self.password), **changes}

    @property
    def credentials(self) -> dict[str, str]:
        """Name and password."""
        return {"username": self.name, "password": self.password}

    @property
    def token(self) -> str:
        """The token that every request carries."""
        return self.client.token

    def sign_in(self) -> None:
        """Get a token, and send it from now on."""
        self.client.sign_in(**self.credentials)
        self.http.headers["Authorization"] = self.token

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET with the person's token."""
        return self.http.get(self.url + path, timeout=PATIENCE_SECONDS, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """POST with the person's token."""
        return self.http.post(self.url + path, timeout=PATIENCE_SECONDS, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        """DELETE with the person's token."""
        return self.http.delete(self.url + path, timeout=PATIENCE_SECONDS, **options)

    def send(self, hash_path: str, body: Path | bytes | Iterable[bytes]) -> requests.Response:
        """The answer to the bytes of a video."""
        path = f"/upload/v/{hash_path}"
        if not isinstance(body, Path):
            return self.post(path, data=body)
        with body.open("rb") as file:
            return self.post(path, data=file)

    def announce(self, title: str = "A clip", description: str = "Moving pictures") -> str:
        """Announce a video; its hash path."""
        return self.client.announce_video(title, description)

    def publish(self, clip: Path, title: str = "A clip", description: str = "") -> str:
        """Upload a clip, and wait until everybody can watch it; its hash path."""
        hash_path = self.client.upload(clip, title, description)
        self.wait_until_ready(hash_path)
        return hash_path

    def state(self, hash_path: str) -> str | None:
        """How far the person's video is."""
        return self.client.show_video(hash_path).state

    def wait_until_ready(self, hash_path: str) -> None:
        """Wait until everybody can watch it."""
        self.client.wait(hash_path, seconds=PATIENCE_SECONDS)
