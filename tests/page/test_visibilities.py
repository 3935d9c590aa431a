"""Who sees a video: chosen, shown, and kept to, with the grants in addresses that go with it."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from vireo_testing.browser import PHONE, Visit, told, until
from vireo_testing.person import Person, eventually

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
PLAYS = "document.querySelector('video').videoWidth > 0"
CURRENT = "document.querySelector('video').currentSrc"
PRIVATE_HINT = "Only you, and who you name below."


def edit(tab: Page, title: str) -> Locator:
    """Open the dialog of a video in the studio."""
    tab.get_by_role("button", name=f"Edit “{title}”").click()
    dialog = tab.get_by_role("dialog", name="Edit the video")
    expect(dialog.get_by_label("Title")).to_have_value(title)
    return dialog


def choose(dialog: Locator, visibility: str, hint: str) -> None:
    """Choose who sees the video; it is saved later."""
    field = dialog.get_by_label("Who sees it")
    field.select_option(label=visibility)
    expect(field).to_have_accessible_description(hint)


def save(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def row(tab: Page, title: str) -> Locator:
    """A video in the studio."""
    return tab.get_by_role("listitem").filter(has_text=title)


def has_picture(place: Locator) -> None:
    """Wait until the picture in a card or row has come."""
    picture = place.locator(".thumbnail img")
    expect(picture).to_be_visible()
    eventually(lambda: picture.evaluate("(it) => it.naturalWidth > 0"))


def plain_addresses(tab: Page) -> list[str]:
    """What the tab asks for from now on, of the video's files without a grant."""
    found: list[str] = []
    files = re.compile(r"^https?://[^/]+/(video/d|hls|storyboard|captions|previews)/")
    tab.on("request", lambda asked: found.append(asked.url) if files.match(asked.url) else None)
    return found


def test_private_for_all_but_who_is_named(
    visitor: Visitor, enter: Enter, url: str, clip: Path, whole: Callable[[Person, str], None]
) -> None:
    owner, stranger = Person(url), Person(url)
    hash_path = owner.publish(clip, "Just for us")
    whole(owner, hash_path)
    tab = enter(visitor(), owner, then="/studio")
    dialog = edit(tab, "Just for us")
    choose(dialog, "Private", PRIVATE_HINT)
    save(dialog)
    expect(row(tab, "Just for us").get_by_text("Private", exact=True)).to_be_visible()
    expect(row(tab, "Just for us").get_by_text("Public", exact=True)).to_have_count(0)
    has_picture(row(tab, "Just for us"))

    plain = plain_addresses(tab)
    asked: list[str] = []
    tab.on("request", lambda one: asked.append(one.url))
    row(tab, "Just for us").get_by_role("link", name="Just for us").click()
    expect(tab.locator(".about-video").get_by_text("Private", exact=True)).to_be_visible()
    until(tab, PLAYS)
    assert any(re.search(r"/granted/[^/]+/hls/.*\.mp4", one) for one in asked)
    assert plain == []
    poster = tab.locator("video").get_attribute("poster")
    assert poster and poster.startswith("/granted/")

    other = enter(visitor(), stranger, then=f"/watch/{hash_path}")
    expect(other.get_by_text("This video is not here")).to_be_visible()

    tab.get_by_role("button", name="Edit").click()
    viewers = tab.get_by_role("dialog").get_by_role("region", name="Who may see it")
    expect(viewers.get_by_text("Nobody but you.")).to_be_visible()
    viewers.get_by_role("button", name="Add").click()
    field = viewers.get_by_label("Username")
    expect(field).to_have_accessible_description("Write the name of a channel.")
    field.fill("nobody.of.this.name")
    viewers.get_by_role("button", name="Add").click()
    expect(field).to_have_accessible_description("There is no channel with this name.")
    field.fill(stranger.name.upper())
    field.press("Enter")
    expect(viewers.get_by_role("listitem")).to_contain_text(stranger.name)
    expect(field).to_have_value("")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("Just for us")
    expect(other.locator(".about-video").get_by_text("Private", exact=True)).to_be_visible()
    until(other, PLAYS)

    viewers.get_by_role("button", name=f"Remove {stranger.name}").click()
    expect(viewers.get_by_text("Nobody but you.")).to_be_visible()
    told(tab, f"{stranger.name} can't see it any more.")
    other.reload()
    expect(other.get_by_text("This video is not here")).to_be_visible()


