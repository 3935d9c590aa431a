"""Streams in the player: which rendition is played, what is chosen, what is done where it fails."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, Route, expect

from vireo_testing.browser import PHONE, WALL, Visit, until
from vireo_testing.clips import AAC, H264, ffmpeg, picture, tone
from vireo_testing.person import Person, eventually

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
Whole = Callable[[Person, str], None]
# Of 640 x 360; the highest is the source's.
HEIGHTS = [360, 240, 144]
SECONDS = 160
# Bits per second: enough for the highest rendition with some to spare, and for the lowest alone.
WIDE, NARROW = 4_000_000, 400_000
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> & <b>bold</b>"
# Chapters are times in the description.
DESCRIPTION = f"""All of it:
0:00 The source
0:16 {HOSTILE}
2:00 The sea"""


def wait_for(tab: Page, condition: str) -> None:
    """Wait until something holds of the video ``v``."""
    until(tab, f"(() => {{ const v = document.querySelector('video'); return {condition}; }})()")


@pytest.fixture(scope="session")
def film(url: str, whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> tuple[Person, str]:
    """A person with a video of some minutes whose renditions differ much in their bits."""
    path = tmp_path_factory.mktemp("film") / "rapids.mp4"
    noise = ["-vf", "noise=alls=16:allf=t", *H264, "-g", "24", "-b:v", "1500k"]
    rate = ["-maxrate", "1500k", "-bufsize", "1500k", *AAC, str(path)]
    ffmpeg(*picture("640x360", "12", seconds=SECONDS), *tone(SECONDS), *noise, *rate)
    person = Person(url)
    hash_path = person.publish(path, f"Rapids {person.name}", DESCRIPTION)
    whole(person, hash_path)
    return person, hash_path


@pytest.fixture(scope="module")
def told(film: tuple[Person, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The film with captions in two languages, each of which says which it is."""
    person, hash_path = film
    for language in ("en", "pt-BR"):
        path = tmp_path_factory.mktemp("captions") / f"{language}.srt"
        path.write_text(f"1\n00:00:00,000 --> 00:02:30,000\nThis is {language}.\n")
        person.client.set_captions(hash_path, language, path)
    yield hash_path
    for language in ("en", "pt-BR"):
        person.client.remove_captions(hash_path, language)


def asked(tab: Page) -> list[str]:
    """The addresses that a tab asks for from now on."""
    found: list[str] = []
    tab.on("request", lambda request: found.append(request.url))
    return found


def ready(tab: Page) -> None:
    """The video can be played, and all of the controls are there."""
    expect(tab.locator(".buttons-below media-fullscreen-button")).to_be_visible()
    wait_for(tab, "v.readyState === 4")


def settings(tab: Page) -> Locator:
    """Open the settings; the sheet."""
    tab.get_by_role("button", name="Settings").click()
    return tab.get_by_role("dialog", name="Settings")


def rendition(url: str, hash_path: str, size: str) -> str:
    """The name of the rendition of this size."""
    master = requests.get(f"{url}/hls/{hash_path}/master.m3u8", timeout=10).text
    found = re.search(rf"RESOLUTION={size},.*\n(\w+)\.m3u8", master)
    assert found, master
    return found.group(1)


def heard(tab: Page, check: Callable[[], object]) -> None:
    """Wait until ``check`` gives something true, while the tab's events are heard."""
    eventually(lambda: tab.wait_for_timeout(20) or check())


def playing(tab: Page) -> int:
    """The lines of the picture that is shown."""
    return int(tab.evaluate("document.querySelector('video').videoHeight"))


def test_a_stream_is_played_where_there_is_one(visit: Visit, film: tuple[Person, str]) -> None:
    tab = visit.context.new_page()
    found = asked(tab)
    statuses: set[int] = set()
    tab.on(
        "response",
        lambda one: statuses.add(one.status) if re.search(r"/hls/.*\.mp4$", one.url) else None,
    )
    tab.goto(f"{visit.url}/watch/{film[1]}")
    ready(tab)
    tab.evaluate("document.querySelector('video').play()")
    wait_for(tab, "v.currentTime > 1")
    assert statuses == {206}
    assert any("/hls/" in one and ".mp4" in one for one in found)
    assert not any("/video/d/" in one for one in found)
    assert tab.evaluate("document.querySelector('video').src").startswith("blob:")
    duration = tab.evaluate("document.querySelector('video').duration")
    assert abs(duration - SECONDS) < 0.2
    tab.keyboard.press("9")
    wait_for(tab, "v.currentTime > 140 && !v.seeking && v.readyState >= 3")


