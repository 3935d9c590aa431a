"""The player's settings, what goes along with the picture, and what the device remembers of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from vireo_testing.browser import PHONE, WALL, Visit, until
from vireo_testing.person import Person, eventually
from vireo_testing.player import asked, heard, lines_of, ready, settings, wait_for

Visitor = Callable[..., Visit]
HEIGHTS = [360, 240, 144]


def test_a_quality_is_chosen_and_remembered(visitor: Visitor, film: tuple[Person, str]) -> None:
    visit = visitor(size=(1920, 1080))
    tab = visit.open(f"/watch/{film[1]}")
    ready(tab)
    tab.keyboard.press("k")
    wait_for(tab, "v.currentTime > 0.5")
    sheet = settings(tab)
    names = sheet.get_by_role("group", name="Quality").get_by_role("radio")
    read = "all => all.map((one) => one.labels[0].textContent)"
    assert names.evaluate_all(read)[1:] == [f"{height}p" for height in HEIGHTS]
    expect(names.first).to_be_focused()
    # What plays now, whatever that is at the moment.
    heard(tab, lambda: names.evaluate_all(read)[0] == f"Auto ({lines_of(tab)}p)")
    # By the keyboard alone; what is pressed here is no key of the player.
    tab.keyboard.press("ArrowDown")
    expect(sheet.get_by_role("radio", name="360p", exact=True)).to_be_checked()
    wait_for(tab, "v.videoHeight === 360")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    expect(sheet.get_by_role("radio", name="144p", exact=True)).to_be_checked()
    wait_for(tab, "v.videoHeight === 144")
    assert not tab.evaluate("document.querySelector('video').paused")
    tab.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(tab.get_by_role("button", name="Settings")).to_be_focused()
    tab.reload()
    ready(tab)
    assert lines_of(tab) == 144
    expect(settings(tab).get_by_role("radio", name="144p", exact=True)).to_be_checked()
    tab.get_by_role("radio", name="Auto").check(force=True)
    tab.reload()
    ready(tab)
    expect(settings(tab).get_by_role("radio", name="Auto")).to_be_checked()


def test_the_data_saver(visitor: Visitor, film: tuple[Person, str]) -> None:
    """It is on for who has told the browser to save, and bounds what is chosen by itself."""
    visit = visitor(size=(1920, 1080))
    told = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    visit.context.add_init_script(told)
    tab = visit.open(f"/watch/{film[1]}")
    ready(tab)
    saver = settings(tab).get_by_role("checkbox", name="Data saver")
    expect(saver).to_be_checked()
    saver.uncheck()
    tab.reload()
    ready(tab)
    # What is chosen here counts for more than what the browser was told.
    expect(settings(tab).get_by_role("checkbox", name="Data saver")).not_to_be_checked()


def test_captions_are_chosen_and_remembered(visit: Visit, told: str) -> None:
    tab = visit.open(f"/watch/{told}")
    ready(tab)
    shown = """[...document.querySelector('video').textTracks]
        .filter((one) => one.kind === 'captions' && one.mode === 'showing')
        .map((one) => one.cues?.[0]?.text).join()"""
    assert tab.evaluate(shown) == ""
    # The person reads English.
    tab.keyboard.press("c")
    until(tab, f"{shown} === 'This is en.'")
    button = tab.get_by_role("button", name="Captions", exact=True)
    expect(button).to_have_attribute("aria-pressed", "true")
    tab.get_by_role("searchbox").press("c")
    expect(button).to_have_attribute("aria-pressed", "true")
    group = settings(tab).get_by_role("group", name="Captions")
    labels = group.get_by_role("radio").evaluate_all(
        "all => all.map((one) => one.labels[0].innerText)"
    )
    known = requests.get(f"{visit.url}/v/{told}", timeout=10).json()["response"]["captions"]
    assert labels == ["Off", *(one["label"] for one in known)]
    group.get_by_role("radio").nth(2).check(force=True)
    until(tab, f"{shown} === 'This is pt-BR.'")
    tab.keyboard.press("Escape")
    tab.reload()
    ready(tab)
    until(tab, f"{shown} === 'This is pt-BR.'")
    tab.keyboard.press("c")
    until(tab, f"{shown} === ''")
    tab.keyboard.press("c")
    until(tab, f"{shown} === 'This is pt-BR.'")
    assert "owned" not in tab.title()


def test_chapters_are_on_the_line_of_time(visit: Visit, told: str) -> None:
    tab = visit.open(f"/watch/{told}")
    ready(tab)
    line = tab.locator("media-time-range")
    parts = "one => one.shadowRoot.querySelectorAll('#segments-clipping rect').length"
    until(tab, f"({parts})(document.querySelector('media-time-range')) === 3")
    box = line.bounding_box()
    assert box
    title = tab.locator("media-time-range > media-preview-chapter-display")
    known = requests.get(f"{visit.url}/v/{told}", timeout=10).json()["response"]["chapters"]
    titles = [chapter["title"] for chapter in known]
    assert titles[1].startswith("<img ")
    for share, words in zip((0.05, 0.5, 0.9), titles, strict=True):
        tab.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        expect(title).to_have_attribute("mediapreviewchapter", words)
        assert title.evaluate("one => one.shadowRoot.querySelector('slot').textContent") == words
        assert title.evaluate("one => one.shadowRoot.querySelector('img, b')") is None
    assert "owned" not in tab.title()


def test_one_sees_where_one_scrubs_to(
    visit: Visit, film: tuple[Person, str], axe: Path, screens: Path
) -> None:
    person, hash_path = film
    eventually(lambda: person.client.show_video(hash_path).storyboard)
    tab = visit.context.new_page()
    found = asked(tab)
    tab.goto(f"{visit.url}/watch/{hash_path}")
    ready(tab)
    board = """[...document.querySelector('video').textTracks]
        .find((one) => one.label === 'thumbnails')"""
    until(tab, f"{board}?.cues?.length > 1")
    # The pictures come when somebody looks for a place.
    assert not any(".jpg" in one and "/storyboard/" in one for one in found)
    box = tab.locator("media-time-range").bounding_box()
    assert box
    preview = tab.locator("media-time-range > media-preview-thumbnail")
    time = "Number(document.querySelector('media-time-range').getAttribute('mediapreviewtime'))"
    seconds = tab.evaluate("document.querySelector('video').duration")
    for share in (0.3, 0.8):
        tab.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        until(tab, f"Math.abs({time} - {seconds * share}) < 2")
        at = tab.evaluate(time)
        cue = tab.evaluate(
            f"[...{board}.cues].find((one) => one.startTime <= {at} && {at} < one.endTime).text"
        )
        place = cue.split("#xywh=")[1].replace(",", " ")
        expect(preview).to_have_attribute("mediapreviewcoords", place)
    until(
        tab,
        "document.querySelector('media-preview-thumbnail').shadowRoot.querySelector('img')"
        ".naturalWidth > 0",
    )
    until(
        tab,
        "getComputedStyle(document.querySelector('media-time-range > media-preview-thumbnail'))"
        ".visibility === 'visible'",
    )
    tab.screenshot(path=screens / "scrubbing.png")
    assert visit.violations(tab, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_settings_are_for_everybody(
    visitor: Visitor, told: str, axe: Path, screens: Path, theme: str
) -> None:
    for size, name, language in (
        (PHONE, "phone", "de-DE"),
        ((1280, 800), "desk", "en-GB"),
        (WALL, "wall", "en-GB"),
    ):
        visit = visitor(size=size, color_scheme=theme, locale=language)
        tab = visit.open(f"/watch/{told}")
        ready(tab)
        german = language == "de-DE"
        tab.get_by_role("button", name="Einstellungen" if german else "Settings").click()
        sheet = tab.get_by_role("dialog", name="Einstellungen" if german else "Settings")
        expect(
            sheet.get_by_role("group", name="Untertitel" if german else "Captions")
        ).to_be_visible()
        tab.screenshot(path=screens / f"settings-{name}-{theme}.png")
        assert visit.violations(tab, axe) == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # All of it can be reached.
        last = sheet.get_by_role("radio").last
        last.scroll_into_view_if_needed()
        last.check(force=True)
        wait_for(tab, "v.playbackRate === 2")
