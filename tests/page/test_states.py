"""What a screen shows when there is nothing, when it fails, and while it is on its way."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from vireo_testing.browser import Visit, until
from vireo_testing.person import Person

# Everything that comes late has come: the pictures within sight, and the video's first one.
SEEN = """[...document.images].every(
        (one) => one.complete || one.getBoundingClientRect().top > innerHeight
    ) && (document.querySelector("video")?.readyState ?? 2) >= 2"""


# Of a button's words against its ground, as WCAG counts it; the button is that of the given sign.
CONTRAST = """(sign) => {
    const style = getComputedStyle(document.querySelector(sign).closest("button"));
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255)
            .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const both = [light(style.color), light(style.backgroundColor)];
    return Math.max(...both) / Math.min(...both);
}"""


def test_what_is_not_there(visit: Visit) -> None:
    for address, words in {
        "/watch/AAAAAAA": "This video is not here",
        "/@nobody_of_this_name": "This channel is not here",
        "/find?q=qwertzuiopqwertzuiop": "Nothing found",
    }.items():
        expect(visit.open(address).get_by_text(words)).to_be_visible()
    tab = visit.context.new_page()
    answer = tab.goto(f"{visit.url}/no/such/place")
    assert answer
    assert answer.status == 404
    expect(tab.get_by_text("There is nothing here")).to_be_visible()
    tab.get_by_role("link", name="To the newest videos").click()
    tab.wait_for_url(f"{visit.url}/")


def test_screens_of_ones_own_ask_to_sign_in_and_lead_back(visit: Visit, url: str) -> None:
    person = Person(url)
    tab = visit.open("/studio")
    expect(tab.get_by_text("Sign in to go on.")).to_be_visible()
    tab.get_by_role("main").get_by_role("link", name="Sign in").click()
    tab.get_by_label("Username").fill(person.name)
    tab.get_by_label("Password", exact=True).fill(person.password)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(f"{url}/studio")
    expect(tab.get_by_text("You have no videos yet")).to_be_visible()


def test_offline_and_back(visit: Visit, owner: tuple[Person, str]) -> None:
    tab = visit.open(f"/@{owner[0].name}")
    expect(tab.locator(".card .name").first).to_be_visible()
    visit.context.set_offline(True)
    expect(tab.get_by_text("You are offline. What is loaded stays here.")).to_be_visible()
    tab.get_by_role("searchbox").fill("harbour")
    tab.get_by_role("searchbox").press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("the server can't be reached")
    tab.get_by_role("button", name="Try again").click()
    expect(tab.get_by_role("alert")).to_contain_text("the server can't be reached")
    visit.context.set_offline(False)
    expect(tab.get_by_text("You are offline. What is loaded stays here.")).to_have_count(0)
    # By itself.
    expect(tab.locator(".card .name").first).to_be_visible()


def test_without_a_line_no_click_ends_in_the_browsers_page(
    visit: Visit, owner: tuple[Person, str], enter: Callable[..., Any]
) -> None:
    person, hash_path = owner
    tab = enter(visit, person, then=f"/@{person.name}")
    expect(tab.locator(".card .name").first).to_be_visible()
    visit.context.set_offline(True)
    tab.evaluate("window.same = true")
    # To a video first: its player has not been loaded yet.
    tab.locator(f"a[href='/watch/{hash_path}']").first.click()
    expect(tab.get_by_role("alert")).to_contain_text("the server can't be reached")
    for link in ("Vireo", "Upload"):
        tab.get_by_role("banner").get_by_role("link", name=link).click()
    for link in ("My channel", "My videos", "Account", "API"):
        tab.get_by_role("button", name="Your menu").click()
        tab.get_by_role("banner").get_by_role("link", name=link).click()
    expect(tab.get_by_role("status").filter(has_text="offline").first).to_be_visible()
    # The screen has not been loaded before either, and comes with the line.
    expect(tab.get_by_role("alert")).to_contain_text("goes on by itself when you are back")
    # It is the very same document all the time.
    assert tab.evaluate("window.same") is True
    visit.context.set_offline(False)
    expect(tab.get_by_role("heading", name="Account", exact=True)).to_be_visible()
    expect(tab.get_by_text(f"{person.name}@example.com")).to_be_visible()


def test_a_player_that_could_not_be_loaded_comes_with_the_line(
    visit: Visit, owner: tuple[Person, str]
) -> None:
    tab = visit.open(f"/@{owner[0].name}")
    card = tab.get_by_role("link", name="Harbour at dawn").first
    expect(card).to_be_visible()
    loads: list[str] = []
    tab.on("request", lambda one: loads.append(one.url) if one.is_navigation_request() else None)
    # The line goes between the video and the code of its controls.
    tab.route(re.compile("/assets/|/healthz"), lambda route: route.abort("internetdisconnected"))
    card.click()
    expect(tab.locator("video[controls]")).to_be_visible()
    expect(tab.get_by_text("You are offline. What is loaded stays here.")).to_be_visible()
    tab.unroute(re.compile("/assets/|/healthz"))
    expect(tab.locator(".buttons-below media-play-button")).to_be_visible()
    expect(tab.locator("video[controls]")).to_have_count(0)
    assert loads == []


def test_pictures_that_did_not_come_are_asked_for_again(
    visit: Visit, owner: tuple[Person, str]
) -> None:
    tab = visit.context.new_page()
    away = re.compile("/thumbnails/|/channel/picture/|/healthz")
    tab.route(away, lambda route: route.abort("internetdisconnected"))
    tab.goto(f"{visit.url}/@{owner[0].name}")
    expect(tab.get_by_text("You are offline. What is loaded stays here.")).to_be_visible()
    tab.unroute(away)
    until(
        tab,
        "[...document.images].every((one) => one.complete && one.naturalWidth > 0)"
        " && document.images.length > 2",
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_busy_button_can_be_read(
    visitor: Callable[..., Visit], url: str, axe: Path, screens: Path, theme: str
) -> None:
    visit = visitor(color_scheme=theme)
    tab = visit.open("/enter")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    tab.route("**/sign_in", hold)
    tab.get_by_label("Username").fill("somebody")
    tab.get_by_label("Password", exact=True).fill("calm-heron-77")
    button = tab.get_by_role("button", name="Sign in")
    # The pointer stays on it, as it does.
    button.click()
    until(tab, "document.querySelector('.spinner') !== null")
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button).to_be_focused()
    # axe leaves out what can't be pressed.
    assert tab.evaluate(CONTRAST, "main .spinner") >= 4.5
    tab.screenshot(path=screens / f"busy-{theme}.png")
    assert visit.violations(tab, axe) == []
    # Once is enough.
    button.click(force=True)
    tab.get_by_label("Password", exact=True).press("Enter")
    assert len(held) == 1
    held[0].continue_()
    expect(tab.get_by_role("alert")).to_contain_text("Wrong username or password.")
    expect(tab.locator(".spinner")).to_have_count(0)


def test_a_failure_names_its_request(visit: Visit) -> None:
    # A query that the API refuses: the page lets nobody type one.
    tab = visit.open(f"/find?q={'x' * 201}")
    alert = tab.get_by_role("alert")
    expect(alert).to_contain_text("That did not work")
    expect(alert).to_contain_text(re.compile(r"Request [A-Za-z0-9._-]{8,64}"))


def test_nothing_jumps_while_it_loads(visit: Visit, owner: tuple[Person, str]) -> None:
    tab = visit.context.new_page()
    network = visit.context.new_cdp_session(tab)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 300, "downloadThroughput": 90_000, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", slow)
    tab.add_init_script(
        """window.shift = 0;
        new PerformanceObserver((list) => {
            for (const one of list.getEntries()) window.shift += one.value;
        }).observe({type: "layout-shift", buffered: true});"""
    )
    for address in ("/", f"/watch/{owner[1]}", f"/@{owner[0].name}"):
        tab.goto(visit.url + address)
        expect(tab.get_by_role("main").get_by_role("heading", level=1)).to_be_attached()
        expect(tab.locator(".skeleton")).to_have_count(0)
        until(tab, SEEN)
        assert tab.evaluate("window.shift") < 0.1, address


def test_ones_own_video_before_it_is_public(
    visit: Visit, enter: Callable[..., Any], url: str, short: Path
) -> None:
    person = Person(url)
    hash_path = person.announce("Not yet")
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    expect(tab.get_by_text("Waiting for its file")).to_be_visible()
    tab.get_by_role("link", name="Send its file").click()
    tab.locator("input[type=file]").set_input_files(short)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    assert person.state(hash_path) == "ready"


def test_files_that_an_update_took_away(visit: Visit, owner: tuple[Person, str]) -> None:
    tab = visit.open("/")
    expect(tab.get_by_role("main")).to_be_visible()
    gone = []

    def once(route: Any) -> None:
        gone.append(route.request.url)
        if len(gone) == 1:
            route.fulfill(status=404, body="")
        else:
            route.continue_()

    tab.route("**/assets/chrome-*.js", once)
    tab.route(f"{visit.url}/", lambda route: route.fulfill(body="<!doctype html>Another page"))
    tab.goto(f"{visit.url}/watch/{owner[1]}")
    expect(tab.locator("media-play-button").last).to_be_visible()
    assert len(gone) >= 2
