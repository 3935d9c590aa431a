"""The player: ranges, keys, what it remembers, how quickly it starts."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Page, Request, Route, expect

from vireo_testing.browser import PHONE, Visit, told, until
from vireo_testing.person import Person
from vireo_testing.player import heard, wait_for

Owner = tuple[Person, str]


def state(tab: Page, name: str) -> Any:
    """A property of the video."""
    return tab.evaluate(f"document.querySelector('video').{name}")


@pytest.fixture
def tab(visit: Visit, owner: Owner) -> Page:
    """A tab at the video, ready to be played."""
    page = visit.open(f"/watch/{owner[1]}")
    expect(page.locator("media-play-button").last).to_be_visible()
    wait_for(page, "v.readyState === 4")
    return page


def test_keys(tab: Page) -> None:
    tab.keyboard.press("k")
    wait_for(tab, "!v.paused && v.currentTime > 0")
    tab.keyboard.press("k")
    wait_for(tab, "v.paused")
    tab.keyboard.press("5")
    wait_for(tab, "v.currentTime === 12")
    tab.keyboard.press("l")
    wait_for(tab, "v.currentTime === 22")
    tab.keyboard.press("j")
    tab.keyboard.press("ArrowLeft")
    wait_for(tab, "v.currentTime === 7")
    tab.keyboard.press("ArrowRight")
    wait_for(tab, "v.currentTime === 12")
    tab.keyboard.press("m")
    wait_for(tab, "v.muted")
    tab.keyboard.press("m")
    tab.keyboard.press(">")
    wait_for(tab, "v.playbackRate === 1.25")
    tab.keyboard.press("f")
    until(tab, "document.fullscreenElement?.localName === 'media-controller'")
    tab.keyboard.press("f")
    until(tab, "document.fullscreenElement === null")
    # Not while somebody types.
    tab.get_by_role("searchbox").press("m")
    assert not state(tab, "muted")
    # Nor on the whole page, for who does not want it.
    tab.get_by_text("Keys", exact=True).click()
    tab.get_by_label("on the whole page").uncheck()
    tab.locator("main h1").click()
    tab.keyboard.press("m")
    assert not state(tab, "muted")
    tab.locator("media-controller").focus()
    tab.keyboard.press("m")
    wait_for(tab, "v.muted")
    tab.keyboard.press("ArrowDown")
    wait_for(tab, "v.volume === 0.95")


def test_controls(tab: Page) -> None:
    tab.locator(".buttons-below media-play-button").click()
    wait_for(tab, "!v.paused")
    tab.get_by_role("button", name="speed").click()
    wait_for(tab, "v.playbackRate > 1")
    tab.locator("media-mute-button").click()
    wait_for(tab, "v.muted")
    line = tab.locator("media-time-range").bounding_box()
    assert line
    tab.mouse.click(line["x"] + line["width"] * 0.75, line["y"] + line["height"] / 2)
    wait_for(tab, "v.currentTime > 15")
    tab.locator("media-fullscreen-button").click()
    until(tab, "document.fullscreenElement !== null")


def test_volume_and_place_are_remembered(visit: Visit, tab: Page, owner: Owner) -> None:
    tab.evaluate("document.querySelector('video').volume = 0.3")
    tab.keyboard.press("5")
    wait_for(tab, "v.currentTime === 12")
    tab.reload()
    told(tab, "Continues at 0:12")
    wait_for(tab, "v.currentTime >= 11 && Math.abs(v.volume - 0.3) < 0.01")
    tab.get_by_role("button", name="From the start").click()
    wait_for(tab, "v.currentTime < 1")
    # In another tab too.
    other = visit.open(f"/watch/{owner[1]}")
    wait_for(other, "Math.abs(v.volume - 0.3) < 0.01")


def test_where_it_goes_on_is_told_though_the_stream_is_there_already(
    visit: Visit, tab: Page, owner: Owner
) -> None:
    tab.keyboard.press("5")
    wait_for(tab, "v.currentTime === 12")
    # hls.js may set the place before the browser tells of the video's length.
    visit.context.add_init_script(
        "addEventListener('loadstart', ({ target }) => { target.currentTime = 12; }, true)"
    )
    tab.reload()
    told(tab, "Continues at 0:12")


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("?t=9", 9),
        ("#t=9", 9),
        ("?t=9s", 9),
        ("?t=0m9s", 9),
        ("#t=0h0m9s", 9),
        ("?t=0:09", 9),
        ("?start=9", 9),
        ("#t=9.5,12", 9.5),
        # Beyond its end, or no time at all: from the start.
        ("?t=1m30s", 0),
        ("?t=soon", 0),
        ("?t=", 0),
        ("?t=-4", 0),
    ],
)
def test_an_address_says_where_it_begins(
    visit: Visit, owner: Owner, asked: str, seconds: float
) -> None:
    tab = visit.open(f"/watch/{owner[1]}{asked}")
    wait_for(tab, f"v.readyState === 4 && !v.seeking && v.currentTime === {seconds}")
    assert tab.get_by_text("Continues at").count() == 0


def test_another_time_in_the_address_leads_there(visit: Visit, tab: Page, owner: Owner) -> None:
    tab.keyboard.press("5")
    wait_for(tab, "v.currentTime === 12")
    tab.reload()
    told(tab, "Continues at 0:12")
    tab.evaluate("location.hash = 't=4'")
    wait_for(tab, "v.currentTime === 4")
    # What the address says counts for more than where it was left.
    other = visit.open(f"/watch/{owner[1]}?t=7")
    wait_for(other, "v.currentTime === 7")


# hls.js tells the element how long the video is beside the first bytes, before or after them.
LENGTH_COMES_LATE = """
const real = Object.getOwnPropertyDescriptor(MediaSource.prototype, "duration");
function later(source, seconds) {
  if (source.readyState !== "open") return;
  if ([...source.sourceBuffers].some((one) => one.updating)) setTimeout(later, 10, source, seconds);
  else real.set.call(source, seconds);
}
Object.defineProperty(MediaSource.prototype, "duration", {
  ...real,
  set(seconds) {
    setTimeout(later, 2000, this, seconds);
  },
});
"""


def test_a_time_is_reached_whenever_the_length_is_known(visit: Visit, owner: Owner) -> None:
    """Before, a video is endless, and who goes anywhere gets to the end of what is there."""
    visit.context.add_init_script(LENGTH_COMES_LATE)
    tab = visit.open(f"/watch/{owner[1]}?t=7")
    wait_for(tab, "v.readyState >= 1 && v.duration === Infinity")
    wait_for(tab, "v.duration === 24 && v.currentTime === 7 && !v.seeking")


def end_of(tab: Page) -> None:
    """Let the video end."""
    tab.evaluate("document.querySelector('video').currentTime = 1e6")
    tab.evaluate("document.querySelector('video').play()")
    wait_for(tab, "v.ended")


@pytest.fixture(scope="module")
def three(url: str, short: Path) -> tuple[Person, list[str]]:
    """A channel of three videos, the oldest first."""
    person = Person(url)
    return person, [person.publish(short, title) for title in ("One", "Two", "Three")]


def test_what_comes_next_is_offered(visit: Visit, three: tuple[Person, list[str]]) -> None:
    _, (one, two, three_) = three
    tab = visit.open(f"/watch/{three_}")
    wait_for(tab, "v.readyState === 4")
    end_of(tab)
    card = tab.get_by_role("region", name="Up next")
    expect(card.get_by_text("Two", exact=True)).to_be_visible()
    card.get_by_role("button", name="Cancel").click()
    expect(card).to_have_count(0)
    end_of(tab)
    card.get_by_role("link", name="Play").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Two")
    tab.wait_for_url(f"**/watch/{two}")
    # The list is gone through from its newest video to its oldest, and then from the start.
    wait_for(tab, "v.readyState === 4")
    tab.evaluate("document.querySelector('video').play()")
    expect(card.get_by_text("One", exact=True)).to_be_visible()
    card.get_by_role("link", name="Play").click()
    tab.wait_for_url(f"**/watch/{one}")
    expect(card.get_by_text("Three", exact=True)).to_be_visible()
    # Whoever watches it again is done with the question.
    tab.keyboard.press("0")
    expect(card).to_have_count(0)


def test_the_next_one_begins_by_itself_for_who_wants_it(
    visit: Visit, three: tuple[Person, list[str]]
) -> None:
    _, (_, two, three_) = three
    tab = visit.open(f"/watch/{three_}")
    wait_for(tab, "v.readyState === 4")
    tab.clock.install()
    end_of(tab)
    card = tab.get_by_role("region", name="Up next")
    expect(card).to_be_visible()
    # Nobody has asked for it.
    tab.clock.run_for(60_000)
    assert tab.url.endswith(f"/watch/{three_}")
    card.get_by_label("begin by itself").check()
    tab.clock.run_for(10_000)
    tab.wait_for_url(f"**/watch/{two}")
    # The choice is kept, and each time it can be stopped.
    tab.goto(f"{visit.url}/watch/{three_}")
    wait_for(tab, "v.readyState === 4")
    end_of(tab)
    expect(card.get_by_text("Begins in")).to_be_visible()
    card.get_by_role("button", name="Cancel").click()
    tab.clock.run_for(60_000)
    assert tab.url.endswith(f"/watch/{three_}")


def test_nothing_begins_by_itself_for_who_wants_calm(
    visitor: Any, three: tuple[Person, list[str]]
) -> None:
    _, (_, _, three_) = three
    tab = visitor(reduced_motion="reduce").open("/")
    tab.evaluate("localStorage.setItem('vireo.next', 'itself')")
    tab.goto(tab.url + f"watch/{three_}")
    wait_for(tab, "v.readyState === 4")
    tab.clock.install()
    end_of(tab)
    card = tab.get_by_role("region", name="Up next")
    expect(card.get_by_role("link", name="Play")).to_be_visible()
    expect(card.get_by_text("Begins in")).to_have_count(0)
    tab.clock.run_for(60_000)
    assert tab.url.endswith(f"/watch/{three_}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_offer_is_for_everybody(
    visitor: Any, three: tuple[Person, list[str]], axe: Path, screens: Path, theme: str
) -> None:
    for size, name in ((PHONE, "phone"), ((1280, 800), "desk")):
        visit = visitor(size=size, color_scheme=theme)
        tab = visit.open(f"/watch/{three[1][2]}")
        expect(tab.locator(".buttons-below media-play-button")).to_be_visible()
        end_of(tab)
        expect(tab.get_by_role("region", name="Up next")).to_be_visible()
        tab.screenshot(path=screens / f"next-{name}-{theme}.png")
        assert visit.violations(tab, axe) == []


def test_a_second_video_has_controls_too(visit: Visit, three: tuple[Person, list[str]]) -> None:
    _, (one, two, _) = three
    tab = visit.open(f"/watch/{one}")
    # Left before its controls were there.
    for hash_path, title in ((two, "Two"), (one, "One")):
        tab.get_by_role("main").locator(f"a[href='/watch/{hash_path}']").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text(title)
    expect(tab.locator(".buttons-below media-fullscreen-button")).to_be_visible()


def test_a_page_at_rest_draws_nothing(visit: Visit, tab: Page) -> None:
    """What moves unseen keeps a phone's processor busy for as long as the page is open."""
    expect(tab.locator(".buttons-below media-fullscreen-button")).to_be_visible()
    session = visit.context.new_cdp_session(tab)
    session.send("Performance.enable")

    def layouts() -> float:
        found = session.send("Performance.getMetrics")["metrics"]
        return sum(
            one["value"] for one in found if one["name"] in {"LayoutCount", "RecalcStyleCount"}
        )

    def at_rest() -> bool:
        before = layouts()
        # As long as thirty frames of a screen.
        tab.wait_for_timeout(500)
        return layouts() - before < 3

    # What comes late is over at some time; what never ends is not.
    assert any(at_rest() for _ in range(20))


