"""Notices: the number at the bell, the list, one stream for all tabs, and what one is told of."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from vireo_testing.browser import PHONE, Visit, until, visiting
from vireo_testing.cut_line import line_to
from vireo_testing.person import Person, eventually

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
HOSTILE = "<img src=x onerror=alert(1)> \u202eabc & “x”"


@pytest.fixture(scope="module")
def ada(url: str, short: Path) -> tuple[Person, str]:
    """A person with a video; each test has notices of its own made."""
    person = Person(url)
    return person, person.publish(short, HOSTILE)


def bell(tab: Page, unread: int | None = None) -> Any:
    """The bell, where so many are unread; with `None` whatever it says."""
    if unread is None:
        return tab.locator(".bell button.opener")
    name = f"Notifications, {unread} unread" if unread else "Notifications"
    return tab.get_by_role("button", name=name, exact=True)


def read_all(person: Person) -> None:
    """Have nothing unread, once what was done has been told."""
    rows = list(person.client.list_notices())
    if rows:
        person.client.read_notices(up_to=rows[0].id)


def unread(person: Person) -> int:
    return len(list(person.client.list_notices(unread=True)))


def test_the_number_changes_by_itself_and_goes_with_a_look(
    visit: Visit, enter: Enter, url: str, ada: tuple[Person, str]
) -> None:
    person, video = ada
    eventually(lambda: unread(person) > 0)
    read_all(person)
    # What comes before the stream is open changes the number, and is not said.
    with visit.context.expect_event(
        "response", lambda answer: answer.url.endswith("/notifications/stream")
    ):
        tab = enter(visit, person)
    expect(bell(tab, 0)).to_be_visible()
    bob = Person(url)
    bob.client.follow_channel(person.name)
    expect(bell(tab, 1)).to_be_visible()
    expect(tab).to_have_title("(1) Vireo")
    # It is said, too, without taking anybody away from what they are at.
    expect(tab.get_by_role("status").filter(has_text="1 new notification")).to_have_count(1)
    bob.client.react(video, "like")
    expect(bell(tab, 2)).to_be_visible()
    bell(tab).click()
    panel = tab.get_by_role("region", name="Notifications")
    expect(panel.get_by_role("listitem").first).to_contain_text("likes")
    expect(panel.get_by_role("link", name=re.compile("Unread: .*follows you"))).to_be_visible()
    # A stranger's words are text, and end where they end.
    assert panel.locator("li img[src=x]").count() == 0
    expect(panel.locator("li").first).to_contain_text(HOSTILE)
    # A look is enough.
    expect(bell(tab, 0)).to_be_visible()
    eventually(lambda: unread(person) == 0)
    expect(tab).to_have_title("Vireo")
    # Who looks at the list sees what comes meanwhile.
    bob.client.post_comment(video, "Well made")
    expect(panel.get_by_role("listitem").first).to_contain_text("commented on")
    eventually(lambda: unread(person) == 0)
    tab.keyboard.press("Escape")
    bell(tab).click()
    panel.get_by_role("link", name=re.compile("commented on")).click()
    tab.wait_for_url(f"**/watch/{video}#comments")
    expect(tab.get_by_text("Well made")).to_be_in_viewport()
    bell(tab).click()
    panel.get_by_role("link", name=re.compile("follows you")).click()
    tab.wait_for_url(f"**/@{bob.name}")
    expect(panel).to_have_count(0)


def test_all_notices_load_on_and_speak_german(
    visitor: Visitor, enter: Enter, url: str, ada: tuple[Person, str]
) -> None:
    person, video = ada
    for _ in range(2):
        Person(url).client.react(video, "like")
    # Both are one notice.
    eventually(lambda: (next(person.client.list_notices()).count or 0) >= 2)
    visit = visitor(size=PHONE)
    tab = enter(visit, person, then="/notifications")
    main = tab.get_by_role("main")
    expect(main.get_by_role("listitem").first).to_be_visible()
    bell(tab).click()
    tab.get_by_role("link", name="Choose what you are told of").first.click()
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("radio", name="Deutsch").check()
    tab.keyboard.press("Escape")
    tab.goto(f"{url}/notifications")
    expect(main.get_by_text(re.compile(r"gefällt .* und \d+ weitere")).first).to_be_visible()
    # An address of the API opens the screen in a browser, and stays the API's for programs.
    assert person.get("/notifications").json()["response"]


def test_one_stream_for_all_tabs(
    visit: Visit, enter: Enter, url: str, ada: tuple[Person, str]
) -> None:
    person, video = ada
    streams: list[Page] = []

    def note(request: Request) -> None:
        if request.url.endswith("/notifications/stream"):
            streams.append(request.frame.page)

    visit.context.on("request", note)
    read_all(person)
    first = enter(visit, person)
    expect(bell(first, 0)).to_be_visible()
    eventually(lambda: first.wait_for_timeout(20) or first in streams)
    others = [visit.open("/"), visit.open("/library")]
    for other in others:
        expect(bell(other)).to_be_visible()
    Person(url).client.follow_channel(person.name)
    for tab in (first, *others):
        expect(bell(tab, 1)).to_be_visible()
    assert {id(tab) for tab in streams} == {id(first)}
    # A tab that comes later knows the number as well.
    late = visit.open("/")
    expect(bell(late, 1)).to_be_visible()
    # The one that reads it is closed, and another one goes on where it was.
    first.close()
    Person(url).client.react(video, "like")
    for tab in (*others, late):
        expect(bell(tab, 2)).to_be_visible()
    # Read in one, read in all.
    bell(late).click()
    for tab in others:
        expect(bell(tab, 0)).to_be_visible()
    assert len({id(tab) for tab in streams}) == 2


def test_the_stream_comes_back_and_misses_nothing(
    browser: Browser, enter: Enter, url: str, ada: tuple[Person, str]
) -> None:
    person, video = ada
    read_all(person)
    with line_to(url) as line, visiting(browser, line.url) as visit:
        tab = enter(visit, person)
        seen: list[str] = []

        def note(request: Request) -> None:
            if request.url.endswith("/notifications/stream"):
                seen.append(request.headers.get("last-event-id", "none"))

        tab.on("request", note)
        expect(bell(tab, 0)).to_be_visible()
        Person(url).client.react(video, "like")
        expect(bell(tab, 1)).to_be_visible()
        line.cut()
        Person(url).client.follow_channel(person.name)
        expect(bell(tab, 2)).to_be_visible()
        assert seen[-1].isdecimal()


def test_signing_out_ends_the_stream(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    tab = enter(visit, person)
    ended: list[str] = []
    tab.on("requestfailed", lambda request: ended.append(request.url))
    tab.on("requestfinished", lambda request: ended.append(request.url))
    expect(bell(tab, 0)).to_be_visible()
    with tab.expect_response("**/notifications/stream"):
        tab.reload()
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("button", name="Sign out", exact=True).click()
    expect(tab.get_by_text("You are signed out.")).to_be_visible()
    expect(bell(tab)).to_have_count(0)
    eventually(lambda: tab.wait_for_timeout(20) or any("stream" in one for one in ended))


def test_the_bell_by_keyboard(visit: Visit, enter: Enter, url: str) -> None:
    tab = enter(visit, Person(url))
    bell(tab, 0).press("Enter")
    panel = tab.get_by_role("region", name="Notifications")
    expect(panel.get_by_text("Nothing yet.")).to_be_visible()
    tab.keyboard.press("Tab")
    expect(panel.get_by_role("link", name="Choose what you are told of")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(bell(tab)).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_panel_is_for_everybody(
    visitor: Visitor,
    enter: Enter,
    ada: tuple[Person, str],
    axe: Path,
    screens: Path,
    theme: str,
) -> None:
    visit = visitor(color_scheme=theme)
    tab = enter(visit, ada[0])
    bell(tab).click()
    expect(tab.locator(".bell-sheet li a").first).to_be_visible()
    expect(tab.locator(".bell-sheet .skeleton")).to_have_count(0)
    tab.screenshot(path=screens / f"bell-{theme}.png")
    assert visit.violations(tab, axe) == []


def test_what_one_is_told_of(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/account?show=notices")
    section = tab.get_by_role("region", name="Notifications")
    expect(section.get_by_role("checkbox", name="New followers \N{EN DASH} Here")).to_be_checked()
    until(tab, "scrollY > 0")
    section.get_by_role("checkbox", name="New followers \N{EN DASH} Here").uncheck()
    section.get_by_role("checkbox", name="New followers \N{EN DASH} By mail").check()
    section.get_by_role("radio", name="Every week").check()
    settings = person.client.show_notice_settings
    eventually(lambda: settings().digest == "weekly")
    assert settings().kinds["follow"] == {"app": False, "mail": True}
    assert settings().kinds["like"] == {"app": True, "mail": False}
    tab.reload()
    expect(
        section.get_by_role("checkbox", name="New followers \N{EN DASH} Here")
    ).not_to_be_checked()
    expect(section.get_by_role("radio", name="Every week")).to_be_checked()


def test_blocks_are_listed_and_undone(visit: Visit, enter: Enter, url: str) -> None:
    person, other = Person(url), Person(url)
    person.client.block_channel(other.name)
    tab = enter(visit, person, then="/account")
    section = tab.get_by_role("region", name="Blocked channels")
    section.get_by_role("button", name=f"Unblock \N{EN DASH} {other.name}").click()
    expect(section.get_by_text("You block nobody.")).to_be_visible()
    assert list(person.client.list_my_blocks()) == []
