"""One's own videos: in every state, on every device, with other words for them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from vireo_ops import database
from vireo_ops.programs import DATABASE_NAME
from vireo_ops.runtime import Runtime
from vireo_testing.browser import Visit, until
from vireo_testing.person import Person

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
# More than two pieces of the list, of 120 rows each; many pages.
MANY = 270


def edit(tab: Page, title: str) -> Locator:
    """Open the form for the texts of a video in the list; the dialog."""
    tab.get_by_role("button", name=f"Edit “{title}”").click()
    dialog = tab.get_by_role("dialog", name="Edit the video")
    expect(dialog.get_by_label("Title")).to_have_value(title)
    return dialog


def texts_of(person: Person, hash_path: str) -> tuple[str, str]:
    """Title and description as the API has them."""
    video = person.get(f"/v/{hash_path}").json()["response"]
    return video["title"], video["description"]


def test_another_device_sees_what_is_unfinished(
    visitor: Visitor, enter: Enter, url: str, short: Path
) -> None:
    person = Person(url)
    first = enter(visitor(), person, then="/send")
    first.route("**/upload/tus", lambda route: route.abort("connectionreset"))
    first.locator("input[type=file]").set_input_files(short)
    first.get_by_label("Title").fill("Begun elsewhere")
    first.get_by_role("button", name="Upload").click()
    expect(first.get_by_role("alert")).to_contain_text("can't be reached")

    other = enter(visitor(), person, then="/studio")
    row = other.get_by_role("listitem").filter(has_text="Begun elsewhere")
    expect(row.get_by_text("Waiting for its file")).to_be_visible()
    row.get_by_role("link", name="Send its file").click()
    expect(other.get_by_label("Title")).to_have_value("Begun elsewhere")
    other.locator("input[type=file]").set_input_files(short)
    other.get_by_role("button", name="Upload").click()
    expect(other.get_by_text("Your video is ready.")).to_be_visible()
    other.get_by_role("button", name="Your menu").click()
    other.get_by_role("link", name="My videos").click()
    expect(row.get_by_text("Public", exact=True)).to_be_visible()
    # No browser keeps a list of its own.
    assert "Begun" not in first.evaluate("JSON.stringify(localStorage)")
    assert "pending" not in first.evaluate("Object.keys(localStorage).join()")


def bytes_have_come(runtime: Runtime, person: Person) -> None:
    """What media would tell of somebody's videos: nobody may wait for the bytes of so many."""
    with database._as_root(runtime.layout) as cursor:
        cursor.execute(f"USE `{DATABASE_NAME}`")
        cursor.execute(
            "UPDATE Videos JOIN Channels USING (ChannelID) SET StoredAt = UTC_TIMESTAMP()"
            " WHERE Username = %s",
            (person.name,),
        )