def test_what_plays_streams_is_loaded_for_them_alone(
    visit: Visit, film: tuple[Person, str], plain: str
) -> None:
    scripts = []
    for hash_path in (plain, film[1]):
        tab = visit.context.new_page()
        found = asked(tab)
        tab.goto(f"{visit.url}/watch/{hash_path}")
        ready(tab)
        scripts.append([one for one in found if re.search(r"/assets/stream-[\w-]+\.js$", one)])
        assert any("/video/d/" in one for one in found) is (hash_path == plain)
    assert [len(one) for one in scripts] == [0, 1]


def test_the_line_decides_without_a_stall(visitor: Visitor, film: tuple[Person, str]) -> None:
    """The line becomes too narrow for what is played: a lower rendition follows in time."""
    visit = visitor(size=(1920, 1080))
    tab = visit.context.new_page()
    found = asked(tab)
    network = visit.context.new_cdp_session(tab)
    network.send("Network.enable")

    def line(bits: int) -> None:
        conditions = {"offline": False, "latency": 20, "uploadThroughput": -1}
        network.send(
            "Network.emulateNetworkConditions", {**conditions, "downloadThroughput": bits / 8}
        )

    line(WIDE)
    tab.goto(f"{visit.url}/watch/{film[1]}")
    ready(tab)
    tab.evaluate(
        """() => {
            const v = document.querySelector("video");
            window.stalls = [];
            window.seen = new Set();
            v.addEventListener("waiting", () => window.stalls.push(v.currentTime));
            v.addEventListener("resize", () => window.seen.add(v.videoHeight));
            v.play();
        }"""
    )
    wait_for(tab, "v.videoHeight === 360 && v.currentTime > 1")
    wait_for(tab, "v.buffered.end(v.buffered.length - 1) - v.currentTime > 10")
    # What it waited for before it had begun is no stall.
    tab.evaluate("window.stalls = []")
    line(NARROW)
    wait_for(tab, "v.videoHeight === 144")
    assert tab.evaluate("window.stalls") == []
    # And the higher one again, as soon as there is room for it.
    found.clear()
    line(WIDE)
    highest = f"/{rendition(visit.url, film[1], '640x360')}.mp4"
    heard(tab, lambda: any(one.endswith(highest) for one in found))
    assert tab.evaluate("window.stalls") == []
    assert not tab.evaluate("document.querySelector('video').paused")


def test_a_quality_is_chosen_and_remembered(visitor: Visitor, film: tuple[Person, str]) -> None:
    visit = visitor(size=(1920, 1080))
    tab = visit.open(f"/watch/{film[1]}")
    ready(tab)
    tab.keyboard.press("k")
    wait_for(tab, "v.currentTime > 0.5")
    sheet = settings(tab)
    names = sheet.get_by_role("group", name="Quality").get_by_role("radio")
    read = "all => all.map((one) => one.labels[0].textContent)"
    assert names.evaluate_all(read)[1:] == [f"{height}p" for height in HEIGHTS]
    expect(names.first).to_be_focused()
    # What plays now, whatever that is at the moment.
    heard(tab, lambda: names.evaluate_all(read)[0] == f"Auto ({playing(tab)}p)")
    # By the keyboard alone; what is pressed here is no key of the player.
    tab.keyboard.press("ArrowDown")
    expect(sheet.get_by_role("radio", name="360p", exact=True)).to_be_checked()
    wait_for(tab, "v.videoHeight === 360")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    expect(sheet.get_by_role("radio", name="144p", exact=True)).to_be_checked()
    wait_for(tab, "v.videoHeight === 144")
    assert not tab.evaluate("document.querySelector('video').paused")
    tab.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(tab.get_by_role("button", name="Settings")).to_be_focused()
    tab.reload()
    ready(tab)
    assert playing(tab) == 144
    expect(settings(tab).get_by_role("radio", name="144p", exact=True)).to_be_checked()
    tab.get_by_role("radio", name="Auto").check(force=True)
    tab.reload()
    ready(tab)
    expect(settings(tab).get_by_role("radio", name="Auto")).to_be_checked()


