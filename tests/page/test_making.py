"""How far one's own videos are: heard where it can be, with percent, qualities, and again."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from vireo_ops import database
from vireo_ops.programs import DATABASE_NAME
from vireo_ops.runtime import Runtime
from vireo_testing.browser import PHONE, Visit
from vireo_testing.clips import AAC, ffmpeg, picture, tone
from vireo_testing.person import Person, eventually

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
Whole = Callable[[Person, str], None]
# What stands there of a rendition of 240 lines that is not made yet.
PLANNED = {"width": 426, "height": 240, "bits": 400_000}
# Encoders let everything else on the machine go first.
LONG_MS = 180_000


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that has to be encoded, which takes seconds."""
    path = tmp_path_factory.mktemp("clips") / "slow.mkv"
    codec = ["-c:v", "mpeg4", "-q:v", "3", *AAC, str(path)]
    ffmpeg(*picture("640x360", seconds=16), *tone(16), *codec)
    return path


def asked(tab: Page, path: str) -> list[str]:
    """What a tab asks for from now on whose address ends so."""
    found: list[str] = []
    tab.on("request", lambda one: found.append(one.url) if one.url.endswith(path) else None)
    return found


def row(tab: Page, title: str) -> Any:
    return tab.get_by_role("listitem").filter(has=tab.get_by_role("heading", name=title))


def test_my_videos_say_how_far_they_are(
    visit: Visit, enter: Enter, url: str, slow: Path, screens: Path, whole: Whole
) -> None:
    person = Person(url)
    hash_path = person.announce("Slow to make")
    tab = enter(visit, person, then="/studio")
    expect(row(tab, "Slow to make").get_by_text("Waiting for its file")).to_be_visible()
    lists = asked(tab, "/me/videos?limit=1")
    # Another device sends it: it is heard here.
    assert person.send(hash_path, slow).status_code == 200
    making = row(tab, "Slow to make").locator(".making")
    expect(making).to_contain_text(re.compile(r"\d+ %"), timeout=LONG_MS)
    expect(making.get_by_role("progressbar")).to_be_visible()
    tab.screenshot(path=screens / "making.png")
    public = row(tab, "Slow to make").get_by_text("Public", exact=True)
    expect(public).to_be_visible(timeout=LONG_MS)
    whole(person, hash_path)
    qualities = making.get_by_role("list", name="Qualities")
    eventually(lambda: tab.wait_for_timeout(50) or "%" not in qualities.inner_text())
    for height in ("144p", "240p", "360p"):
        expect(qualities.get_by_text(f"{height} ready")).to_be_visible()
    expect(making.get_by_text("Could be watched")).to_be_visible()
    # The list was asked for when something was heard, and not each few seconds.
    assert 1 <= len(lists) <= 8


def test_without_the_stream_it_is_looked_at(
    visit: Visit, enter: Enter, url: str, short: Path
) -> None:
    person = Person(url)
    visit.context.route("**/notifications/stream", lambda route: route.abort())
    tab = enter(visit, person, then="/send")
    tab.locator("input[type=file]").set_input_files(short)
    tab.get_by_role("main").get_by_role("button", name="Upload").click()
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()


def test_an_upload_says_how_far_it_is(visit: Visit, enter: Enter, url: str, slow: Path) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    tab.locator("input[type=file]").set_input_files(slow)
    tab.get_by_role("main").get_by_role("button", name="Upload").click()
    making = tab.locator(".making")
    expect(making).to_contain_text(re.compile(r"\d+ %"), timeout=LONG_MS)
    tab.get_by_role("link", name="Vireo").click()
    tray = tab.get_by_role("region", name="Uploads")
    expect(tray.get_by_role("listitem")).to_contain_text(re.compile(r"\d+ %|ready|queue"))
    expect(tray.get_by_text("ready", exact=True)).to_be_visible(timeout=LONG_MS)


def fail(runtime: Runtime, hash_path: str, height: int, reason: str) -> None:
    """Leave a rendition as one whose attempts are used up."""
    with database._as_root(runtime.layout) as cursor:
        cursor.execute(f"USE `{DATABASE_NAME}`")
        cursor.execute(
            "UPDATE Renditions SET State = 'failed', Percent = 0, Part = '', Bytes = 0, Facts = %s"
            " WHERE PathHash = %s AND Height = %s",
            (json.dumps(PLANNED), hash_path, height),
        )
        cursor.execute(
            "UPDATE Uploads SET Failure = %s, Step = 'done' WHERE PathHash = %s",
            (reason, hash_path),
        )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_failed_is_tried_again(
    visitor: Visitor,
    enter: Enter,
    url: str,
    runtime: Runtime,
    clip: Path,
    axe: Path,
    screens: Path,
    whole: Whole,
    theme: str,
) -> None:
    person = Person(url)
    hash_path = person.publish(clip, "Half a ladder")
    whole(person, hash_path)
    fail(runtime, hash_path, 240, "<b>The disk</b> was full.")
    visit = visitor(size=PHONE, color_scheme=theme)
    tab = enter(visit, person, then="/studio")
    making = row(tab, "Half a ladder").locator(".making")
    expect(making.get_by_role("alert")).to_contain_text("Failed: <b>The disk</b> was full.")
    expect(making.get_by_text("240p failed")).to_be_visible()
    tab.screenshot(path=screens / f"failed-phone-{theme}.png")
    assert visit.violations(tab, axe) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    making.get_by_role("button", name="Try again").press("Enter")
    expect(making.get_by_role("alert")).to_have_count(0)
    expect(making.get_by_text("240p ready")).to_be_visible(timeout=LONG_MS)
    whole(person, hash_path)


def test_the_address_of_a_video_that_is_not_ready(
    visit: Visit, enter: Enter, url: str, slow: Path
) -> None:
    person = Person(url)
    hash_path = person.announce("On its way")
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    expect(tab.get_by_role("link", name="Send its file")).to_be_visible()
    assert person.send(hash_path, slow).status_code == 200
    # What is heard changes the screen, up to where it is played.
    expect(tab.locator(".making")).to_contain_text(re.compile(r"\d+ %|quality|queue"))
    expect(tab.locator("video")).to_be_visible(timeout=LONG_MS)
