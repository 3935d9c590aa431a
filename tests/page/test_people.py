"""What people do with a video and its channel where it is watched: reactions, following, saving,
reporting, blocking. Views: test_positions.py; comments: test_comments.py."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from vireo_testing.browser import PATIENCE_MS, PHONE, WALL, Visit, until
from vireo_testing.person import Person

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
RIGHT_TO_LEFT = "\u202eerutcip <b>bold</b> <img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def artist(url: str, clip: Path) -> tuple[Person, str]:
    """A person with a video of 24 seconds, who says something about the channel."""
    person = Person(url)
    links = [{"label": RIGHT_TO_LEFT[:60], "url": "https://example.org/a?b=<i>"}]
    about = f"{RIGHT_TO_LEFT}\nSee https://example.org/about"
    person.client.edit_channel(about=about, links=links)
    return person, person.publish(clip, f"Rain on tin {person.name}", "At 0:12 it stops.")


def ready(tab: Page) -> None:
    """The video can be played."""
    until(tab, "document.querySelector('video')?.readyState === 4")


def wait(tab: Page, check: Callable[[], object]) -> None:
    """Wait until ``check`` gives something true, while the tab's events are heard."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not check():
        assert time.monotonic() < deadline, "it did not come true in time"
        tab.wait_for_timeout(25)


def pressed(tab: Page, name: str) -> Any:
    return tab.get_by_role("button", name=name)


def test_likes_are_shown_at_once_and_put_back_where_they_fail(
    visit: Visit, enter: Enter, url: str, artist: tuple[Person, str]
) -> None:
    _, hash_path = artist
    person = Person(url)
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    like, dislike = pressed(tab, "I like this"), pressed(tab, "I do not like this")
    expect(like).to_have_attribute("aria-pressed", "false")
    before = person.client.show_video(hash_path).likes
    held: list[Route] = []
    may_pass = False

    def hold(route: Route) -> None:
        if may_pass:
            route.continue_()
        else:
            held.append(route)

    tab.route("**/reaction", hold)
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_contain_text(str(before + 1))
    # Who changes their mind before the answer is there has the last of it sent.
    dislike.click()
    expect(dislike).to_have_attribute("aria-pressed", "true")
    expect(like).to_contain_text(str(before))
    wait(tab, lambda: len(held) == 1)
    may_pass = True
    held[0].continue_()
    wait(tab, lambda: person.client.show_video(hash_path).my_reaction == "dislike")
    dislike.click()
    wait(tab, lambda: person.client.show_video(hash_path).my_reaction == "none")
    problem = {"error": "internal_error", "message": "Something went wrong."}
    tab.route("**/reaction", lambda route: route.fulfill(status=500, json={"response": problem}))
    like.click()
    expect(tab.get_by_role("status").filter(has_text="went wrong")).to_be_visible()
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(like).to_contain_text(str(before))


def test_who_is_signed_out_signs_in_and_has_done_it(
    visit: Visit, url: str, artist: tuple[Person, str]
) -> None:
    person = Person(url)
    tab = visit.open(f"/watch/{artist[1]}")
    like = pressed(tab, "I like this")
    like.click()
    dialog = tab.get_by_role("dialog", name="Sign in to go on.")
    expect(dialog).to_be_visible()
    tab.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(like).to_be_focused()
    like.click()
    dialog.get_by_label("Username").fill(person.name)
    dialog.get_by_label("Password", exact=True).fill(person.password)
    dialog.get_by_role("button", name="Sign in").click()
    expect(like).to_have_attribute("aria-pressed", "true")
    wait(tab, lambda: person.client.show_video(artist[1]).my_reaction == "like")
    assert tab.url.endswith(artist[1])


