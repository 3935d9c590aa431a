"""These tests kill processes: each worker of the run has a Vireo of its own for them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vireo_ops import page
from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.mariadb import free_port
from vireo_testing.person import Person

ENVIRONMENT = {
    "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1",
    "VIREO_BCRYPT_COST": "4",
    "VIREO_SIGN_IN_GUESSES": "100000",
    # And mails that one address causes.
    "VIREO_MAILS_OF_ORIGIN": "100000",
}


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """A Vireo that may be broken, with the page as it is in web/."""
    page.build(print)
    # A short path: those of Unix sockets are limited.
    data = Path(tempfile.mkdtemp(prefix="vireo-e2e-", dir="/tmp"))
    data.chmod(0o755)
    found = Runtime(data, free_port(), ENVIRONMENT)
    try:
        found.up()
        yield found
    finally:
        found.down()
        shutil.rmtree(data)


@pytest.fixture(scope="session")
def url(runtime: Runtime) -> str:
    """Its gateway's address."""
    return f"http://127.0.0.1:{runtime.port}"


@pytest.fixture(scope="session")
def published(url: str, clips: Library) -> tuple[Person, str]:
    """A person with a video that everybody can watch; tests only look at it."""
    owner = Person(url)
    return owner, owner.publish(clips.path("plain.mp4"), "Zebra crossing")
