"""Uploads: any file, several in a queue, seen on every screen, stopped, tried again, healed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from vireo_testing.browser import PHONE, Visit, until
from vireo_testing.clips import AAC, H264, ffmpeg, picture, tone
from vireo_testing.person import Person
from vireo_testing.player import heard

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
FAST = {**SLOW, "uploadThroughput": -1}


def throttle(visit: Visit, tab: Page) -> Callable[[dict[str, Any]], None]:
    """``set(conditions)`` of a tab's network."""
    network = visit.context.new_cdp_session(tab)
    network.send("Network.enable")
    return lambda conditions: network.send("Network.emulateNetworkConditions", conditions)


def choose(tab: Page, *files: Path) -> None:
    """Choose files, and begin."""
    tab.locator("input[type=file]").set_input_files(list(files))
    tab.get_by_role("main").get_by_role("button", name=re.compile("^Upload")).click()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file that takes a while to be sent, and is none to be kept."""
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(20_000_000))
    return path


def tray_of(tab: Page) -> Locator:
    """The corner in which uploads are shown."""
    return tab.get_by_role("region", name="Uploads")


@pytest.mark.parametrize("suffix", ["ts", "asf", "m2ts", "3gp", "none", "txt"])
def test_what_is_a_video_the_server_says(
    visit: Visit, enter: Enter, url: str, tmp_path: Path, suffix: str
) -> None:
    muxer = {"ts": "mpegts", "m2ts": "mpegts", "asf": "asf", "3gp": "mp4"}.get(suffix, "matroska")
    path = tmp_path / f"from_the_camera.{suffix}"
    ffmpeg(*picture("64x36", "5", seconds=1), *H264, "-f", muxer, str(path))
    person = Person(url)
    tab = enter(visit, person, then="/send")
    # Whatever type the browser takes it for, and in its chooser every file can be chosen.
    assert tab.locator("input[type=file]").get_attribute("accept") is None
    choose(tab, path)
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    (video,) = person.get("/me/videos").json()["response"]
    assert (video["title"], video["state"]) == ("from the camera", "ready")


def test_a_dropped_file_is_taken_wherever_it_falls(visit: Visit, enter: Enter, url: str) -> None:
    tab = enter(visit, Person(url), then="/send")
    tab.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["x"], "a.ts", {type: "text/vnd.trolltech.linguist"}));
            data.items.add(new File(["y"], "b.asf", {type: "application/vnd.ms-asf"}));
            data.items.add(new File([], "c.mp4", {type: "video/mp4"}));
            const how = {dataTransfer: data, bubbles: true, cancelable: true};
            document.querySelector("h1").dispatchEvent(new DragEvent("drop", how));
        }"""
    )
    expect(tab.get_by_label("Title")).to_have_count(2)
    expect(tab.get_by_role("group", name="a.ts")).to_be_visible()
    expect(tab.get_by_role("group", name="b.asf")).to_be_visible()
    expect(tab.get_by_role("alert")).to_contain_text("This file is empty: c.mp4")
    # One of them is left out; the other one is one's only one then.
    tab.get_by_role("button", name="Leave out a.ts").click()
    expect(tab.get_by_label("Title")).to_have_value("b")
    expect(tab.get_by_role("button", name="Choose another file")).to_be_visible()