def test_following_and_its_bell(
    visit: Visit, enter: Enter, url: str, artist: tuple[Person, str]
) -> None:
    owner, hash_path = artist
    person = Person(url)

    def known() -> tuple[bool | None, str | None]:
        channel = person.client.show_channel(owner.name)
        return channel.subscribed, channel.notify

    tab = enter(visit, person, then=f"/watch/{hash_path}")
    count = owner.client.show_channel(owner.name).subscribers
    expect(tab.get_by_text(f"{count} followers", exact=True)).to_be_visible()
    tab.get_by_role("button", name=f"Follow {owner.name}").click()
    shown = f"{count + 1} follower" + ("" if count == 0 else "s")
    expect(tab.get_by_text(shown, exact=True)).to_be_visible()
    wait(tab, lambda: known() == (True, "all"))
    bell = tab.get_by_role("button", name=f"Tell me of new videos of {owner.name}")
    expect(bell).to_have_attribute("aria-pressed", "true")
    bell.press("Enter")
    expect(bell).to_have_attribute("aria-pressed", "false")
    wait(tab, lambda: known() == (True, "none"))
    # The channel knows it too.
    tab.get_by_role("main").get_by_role("link", name=owner.name).first.click()
    expect(bell).to_have_attribute("aria-pressed", "false")
    expect(tab.get_by_text(shown)).to_be_visible()
    tab.get_by_role("button", name=f"stop following {owner.name}").click()
    expect(tab.get_by_role("button", name=f"Follow {owner.name}")).to_be_visible()
    wait(tab, lambda: known()[0] is False)


def test_nobody_follows_or_reports_themselves(
    visit: Visit, enter: Enter, artist: tuple[Person, str]
) -> None:
    owner, hash_path = artist
    tab = enter(visit, owner, then=f"/watch/{hash_path}")
    expect(pressed(tab, "I like this")).to_be_visible()
    expect(tab.get_by_role("button", name="Follow")).to_have_count(0)
    expect(tab.get_by_role("button", name="More to do with this video")).to_have_count(0)


