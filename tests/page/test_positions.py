"""Views and positions: what the player says of what is watched."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from vireo_testing.browser import PATIENCE_MS, Visit, told, until
from vireo_testing.person import Person

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@pytest.fixture(scope="module")
def artist(url: str, clip: Path) -> tuple[Person, str]:
    """A person with a video of 24 seconds."""
    person = Person(url)
    return person, person.publish(clip, f"Rain on tin {person.name}", "At 0:12 it stops.")


def listen(tab: Page) -> list[dict[str, Any]]:
    """The bodies of what the player says from now on."""
    said: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/position"):
            said.append(json.loads(request.post_data or "null"))

    tab.on("request", note)
    return said


def wait(tab: Page, check: Callable[[], object]) -> None:
    """Wait until ``check`` gives something true, while the tab's events are heard."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not check():
        assert time.monotonic() < deadline, "it did not come true in time"
        tab.wait_for_timeout(25)


def ready(tab: Page) -> None:
    """The video can be played."""
    until(tab, "document.querySelector('video')?.readyState === 4")


def play(tab: Page) -> None:
    tab.evaluate("void document.querySelector('video').play()")


def pause(tab: Page) -> None:
    tab.evaluate("document.querySelector('video').pause()")


def test_who_watches_is_counted_and_goes_on_where_it_was_left(
    visitor: Visitor, enter: Enter, url: str, artist: tuple[Person, str]
) -> None:
    _, hash_path = artist
    person = Person(url)
    # A browser without a window says so, and is counted as a robot.
    tab = enter(visitor(user_agent=BROWSER), person, then=f"/watch/{hash_path}")
    said = listen(tab)
    ready(tab)
    play(tab)
    until(tab, "document.querySelector('video').currentTime > 11")
    pause(tab)
    wait(tab, lambda: len(said) >= 2)
    # Who has watched nothing yet says nothing.
    assert all(one["watched"] > 0 for one in said)
    assert len({one["session"] for one in said}) == 1
    assert said[-1]["position"] >= 11
    assert abs(sum(one["watched"] for one in said) - said[-1]["position"]) < 0.5
    wait(tab, lambda: person.client.show_video(hash_path).views == 1)
    # A jump is not watched, and nothing is said while it stands still.
    count = len(said)
    tab.evaluate("document.querySelector('video').currentTime = 18")
    until(tab, "!document.querySelector('video').seeking")
    # Leaving the screen says where one stands; another device knows it.
    with tab.expect_request("**/position"):
        tab.get_by_role("banner").get_by_role("link", name="Vireo").click()
    assert len(said) == count + 1
    assert said[-1]["position"] == 18
    assert said[-1]["watched"] < 0.5
    wait(tab, lambda: person.client.show_video(hash_path).my_position == 18)
    other = enter(visitor(), person, then=f"/watch/{hash_path}")
    told(other, "Continues at 0:18")
    until(other, "document.querySelector('video').currentTime >= 18")
    expect(other.get_by_text("1 view", exact=True)).to_be_visible()


def test_what_is_as_good_as_over_begins_anew(
    visitor: Visitor, enter: Enter, url: str, artist: tuple[Person, str]
) -> None:
    person = Person(url)
    person.client.note_position(artist[1], position=23.5, watched=1, session="x")
    tab = enter(visitor(), person, then=f"/watch/{artist[1]}")
    ready(tab)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Rain on tin")
    assert tab.evaluate("document.querySelector('video').currentTime") < 20
    expect(tab.get_by_text("Continues at")).to_have_count(0)


def test_leaving_the_page_says_where_one_stands(
    visit: Visit, enter: Enter, url: str, artist: tuple[Person, str]
) -> None:
    person = Person(url)
    tab = enter(visit, person, then=f"/watch/{artist[1]}")
    ready(tab)
    play(tab)
    until(tab, "document.querySelector('video').currentTime > 2")
    # Long before the first ten seconds are over, and with the person's token.
    tab.goto("about:blank")
    wait(tab, lambda: (person.client.show_video(artist[1]).my_position or 0) > 1.9)


def test_a_call_that_failed_is_made_up_for(visit: Visit, artist: tuple[Person, str]) -> None:
    tab = visit.open(f"/watch/{artist[1]}")
    ready(tab)
    said = listen(tab)
    tab.route("**/position", lambda route: route.fulfill(status=503, json={"response": {}}))
    play(tab)
    until(tab, "document.querySelector('video').currentTime > 1")
    pause(tab)
    wait(tab, lambda: len(said) == 1)
    tab.unroute("**/position")
    play(tab)
    until(tab, "document.querySelector('video').currentTime > 2")
    pause(tab)
    wait(tab, lambda: len(said) == 2)
    assert said[1]["watched"] > said[0]["watched"] + 0.5