def test_seeking_asks_for_ranges(visit: Visit, plain: str) -> None:
    tab = visit.context.new_page()
    statuses: list[int] = []
    tab.on(
        "response",
        lambda answer: statuses.append(answer.status) if "/video/d/" in answer.url else None,
    )
    tab.goto(f"{visit.url}/watch/{plain}")
    wait_for(tab, "v.readyState === 4")
    tab.keyboard.press("9")
    wait_for(tab, "v.currentTime > 20 && !v.seeking")
    assert statuses
    assert set(statuses) == {206}


def test_a_click_on_a_card_plays(visit: Visit, owner: Owner) -> None:
    """How soon is a figure of ``make bench``."""
    tab = visit.open(f"/@{owner[0].name}")
    tab.get_by_role("link", name="Harbour at dawn").first.click()
    wait_for(tab, "!v.paused && v.currentTime > 0")


def test_it_waits_for_who_wants_calm(visitor: Any, owner: Owner) -> None:
    tab = visitor(reduced_motion="reduce").open(f"/@{owner[0].name}")
    tab.get_by_role("link", name="Harbour at dawn").first.click()
    wait_for(tab, "v.readyState === 4")
    assert state(tab, "paused")


def test_the_picture_does_not_wait_for_the_players_script(visit: Visit, plain: str) -> None:
    tab = visit.context.new_page()
    held: list[Route] = []
    may_pass = False

    def hold(route: Route) -> None:
        if may_pass:
            route.continue_()
        else:
            held.append(route)

    # What the page itself begins with is named in its document.
    first = set(re.findall(r"/assets/[\w.-]+\.js", requests.get(visit.url, timeout=10).text))
    tab.route(lambda to: to.endswith(".js") and urlsplit(to).path not in first, hold)
    tab.goto(f"{visit.url}/watch/{plain}")
    wait_for(tab, "v.readyState === 4")
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    # It can be played all the same.
    tab.get_by_role("button", name="Play", exact=True).click()
    wait_for(tab, "!v.paused && v.currentTime > 0")
    expect(tab.get_by_role("button", name="Play", exact=True)).to_have_count(0)
    heard(tab, lambda: held)
    may_pass = True
    for route in held:
        route.continue_()
    expect(tab.locator(".buttons-below media-play-button")).to_be_visible()
    assert not state(tab, "paused")


