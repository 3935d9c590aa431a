"""The page in a real browser, before a real Vireo.

``VIREO_E2E_URL`` names a gateway that runs already; without it a private Vireo is started. Screens
are kept as pictures in ``build/screens``.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser

from vireo_ops import database
from vireo_ops import page as page_of_vireo
from vireo_ops.layout import CHECKOUT
from vireo_ops.programs import DATABASE_NAME
from vireo_ops.runtime import Runtime
from vireo_testing.browser import Visit, chromium, visiting
from vireo_testing.clips import AAC, H264, ffmpeg, picture, tone
from vireo_testing.person import Person, eventually
from vireo_testing.shared_vireo import SharedVireo

GIVEN_URL = os.environ.get("VIREO_E2E_URL", "").rstrip("/")
SCREENS = CHECKOUT / "build" / "screens"
ENVIRONMENT = {
    "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1",
    "VIREO_BCRYPT_COST": "4",
    "VIREO_SIGN_IN_GUESSES": "100000",
    # And mails that one address causes.
    "VIREO_MAILS_OF_ORIGIN": "100000",
}
# More than one page of a list.
MANY = 26

# What the pictures of screens show: sources of ffmpeg's own, and of which channel they are.
SCENES = {
    "Into the Mandelbrot set": ("mandelbrot=size=640x360:rate=12:start_scale=2", "fractal_hours"),
    "A gradient at dusk": ("gradients=size=640x360:rate=12:speed=0.03:seed=7", "evening_colours"),
    "Game of life, first light": (
        "life=size=160x90:rate=12:mold=10:ratio=0.2:seed=4",
        "small_worlds",
    ),
    "Deeper still": (
        "mandelbrot=size=640x360:rate=12:start_x=-0.7436:start_y=0.1318:start_scale=0.004",
        "fractal_hours",
    ),
    "Red, then blue": ("gradients=size=640x360:rate=12:speed=0.05:seed=31", "evening_colours"),
    "Rule 110, all afternoon": ("cellauto=size=320x180:rate=12:rule=110:seed=2", "small_worlds"),
    "Slow colours": ("gradients=size=640x360:rate=12:speed=0.02:seed=99:n=6", "evening_colours"),
    "The edge of the set": (
        "mandelbrot=size=640x360:rate=12:start_x=0.28:start_y=0.008:start_scale=0.01",
        "fractal_hours",
    ),
}

# A video with chapters, which are times in its description.
CHAPTERS = """All of it:
0:00 The source
0:16 <img src=x onerror="document.title='owned'"> & <b>bold</b>
2:00 The sea"""
FILM_SECONDS = 160

Visitor = Callable[..., Visit]


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A private Vireo with the page as it is in web/."""
    page_of_vireo.build(print)
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    shared = SharedVireo(folder, "page", ENVIRONMENT)
    yield shared.enter()
    shared.leave()


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
def whole() -> Callable[[Person, str], None]:
    """``whole(person, hash_path)``: wait until all renditions of a video are there."""

    def wait(person: Person, hash_path: str) -> None:
        def ready() -> bool:
            found = person.get(f"/v/{hash_path}/processing").json()["response"]
            assert found["state"] != "failed", found
            return bool(found["state"] == "ready")

        eventually(ready, seconds=300)

    return wait


@pytest.fixture(scope="session")
def alter(runtime: Runtime) -> Callable[..., None]:
    """``alter(hash_path, Stream=0)``: have catalog say something else of a video."""

    def change(hash_path: str, **columns: object) -> None:
        with database._as_root(runtime.layout) as cursor:
            cursor.execute(f"USE `{DATABASE_NAME}`")
            names = ", ".join(f"{name} = %s" for name in columns)
            values = (*columns.values(), hash_path)
            cursor.execute(f"UPDATE Videos SET {names} WHERE PathHash = %s", values)

    return change


@pytest.fixture(scope="session")
def plain(
    url: str,
    clip: Path,
    whole: Callable[[Person, str], None],
    alter: Callable[..., None],
) -> str:
    """A video that has no stream, as those of before have none."""
    person = Person(url)
    hash_path = person.publish(clip, "Before streams")
    whole(person, hash_path)
    # What media finds out later changes nothing of it.
    alter(hash_path, Stream=0, Storyboard=0, FilesEvent=2**62)
    eventually(lambda: person.get(f"/v/{hash_path}").json()["response"]["stream"] == "")
    return hash_path


