"""A running Vireo for the end-to-end tests, and people who use it.

``VIREO_E2E_URL`` names a gateway that runs already, in whatever way; without it a private Vireo is
started, one for all workers of the run. What looks inside of it is in ``native/``, and is collected
only where the tests started it themselves.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from vireo_ops.runtime import Runtime
from vireo_testing.bait import Bait
from vireo_testing.clips import Library
from vireo_testing.mariadb import free_port
from vireo_testing.person import PATIENCE_SECONDS, Person

GIVEN_URL = os.environ.get("VIREO_E2E_URL", "").rstrip("/")
collect_ignore = ["native"] if GIVEN_URL else []

ENVIRONMENT = {
    # All people of the tests have one address.
    "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1",
    # Hashing is not what is tested here; the cost is tested with auth.
    "VIREO_BCRYPT_COST": "4",
    # So are wrong passwords of one address, of which all of the tests send many.
    "VIREO_SIGN_IN_GUESSES": "100000",
    "VIREO_CORS_ORIGINS": "https://front.example.org",
}


class SharedVireo:
    """One private Vireo for all workers of a test run: the first starts it, the last stops it."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "vireo-e2e.json"
        self._lock = folder / "vireo-e2e.lock"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def enter(self) -> Runtime:
        """Start it, or join those who use it."""
        with self._locked():
            if self._state.exists():
                known = json.loads(self._state.read_text())
            else:
                # A short path: those of Unix sockets are limited.
                data = tempfile.mkdtemp(prefix="vireo-e2e-", dir="/tmp")
                Path(data).chmod(0o755)
                known = {"data": data, "port": free_port(), "users": 0}
            runtime = Runtime(Path(known["data"]), known["port"], ENVIRONMENT)
            if known["users"] == 0:
                runtime.up()
            known["users"] += 1
            self._state.write_text(json.dumps(known))
        return runtime

    def leave(self) -> None:
        """Stop it, unless others use it."""
        with self._locked():
            known = json.loads(self._state.read_text())
            known["users"] -= 1
            self._state.write_text(json.dumps(known))
            if known["users"] == 0:
                Runtime(Path(known["data"]), known["port"], ENVIRONMENT).down()
                shutil.rmtree(known["data"])
                self._state.unlink()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def runtime(shared_folder: Path) -> Iterator[Runtime]:
    """The private Vireo."""
    shared = SharedVireo(shared_folder)
    yield shared.enter()
    shared.leave()


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest) -> str:
    """The gateway's address."""
    if GIVEN_URL:
        return GIVEN_URL
    private: Runtime = request.getfixturevalue("runtime")
    return f"http://127.0.0.1:{private.port}"


@pytest.fixture
def anybody(url: str) -> Callable[..., requests.Response]:
    """A request without a token: ``anybody("GET", "/videos/all")``."""

    def send(method: str, path: str, **options: object) -> requests.Response:
        return requests.request(method, url + path, timeout=PATIENCE_SECONDS, **options)  # type: ignore[arg-type]

    return send


@pytest.fixture
def person(url: str) -> Person:
    """Somebody new."""
    return Person(url)


@pytest.fixture
def stranger(url: str) -> Person:
    """Somebody else."""
    return Person(url)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Good clips by name."""
    return Library(tmp_path_factory.mktemp("clips"))


@pytest.fixture(scope="session")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    """Files and a server that nobody may touch."""
    with Bait(tmp_path_factory.mktemp("bait")) as found:
        yield found


@pytest.fixture(scope="session")
def published(url: str, clips: Library) -> tuple[Person, str]:
    """A person with a video that everybody can watch; tests only look at it."""
    owner = Person(url)
    title = f"Zebra crossing {owner.name}"
    return owner, owner.publish(clips.path("plain.mp4"), title, "a description\nof two lines")


@pytest.fixture
def png() -> bytes:
    """A picture of one grey pixel."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
    )