def test_a_long_list_loads_on_and_stays_light(
    visit: Visit, enter: Enter, url: str, runtime: Runtime
) -> None:
    person = Person(url)
    for number in range(MANY):
        person.announce(f"Number {number}")
        if number % 90 == 89:
            bytes_have_come(runtime, person)
    tab = enter(visit, person, then="/studio")
    rows = "document.querySelectorAll('.own h2').length"
    until(tab, f"{rows} >= 24")
    while (seen := tab.evaluate(rows)) < MANY:
        tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        until(tab, f"{rows} > {seen}")
    titles = tab.locator(".own h2").all_text_contents()
    assert titles == [f"Number {n}" for n in reversed(range(MANY))]
    expect(tab.get_by_role("button", name="Load more")).to_have_count(0)
    # What is far away is there, but costs nothing.
    drawn = "one => one.checkVisibility({contentVisibilityAuto: true})"
    first, last = tab.locator(".own h2").first, tab.locator(".own h2").last
    last.scroll_into_view_if_needed()
    until(tab, f"({drawn})([...document.querySelectorAll('.own h2')].at(-1))")
    assert not first.evaluate(drawn)
    # Who comes back from there is there.
    tab.get_by_role("link", name="Number 3", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Number 3")
    tab.go_back()
    expect(tab.get_by_role("link", name="Number 3", exact=True)).to_be_in_viewport()
    assert tab.evaluate(rows) == MANY


def test_what_moves_is_looked_at_again(visit: Visit, enter: Enter, url: str, short: Path) -> None:
    person = Person(url)
    older = person.announce("Older")
    newer = person.announce("Newer")
    tab = enter(visit, person, then="/studio")
    expect(tab.get_by_text("Waiting for its file")).to_have_count(2)
    # A file that another device sends is seen by who comes back; nothing else is asked for.
    assert person.send(older, short).status_code == 200
    person.wait_until_ready(older)
    tab.get_by_role("link", name="Newer").click()
    expect(tab.get_by_role("link", name="Send its file")).to_be_visible()
    tab.go_back()
    row = tab.get_by_role("listitem").filter(has_text="Older")
    expect(row.get_by_text("Public", exact=True)).to_be_visible()
    # What was deleted elsewhere can be deleted here as well: this list is older than that.
    before = person.get("/me/videos").json()
    tab.route("**/me/videos*", lambda route: route.fulfill(json=before))
    assert person.delete(f"/v/{newer}").status_code == 200
    tab.get_by_role("button", name="Delete “Newer”").click()
    tab.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(tab.get_by_role("heading", name="Newer")).to_have_count(0)
    expect(tab.get_by_role("heading", name="Older")).to_be_visible()


def test_other_words_for_a_video(visit: Visit, enter: Enter, url: str, short: Path) -> None:
    person = Person(url)
    hash_path = person.publish(short, "Frist draft", "To be written")
    tab = enter(visit, person, then="/studio")
    dialog = edit(tab, "Frist draft")
    expect(dialog.get_by_label("Description")).to_have_value("To be written")
    dialog.get_by_label("Title").fill("  First draft ")
    dialog.get_by_label("Description").fill("Written\nin two lines")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(tab.get_by_role("heading", name="First draft")).to_be_visible()
    expect(tab.get_by_role("button", name="Edit “First draft”")).to_be_focused()
    assert texts_of(person, hash_path) == ("First draft", "Written\nin two lines")

    tab.get_by_role("link", name="First draft").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("First draft")
    expect(tab.get_by_text("in two lines")).to_be_visible()
    tab.go_back()
    dialog = edit(tab, "First draft")
    dialog.get_by_label("Title").fill("Not kept")
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("heading", name="First draft")).to_be_visible()
    assert texts_of(person, hash_path)[0] == "First draft"


