"""The moderators' desk, and the one whom they have decided about: from the report to the appeal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from vireo_ops.commands import run_command
from vireo_ops.runtime import Runtime
from vireo_testing.browser import PHONE, Visit
from vireo_testing.person import Person, eventually

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
HOSTILE = "<b>Cheap</b> watches \u202ehere"


@pytest.fixture(scope="module")
def moderator(url: str, runtime: Runtime) -> Person:
    """Somebody with the role, in the private Vireo of these tests."""
    person = Person(url)
    assert run_command(runtime, "auth", "grant", person.name, "moderator") == 0
    return person


def test_from_the_report_to_the_appeal(
    visitor: Visitor, enter: Enter, url: str, short: Path, moderator: Person
) -> None:
    owner, stranger = Person(url), Person(url)
    video = owner.publish(short, HOSTILE)
    stranger.client.report("video", video, "spam", "Only <i>advertising</i>")
    desk = enter(visitor(), moderator)
    desk.get_by_role("button", name="Your menu").click()
    desk.get_by_role("link", name="Moderation").click()
    desk.wait_for_url("**/desk")
    case = desk.get_by_role("article").filter(has_text=HOSTILE)
    expect(case).to_contain_text("1 report")
    expect(case).to_contain_text("Spam or advertising")
    expect(case).to_contain_text("Only <i>advertising</i>")
    case.get_by_role("button", name="Hide").click()
    dialog = desk.get_by_role("dialog", name="Hide")
    dialog.get_by_label("Note for the one concerned").fill("This is a shop's window.")
    dialog.get_by_role("button", name="Hide").click()
    expect(case).to_have_count(0)
    eventually(lambda: stranger.get(f"/v/{video}").status_code == 404)
    # The one concerned is told, and says something against it.
    theirs = enter(visitor(), owner)
    theirs.locator(".bell button.opener").click()
    theirs.get_by_role("link", name="A moderator has decided").click()
    theirs.wait_for_url("**/account?show=decisions")
    section = theirs.get_by_role("region", name="Decisions about you")
    expect(section).to_contain_text("Hidden")
    expect(section).to_contain_text("This is a shop's window.")
    assert moderator.name not in section.inner_text()
    section.get_by_role("button", name="Appeal").click()
    form = theirs.get_by_role("dialog", name="Appeal")
    form.get_by_role("button", name="Appeal").click()
    expect(form.get_by_text("Say something.")).to_be_visible()
    form.get_by_label("What you say against it").fill("It is my own workshop.")
    form.get_by_role("button", name="Appeal").click()
    expect(section).to_contain_text("Your appeal is being looked at.")
    # Once is enough.
    expect(section.get_by_role("button", name="Appeal")).to_have_count(0)
    desk.get_by_role("radio", name="Appeals").check()
    appeal = desk.get_by_role("article").filter(has_text="It is my own workshop.")
    appeal.get_by_role("button", name="Restore").click()
    desk.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(appeal).to_have_count(0)
    eventually(lambda: stranger.get(f"/v/{video}").status_code == 200)
    theirs.reload()
    expect(section).to_contain_text("Your appeal was granted.")
    desk.get_by_role("radio", name="Decided").check()
    expect(desk.get_by_role("article").filter(has_text=HOSTILE).first).to_contain_text(
        f"by {moderator.name}"
    )
    desk.get_by_role("radio", name="Log").check()
    expect(desk.get_by_text("Restored").first).to_be_visible()


def test_another_moderator_was_quicker(
    visit: Visit, enter: Enter, url: str, short: Path, moderator: Person
) -> None:
    video = Person(url).publish(short, "Decided twice")
    Person(url).client.report("video", video, "misleading")
    tab = enter(visit, moderator, then="/desk")
    case = tab.get_by_role("article").filter(has_text="Decided twice")
    case.get_by_role("button", name="Dismiss").click()
    (found,) = [row for row in moderator.client.list_reports() if row.video == video]
    moderator.client.decide_report(found.id, "dismiss")
    tab.get_by_role("dialog").get_by_role("button", name="Dismiss").click()
    expect(tab.get_by_text("Another moderator has decided this meanwhile.")).to_be_visible()
    expect(case).to_have_count(0)


def test_who_has_no_role_is_shown_nothing(visit: Visit, enter: Enter, url: str) -> None:
    tab = enter(visit, Person(url), then="/desk")
    expect(tab.get_by_text("This is for moderators")).to_be_visible()
    with tab.expect_response("**/me"):
        tab.get_by_role("button", name="Your menu").click()
    expect(tab.get_by_role("link", name="Account")).to_be_visible()
    expect(tab.get_by_role("link", name="Moderation")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk_is_for_everybody(
    visitor: Visitor,
    enter: Enter,
    url: str,
    short: Path,
    axe: Path,
    screens: Path,
    moderator: Person,
    theme: str,
) -> None:
    owner = Person(url)
    video = owner.publish(short, "Reported")
    comment = owner.client.post_comment(video, "A comment of some length")
    for subject in (("video", video), ("comment", comment.id), ("channel", owner.name)):
        Person(url).client.report(*subject, "harassment", "See for yourself")
    visit = visitor(color_scheme=theme)
    tab = enter(visit, moderator, then="/desk")
    case = tab.get_by_role("article").filter(has_text=owner.name)
    expect(case.filter(has_text="A comment of some length")).to_be_visible()
    tab.screenshot(path=screens / f"desk-{theme}.png", full_page=True)
    assert visit.violations(tab, axe) == []
    tab.get_by_role("button", name="Suspend the channel").first.click()
    tab.screenshot(path=screens / f"decide-{theme}.png")
    assert visit.violations(tab, axe) == []
    small = enter(visitor(size=PHONE, color_scheme=theme), moderator, then="/desk")
    expect(small.get_by_role("article").first).to_be_visible()
    small.screenshot(path=screens / f"desk-phone-{theme}.png")
    assert not small.evaluate("document.documentElement.scrollWidth > innerWidth")
