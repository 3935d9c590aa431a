"""The page in a real browser, before a real Vireo.

``VIREO_E2E_URL`` names a gateway that runs already; without it a private Vireo is started. Screens
are kept as pictures in ``build/screens``.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from vireo_ops import page as page_of_vireo
from vireo_ops.layout import CHECKOUT
from vireo_ops.runtime import Runtime
from vireo_testing.browser import Visit, chromium, visiting
from vireo_testing.clips import AAC, H264, ffmpeg, picture, tone
from vireo_testing.mariadb import free_port
from vireo_testing.person import Person

GIVEN_URL = os.environ.get("VIREO_E2E_URL", "").rstrip("/")
SCREENS = CHECKOUT / "build" / "screens"
ENVIRONMENT = {
    "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1",
    "VIREO_BCRYPT_COST": "4",
    "VIREO_SIGN_IN_GUESSES": "100000",
}
# More than one page of a list.
MANY = 26

Visitor = Callable[..., Visit]


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """A private Vireo with the page as it is in web/."""
    page_of_vireo.build(print)
    # A short path: those of Unix sockets are limited.
    data = Path(tempfile.mkdtemp(prefix="vireo-page-", dir="/tmp"))
    data.chmod(0o755)
    port = free_port()
    running = Runtime(data, port, {**ENVIRONMENT, "VIREO_PUBLIC_URL": f"http://localhost:{port}"})
    running.up()
    yield running
    running.down()
    shutil.rmtree(data)


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest) -> str:
    """The gateway's address, by a name that browsers trust as if it were HTTPS."""
    if GIVEN_URL:
        return GIVEN_URL
    private: Runtime = request.getfixturevalue("runtime")
    return f"http://localhost:{private.port}"


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core's script."""
    return page_of_vireo.require_development() / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium() as found:
        yield found


@pytest.fixture
def visitor(browser: Browser, url: str) -> Iterator[Visitor]:
    """``visitor(size=..., color_scheme=...)``: somebody new at the page."""
    with ExitStack() as visits:

        def make(**options: Any) -> Visit:
            return visits.enter_context(visiting(browser, url, **options))

        yield make


@pytest.fixture
def visit(visitor: Visitor) -> Visit:
    """Somebody at a desk."""
    return visitor()


@pytest.fixture(scope="session")
def screens() -> Path:
    """Where pictures of screens are kept."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    return SCREENS


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of 24 seconds that is playable as it is, with sound."""
    path = tmp_path_factory.mktemp("clips") / "harbour_at_dawn.mp4"
    ffmpeg(*picture("640x360", seconds=24), *tone(24), *H264, *AAC, str(path))
    return path


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small clip."""
    path = tmp_path_factory.mktemp("clips") / "short.mp4"
    ffmpeg(*picture("64x36", "5", seconds=1), *H264, str(path))
    return path


@pytest.fixture(scope="session")
def owner(url: str, clip: Path) -> tuple[Person, str]:
    """A person with one video that can be watched for a while; tests only look at it."""
    person = Person(url)
    text = "At 0:12 the lights go out.\nMore at https://example.org/harbour, in time."
    return person, person.publish(clip, f"Harbour at dawn {person.name}", text)


@pytest.fixture(scope="session")
def many(url: str, short: Path) -> Person:
    """A person with a channel of more than two pages."""
    person = Person(url)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: person.publish(short, f"Number {n}"), range(MANY)))
    return person


def enter(visit: Visit, person: Person, then: str = "/") -> Any:
    """Sign in by the form; the tab, at the address ``then``."""
    tab = visit.open("/enter" if then == "/" else f"/enter?next={then}")
    tab.get_by_label("Username").fill(person.name)
    tab.get_by_label("Password", exact=True).fill(person.password)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(visit.url + then)
    return tab


@pytest.fixture(name="enter")
def enter_fixture() -> Callable[..., Any]:
    """``enter(visit, person, then="/studio")``: sign in by the form; the tab."""
    return enter
