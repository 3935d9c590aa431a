"""Streams in the player: which rendition is played, what is chosen, what is done where it fails."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import Route, expect

from vireo_testing.browser import PHONE, Visit, told
from vireo_testing.person import Person
from vireo_testing.player import asked, heard, lines_of, ready, settings, wait_for

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
# Of 640 x 360; the highest is the source's.
HEIGHTS = [360, 240, 144]
# Bits per second: enough for the highest rendition with some to spare, and for the lowest alone.
WIDE, NARROW = 4_000_000, 400_000


def rendition(url: str, hash_path: str, size: str) -> str:
    """The name of the rendition of this size."""
    master = requests.get(f"{url}/hls/{hash_path}/master.m3u8", timeout=10).text
    found = re.search(rf"RESOLUTION={size},.*\n(\w+)\.m3u8", master)
    assert found, master
    return found.group(1)


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
    assert abs(duration - film[0].client.show_video(film[1]).duration) < 0.2
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
    wait_for(tab, "v.buffered.end(v.buffered.length - 1) - v.currentTime > 16")
    # What it waited for before it had begun is no stall.
    tab.evaluate("window.stalls = []")
    line(NARROW)
    # Behind what was loaded before.
    heard(tab, lambda: lines_of(tab) == 144)
    assert tab.evaluate("window.stalls") == []
    # And the higher one again, as soon as there is room for it.
    found.clear()
    line(WIDE)
    highest = f"/{rendition(visit.url, film[1], '640x360')}.mp4"
    heard(tab, lambda: any(one.endswith(highest) for one in found))
    assert not tab.evaluate("document.querySelector('video').paused")


def test_a_small_screen_is_not_sent_more_than_it_shows(
    visitor: Visitor, film: tuple[Person, str]
) -> None:
    visit = visitor(size=PHONE)
    tab = visit.context.new_page()
    found = asked(tab)
    tab.goto(f"{visit.url}/watch/{film[1]}")
    ready(tab)
    # 320 pixels wide are 180 lines.
    heard(tab, lambda: lines_of(tab) == 240)
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
    heard(tab, lambda: lines_of(tab) > 144)
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
    tab.route("**/assets/stream-*", lambda route: route.abort())
    tab.goto(f"{visit.url}/watch/{film[1]}")
    expect(tab.locator(f"video[src$='/video/d/{film[1]}']")).to_be_visible()
    wait_for(tab, "v.readyState === 4")


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
    told(tab, "Continues at 0:42")
    wait_for(tab, "v.currentTime > 41.4 && v.readyState === 4")
    tab.evaluate("document.querySelector('video').play()")
    wait_for(tab, "v.currentTime > 43")
    tab.get_by_role("banner").get_by_role("link", name="Vireo").click()
    # Leaving it says where one stands, and not where a stream that is closed does.
    heard(tab, lambda: (person.client.show_video(film[1]).my_position or 0) > 43)
