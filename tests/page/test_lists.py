"""Lists: they load on, come back as they were left, and keep what was asked for in the address."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Response, expect

from vireo_testing.browser import Visit, until
from vireo_testing.person import Person, eventually

CARDS = "document.querySelectorAll('.card .name').length"


def scroll_down(tab: Page) -> None:
    """To the end of what is there."""
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")


def test_a_list_loads_on_and_repeats_nothing(visit: Visit, many: Person) -> None:
    tab = visit.open(f"/@{many.name}")
    until(tab, f"{CARDS} >= 24")
    scroll_down(tab)
    until(tab, f"{CARDS} === 26")
    titles = tab.locator(".card .name").all_text_contents()
    assert sorted(titles) == sorted(f"Number {n}" for n in range(26))
    expect(tab.get_by_role("button", name="Load more")).to_have_count(0)


def test_who_comes_back_finds_what_was_left(visit: Visit, many: Person) -> None:
    tab = visit.open(f"/@{many.name}")
    until(tab, f"{CARDS} >= 24")
    scroll_down(tab)
    until(tab, f"{CARDS} === 26")
    card = tab.locator(".card .name a").nth(25)
    title = card.text_content() or ""
    card.scroll_into_view_if_needed()
    height = tab.evaluate("scrollY")
    assert height > 500
    card.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(title)
    until(tab, "scrollY === 0")
    # More of the channel stands beside the player, and is asked for at the same address.
    expect(tab.locator(".beside-list .name").first).to_be_visible()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.go_back()
    until(tab, f"{CARDS} === 26")
    until(tab, f"Math.abs(scrollY - {height}) < 200")
    assert not [address for address in asked if "/videos/channel/" in address]


def test_by_keyboard_there_is_a_button(visit: Visit, many: Person) -> None:
    tab = visit.context.new_page()
    # A browser that never tells that the end has come near.
    tab.add_init_script("window.IntersectionObserver = class { observe() {} disconnect() {} }")
    tab.goto(f"{visit.url}/@{many.name}")
    until(tab, f"{CARDS} === 24")
    tab.get_by_role("button", name="Load more").press("Enter")
    until(tab, f"{CARDS} === 26")
    # There is nothing more to load.
    expect(tab.get_by_role("button", name="Load more")).to_have_count(0)
    assert tab.evaluate(CARDS) == 26


def test_wider_screens_have_more_columns(visitor: Callable[..., Visit], many: Person) -> None:
    columns, widths = [], []
    for width in (1280, 1920, 2560, 3840):
        tab = visitor(size=(width, 1080)).open(f"/@{many.name}")
        until(tab, f"{CARDS} >= 24")
        found = tab.evaluate(
            "[...document.querySelectorAll('.card')].map((one) => one.getBoundingClientRect())"
            ".map((one) => [Math.round(one.top), one.width])"
        )
        columns.append(sum(top == found[0][0] for top, _ in found))
        widths.append(found[0][1])
    assert columns == [4, 6, 8, 12]
    assert max(widths) < min(widths) * 1.1
    # A full piece of a long list has full lines.
    assert all(120 % count == 0 for count in columns)


def test_a_thumbnail_is_asked_for_once(visit: Visit, owner: tuple[Person, str]) -> None:
    # Once there are sizes of it; until then the whole one is asked for in their place. Those of
    # others may be made meanwhile.
    eventually(lambda: owner[0].client.show_video(owner[1]).storyboard, seconds=120)
    tab = visit.context.new_page()
    answers: list[tuple[str, int]] = []

    def note(answer: Response) -> None:
        # What the browser has kept is told as well, as if it had been sent.
        if f"/thumbnails/{owner[1]}" in answer.url and not answer.request.is_navigation_request():
            answers.append((answer.url, answer.status))

    tab.on("response", note)
    session = visit.context.new_cdp_session(tab)
    session.send("Network.enable")
    kept: list[str] = []
    session.on("Network.requestServedFromCache", lambda event: kept.append(event["requestId"]))
    for _ in range(3):
        tab.goto(f"{visit.url}/@{owner[0].name}")
        until(tab, "document.querySelector('.card img')?.naturalWidth > 0")
        # Within the page too.
        tab.locator(".card .name a").first.click()
        expect(tab.get_by_role("heading", level=1)).to_contain_text("Harbour at dawn")
        until(tab, "document.querySelector('video').readyState === 4")
    assert answers
    assert 304 not in {status for _, status in answers}
    assert all(re.search(r"[?&]v=[0-9a-f]+-[0-9a-f]+$", url) for url, _ in answers)
    assert kept


def test_search_keeps_its_filter_in_the_address(visit: Visit, owner: tuple[Person, str]) -> None:
    person, _ = owner
    tab = visit.open("/")
    tab.get_by_role("searchbox").fill(person.name)
    tab.get_by_role("searchbox").press("Enter")
    expect(tab.get_by_role("link", name=f"Harbour at dawn {person.name}")).to_be_visible()
    expect(tab.get_by_role("link", name=person.name, exact=True).first).to_be_visible()
    tab.get_by_role("radio", name="Channels").check()
    expect(tab.get_by_role("link", name="Harbour at dawn")).to_have_count(0)
    assert tab.url.endswith(f"/find?q={person.name}&type=channel")
    # The address can be sent to somebody else.
    other = visit.open(f"/find?q={person.name}&type=channel")
    expect(other.get_by_role("radio", name="Channels")).to_be_checked()
    expect(other.get_by_role("searchbox")).to_have_value(person.name)
    expect(other.get_by_role("link", name=person.name, exact=True)).to_be_visible()


def test_odd_queries(visit: Visit) -> None:
    for query in ("50%", "a/b?c#d", "..", "\u202eabc", "🐦 & <b>", "x" * 200):
        tab = visit.open("/")
        tab.get_by_role("searchbox").fill(query)
        tab.get_by_role("searchbox").press("Enter")
        expect(tab.get_by_role("heading", level=1)).to_have_text(
            re.compile(re.escape(f"Results for “{query}”"))
        )
        until(tab, "document.querySelector('.state, .card:not([aria-hidden])') !== null")
        expect(tab.get_by_role("alert")).to_have_count(0)
        tab.close()