def test_without_the_controls_the_browsers_own_are_there(visit: Visit, owner: Owner) -> None:
    tab = visit.context.new_page()
    visits: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            visits.append(request.url)

    tab.on("request", note)
    tab.route("**/assets/chrome-*", lambda route: route.abort())
    tab.goto(f"{visit.url}/watch/{owner[1]}")
    expect(tab.locator("video[controls]")).to_be_visible()
    wait_for(tab, "v.readyState === 4")
    # It was no update.
    assert len(visits) == 1


def test_after_an_update_the_page_is_loaded_anew_once(visit: Visit, owner: Owner) -> None:
    tab = visit.context.new_page()
    visits: list[str] = []
    tab.on("request", lambda one: visits.append(one.url) if one.is_navigation_request() else None)
    tab.route("**/assets/chrome-*", lambda route: route.abort())
    # What the server sends now is made of other files.
    tab.route(f"{visit.url}/", lambda route: route.fulfill(body="<!doctype html>Another page"))
    with tab.expect_request(lambda request: len(visits) == 2 and request.url == visits[1]):
        tab.goto(f"{visit.url}/watch/{owner[1]}", wait_until="commit")
    # The file is still missing: it does with what there is.
    expect(tab.locator("video[controls]")).to_be_visible()
    wait_for(tab, "v.readyState === 4")
    assert len(visits) == 2
