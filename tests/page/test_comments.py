"""Comments below a video: read, written, answered, changed, kept in order by the owner."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from vireo_testing.browser import PHONE, Visit
from vireo_testing.person import Person
from vireo_testing.player import heard

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"> <script>alert(1)</script> \u202erutcip\u202c "
    "javascript:alert(1) https://example.org/a?b=<i> at 0:01"
)


@pytest.fixture
def talk(url: str, short: Path) -> tuple[Person, str]:
    """The owner of a new video, and its hash path."""
    owner = Person(url)
    return owner, owner.publish(short, "A small clip")


def field(tab: Page) -> Locator:
    return tab.get_by_label("Write a comment")


def comment(tab: Page, text: str) -> Locator:
    """The comment with this text."""
    return tab.locator("article.comment").filter(has_text=text)


def choose(tab: Page, of: Locator, what: str) -> None:
    of.get_by_role("button", name="More to do with the comment").click()
    tab.locator(".sheet").get_by_role("button", name=what, exact=True).click()


def count(tab: Page, words: str) -> None:
    expect(tab.get_by_role("button", name=words, exact=True)).to_be_visible()


def test_written_answered_edited_and_deleted(
    visit: Visit, enter: Enter, url: str, talk: tuple[Person, str]
) -> None:
    owner, hash_path = talk
    person = Person(url)
    first = owner.client.post_comment(hash_path, "Welcome, all.")
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    count(tab, "1 comment")
    field(tab).fill("What a @nobody_here clip")
    tab.get_by_role("button", name="Comment", exact=True).click()
    mine = comment(tab, "What a")
    expect(mine.get_by_role("button", name="Like the comment")).to_be_visible()
    expect(field(tab)).to_have_value("")
    count(tab, "2 comments")
    link = mine.get_by_role("link", name="@nobody_here")
    expect(link).to_have_attribute("href", "/@nobody_here")
    # A reply; they are folded until somebody writes one or wants to see them.
    comment(tab, "Welcome").get_by_role("button", name="Reply").click()
    answer = tab.get_by_label(f"Reply to {owner.name}")
    expect(answer).to_be_focused()
    answer.fill("Thank you!")
    answer.press("Control+Enter")
    expect(comment(tab, "Thank you!").get_by_role("button", name="Reply")).to_be_visible()
    count(tab, "3 comments")
    assert [one.text for one in owner.client.list_replies(first.id)] == ["Thank you!"]
    choose(tab, mine, "Edit")
    tab.get_by_label("Your comment").fill("What a fine clip")
    tab.get_by_role("button", name="Save", exact=True).last.click()
    expect(comment(tab, "What a fine clip")).to_contain_text("edited")
    choose(tab, comment(tab, "What a fine clip"), "Delete")
    dialog = tab.get_by_role("dialog", name="Delete this comment?")
    dialog.get_by_role("button", name="Delete").click()
    expect(comment(tab, "What a fine clip")).to_have_count(0)
    count(tab, "2 comments")
    # All of it is so for the next one too.
    tab.reload()
    count(tab, "2 comments")
    tab.get_by_role("button", name="1 reply").click()
    expect(comment(tab, "Thank you!")).to_be_visible()
    like = comment(tab, "Thank you!").get_by_role("button", name="Like the comment")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_contain_text("1")


def test_one_that_was_deleted_keeps_its_replies(
    visit: Visit, enter: Enter, url: str, talk: tuple[Person, str]
) -> None:
    owner, hash_path = talk
    person = Person(url)
    first = person.client.post_comment(hash_path, "To be deleted")
    owner.client.post_comment(hash_path, "But answered", reply_to=first.id)
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    choose(tab, comment(tab, "To be deleted"), "Delete")
    tab.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("This comment was deleted.")).to_be_visible()
    count(tab, "1 comment")
    tab.get_by_role("button", name="1 reply").click()
    expect(comment(tab, "But answered")).to_be_visible()
    # Its place goes with the last of them.
    owner.client.delete_comment(next(iter(owner.client.list_replies(first.id))).id)
    tab.reload()
    count(tab, "0 comments")
    expect(tab.get_by_text("This comment was deleted.")).to_have_count(0)


def test_nothing_that_was_typed_is_lost(
    visit: Visit, enter: Enter, url: str, talk: tuple[Person, str]
) -> None:
    _, hash_path = talk
    person = Person(url)
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    field(tab).fill("Half a thou")
    tab.reload()
    expect(field(tab)).to_have_value("Half a thou")
    # It failed, after the server had taken it: it is back in the field, and there once.
    tab.route("**/comments", lambda route: (route.fetch(), route.abort("connectionreset"))[1])
    field(tab).fill("A whole thought")
    tab.get_by_role("button", name="Comment", exact=True).click()
    expect(tab.get_by_role("alert")).to_contain_text("can't be reached")
    expect(field(tab)).to_have_value("A whole thought")
    tab.unroute("**/comments")
    tab.reload()
    expect(field(tab)).to_have_value("A whole thought")
    tab.get_by_role("button", name="Comment", exact=True).click()
    expect(field(tab)).to_have_value("")
    expect(comment(tab, "A whole thought")).to_have_count(1)
    assert [one.text for one in person.client.list_comments(hash_path)] == ["A whole thought"]
    # What somebody has typed is nobody else's.
    field(tab).fill("Not for others")
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("link", name="Sign in")).to_be_visible()
    assert "Not for others" not in tab.evaluate("JSON.stringify(sessionStorage)")


def test_who_is_signed_out_writes_and_signs_in_then(
    visit: Visit, url: str, talk: tuple[Person, str]
) -> None:
    person = Person(url)
    tab = visit.open(f"/watch/{talk[1]}")
    field(tab).fill("Just this")
    tab.get_by_role("button", name="Comment", exact=True).click()
    dialog = tab.get_by_role("dialog", name="Sign in to go on.")
    dialog.get_by_label("Username").fill(person.name)
    dialog.get_by_label("Password", exact=True).fill(person.password)
    sent: list[Route] = []
    tab.route(
        "**/comments*",
        lambda route: sent.append(route) if route.request.method == "POST" else route.fallback(),
    )
    # The list of who has signed in is there before the comment is.
    with tab.expect_response(
        lambda answer: "/comments" in answer.url and "authorization" in answer.request.headers
    ):
        dialog.get_by_role("button", name="Sign in").click()
    expect(field(tab)).to_have_value("")
    heard(tab, lambda: sent)
    sent[0].continue_()
    expect(comment(tab, "Just this")).to_have_count(1)
    expect(comment(tab, "Just this").get_by_role("button", name="Like")).to_be_visible()


def test_it_is_there_at_once(
    visit: Visit, enter: Enter, url: str, talk: tuple[Person, str]
) -> None:
    tab = enter(visit, Person(url), then=f"/watch/{talk[1]}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    field(tab).fill("Now")
    tab.route("**/comments", hold)
    field(tab).press("Control+Enter")
    expect(comment(tab, "Now")).to_have_attribute("aria-busy", "true")
    expect(field(tab)).to_have_value("")
    field(tab).fill("and more")
    heard(tab, lambda: held)
    held[0].continue_()
    expect(comment(tab, "Now")).not_to_have_attribute("aria-busy", "true")
    expect(field(tab)).to_have_value("and more")


def test_the_owner_keeps_order(
    visitor: Visitor, enter: Enter, url: str, talk: tuple[Person, str]
) -> None:
    owner, hash_path = talk
    person = Person(url)
    person.client.post_comment(hash_path, "The older one")
    person.client.post_comment(hash_path, "The newer one")
    tab = enter(visitor(), owner, then=f"/watch/{hash_path}")
    choose(tab, comment(tab, "The older one"), "Pin to the top")
    expect(tab.locator("article.comment").first).to_contain_text("pinned")
    expect(tab.locator("article.comment").first).to_contain_text("The older one")
    # From now on what others write waits.
    tab.get_by_role("button", name="Edit", exact=True).click()
    tab.get_by_role("dialog").get_by_label("Comments").select_option("Reviewed")
    tab.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)
    other = enter(visitor(), person, then=f"/watch/{hash_path}")
    expect(other.get_by_text("once the owner has approved them")).to_be_visible()
    field(other).fill("May I?")
    other.get_by_role("button", name="Comment", exact=True).click()
    expect(comment(other, "May I?")).to_contain_text("Waits for approval")
    count(other, "2 comments")
    tab.reload()
    comment(tab, "May I?").get_by_role("button", name="Approve").click()
    expect(comment(tab, "May I?")).not_to_contain_text("Waits for approval")
    count(tab, "3 comments")
    # Closed while somebody writes: what they wrote is theirs still.
    field(other).fill("Too late")
    owner.client.edit_video(hash_path, comments_policy="closed")
    other.get_by_role("button", name="Comment", exact=True).click()
    expect(other.get_by_role("alert")).to_contain_text("Comments are closed here.")
    expect(field(other)).to_have_value("Too late")
    other.reload()
    expect(other.get_by_text("Comments are closed here.")).to_be_visible()
    expect(field(other)).to_have_count(0)
    expect(comment(other, "May I?")).to_be_visible()


def test_who_is_blocked_is_told_so(
    visit: Visit, enter: Enter, url: str, talk: tuple[Person, str]
) -> None:
    owner, hash_path = talk
    person = Person(url)
    owner.client.block_channel(person.name)
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    field(tab).fill("Let me in")
    tab.get_by_role("button", name="Comment", exact=True).click()
    expect(tab.get_by_role("alert")).to_contain_text("You can't write here")
    expect(field(tab)).to_have_value("Let me in")
    expect(comment(tab, "Let me in")).to_have_count(0)


def test_who_is_too_quick_is_told_when(
    visit: Visit, enter: Enter, url: str, talk: tuple[Person, str]
) -> None:
    _, hash_path = talk
    person = Person(url)
    for number in range(10):
        person.client.post_comment(hash_path, f"Number {number}")
    tab = enter(visit, person, then=f"/watch/{hash_path}")
    field(tab).fill("The eleventh")
    tab.get_by_role("button", name="Comment", exact=True).click()
    expect(tab.get_by_role("alert")).to_contain_text(re.compile(r"Try again in \d+:\d\d"))
    expect(tab.get_by_role("button", name="Comment", exact=True)).to_be_disabled()
    expect(field(tab)).to_have_value("The eleventh")


def test_what_is_written_is_text(visitor: Visitor, url: str, talk: tuple[Person, str]) -> None:
    owner, hash_path = talk
    first = owner.client.post_comment(hash_path, f"First {HOSTILE}")
    owner.client.post_comment(hash_path, "W" * 3000)
    owner.client.post_comment(hash_path, f"Reply {HOSTILE}", reply_to=first.id)
    tab = visitor(size=PHONE).open(f"/watch/{hash_path}")
    # Where more videos come below them they are folded.
    tab.get_by_role("button", name="3 comments").click()
    tab.get_by_role("button", name="1 reply").click()
    expect(comment(tab, "Reply <img")).to_be_visible()
    text = comment(tab, "First <img").locator(".their-text").text_content()
    assert text == f"First {HOSTILE}"
    links = tab.locator(".their-text a").evaluate_all("all => all.map(one => one.href)")
    assert links == ["https://example.org/a?b="] * 2
    assert tab.locator("main img[src=x], main script, main i, main b").count() == 0
    assert "owned" not in tab.title()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_they_load_on_and_are_sorted(visit: Visit, url: str, talk: tuple[Person, str]) -> None:
    owner, hash_path = talk
    people = [owner, Person(url), Person(url)]
    ids = [
        person.client.post_comment(hash_path, f"Number {n} of {person.name}").id
        for n in range(9)
        for person in people
    ]
    owner.client.like_comment(ids[0])
    tab = visit.open(f"/watch/{hash_path}#comments")
    expect(tab.locator("article.comment").first).to_contain_text("Number 8")
    expect(tab.locator("article.comment")).to_have_count(20)
    tab.locator("article.comment").last.scroll_into_view_if_needed()
    expect(tab.locator("article.comment")).to_have_count(27)
    tab.get_by_role("radio", name="Most liked first").check()
    expect(tab.locator("article.comment").first).to_contain_text(f"Number 0 of {owner.name}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, (1280, 900)])
def test_a_talk_can_be_seen_by_everybody(
    visitor: Visitor,
    enter: Enter,
    url: str,
    talk: tuple[Person, str],
    axe: Path,
    screens: Path,
    theme: str,
    size: tuple[int, int],
) -> None:
    owner, hash_path = talk
    person = Person(url)
    pinned = owner.client.post_comment(hash_path, "Filmed on the way home, in one go.")
    owner.client.pin_comment(pinned.id)
    said = person.client.post_comment(
        hash_path, f"The light at 0:01! Well done @{owner.name}\n" * 9
    )
    owner.client.post_comment(hash_path, "Thank you, that was luck.", reply_to=said.id)
    gone = person.client.post_comment(hash_path, "Gone")
    owner.client.post_comment(hash_path, "What did it say?", reply_to=gone.id)
    person.client.delete_comment(gone.id)
    owner.client.edit_video(hash_path, comments_policy="review")
    person.client.post_comment(hash_path, "May I say something?")
    visit = visitor(color_scheme=theme, size=size, locale="de-DE" if size == PHONE else "en-GB")
    tab = visit.open(f"/enter?next=/watch/{hash_path}")
    tab.locator("input").nth(1).fill(owner.name)
    tab.locator("input[type=password]").fill(owner.password)
    tab.locator("main form button[type=submit]").click()
    if size == PHONE:
        tab.get_by_role("button", name="4 Kommentare").click()
    expect(tab.locator("article.comment")).to_have_count(3)
    tab.locator(".fold-replies").first.click()
    tab.locator(".fold-replies").last.click()
    expect(tab.locator("article.comment")).to_have_count(5)
    tab.locator("article.comment .small-act:not([aria-pressed])").first.click()
    tab.evaluate("document.querySelector('.talk').scrollIntoView()")
    tab.screenshot(path=screens / f"comments-{size[0]}-{theme}.png", full_page=True)
    assert visit.violations(tab, axe) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
