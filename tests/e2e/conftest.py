"""A running Vireo for the end-to-end tests, and people who use it.

``VIREO_E2E_URL`` names a gateway that runs already, in whatever way; without it a private Vireo is
started, one for all workers of the run. What looks inside of it is in ``native/``, and is collected
only where the tests started it themselves.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from vireo_ops import page
from vireo_ops.runtime import Runtime
from vireo_testing.bait import Bait
from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person
from vireo_testing.shared_vireo import SharedVireo

GIVEN_URL = os.environ.get("VIREO_E2E_URL", "").rstrip("/")
collect_ignore = ["native"] if GIVEN_URL else []

ENVIRONMENT = {
    # All people of the tests have one address.
    "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1",
    # Hashing is not what is tested here; the cost is tested with auth.
    "VIREO_BCRYPT_COST": "4",
    # So are wrong passwords of one address, of which all of the tests send many.
    "VIREO_SIGN_IN_GUESSES": "100000",
    # And mails that one address causes.
    "VIREO_MAILS_OF_ORIGIN": "100000",
    "VIREO_CORS_ORIGINS": "https://front.example.org",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where one Vireo is given, what needs pictures comes first: they are made one after the other,
    and those of a hundred videos of other tests would come before."""
    if GIVEN_URL:
        items.sort(key=lambda item: item.path.name != "test_thumbnails.py")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def runtime(shared_folder: Path) -> Iterator[Runtime]:
    """The private Vireo, with the page as it is in web/."""
    page.build(print)
    shared = SharedVireo(shared_folder, "e2e", ENVIRONMENT)
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