def test_saving_to_playlists(
    visit: Visit, enter: Enter, url: str, artist: tuple[Person, str]
) -> None:
    _, hash_path = artist
    person = Person(url)
    kept = person.client.make_playlist(RIGHT_TO_LEFT)
    person.client.put_into_playlist(kept.id, hash_path)
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    tab.get_by_role("button", name="Save", exact=True).click()
    dialog = tab.get_by_role("dialog", name="Save to …")
    later, other = dialog.get_by_label("Watch later"), dialog.get_by_role("checkbox").nth(1)
    expect(later).not_to_be_checked()
    expect(other).to_be_checked()
    later.check()

    def lists() -> dict[str, list[str]]:
        rows = person.client.list_my_playlists(video=hash_path)
        return {row.title or row.id: row.has_video is True for row in rows}  # type: ignore[misc]

    wait(tab, lambda: next(iter(person.client.list_my_playlists(video=hash_path))).has_video)
    other.uncheck()
    wait(tab, lambda: person.client.show_playlist(kept.id).count == 0)
    dialog.get_by_role("button", name="New playlist").click()
    dialog.get_by_role("button", name="Create and save").click()
    expect(dialog.get_by_text("A name is needed.")).to_be_visible()
    dialog.get_by_label("Name").fill("For a rainy day")
    dialog.get_by_label("Name").press("Enter")
    expect(dialog.get_by_label("For a rainy day")).to_be_checked()
    wait(tab, lambda: lists().get("For a rainy day") is True)
    assert tab.locator("main img[src=x], dialog img[src=x], dialog b").count() == 0
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("subject", ["video", "channel"])
def test_reports(
    visit: Visit, enter: Enter, url: str, artist: tuple[Person, str], subject: str
) -> None:
    owner, hash_path = artist
    address = f"/watch/{hash_path}" if subject == "video" else f"/@{owner.name}"
    tab = enter(visit, Person(url), then=address)
    tab.get_by_role("button", name="More to do with").click()
    tab.get_by_role("button", name="Report").click()
    dialog = tab.get_by_role("dialog", name="Report")
    dialog.get_by_role("button", name="Report").click()
    expect(dialog.get_by_text("Choose a reason.")).to_be_visible()
    dialog.get_by_label("It misleads").check()
    dialog.get_by_label("Say more").fill("It is not rain.")
    with tab.expect_response("**/reports") as answer:
        dialog.get_by_role("button", name="Report").click()
    assert answer.value.status == 200
    assert json.loads(answer.value.request.post_data or "")["reason"] == "misleading"
    expect(tab.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    expect(dialog).to_have_count(0)


def test_blocking_a_channel(
    visit: Visit, enter: Enter, url: str, artist: tuple[Person, str]
) -> None:
    owner, _ = artist
    person = Person(url)
    tab = enter(visit, person, then=f"/@{owner.name}")
    more = tab.get_by_role("button", name="More to do with")
    more.click()
    tab.get_by_role("button", name=f"Block {owner.name}").click()
    dialog = tab.get_by_role("dialog", name=f"Block {owner.name}?")
    dialog.get_by_role("button", name="Block", exact=True).click()
    expect(tab.get_by_role("status").filter(has_text="is blocked")).to_be_visible()
    assert [row.channel for row in person.client.list_my_blocks()] == [owner.name]
    tab.reload()
    more.click()
    tab.get_by_role("button", name=f"Unblock {owner.name}").click()
    wait(tab, lambda: list(person.client.list_my_blocks()) == [])


def test_what_a_channel_says_of_itself_is_text(visit: Visit, artist: tuple[Person, str]) -> None:
    owner, _ = artist
    tab = visit.open(f"/@{owner.name}")
    tab.get_by_role("button", name="more about this channel").click()
    dialog = tab.get_by_role("dialog", name="About this channel")
    expect(dialog).to_contain_text("Here since")
    assert RIGHT_TO_LEFT in (dialog.locator(".their-text").text_content() or "")
    found = dialog.locator("a").evaluate_all("all => all.map(one => [one.href, one.rel])")
    assert [address for address, _ in found] == [
        "https://example.org/about",
        "https://example.org/a?b=%3Ci%3E",
    ]
    assert all("noopener" in rel and "nofollow" in rel for _, rel in found)
    assert tab.locator("img[src=x], main b, dialog b").count() == 0


def test_the_owner_says_what_the_channel_is_about(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    tab = enter(visit, person, then=f"/@{person.name}")
    tab.get_by_role("button", name="About and links").click()
    dialog = tab.get_by_role("dialog", name="About and links")
    dialog.get_by_label("About", exact=True).fill("Birds of the north.")
    dialog.get_by_role("button", name="Add a link").click()
    dialog.get_by_label("Address").fill("javascript:alert(1)")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("An address that begins with")).to_be_visible()
    expect(dialog.get_by_text("1 to 100 characters.")).to_be_visible()
    dialog.get_by_label("Label").fill("Field notes")
    dialog.get_by_label("Address").fill("https://example.org/notes")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(tab.get_by_role("main")).to_contain_text("Birds of the north.")
    channel = person.client.show_channel(person.name)
    assert channel.about == "Birds of the north."
    assert [(link["label"], link["url"]) for link in channel.links] == [
        ("Field notes", "https://example.org/notes")
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, (1280, 900), WALL])
def test_everything_can_be_seen_by_everybody(
    visitor: Visitor,
    enter: Enter,
    url: str,
    artist: tuple[Person, str],
    axe: Path,
    screens: Path,
    theme: str,
    size: tuple[int, int],
) -> None:
    owner, hash_path = artist
    person = Person(url)
    person.client.make_playlist("For a rainy day")
    visit = visitor(color_scheme=theme, size=size)
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    name = f"{size[0]}-{theme}"
    ready(tab)

    def look(what: str) -> None:
        tab.screenshot(path=screens / f"people-{what}-{name}.png")
        assert visit.violations(tab, axe) == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")

    tab.get_by_role("button", name="Follow").click()
    pressed(tab, "I like this").click()
    expect(tab.get_by_role("button", name="Following")).to_be_visible()
    look("watch")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_role("dialog").get_by_label("For a rainy day")).to_be_visible()
    look("save")
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="More to do with").click()
    look("menu")
    tab.get_by_role("button", name="Report").click()
    expect(tab.get_by_role("dialog").get_by_role("radio").first).to_be_visible()
    look("report")
    tab.keyboard.press("Escape")
    tab.goto(f"{url}/@{owner.name}")
    expect(tab.get_by_role("button", name="Following")).to_be_visible()
    expect(tab.locator(".card .name").first).to_be_visible()
    look("channel")
    tab.get_by_role("button", name="more about this channel").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    look("about")
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Following").click()
    expect(tab.locator(".button.main.follow")).to_be_visible()
    look("channel-not-followed")
