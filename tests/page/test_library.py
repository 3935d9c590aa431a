"""What one keeps: the feed, the history, watch later, and playlists in an order of one's own."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from vireo_testing.browser import Visit, until
from vireo_testing.person import Person, eventually

Enter = Callable[..., Any]
HOSTILE = "<script>alert(1)</script> “quoted” \u202eback"


@pytest.fixture(scope="module")
def films(url: str, short: Path) -> tuple[Person, list[str]]:
    """A channel with three videos."""
    person = Person(url)
    return person, [person.publish(short, title) for title in ("One", "Two", HOSTILE)]


def names(tab: Page) -> list[str]:
    """Titles of the cards on the screen, from the first to the last."""
    return tab.get_by_role("main").locator(".card .name").all_inner_texts()


def expect_kept(person: Person, name: str, titles: list[str]) -> None:
    """The server has them in this order; the page shows it before that."""
    eventually(lambda: [row.title for row in person.client.list_playlist_videos(name)] == titles)


def test_the_feed_says_what_to_do_and_then_shows_videos(
    visit: Visit, enter: Enter, url: str, films: tuple[Person, list[str]]
) -> None:
    channel, _ = films
    person = Person(url)
    tab = enter(visit, person)
    tab.get_by_role("navigation", name="Places").get_by_role("link", name="Following").click()
    expect(tab.get_by_text("Follow channels, and their newest videos")).to_be_visible()
    person.client.follow_channel(channel.name)
    tab.reload()
    expect(tab.locator(".card .name").first).to_have_text(HOSTILE)
    assert names(tab) == [HOSTILE, "Two", "One"]
    tab.get_by_role("link", name="Followed channels").click()
    tab.wait_for_url("**/feed/channels")
    expect(tab.get_by_role("link", name=channel.name)).to_be_visible()
    tab.get_by_role("button", name=re.compile("^Following")).click()
    expect(tab.get_by_role("button", name=f"Follow {channel.name}")).to_be_visible()
    eventually(lambda: not list(person.client.list_my_subscriptions()))


def test_the_history_is_shown_paused_and_cleared(
    visit: Visit, enter: Enter, url: str, films: tuple[Person, list[str]]
) -> None:
    _, (one, two, hostile) = films
    person = Person(url)
    for video in (one, two, hostile):
        person.client.note_position(video, position=0.5, watched=0.5, session="a")
    tab = enter(visit, person, then="/library")
    shelf = tab.get_by_role("region", name="History")
    expect(shelf.locator(".card .name").first).to_have_text(HOSTILE)
    # How much of it was watched is said to everybody.
    expect(shelf.get_by_role("progressbar").first).to_have_accessible_name("50 % watched")
    shelf.get_by_role("link", name="Show all \N{EN DASH} History").click()
    tab.wait_for_url("**/library/history")
    expect(tab.get_by_text("watched now").first).to_be_visible()
    tab.get_by_role("button", name="Take “Two” out of your history").click()
    expect(tab.locator(".card .name")).to_have_count(2)
    assert [row.title for row in person.client.list_my_history()] == [HOSTILE, "One"]
    tab.get_by_role("button", name="Pause history").click()
    expect(tab.get_by_text("Your history is paused")).to_be_visible()
    assert person.client.show_me().history is False
    tab.reload()
    tab.get_by_role("button", name="Keep history again").click()
    expect(tab.get_by_role("button", name="Pause history")).to_be_visible()
    assert person.client.show_me().history is True
    tab.get_by_role("button", name="Clear history").click()
    tab.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert len(list(person.client.list_my_history())) == 2
    tab.get_by_role("button", name="Clear history").click()
    tab.get_by_role("dialog").get_by_role("button", name="Clear history").click()
    expect(tab.get_by_text("Nothing watched yet")).to_be_visible()
    assert list(person.client.list_my_history()) == []


def test_a_playlist_is_made_edited_and_deleted(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/library/playlists")
    expect(tab.get_by_role("link", name="Watch later")).to_be_visible()
    tab.get_by_role("button", name="New playlist").click()
    dialog = tab.get_by_role("dialog", name="New playlist")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Title")).to_be_focused()
    expect(dialog.get_by_text("A title is needed.")).to_be_visible()
    dialog.get_by_label("Title").fill("Engines")
    dialog.get_by_role("radio", name="Everybody").check()
    dialog.get_by_role("button", name="Save").click()
    tab.wait_for_url("**/playlist/*")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Engines")
    expect(tab.get_by_text("There is nothing in this list yet")).to_be_visible()
    address = tab.url
    tab.get_by_role("button", name="Edit").click()
    tab.get_by_role("dialog").get_by_label("Description").fill("<b>All</b> of them")
    tab.get_by_role("dialog").get_by_label("Title").fill("Small engines")
    tab.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Small engines")
    expect(tab.get_by_text("<b>All</b> of them")).to_be_visible()
    (_, made) = person.client.list_my_playlists()
    assert (made.title, made.visibility) == ("Small engines", "public")
    # Somebody else sees it, and changes nothing.
    other = visit.context.browser
    assert other is not None
    guest = other.new_context(locale="en-GB").new_page()
    guest.goto(address)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Small engines")
    expect(guest.get_by_role("button", name="Edit")).to_have_count(0)
    guest.context.close()
    tab.get_by_role("button", name="Delete").click()
    tab.get_by_role("dialog").get_by_role("button", name="Delete").click()
    tab.wait_for_url("**/library/playlists")
    expect(tab.get_by_role("link", name="Small engines")).to_have_count(0)
    tab.goto(address)
    expect(tab.get_by_text("This playlist is not here")).to_be_visible()


def test_an_order_by_keyboard_and_by_mouse(
    visit: Visit, enter: Enter, url: str, films: tuple[Person, list[str]]
) -> None:
    channel, (one, two, hostile) = films
    gone = channel.announce("Never to be seen")
    person = Person(url)
    made = person.client.make_playlist("In order")
    for video in (one, two, hostile):
        person.client.put_into_playlist(made.id, video)
    tab = enter(visit, person, then=f"/playlist/{made.id}")
    expect(tab.locator(".card .name")).to_have_count(3)
    down = tab.get_by_role("button", name="Move “One” down")
    down.focus()
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('.card .name').innerText === 'Two'")
    expect(tab.get_by_role("status").filter(has_text="“One” is now 2 of 3.")).to_have_count(1)
    # It keeps the focus, so that one goes on.
    expect(down).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status").filter(has_text="“One” is now 3 of 3.")).to_have_count(1)
    assert names(tab) == ["Two", HOSTILE, "One"]
    expect_kept(person, made.id, ["Two", HOSTILE, "One"])
    # At the end it does nothing.
    tab.keyboard.press("Enter")
    expect(down).to_have_attribute("aria-disabled", "true")
    tab.locator(".kept .grip").nth(2).drag_to(tab.locator(".kept").nth(0))
    until(tab, "document.querySelector('.card .name').innerText === 'One'")
    expect_kept(person, made.id, ["One", "Two", HOSTILE])
    tab.get_by_role("button", name="Take “Two” out of the list").click()
    expect(tab.locator(".card .name")).to_have_count(2)
    expect_kept(person, made.id, ["One", HOSTILE])
    assert gone


def test_what_is_not_shown_keeps_its_place(
    visit: Visit, enter: Enter, url: str, short: Path, films: tuple[Person, list[str]]
) -> None:
    _, (one, two, _) = films
    other, person = Person(url), Person(url)
    doomed = other.publish(short, "Doomed")
    made = person.client.make_playlist("With a gap")
    for video in (doomed, one, two):
        person.client.put_into_playlist(made.id, video)
    other.client.delete_video(doomed)
    tab = enter(visit, person, then=f"/playlist/{made.id}")
    expect(tab.locator(".card .name")).to_have_count(2)
    tab.get_by_role("button", name="Move “Two” up").click()
    expect(tab.get_by_role("status").filter(has_text="“Two” is now 1 of 2.")).to_have_count(1)
    expect_kept(person, made.id, ["Two", "One"])
    tab.get_by_role("button", name="Move “Two” down").click()
    expect(tab.get_by_role("status").filter(has_text="“Two” is now 2 of 2.")).to_have_count(1)
    expect_kept(person, made.id, ["One", "Two"])


def test_a_playlist_is_played_to_its_end(
    visit: Visit, enter: Enter, url: str, films: tuple[Person, list[str]]
) -> None:
    _, (one, two, hostile) = films
    person = Person(url)
    for video in (hostile, one, two):
        person.client.put_into_playlist("later", video)
    tab = enter(visit, person, then="/playlist/later")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Watch later")
    tab.get_by_role("link", name="Play all").click()
    tab.wait_for_url(f"**/watch/{hostile}?list=later")
    aside = tab.get_by_role("complementary")
    expect(aside.get_by_role("heading", name="Watch later")).to_be_visible()
    expect(aside.locator(".card .name")).to_have_text([HOSTILE, "One", "Two"])
    expect(aside.locator("[aria-current] .name")).to_have_text(HOSTILE)
    for following in (one, two):
        until(tab, "document.querySelector('video')?.readyState > 0")
        tab.evaluate("document.querySelector('video').play().catch(() => {})")
        tab.get_by_role("region", name="Up next").get_by_role("link", name="Play").click()
        tab.wait_for_url(f"**/watch/{following}?list=later")
    # Behind the last one comes nothing.
    until(tab, "document.querySelector('video')?.readyState > 0")
    tab.evaluate("document.querySelector('video').play().catch(() => {})")
    until(tab, "document.querySelector('video').ended")
    expect(tab.get_by_role("region", name="Up next")).to_have_count(0)


def test_who_is_not_signed_in_is_shown_the_way(visit: Visit) -> None:
    for path in ("/feed", "/library", "/library/history", "/playlist/later", "/notifications"):
        tab = visit.open(path)
        expect(tab.get_by_text("Sign in to go on.")).to_be_visible()
        href = tab.get_by_role("main").get_by_role("link", name="Sign in").get_attribute("href")
        assert href == f"/enter?next={path.replace('/', '%2F')}"
        tab.close()