def test_several_are_sent_in_order_and_seen_on_every_screen(
    visit: Visit, enter: Enter, url: str, owner: tuple[Person, str], tmp_path: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    network = throttle(visit, tab)
    network(SLOW)
    files = []
    for name in ("first", "second", "third"):
        files.append(tmp_path / f"{name}.mp4")
        source = ["-vf", "noise=alls=80:allf=t", *H264, *AAC]
        ffmpeg(*picture("640x360", seconds=2), *tone(2), *source, str(files[-1]))
        assert files[-1].stat().st_size > 500_000
    sent: set[str] = set()
    tab.on("request", lambda one: sent.add(one.url) if "/upload/tus/" in one.url else None)
    choose(tab, *files)
    expect(tab.get_by_text("Waits for its turn.")).to_have_count(2)
    # Titles can be changed while a video waits.
    row = tab.get_by_role("listitem").filter(has=tab.get_by_role("heading", name="third"))
    row.get_by_role("button", name="Title and description").click()
    row.get_by_label("Title").fill("Third, named while it waited")

    tray = tray_of(tab)
    for address in (f"/watch/{owner[1]}", f"/@{owner[0].name}", "/find?q=harbour", "/account", "/"):
        tab.evaluate(
            "(to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent("
            "'popstate')); }",
            address,
        )
        expect(
            tray.get_by_role("button", name=re.compile(r"Uploading \d of 3, \d+ %"))
        ).to_be_visible()
    expect(tray.get_by_role("listitem")).to_have_count(3)
    until(tab, "document.querySelector('.tray progress').value > 0")
    network(FAST)
    for title in ("first", "second", "Third, named while it waited"):
        expect(tray.get_by_role("link", name=title)).to_have_attribute(
            "href", re.compile("/watch/")
        )
    assert len(sent) == 3
    # In the order in which they were chosen.
    titles = [row["title"] for row in reversed(person.get("/me/videos").json()["response"])]
    assert titles == ["first", "second", "Third, named while it waited"]
    tray.get_by_role("link", name="second").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("second")
    # Who watches it knows.
    expect(tray.get_by_role("listitem")).to_have_count(2)
    tray.get_by_role("button", name="Clear the list").click()
    expect(tray).to_have_count(0)


def test_the_tray_stops_and_tries_again(
    visit: Visit, enter: Enter, url: str, film: Path, short: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    network = throttle(visit, tab)
    network(SLOW)
    broken = []

    def cut(route: Route) -> None:
        broken.append(route.request.url)
        route.abort("connectionreset")

    choose(tab, film, short)
    tab.get_by_role("link", name="Vireo").click()
    tray = tray_of(tab)
    expect(tray.get_by_text("waits")).to_be_visible()
    until(tab, "document.querySelector('.tray-row progress')?.value >= 1")
    tab.route("**/upload/tus", cut)
    tray.get_by_role("button", name="Cancel “film”").click()
    expect(tray.get_by_role("listitem")).to_have_count(1)
    # The next one has begun, and breaks.
    expect(tray.get_by_text("can't be reached")).to_be_visible()
    # Not at the first time that it broke.
    assert len(broken) > 1
    assert [one["title"] for one in person.get("/me/videos").json()["response"]] == ["short"]
    tab.unroute("**/upload/tus")
    network(FAST)
    tray.get_by_role("button", name="Try “short” again").click()
    expect(tab.get_by_text("“short” is ready.")).to_be_visible()
    tray.get_by_role("link", name="short").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("short")


def test_a_file_that_is_refused_holds_nothing_up(
    visit: Visit, enter: Enter, url: str, tmp_path: Path, short: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    text = tmp_path / "no_film.mp4"
    text.write_text("This is no film at all. " * 100)
    choose(tab, text, short)
    tab.get_by_role("link", name="Vireo").click()
    tray = tray_of(tab)
    expect(tray.get_by_text("This file was not taken.")).to_be_visible()
    expect(tray.get_by_role("link", name="short")).to_have_attribute("href", re.compile("/watch/"))
    expect(tray.get_by_role("button", name="Try “no film” again")).to_have_count(0)
    tray.get_by_role("button", name="Cancel “no film”").click()
    expect(tray.get_by_role("listitem")).to_have_count(1)
    assert [one["title"] for one in person.get("/me/videos").json()["response"]] == ["short"]


def test_an_upload_goes_on_when_the_line_is_back(
    visit: Visit, enter: Enter, url: str, clip: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    network = throttle(visit, tab)
    network(SLOW)
    choose(tab, clip)
    tab.get_by_role("link", name="Vireo").click()
    tray = tray_of(tab)
    until(tab, "document.querySelector('.tray-row progress')?.value >= 1")
    network({**SLOW, "offline": True})
    expect(tray.get_by_text("1 upload waiting for a connection")).to_be_visible()
    expect(tab.get_by_text("You are offline.", exact=False).first).to_be_visible()
    network(FAST)
    expect(tray.get_by_role("link", name="harbour at dawn")).to_have_attribute(
        "href", re.compile("/watch/")
    )
    assert len(person.get("/me/videos").json()["response"]) == 1


def test_what_is_changed_or_deleted_elsewhere_is_so_in_the_tray(
    visit: Visit, enter: Enter, url: str, short: Path
) -> None:
    tab = enter(visit, Person(url), then="/send")
    choose(tab, short)
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("link", name="My videos").click()
    tray = tray_of(tab)
    expect(tray.get_by_role("link", name="short")).to_be_visible()
    tab.get_by_role("button", name="Edit “short”").click()
    tab.get_by_role("dialog").get_by_label("Title").fill("Shorter")
    tab.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(tray.get_by_role("link", name="Shorter")).to_be_visible()
    tab.get_by_role("button", name="Delete “Shorter”").click()
    tab.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("You have no videos yet")).to_be_visible()
    expect(tray).to_have_count(0)


def test_who_closes_the_tab_is_asked(visit: Visit, enter: Enter, url: str, film: Path) -> None:
    tab = enter(visit, Person(url), then="/send")
    throttle(visit, tab)(SLOW)
    choose(tab, film)
    tab.get_by_role("link", name="Vireo").click()
    expect(tray_of(tab)).to_be_visible()
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    tab.on("dialog", stay)
    tab.close(run_before_unload=True)
    heard(tab, lambda: asked == ["beforeunload"])
    until(tab, "document.querySelector('.tray') !== null")
    tray_of(tab).get_by_role("button", name="Cancel “film”").click()
    expect(tray_of(tab)).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, (1280, 800)])
def test_the_tray_is_for_everybody(
    visitor: Visitor,
    enter: Enter,
    url: str,
    film: Path,
    short: Path,
    axe: Path,
    screens: Path,
    theme: str,
    size: tuple[int, int],
) -> None:
    visit = visitor(size=size, color_scheme=theme)
    tab = enter(visit, Person(url), then="/send")
    throttle(visit, tab)(SLOW)
    tab.locator("input[type=file]").set_input_files([film, short])
    tab.screenshot(path=screens / f"chosen-{size[0]}-{theme}.png", full_page=True)
    assert visit.violations(tab, axe) == []
    tab.get_by_role("button", name="Upload 2 videos").click()
    expect(tab.get_by_text("Waits for its turn.")).to_be_visible()
    tab.screenshot(path=screens / f"queue-{size[0]}-{theme}.png", full_page=True)
    assert visit.violations(tab, axe) == []
    tab.get_by_role("link", name="Vireo").click()
    tray = tray_of(tab)
    expect(tray).to_be_visible()
    opener = tray.get_by_role("button", name=re.compile("^Uploading"))
    # On a phone it is folded, so that it hides nothing.
    assert opener.get_attribute("aria-expanded") == ("false" if size == PHONE else "true")
    if size == PHONE:
        tab.screenshot(path=screens / f"tray-folded-{theme}.png")
        opener.press("Enter")
    expect(tray.get_by_role("listitem")).to_have_count(2)
    tab.screenshot(path=screens / f"tray-{size[0]}-{theme}.png")
    assert visit.violations(tab, axe) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for title in ("film", "short"):
        tray.get_by_role("button", name=f"Cancel “{title}”").press("Enter")
    expect(tray).to_have_count(0)
