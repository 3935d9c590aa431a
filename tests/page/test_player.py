"""The player: ranges, keys, what it remembers, how quickly it starts."""

from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from vireo_testing.browser import Visit, until
from vireo_testing.person import Person

Owner = tuple[Person, str]
# Within 300 ms on a machine of two cores that does nothing else; tests share it with others.
START_MS = 1500


def state(tab: Page, name: str) -> Any:
    """A property of the video."""
    return tab.evaluate(f"document.querySelector('video').{name}")


def wait_for(tab: Page, condition: str) -> None:
    """Wait until something holds of the video ``v``."""
    until(tab, f"(() => {{ const v = document.querySelector('video'); return {condition}; }})()")


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
    expect(tab.get_by_text("Continues at 0:12")).to_be_visible()
    wait_for(tab, "v.currentTime >= 11 && Math.abs(v.volume - 0.3) < 0.01")
    tab.get_by_role("button", name="From the start").click()
    wait_for(tab, "v.currentTime < 1")
    # In another tab too.
    other = visit.open(f"/watch/{owner[1]}")
    wait_for(other, "Math.abs(v.volume - 0.3) < 0.01")


def test_seeking_asks_for_ranges(visit: Visit, owner: Owner) -> None:
    tab = visit.context.new_page()
    statuses: list[int] = []
    tab.on(
        "response",
        lambda answer: statuses.append(answer.status) if "/video/d/" in answer.url else None,
    )
    tab.goto(f"{visit.url}/watch/{owner[1]}")
    wait_for(tab, "v.readyState === 4")
    tab.keyboard.press("9")
    wait_for(tab, "v.currentTime > 20 && !v.seeking")
    assert statuses
    assert set(statuses) == {206}


def test_it_starts_quickly(visit: Visit, owner: Owner) -> None:
    tab = visit.open(f"/@{owner[0].name}")
    card = tab.get_by_role("link", name="Harbour at dawn").first
    expect(card).to_be_visible()
    tab.evaluate(
        """() => {
            addEventListener("click", () => { window.clicked = performance.now(); }, true);
            document.addEventListener("playing", () => {
                window.started ??= performance.now() - window.clicked;
            }, true);
        }"""
    )
    card.click()
    until(tab, "window.started")
    took = tab.evaluate("window.started")
    print(f"from the click to the first picture: {took:.0f} ms")
    assert took < START_MS


def test_it_waits_for_who_wants_calm(visitor: Any, owner: Owner) -> None:
    tab = visitor(reduced_motion="reduce").open(f"/@{owner[0].name}")
    tab.get_by_role("link", name="Harbour at dawn").first.click()
    wait_for(tab, "v.readyState === 4")
    assert state(tab, "paused")


def test_without_the_controls_the_browsers_own_are_there(visit: Visit, owner: Owner) -> None:
    tab = visit.context.new_page()
    visits: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            visits.append(request.url)

    tab.on("request", note)
    tab.route("**/assets/chrome-*", lambda route: route.abort())
    # The page is loaded anew once, as after an update, and then does with what there is.
    with tab.expect_request(lambda request: len(visits) == 2 and request.url == visits[1]):
        tab.goto(f"{visit.url}/watch/{owner[1]}", wait_until="commit")
    expect(tab.locator("video[controls]")).to_be_visible()
    wait_for(tab, "v.readyState === 4")
    assert len(visits) == 2