def test_the_data_saver(visitor: Visitor, film: tuple[Person, str]) -> None:
    """It is on for who has told the browser to save, and bounds what is chosen by itself."""
    visit = visitor(size=(1920, 1080))
    told = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    visit.context.add_init_script(told)
    tab = visit.open(f"/watch/{film[1]}")
    ready(tab)
    saver = settings(tab).get_by_role("checkbox", name="Data saver")
    expect(saver).to_be_checked()
    saver.uncheck()
    tab.reload()
    ready(tab)
    # What is chosen here counts for more than what the browser was told.
    expect(settings(tab).get_by_role("checkbox", name="Data saver")).not_to_be_checked()


def test_a_small_screen_is_not_sent_more_than_it_shows(
    visitor: Visitor, film: tuple[Person, str]
) -> None:
    visit = visitor(size=PHONE)
    tab = visit.context.new_page()
    found = asked(tab)
    tab.goto(f"{visit.url}/watch/{film[1]}")
    ready(tab)
    # 320 pixels wide are 180 lines.
    assert playing(tab) == 240
    highest = rendition(visit.url, film[1], "640x360")
    assert not any(f"/{highest}." in one for one in found)


def test_renditions_that_come_later_are_played_without_a_stall(
    visitor: Visitor, film: tuple[Person, str]
) -> None:
    """A master gains renditions while somebody watches."""
    visit = visitor(size=(1920, 1080))
    tab = visit.context.new_page()
    grown = False

    def answer(route: Route) -> None:
        body = route.fetch().text()
        if not grown:
            body = re.sub(r"#EXT-X-STREAM-INF:(?!.*RESOLUTION=256x144).*\n.*\n", "", body)
        route.fulfill(body=body, content_type="application/vnd.apple.mpegurl")

    tab.route("**/master.m3u8", answer)
    tab.clock.install()
    tab.goto(f"{visit.url}/watch/{film[1]}")
    ready(tab)
    tab.evaluate(
        """() => {
            const v = document.querySelector("video");
            window.heard = [];
            v.play();
            v.addEventListener("playing", () => {
                for (const type of ["waiting", "emptied", "pause", "seeking"])
                    v.addEventListener(type, () => window.heard.push(type));
            }, {once: true});
        }"""
    )
    wait_for(tab, "v.currentTime > 1 && v.videoHeight === 144")
    grown = True
    tab.clock.run_for(20_000)
    # Behind what was loaded of the lowest one.
    heard(tab, lambda: playing(tab) > 144)
    assert tab.evaluate("window.heard") == []
    labels = settings(tab).get_by_role("group", name="Quality").get_by_role("radio")
    expect(labels).to_have_count(1 + len(HEIGHTS))


@pytest.mark.parametrize("what", ["master.m3u8", "*.mp4"])
def test_the_mp4_is_played_where_the_stream_fails(
    visit: Visit, film: tuple[Person, str], what: str
) -> None:
    tab = visit.context.new_page()
    tab.route(f"**/{what}", lambda route: route.fulfill(status=404))
    tab.goto(f"{visit.url}/watch/{film[1]}")
    wait_for(tab, f"v.src.endsWith('/video/d/{film[1]}') && v.readyState === 4")
    tab.evaluate("document.querySelector('video').play()")
    wait_for(tab, "v.currentTime > 0.5")