def test_a_private_video_without_a_stream_is_played_with_its_grant(
    visitor: Visitor,
    enter: Enter,
    url: str,
    clip: Path,
    whole: Callable[[Person, str], None],
    alter: Callable[..., None],
) -> None:
    owner = Person(url)
    hash_path = owner.publish(clip, "Before streams, for us")
    whole(owner, hash_path)
    owner.client.edit_video(hash_path, visibility="private")
    alter(hash_path, Stream=0, Storyboard=0, FilesEvent=2**62)
    eventually(lambda: owner.client.show_video(hash_path).stream == "")
    tab = enter(visitor(), owner, then=f"/watch/{hash_path}")
    until(tab, PLAYS)
    before = tab.evaluate(CURRENT)
    assert "/granted/" in before and before.endswith(f"/video/d/{hash_path}")
    # Other words come with another grant, and what plays goes on.
    tab.get_by_role("button", name="Edit").click()
    dialog = tab.get_by_role("dialog", name="Edit the video")
    dialog.get_by_label("Title").fill("Still for us")
    save(dialog)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Still for us")
    assert tab.evaluate(CURRENT) == before


def test_a_stream_that_fails_ends_in_the_granted_film(
    visitor: Visitor, enter: Enter, url: str, clip: Path, whole: Callable[[Person, str], None]
) -> None:
    owner = Person(url)
    hash_path = owner.publish(clip, "No stream comes")
    whole(owner, hash_path)
    owner.client.edit_video(hash_path, visibility="private")
    tab = enter(visitor(), owner)
    tab.route("**/hls/**", lambda route: route.fulfill(status=404))
    tab.goto(f"{url}/watch/{hash_path}")
    until(tab, PLAYS)
    assert re.search(f"/granted/[^/]+/video/d/{hash_path}$", tab.evaluate(CURRENT))


def test_a_card_without_a_grant_has_a_lock_for_a_picture(
    visitor: Visitor, enter: Enter, url: str, short: Path, screens: Path
) -> None:
    owner, friend = Person(url), Person(url)
    hash_path = owner.publish(short, "Seen before")
    friend.client.note_position(hash_path, position=0.5, watched=0.5, session="seen")
    owner.client.add_viewer(hash_path, friend.name)
    owner.client.edit_video(hash_path, visibility="private")
    tab = enter(visitor(), friend, then="/library/history")
    card = tab.locator(".card").filter(has_text="Seen before")
    expect(card.get_by_text("Private", exact=True)).to_be_visible()
    expect(card.locator(".thumbnail.none > .icon")).to_be_visible()
    expect(card.locator(".thumbnail img")).to_have_count(0)
    tab.screenshot(path=screens / "visibility-card.png")


def test_captions_of_a_private_video_are_there_at_once(
    visitor: Visitor, enter: Enter, url: str, short: Path, tmp_path: Path
) -> None:
    owner = Person(url)
    hash_path = owner.publish(short, "Said among us")
    owner.client.edit_video(hash_path, visibility="private")
    file = tmp_path / "us.srt"
    file.write_text("1\n00:00:00,000 --> 00:00:01,000\nPsst\n")
    tab = enter(visitor(), owner, then="/studio")
    captions = edit(tab, "Said among us").get_by_role("region", name="Captions")
    captions.get_by_label("File").set_input_files(file)
    captions.get_by_role("button", name="Upload the captions").click()
    address = captions.get_by_role("link").get_attribute("href")
    assert address and address.startswith("/granted/")
    assert "Psst" in requests.get(url + address, timeout=30).text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_scheduled_for_a_day(
    visitor: Visitor, enter: Enter, url: str, short: Path, axe: Path, screens: Path, theme: str
) -> None:
    person = Person(url)
    hash_path = person.publish(short, "Premiere")
    visit = visitor(color_scheme=theme, timezone_id="America/New_York")
    tab = enter(visit, person, then="/studio")
    dialog = edit(tab, "Premiere")
    choose(dialog, "Scheduled", "Only you, until then; after that everybody.")
    dialog.get_by_role("button", name="Save").click()
    field = dialog.get_by_label("Public from")
    expect(field).to_have_accessible_description("Fill this in.")
    expect(field).to_be_focused()
    field.fill("2020-01-02T10:00")
    dialog.get_by_role("button", name="Save").click()
    expect(field).to_have_accessible_description("Choose a time in the future, within two years.")
    assert visit.violations(tab, axe) == []
    tab.screenshot(path=screens / f"visibility-scheduled-{theme}.png")
    year = dt.datetime.now(dt.UTC).year + 1
    field.fill(f"{year}-02-03T10:30")
    save(dialog)
    expect(row(tab, "Premiere")).to_contain_text(f"Public on Feb 3, {year}, 10:30")
    assert person.client.show_video(hash_path).publish_at == f"{year}-02-03T15:30:00Z"
    assert requests.get(f"{url}/v/{hash_path}", timeout=30).status_code == 404
    has_picture(row(tab, "Premiere"))
    tab.screenshot(path=screens / f"visibility-studio-{theme}.png")
    # What has not changed is not sent: a time of before would be refused.
    dialog = edit(tab, "Premiere")
    expect(dialog.get_by_label("Public from")).to_have_value(f"{year}-02-03T10:30")
    sent: list[Any] = []
    tab.on("request", lambda one: sent.append(one.post_data_json) if one.method == "PATCH" else 0)
    dialog.get_by_label("Title").fill("The premiere")
    save(dialog)
    assert sent == [{"title": "The premiere"}]
    row(tab, "The premiere").get_by_role("link", name="The premiere").click()
    expect(tab.locator(".about-video")).to_contain_text(f"Public on Feb 3, {year}, 10:30")


