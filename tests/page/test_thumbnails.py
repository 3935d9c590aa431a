"""The thumbnail where its owner chooses it, and what moves on a tile."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from vireo_testing.browser import PHONE, Visit, until
from vireo_testing.person import Person, eventually

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
VIDEO = ".card video"


@pytest.fixture(scope="module")
def made(url: str, clip: Path) -> tuple[Person, str]:
    """A video with all of its pictures."""
    person = Person(url)
    hash_path = person.publish(clip, "With pictures")
    with_pictures(person, hash_path)
    return person, hash_path


def with_pictures(person: Person, hash_path: str) -> None:
    def there() -> bool:
        return bool(person.get(f"/v/{hash_path}").json()["response"]["storyboard"])

    eventually(there, seconds=120)


def version(person: Person, hash_path: str) -> str:
    return str(person.get(f"/v/{hash_path}").json()["response"]["thumbnail_version"])


def part(tab: Page, name: str = "Thumbnail", edit: str = "Edit “With pictures”") -> Locator:
    """The part of the dialog of one's own video."""
    tab.get_by_role("button", name=edit).click()
    found = tab.get_by_role("dialog").get_by_role("region", name=name)
    expect(found).to_be_visible()
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_frame_another_time_and_a_picture(
    visitor: Visitor,
    enter: Enter,
    made: tuple[Person, str],
    axe: Path,
    screens: Path,
    tmp_path: Path,
    theme: str,
) -> None:
    person, hash_path = made
    visit = visitor(color_scheme=theme)
    tab = enter(visit, person, then="/studio")
    thumbnail = part(tab)
    frames = thumbnail.get_by_role("list", name="Frames of the video").get_by_role("button")
    expect(frames.locator("img")).to_have_count(6)
    until(tab, "[...document.querySelectorAll('.frame img')].every((one) => one.naturalWidth > 0)")
    before = version(person, hash_path)
    frames.nth(1).focus()
    tab.keyboard.press("Enter")
    expect(frames.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(tab.get_by_text("The thumbnail is set.").first).to_be_visible()
    after = version(person, hash_path)
    assert after != before
    now = thumbnail.get_by_role("img", name="The thumbnail now")
    assert f"v={after}" in str(now.get_attribute("src"))
    thumbnail.scroll_into_view_if_needed()
    tab.screenshot(path=screens / f"thumbnail-{theme}.png")
    assert visit.violations(tab, axe) == []

    time = thumbnail.get_by_label("Another time, in seconds")
    for typed, told in (("x", "Write a number"), ("900", "after the end of the video")):
        time.fill(typed)
        time.press("Enter")
        expect(thumbnail.get_by_role("alert")).to_contain_text(told)
    assert visit.violations(tab, axe) == []
    time.fill("3.5")
    expect(thumbnail.get_by_role("alert")).to_have_count(0)
    thumbnail.get_by_role("button", name="Take this frame").click()
    expect(frames.nth(1)).to_have_attribute("aria-pressed", "false")
    assert version(person, hash_path) != after

    Image.new("RGB", (400, 300), "teal").save(tmp_path / "poster.png")
    (tmp_path / "none.png").write_bytes(b"no picture")
    file = thumbnail.locator("input[type=file]")
    file.set_input_files(tmp_path / "none.png")
    expect(thumbnail.get_by_role("alert")).to_contain_text("no JPEG, PNG or WebP")
    third = version(person, hash_path)
    file.set_input_files(tmp_path / "poster.png")
    expect(thumbnail.get_by_role("alert")).to_have_count(0)
    eventually(lambda: version(person, hash_path) != third)
    # What is below the dialog shows it too.
    fourth = version(person, hash_path)
    expect(tab.locator(f"#main img[src*='v={fourth}']").first).to_be_attached()


def test_in_another_language_on_a_phone(
    visitor: Visitor, enter: Enter, made: tuple[Person, str], screens: Path
) -> None:
    person, _ = made
    tab = enter(visitor(size=PHONE), person, then="/studio")
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("radio", name="Deutsch").check()
    tab.keyboard.press("Escape")
    thumbnail = part(tab, "Vorschaubild", "„With pictures“ bearbeiten")
    frames = thumbnail.get_by_role("list", name="Bilder aus dem Video").get_by_role("button")
    expect(frames.locator("img")).to_have_count(6)
    thumbnail.scroll_into_view_if_needed()
    tab.screenshot(path=screens / "thumbnail-phone.png")
    until(
        tab,
        "[...document.querySelectorAll('.own-thumbnail *')]"
        ".every((one) => one.getBoundingClientRect().right <= innerWidth)",
    )


def test_a_video_that_is_not_ready_has_no_part(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    person.announce("No file yet")
    tab = enter(visit, person, then="/studio")
    tab.get_by_role("button", name="Edit “No file yet”").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_role("region", name="Captions")).to_be_visible()
    expect(dialog.get_by_role("region", name="Thumbnail")).to_have_count(0)


def test_a_tile_loads_what_it_shows(visit: Visit, made: tuple[Person, str]) -> None:
    tab = visit.open(f"/@{made[0].name}")
    until(tab, "document.querySelector('.card img')?.naturalWidth > 0")
    shown = tab.evaluate("document.querySelector('.card img').currentSrc")
    assert "?w=320&" in shown or "?w=640&" in shown
    kind = tab.evaluate(
        "fetch(arguments).then((a) => a.headers.get('content-type'))".replace(
            "arguments", repr(shown)
        )
    )
    assert kind in {"image/jpeg", "image/webp"}


def test_it_moves_while_somebody_points_at_it(
    visit: Visit, made: tuple[Person, str], screens: Path
) -> None:
    person, hash_path = made
    tab = visit.context.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{visit.url}/@{person.name}")
    card = tab.locator(".card").first
    until(tab, "document.querySelector('.card img')?.naturalWidth > 0")
    # Nothing of it is loaded before.
    assert not any("/previews/" in address for address in asked)
    card.hover()
    expect(tab.locator(f"{VIDEO}.runs")).to_have_count(1)
    assert [address for address in asked if f"/previews/{hash_path}" in address]
    video = tab.locator(VIDEO)
    assert video.evaluate("(one) => one.muted && !one.controls && one.tabIndex === -1")
    tab.screenshot(path=screens / "preview.png")
    tab.mouse.move(0, 0)
    expect(video).to_have_count(0)
    # By the keyboard alike; and it ends by itself.
    card.get_by_role("link").first.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    expect(tab.locator(f"{VIDEO}.runs")).to_have_count(1)
    expect(video).to_have_count(0, timeout=15_000)


def test_it_stays_still_where_that_is_wanted(visitor: Visitor, made: tuple[Person, str]) -> None:
    """Where motion is to be reduced, and below a finger."""
    calm = visitor(reduced_motion="reduce").open(f"/@{made[0].name}")
    touched = visitor(has_touch=True).open(f"/@{made[0].name}")
    asked: list[str] = []
    for tab in (calm, touched):
        tab.on("request", lambda request: asked.append(request.url))
        until(tab, "document.querySelector('.card img')?.naturalWidth > 0")
    calm.locator(".card").first.hover()
    touched.locator(".card a").first.tap()
    expect(touched.get_by_role("heading", level=1)).to_contain_text("With pictures")
    # Longer than it waits where it moves: a promise of the same clock.
    calm.evaluate("new Promise((done) => setTimeout(done, 800))")
    expect(calm.locator(VIDEO)).to_have_count(0)
    assert not any("/previews/" in address for address in asked)