@pytest.fixture(scope="session")
def film(
    url: str, whole: Callable[[Person, str], None], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Person, str]:
    """A person with a video of some minutes whose renditions differ much in their bits."""
    path = tmp_path_factory.mktemp("film") / "rapids.mp4"
    noise = ["-vf", "noise=alls=16:allf=t", *H264, "-g", "24", "-b:v", "1500k"]
    rate = ["-maxrate", "1500k", "-bufsize", "1500k", *AAC, str(path)]
    ffmpeg(*picture("640x360", "12", seconds=FILM_SECONDS), *tone(FILM_SECONDS), *noise, *rate)
    person = Person(url)
    hash_path = person.publish(path, f"Rapids {person.name}", CHAPTERS)
    whole(person, hash_path)
    return person, hash_path


@pytest.fixture(scope="session")
def told(
    url: str, film: tuple[Person, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The film with captions in two languages, each of which says which it is."""
    person, hash_path = film
    for language in ("en", "pt-BR"):
        path = tmp_path_factory.mktemp("captions") / f"{language}.srt"
        path.write_text(f"1\n00:00:00,000 --> 00:02:30,000\nThis is {language}.\n")
        person.client.set_captions(hash_path, language, path)
    # What everybody is answered is kept for a second, and somebody may just have looked at it.
    eventually(
        lambda: (
            len(requests.get(f"{url}/v/{hash_path}", timeout=10).json()["response"]["captions"])
            == 2
        )
    )
    yield hash_path
    for language in ("en", "pt-BR"):
        person.client.remove_captions(hash_path, language)


@pytest.fixture(scope="session")
def owner(url: str, clip: Path) -> tuple[Person, str]:
    """A person with one video that can be watched for a while; tests only look at it."""
    person = Person(url)
    # For its owner alone.
    person.announce("Fog over the quay")
    text = "At 0:12 the lights go out.\nMore at https://example.org/harbour, in time."
    return person, person.publish(clip, f"Harbour at dawn {person.name}", text)


@pytest.fixture(scope="session")
def many(url: str, short: Path) -> Person:
    """A person with a channel of more than two pages."""
    person = Person(url)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: person.publish(short, f"Number {n}"), range(MANY)))
    return person


@pytest.fixture(scope="session")
def scenes(url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Videos that are good to look at, so that a list is one."""
    folder = tmp_path_factory.mktemp("scenes")
    ending = f"_{os.urandom(2).hex()}"
    names = {name for _, name in SCENES.values()}
    channels = {name: Person(url, name + ending) for name in names}

    def publish(number: int, title: str, source: str, channel: str) -> None:
        path = folder / f"{number}.mp4"
        length = str(3 + number)
        shown = ["-vf", "scale=640:360:flags=neighbor", *H264]
        ffmpeg("-f", "lavfi", "-i", source, "-t", length, *shown, str(path))
        channels[channel].publish(path, title, "Made by a program.")

    with ThreadPoolExecutor(3) as pool:
        done = [
            pool.submit(publish, number, title, source, channel)
            for number, (title, (source, channel)) in enumerate(SCENES.items())
        ]
    for one in done:
        one.result()


@pytest.fixture(scope="session")
def kept(url: str, owner: tuple[Person, str], scenes: None) -> None:
    """What the owner keeps, and is told of, of videos that are good to look at."""
    client = owner[0].client
    playlist = client.make_playlist("Fractals & cells", "All that moves by itself.")
    videos = [row for row in client.list_videos() if row.title in SCENES][: len(SCENES)]
    for number, video in enumerate(videos):
        client.follow_channel(video.channel)
        client.note_position(video.thumbnail, position=number + 1.0, watched=1.0, session="kept")
        for name in ("later", playlist.id):
            client.put_into_playlist(name, video.thumbnail)
    other = Person(url)
    other.client.follow_channel(owner[0].name)
    other.client.react(owner[1], "like")
    other.client.post_comment(owner[1], "The second light is the best.")


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