def test_unlisted_is_watched_by_its_link(
    visitor: Visitor, enter: Enter, url: str, short: Path
) -> None:
    person = Person(url)
    person.publish(short, "In the list")
    hash_path = person.publish(short, "By its link")
    tab = enter(visitor(), person, then="/studio")
    dialog = edit(tab, "By its link")
    hint = "Everybody who has the link can watch it. It is in no list."
    choose(dialog, "Unlisted", hint)
    save(dialog)
    expect(row(tab, "By its link").get_by_text("Unlisted", exact=True)).to_be_visible()

    # What everybody is answered is kept for a second.
    channel = f"{url}/videos/channel/{person.name}"
    eventually(lambda: len(requests.get(channel, timeout=30).json()["response"]) == 1)
    other = visitor().open(f"/@{person.name}")
    expect(other.get_by_role("link", name="In the list")).to_be_visible()
    expect(other.get_by_role("link", name="By its link")).to_have_count(0)
    other.goto(f"{url}/watch/{hash_path}")
    expect(other.get_by_role("heading", level=1)).to_have_text("By its link")
    expect(other.locator(".about-video").get_by_text("Unlisted", exact=True)).to_be_visible()
    until(other, PLAYS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialog_for_a_private_video(
    visitor: Visitor, enter: Enter, url: str, short: Path, axe: Path, screens: Path, theme: str
) -> None:
    owner = Person(url)
    hash_path = owner.publish(short, "For a few")
    friends = sorted((Person(url), Person(url)), key=lambda one: one.name)
    for friend in friends:
        owner.client.add_viewer(hash_path, friend.name)
    visit = visitor(color_scheme=theme)
    tab = enter(visit, owner, then="/studio")
    dialog = edit(tab, "For a few")
    choose(dialog, "Private", PRIVATE_HINT)
    viewers = dialog.get_by_role("region", name="Who may see it")
    expect(viewers.get_by_role("listitem")).to_have_count(2)
    expect(viewers.get_by_text("It counts once the video is private")).to_be_visible()
    refused = {"response": {"error": "rate_limited", "message": "Too many.", "limit": 100}}
    tab.route("**/viewers/*", lambda route: route.fulfill(status=429, json=refused))
    viewers.get_by_label("Username").fill("one.more")
    viewers.get_by_role("button", name="Add").click()
    expect(viewers.get_by_label("Username")).to_have_accessible_description(
        "At most 100 can be named. Remove somebody first."
    )
    assert visit.violations(tab, axe) == []
    for name, size in (("desk", (1280, 1100)), ("phone", PHONE)):
        tab.set_viewport_size({"width": size[0], "height": size[1]})
        viewers.scroll_into_view_if_needed()
        tab.screenshot(path=screens / f"visibility-private-{name}-{theme}.png")
        wide = "document.querySelector('dialog').scrollWidth"
        assert tab.evaluate(f"{wide} <= document.querySelector('dialog').clientWidth")