def test_the_mp4_is_played_where_the_script_does_not_come(
    visit: Visit, film: tuple[Person, str]
) -> None:
    tab = visit.context.new_page()
    visits: list[str] = []
    tab.on("request", lambda one: visits.append(one.url) if one.is_navigation_request() else None)
    tab.route("**/assets/stream-*", lambda route: route.abort())
    # The page is loaded anew once, as after an update, and then does with what there is.
    with tab.expect_request(lambda one: len(visits) == 2 and one.url == visits[1]):
        tab.goto(f"{visit.url}/watch/{film[1]}", wait_until="commit")
    expect(tab.locator(f"video[src$='/video/d/{film[1]}']")).to_be_visible()
    wait_for(tab, "v.readyState === 4")
    assert len(visits) == 2


def test_a_stream_that_fails_in_the_middle_goes_on_as_mp4(
    visit: Visit, film: tuple[Person, str]
) -> None:
    tab = visit.open(f"/watch/{film[1]}")
    ready(tab)
    tab.keyboard.press("k")
    wait_for(tab, "v.currentTime > 1")
    tab.route("**/hls/**", lambda route: route.fulfill(status=404))
    tab.evaluate("document.querySelector('video').currentTime = 130")
    wait_for(tab, f"v.src.endsWith('/video/d/{film[1]}') && v.currentTime > 130")
    assert not tab.evaluate("document.querySelector('video').paused")
    expect(tab.get_by_role("alert")).to_have_count(0)


def test_a_stream_goes_on_when_the_line_is_back(visit: Visit, film: tuple[Person, str]) -> None:
    tab = visit.open(f"/watch/{film[1]}")
    ready(tab)
    network = visit.context.new_cdp_session(tab)
    network.send("Network.enable")
    off = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    tab.keyboard.press("k")
    wait_for(tab, "v.currentTime > 0.5")
    network.send("Network.emulateNetworkConditions", off)
    tab.evaluate("document.querySelector('video').currentTime = 130")
    expect(tab.get_by_text("The connection is lost.")).to_be_visible()
    network.send("Network.emulateNetworkConditions", {**off, "offline": False})
    wait_for(tab, "v.currentTime > 130 && v.src.startsWith('blob:')")
    expect(tab.get_by_text("The connection is lost.")).to_have_count(0)


def test_it_goes_on_where_it_was_left(
    visit: Visit, enter: Enter, url: str, film: tuple[Person, str]
) -> None:
    person = Person(url)
    person.client.note_position(film[1], position=41.5, watched=1, session="other device")
    tab = enter(visit, person, then=f"/watch/{film[1]}")
    expect(tab.get_by_text("Continues at 0:42")).to_be_visible()
    wait_for(tab, "Math.abs(v.currentTime - 41.5) < 0.1 && v.readyState === 4")
    tab.evaluate("document.querySelector('video').play()")
    wait_for(tab, "v.currentTime > 43")
    tab.get_by_role("banner").get_by_role("link", name="Vireo").click()
    # Leaving it says where one stands, and not where a stream that is closed does.
    heard(tab, lambda: (person.client.show_video(film[1]).my_position or 0) > 43)


def test_captions_are_chosen_and_remembered(visit: Visit, told: str) -> None:
    tab = visit.open(f"/watch/{told}")
    ready(tab)
    shown = """[...document.querySelector('video').textTracks]
        .filter((one) => one.kind === 'captions' && one.mode === 'showing')
        .map((one) => one.cues?.[0]?.text).join()"""
    assert tab.evaluate(shown) == ""
    # The person reads English.
    tab.keyboard.press("c")
    until(tab, f"{shown} === 'This is en.'")
    button = tab.get_by_role("button", name="Captions", exact=True)
    expect(button).to_have_attribute("aria-pressed", "true")
    tab.get_by_role("searchbox").press("c")
    expect(button).to_have_attribute("aria-pressed", "true")
    group = settings(tab).get_by_role("group", name="Captions")
    labels = group.get_by_role("radio").evaluate_all(
        "all => all.map((one) => one.labels[0].innerText)"
    )
    known = requests.get(f"{visit.url}/v/{told}", timeout=10).json()["response"]["captions"]
    assert labels == ["Off", *(one["label"] for one in known)]
    group.get_by_role("radio").nth(2).check(force=True)
    until(tab, f"{shown} === 'This is pt-BR.'")
    tab.keyboard.press("Escape")
    tab.reload()
    ready(tab)
    until(tab, f"{shown} === 'This is pt-BR.'")
    tab.keyboard.press("c")
    until(tab, f"{shown} === ''")
    tab.keyboard.press("c")
    until(tab, f"{shown} === 'This is pt-BR.'")
    assert "owned" not in tab.title()


