"""Captions where they are set, and chapters where they are watched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from vireo_testing.browser import PHONE, Visit, until
from vireo_testing.person import Person

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello & goodbye\n"
DESCRIPTION = """All of it:
0:00 Begin
0:01 <img src=x onerror=alert(1)> & the rest of a title that is longer than a phone is wide
0:02 \u202eEnd"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    texts = {"good.srt": SRT, "bad.srt": f"{SRT}\n2\n00:00:xx --> 00:00:03,000\nno\n"}
    texts["large.srt"] = "x" * ((1 << 20) + 1)
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return {name: tmp_path / name for name in texts}


def part(tab: Page, title: str) -> Locator:
    """The captions in the dialog of a video of one's own list."""
    tab.get_by_role("button", name=f"Edit “{title}”").click()
    found = tab.get_by_role("dialog").get_by_role("region", name="Captions")
    expect(found).to_be_visible()
    return found


def captions_of(person: Person, hash_path: str) -> list[str]:
    video = person.get(f"/v/{hash_path}").json()["response"]
    return [each["language"] for each in video["captions"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_set_replaced_and_removed(
    visitor: Visitor,
    enter: Enter,
    url: str,
    short: Path,
    axe: Path,
    screens: Path,
    files: dict[str, Path],
    theme: str,
) -> None:
    person = Person(url)
    hash_path = person.publish(short, "With captions")
    visit = visitor(color_scheme=theme)
    tab = enter(visit, person, then="/studio")
    captions = part(tab, "With captions")
    expect(captions.get_by_text("No captions yet.")).to_be_visible()
    send = captions.get_by_role("button", name="Upload the captions")
    send.click()
    file = captions.get_by_label("File")
    expect(captions.get_by_role("alert")).to_have_text("Choose a file.")
    expect(file).to_be_focused()
    expect(file).to_have_accessible_description(
        "Choose a file. WebVTT or SRT in any encoding, at most 1 MB."
    )
    file.set_input_files(files["large.srt"])
    expect(captions.get_by_role("alert")).to_have_count(0)
    send.click()
    expect(captions.get_by_role("alert")).to_have_text("The file has more than 1 MB.")
    file.set_input_files(files["bad.srt"])
    send.click()
    expect(captions.get_by_role("alert")).to_have_text("Line 6 of the file can't be read.")
    tab.screenshot(path=screens / f"captions-{theme}.png")
    assert visit.violations(tab, axe) == []
    assert captions_of(person, hash_path) == []

    captions.get_by_label("Language").select_option(label="German")
    file.set_input_files(files["good.srt"])
    send.press("Enter")
    row = captions.get_by_role("listitem")
    expect(row).to_contain_text("Deutsch")
    expect(row).to_contain_text("German")
    expect(captions.get_by_role("alert")).to_have_count(0)
    assert captions_of(person, hash_path) == ["de"]
    # Another file in the same language is in place of the first.
    file.set_input_files(files["good.srt"])
    send.click()
    expect(tab.get_by_text("The captions in German are there.").first).to_be_visible()
    expect(row).to_have_count(1)
    assert visit.violations(tab, axe) == []
    row.get_by_role("button", name="Remove the captions in German").click()
    expect(row).to_have_count(0)
    assert captions_of(person, hash_path) == []


def test_before_its_file_and_without_the_server(
    visit: Visit, enter: Enter, url: str, files: dict[str, Path]
) -> None:
    person = Person(url)
    person.announce("No file yet")
    tab = enter(visit, person, then="/studio")
    captions = part(tab, "No file yet")
    captions.get_by_label("File").set_input_files(files["good.srt"])
    send = captions.get_by_role("button", name="Upload the captions")
    send.click()
    expect(captions.get_by_role("alert")).to_have_text(
        "The file of the video has to be there first."
    )
    tab.route("**/captions/*", lambda route: route.abort("connectionreset"))
    send.click()
    expect(captions.get_by_role("alert")).to_contain_text("can't be reached")


def test_in_another_language_on_a_phone(
    visitor: Visitor, enter: Enter, url: str, short: Path, screens: Path, files: dict[str, Path]
) -> None:
    person = Person(url)
    person.publish(short, "Untertitelt")
    visit = visitor(size=PHONE)
    tab = enter(visit, person, then="/studio")
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("radio", name="Deutsch").check()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="„Untertitelt“ bearbeiten").click()
    captions = tab.get_by_role("dialog").get_by_role("region", name="Untertitel")
    captions.get_by_label("Sprache").select_option(label="Portugiesisch (Brasilien)")
    captions.get_by_label("Datei").set_input_files(files["good.srt"])
    captions.get_by_role("button", name="Untertitel hochladen").click()
    row = captions.get_by_role("listitem")
    expect(row).to_contain_text("Português (BR)")
    row.scroll_into_view_if_needed()
    tab.screenshot(path=screens / "captions-phone.png")
    assert tab.evaluate("document.querySelector('dialog').scrollWidth <= innerWidth")
    until(
        tab,
        "[...document.querySelectorAll('.own-captions *')]"
        ".every((one) => one.getBoundingClientRect().right <= innerWidth)",
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chapters_lead_into_the_video(
    visitor: Visitor, url: str, clip: Path, axe: Path, screens: Path, theme: str
) -> None:
    person = Person(url)
    hash_path = person.publish(clip, "In parts", DESCRIPTION)
    visit = visitor(color_scheme=theme, size=PHONE)
    tab = visit.open(f"/watch/{hash_path}")
    chapters = tab.locator(".chapters")
    expect(chapters.locator("summary")).to_have_text("3 chapters")
    titles = chapters.get_by_role("button")
    expect(titles).to_have_count(3)
    # Words of strangers are words.
    expect(titles.nth(1)).to_contain_text("<img src=x onerror=alert(1)> & the rest")
    expect(chapters.locator("img")).to_have_count(0)
    until(tab, "document.querySelector('video').readyState >= 1")
    titles.nth(1).focus()
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('video').currentTime >= 1")
    tab.screenshot(path=screens / f"chapters-{theme}.png", full_page=True)
    assert visit.violations(tab, axe) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