def test_errors_of_an_edit_stand_at_their_fields(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    hash_path = person.announce("Good as it is")
    tab = enter(visit, person, then="/studio")
    dialog = edit(tab, "Good as it is")
    title, text = dialog.get_by_label("Title"), dialog.get_by_label("Description")
    save = dialog.get_by_role("button", name="Save")
    title.fill(" ")
    save.click()
    expect(title).to_be_focused()
    expect(title).to_have_accessible_description(re.compile("A title is needed"))
    title.fill("x" * 256)
    expect(title).to_have_accessible_description(re.compile("At most 255"))
    title.fill("Better")
    # What only the server knows.
    text.fill("a bell: \u0007")
    save.click()
    expect(text).to_have_accessible_description(re.compile("control characters"))
    assert texts_of(person, hash_path)[0] == "Good as it is"
    text.fill("no bell")
    save.click()
    expect(tab.get_by_role("heading", name="Better")).to_be_visible()
    # Gone meanwhile.
    dialog = edit(tab, "Better")
    assert person.delete(f"/v/{hash_path}").status_code == 200
    dialog.get_by_label("Title").fill("Best")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This video is not here")


def test_a_session_that_ends_takes_no_words_along(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    hash_path = person.announce("Before")
    tab = enter(visit, person, then="/studio")
    dialog = edit(tab, "Before")
    dialog.get_by_label("Title").fill("Typed with care")
    dialog.get_by_label("Description").fill("Word by word")
    assert person.delete("/sessions").status_code == 200
    dialog.get_by_role("button", name="Save").click()
    again = tab.get_by_role("dialog", name="Sign in again")
    again.get_by_label("Password", exact=True).fill(person.password)
    again.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", name="Typed with care")).to_be_visible()
    assert texts_of(person, hash_path) == ("Typed with care", "Word by word")


def test_words_for_a_video_while_it_is_on_its_way(
    visit: Visit, enter: Enter, url: str, tmp_path: Path, short: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    network = visit.context.new_cdp_session(tab)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
    network.send("Network.emulateNetworkConditions", slow)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypisom" + bytes(20_000_000))
    tab.locator("input[type=file]").set_input_files(film)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_text("of 20 MB")).to_be_visible()
    title, save = tab.get_by_label("Title"), tab.get_by_role("button", name="Save")
    expect(save).to_be_disabled()
    title.fill("A better title")
    save.click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    expect(tab.get_by_role("heading", name="A better title")).to_be_visible()
    (video,) = person.get("/me/videos").json()["response"]
    assert (video["title"], video["state"], video["uploaded"]) == (
        "A better title",
        "waiting",
        False,
    )
    # What is not saved yet is there for who looks around meanwhile.
    tab.get_by_label("Description").fill("More to come")
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("link", name="My videos").click()
    expect(tab.get_by_text("Being uploaded")).to_be_visible()
    tab.get_by_role("link", name="How far it is").click()
    expect(tab.get_by_label("Description")).to_have_value("More to come")
    expect(save).to_be_enabled()
    tab.get_by_role("button", name="Cancel upload").click()
    expect(tab.get_by_text("Drop a video here")).to_be_visible()

    # Who goes on without saving has not typed in vain.
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    tab.locator("input[type=file]").set_input_files(short)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    title.fill("Named at last")
    tab.get_by_role("link", name="Watch it").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Named at last")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_owner_edits_and_deletes_where_it_is_watched(
    visitor: Visitor, enter: Enter, url: str, short: Path, axe: Path, screens: Path, theme: str
) -> None:
    person = Person(url)
    hash_path = person.publish(short, "Frist draft", "To be written")
    visit = visitor(color_scheme=theme)
    # For others there is nothing of it.
    tab = visit.open(f"/watch/{hash_path}")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Frist draft")
    expect(tab.get_by_role("button", name="Edit")).to_have_count(0)
    expect(tab.get_by_role("button", name="Delete")).to_have_count(0)

    tab = enter(visit, person, then=f"/watch/{hash_path}")
    tab.get_by_role("button", name="Edit").click()
    dialog = tab.get_by_role("dialog", name="Edit the video")
    expect(dialog.get_by_label("Description")).to_have_value("To be written")
    # What is typed is no key of the player.
    dialog.get_by_label("Title").fill("")
    dialog.get_by_label("Title").press_sequentially("First draft, milk")
    dialog.get_by_label("Description").fill("Written: 0:01")
    assert visit.violations(tab, axe) == []
    dialog.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("First draft, milk")
    expect(tab.get_by_role("button", name="0:01")).to_be_visible()
    assert texts_of(person, hash_path) == ("First draft, milk", "Written: 0:01")
    assert tab.evaluate("document.querySelector('video').muted") is False
    tab.screenshot(path=screens / f"watch-own-{theme}.png")
    assert visit.violations(tab, axe) == []

    tab.get_by_role("button", name="Delete").click()
    tab.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(tab.get_by_role("button", name="Delete")).to_be_focused()
    tab.get_by_role("button", name="Delete").click()
    tab.get_by_role("dialog").get_by_role("button", name="Delete").click()
    tab.wait_for_url(f"{url}/studio")
    expect(tab.get_by_text("You have no videos yet")).to_be_visible()
    assert person.get(f"/v/{hash_path}").status_code == 404


def test_what_is_not_public_yet_can_be_edited_and_deleted_too(
    visit: Visit, enter: Enter, url: str
) -> None:
    person = Person(url)
    hash_path = person.announce("Not yet")
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    tab.get_by_role("button", name="Edit").click()
    dialog = tab.get_by_role("dialog", name="Edit the video")
    dialog.get_by_label("Title").fill("Soon")
    dialog.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", name="Soon")).to_be_visible()
    tab.get_by_role("button", name="Delete").click()
    tab.get_by_role("dialog").get_by_role("button", name="Delete").click()
    tab.wait_for_url(f"{url}/studio")
    assert person.get("/me/videos").json()["response"] == []
