"""For everybody: axe-core on every screen in both themes, keyboard, languages, widths.

Pictures of all screens are written on the way.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from vireo_testing.browser import PHONE, WALL, Visit, until
from vireo_testing.person import Person

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
OPEN = {
    "home": "/",
    "watch": "/watch/{hash}",
    "find": "/find?q=harbour",
    "find-none": "/find?q=qwertzuiop",
    "channel": "/@{name}",
    "enter": "/enter",
    "join": "/join",
    "forgot": "/forgot",
    "verify": "/email/verify#token=x",
    "reset": "/password/reset#token=x",
    "undo": "/email/undo#token=x",
    "nowhere": "/nothing",
    "signed-out": "/account",
}
OWN = {
    "send": "/send",
    "studio": "/studio",
    "account": "/account",
    "notices": "/notifications",
    "feed": "/feed",
    "follows": "/feed/channels",
    "library": "/library",
    "history": "/library/history",
    "playlists": "/library/playlists",
    "playlist": "/playlist/later",
}


def settled(tab: Page) -> None:
    """Everything that loads has loaded, pictures too."""
    expect(tab.get_by_role("main")).to_be_visible()
    expect(tab.locator(".skeleton")).to_have_count(0)
    if tab.locator("video").count():
        # The last of the controls, which are drawn one after the other.
        expect(tab.locator(".buttons-below media-fullscreen-button")).to_be_visible()
        until(tab, "document.querySelector('video').readyState === 4")
    until(tab, "[...document.images].every((one) => one.complete || one.loading === 'lazy')")


def beyond_the_edge(tab: Page) -> list[str]:
    """What reaches beyond the edge of the screen."""
    wide: list[str] = tab.evaluate(
        """() => [...document.querySelectorAll("main *, header *")]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
            .filter((one) => !one.closest(".unseen, .stage, .skip"))
            .map((one) => one.className || one.localName)"""
    )
    scrolls = tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*wide, "the page"] if scrolls else wide


def address_of(screen: str, owner: tuple[Person, str]) -> str:
    return OPEN[screen].format(name=owner[0].name, hash=owner[1])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", OPEN)
def test_screens_for_everybody(
    visitor: Visitor,
    owner: tuple[Person, str],
    scenes: None,
    axe: Path,
    screens: Path,
    screen: str,
    theme: str,
) -> None:
    visit = visitor(color_scheme=theme)
    tab = visit.open(address_of(screen, owner))
    settled(tab)
    tab.screenshot(path=screens / f"{screen}-{theme}.png")
    assert visit.violations(tab, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", OWN)
def test_screens_of_ones_own(
    visitor: Visitor,
    enter: Enter,
    owner: tuple[Person, str],
    kept: None,
    axe: Path,
    screens: Path,
    screen: str,
    theme: str,
) -> None:
    visit = visitor(color_scheme=theme)
    tab = enter(visit, owner[0], then=OWN[screen])
    settled(tab)
    tab.screenshot(path=screens / f"{screen}-{theme}.png", full_page=True)
    assert visit.violations(tab, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_lies_in_front(
    visitor: Visitor, enter: Enter, url: str, short: Path, axe: Path, screens: Path, theme: str
) -> None:
    person = Person(url)
    person.publish(short, "To be deleted")
    visit = visitor(color_scheme=theme)
    tab = enter(visit, person, then="/studio")
    tab.get_by_role("button", name="Your menu").click()
    tab.screenshot(path=screens / f"menu-{theme}.png")
    assert visit.violations(tab, axe) == []
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Edit “To be deleted”").click()
    expect(tab.get_by_role("dialog").get_by_label("Title")).to_have_value("To be deleted")
    tab.screenshot(path=screens / f"edit-{theme}.png")
    assert visit.violations(tab, axe) == []
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Delete “To be deleted”").click()
    tab.screenshot(path=screens / f"delete-{theme}.png")
    assert visit.violations(tab, axe) == []
    tab.get_by_role("button", name="Cancel").click()
    tab.goto(f"{url}/join")
    tab.get_by_role("button", name="Make my account").click()
    tab.get_by_label("Password", exact=True).fill("short")
    tab.screenshot(path=screens / f"errors-{theme}.png", full_page=True)
    assert visit.violations(tab, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_upload_on_its_way(
    visitor: Visitor,
    enter: Enter,
    url: str,
    tmp_path: Path,
    axe: Path,
    screens: Path,
    theme: str,
) -> None:
    visit = visitor(color_scheme=theme)
    tab = enter(visit, Person(url), then="/send")
    network = tab.context.new_cdp_session(tab)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_500_000}
    network.send("Network.emulateNetworkConditions", slow)
    film = tmp_path / "summer_by_the_sea.mp4"
    film.write_bytes(bytes(40_000_000))
    tab.locator("input[type=file]").set_input_files(film)
    tab.screenshot(path=screens / f"chosen-{theme}.png")
    tab.get_by_role("button", name="Upload").click()
    until(tab, "document.querySelector('progress')?.value >= 8")
    tab.screenshot(path=screens / f"sending-{theme}.png")
    assert visit.violations(tab, axe) == []
    tab.get_by_role("button", name="Cancel upload").click()


@pytest.mark.parametrize("screen", OPEN)
def test_on_a_phone_in_german(
    visitor: Visitor,
    owner: tuple[Person, str],
    scenes: None,
    axe: Path,
    screens: Path,
    screen: str,
) -> None:
    visit = visitor(size=PHONE, locale="de-DE", has_touch=True, is_mobile=True)
    tab = visit.open(address_of(screen, owner))
    settled(tab)
    assert tab.evaluate("document.documentElement.lang") == "de"
    tab.screenshot(path=screens / f"{screen}-phone.png")
    assert beyond_the_edge(tab) == []
    assert visit.violations(tab, axe) == []


@pytest.mark.parametrize("screen", OWN)
def test_ones_own_on_a_phone(
    visitor: Visitor,
    enter: Enter,
    owner: tuple[Person, str],
    kept: None,
    screens: Path,
    screen: str,
) -> None:
    visit = visitor(size=PHONE, has_touch=True, is_mobile=True)
    tab = enter(visit, owner[0], then=OWN[screen])
    settled(tab)
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("radio", name="Deutsch").check()
    expect(tab.get_by_role("link", name="Meine Videos").first).to_be_visible()
    tab.screenshot(path=screens / "menu-phone.png")
    tab.keyboard.press("Escape")
    tab.screenshot(path=screens / f"{screen}-phone.png", full_page=True)
    assert beyond_the_edge(tab) == []


@pytest.mark.parametrize("screen", ["home", "watch", "channel", "join"])
def test_on_a_wall(
    visitor: Visitor, owner: tuple[Person, str], scenes: None, screens: Path, screen: str
) -> None:
    tab = visitor(size=WALL).open(address_of(screen, owner))
    settled(tab)
    tab.screenshot(path=screens / f"{screen}-wall.png")
    assert beyond_the_edge(tab) == []


@pytest.mark.parametrize("screen", ["feed", "library", "playlist"])
def test_ones_own_on_a_wall(
    visitor: Visitor,
    enter: Enter,
    owner: tuple[Person, str],
    kept: None,
    screens: Path,
    screen: str,
) -> None:
    tab = enter(visitor(size=WALL), owner[0], then=OWN[screen])
    settled(tab)
    tab.screenshot(path=screens / f"{screen}-wall.png")
    assert beyond_the_edge(tab) == []


def test_theme_and_language_are_kept(visit: Visit) -> None:
    tab = visit.open("/")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = tab.evaluate(ground)
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("radio", name="Dark").check()
    assert tab.evaluate(ground) != light
    tab.get_by_role("radio", name="Deutsch").check()
    tab.reload()
    assert tab.evaluate(ground) != light
    expect(tab.get_by_role("link", name="Anmelden")).to_be_visible()


def test_the_way_by_keyboard(visit: Visit, owner: tuple[Person, str]) -> None:
    tab = visit.open(f"/@{owner[0].name}")
    expect(tab.locator(".card .name").first).to_be_visible()
    # The menu of the channel comes a moment after the rest.
    expect(tab.get_by_role("button", name="More to do with")).to_be_visible()
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Skip to the content")).to_be_focused()
    tab.keyboard.press("Enter")
    # What can be done with the channel, and then its videos.
    for name in ("more about this channel", f"Follow {owner[0].name}", "More to do with"):
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("button", name=name)).to_be_focused()
    tab.keyboard.press("Tab")
    expect(tab.locator(".card .name a").first).to_be_focused()
    assert (
        tab.evaluate("getComputedStyle(document.activeElement, '::after').outlineStyle") == "solid"
    )
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/watch/*")
    expect(tab.get_by_role("main")).to_be_focused()
    settled(tab)
    # Every control of the player is reached.
    reached = set()
    for _ in range(12):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.localName"))
    assert {
        "media-controller",
        "media-time-range",
        "media-play-button",
        "media-mute-button",
        "media-volume-range",
        "button",
        "media-fullscreen-button",
    } <= reached
    # The menu opens, closes, and gives the focus back.
    menu = tab.get_by_role("button", name="Your menu")
    menu.press("Enter")
    expect(tab.get_by_role("link", name="Sign up")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("link", name="Sign up")).to_have_count(0)
    expect(menu).to_be_focused()


def test_the_picture_of_the_readme(visitor: Visitor, scenes: None, screens: Path) -> None:
    """What docs/page.webp is made from, where no other test has published anything; see
    CONTRIBUTING.md.
    """
    tab = visitor(size=(1280, 620), device_scale_factor=2).open("/")
    settled(tab)
    tab.screenshot(path=screens / "readme.png")
    assert (screens / "readme.png").stat().st_size > 10_000