def test_chapters_are_on_the_line_of_time(visit: Visit, told: str) -> None:
    tab = visit.open(f"/watch/{told}")
    ready(tab)
    line = tab.locator("media-time-range")
    parts = "one => one.shadowRoot.querySelectorAll('#segments-clipping rect').length"
    until(tab, f"({parts})(document.querySelector('media-time-range')) === 3")
    box = line.bounding_box()
    assert box
    title = tab.locator("media-time-range > media-preview-chapter-display")
    for share, words in ((0.05, "The source"), (0.5, HOSTILE), (0.9, "The sea")):
        tab.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        expect(title).to_have_attribute("mediapreviewchapter", words)
        assert title.evaluate("one => one.shadowRoot.querySelector('slot').textContent") == words
        assert title.evaluate("one => one.shadowRoot.querySelector('img, b')") is None
    assert "owned" not in tab.title()


def test_one_sees_where_one_scrubs_to(
    visit: Visit, film: tuple[Person, str], axe: Path, screens: Path
) -> None:
    person, hash_path = film
    eventually(lambda: person.client.show_video(hash_path).storyboard)
    tab = visit.context.new_page()
    found = asked(tab)
    tab.goto(f"{visit.url}/watch/{hash_path}")
    ready(tab)
    board = """[...document.querySelector('video').textTracks]
        .find((one) => one.label === 'thumbnails')"""
    until(tab, f"{board}?.cues?.length > 1")
    # The pictures come when somebody looks for a place.
    assert not any(".jpg" in one and "/storyboard/" in one for one in found)
    box = tab.locator("media-time-range").bounding_box()
    assert box
    preview = tab.locator("media-time-range > media-preview-thumbnail")
    time = "Number(document.querySelector('media-time-range').getAttribute('mediapreviewtime'))"
    for share in (0.3, 0.8):
        tab.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        until(tab, f"Math.abs({time} - {SECONDS * share}) < 2")
        at = tab.evaluate(time)
        cue = tab.evaluate(
            f"[...{board}.cues].find((one) => one.startTime <= {at} && {at} < one.endTime).text"
        )
        place = cue.split("#xywh=")[1].replace(",", " ")
        expect(preview).to_have_attribute("mediapreviewcoords", place)
    until(
        tab,
        "document.querySelector('media-preview-thumbnail').shadowRoot.querySelector('img')"
        ".naturalWidth > 0",
    )
    until(
        tab,
        "getComputedStyle(document.querySelector('media-time-range > media-preview-thumbnail'))"
        ".visibility === 'visible'",
    )
    tab.screenshot(path=screens / "scrubbing.png")
    assert visit.violations(tab, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_settings_are_for_everybody(
    visitor: Visitor, told: str, axe: Path, screens: Path, theme: str
) -> None:
    for size, name, language in (
        (PHONE, "phone", "de-DE"),
        ((1280, 800), "desk", "en-GB"),
        (WALL, "wall", "en-GB"),
    ):
        visit = visitor(size=size, color_scheme=theme, locale=language)
        tab = visit.open(f"/watch/{told}")
        ready(tab)
        german = language == "de-DE"
        tab.get_by_role("button", name="Einstellungen" if german else "Settings").click()
        sheet = tab.get_by_role("dialog", name="Einstellungen" if german else "Settings")
        expect(
            sheet.get_by_role("group", name="Untertitel" if german else "Captions")
        ).to_be_visible()
        tab.screenshot(path=screens / f"settings-{name}-{theme}.png")
        assert visit.violations(tab, axe) == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # All of it can be reached.
        last = sheet.get_by_role("radio").last
        last.scroll_into_view_if_needed()
        last.check(force=True)
        wait_for(tab, "v.playbackRate === 2")
