"""What strangers write is shown as text: HTML, right-to-left marks, addresses of scripts, emoji."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from vireo_testing.browser import PHONE, Visit
from vireo_testing.person import Person

Visitor = Callable[..., Visit]
TITLES = [
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "\u202eerutcip\u202c and \u2067more\u2069",
    "مرحبا بالعالم",
    "👩‍👩‍👧‍👦 🏳️‍🌈 family",
    "W" * 255,
    "a\u0301" * 120,
    "{{constructor.constructor('alert(1)')()}}",
    "&lt;b&gt; &amp;",
]
DESCRIPTION = """<b>bold</b> javascript:alert(1) data:text/html,x
<a href="javascript:document.title='owned'">here</a>
https://example.org/a?b=<script>x</script>&c=1, (https://example.org/(x)) at 0:01"""


@pytest.fixture(scope="module")
def poet(url: str, short: Path) -> tuple[Person, list[str]]:
    """A person with all of these titles."""
    person = Person(url)
    return person, [person.publish(short, title, DESCRIPTION) for title in TITLES]


def intact(tab: Page) -> None:
    """Nothing of it ran, became an element, or made the page wider than the screen."""
    assert "owned" not in tab.title() or "onerror" in tab.title() or "script" in tab.title()
    assert tab.locator("main img[src=x], main script, main b").count() == 0
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("number", range(len(TITLES)))
def test_titles_are_text(visitor: Visitor, poet: tuple[Person, list[str]], number: int) -> None:
    tab = visitor(size=PHONE).open(f"/watch/{poet[1][number]}")
    heading = tab.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    assert heading.evaluate("one => one.textContent") == TITLES[number]
    intact(tab)


def test_lists_of_them(visitor: Visitor, poet: tuple[Person, list[str]]) -> None:
    tab = visitor(size=PHONE).open(f"/@{poet[0].name}")
    expect(tab.locator(".card .name")).to_have_count(len(TITLES))
    intact(tab)


def test_links_of_descriptions_lead_to_the_web_alone(
    visit: Visit, poet: tuple[Person, list[str]]
) -> None:
    tab = visit.open(f"/watch/{poet[1][3]}")
    links = tab.locator(".description a")
    expect(links).not_to_have_count(0)
    found = links.evaluate_all("all => all.map(one => [one.getAttribute('href'), one.rel])")
    assert [address for address, _ in found] == [
        "https://example.org/a?b=",
        "https://example.org/(x)",
    ]
    assert all("noopener" in rel and "nofollow" in rel for _, rel in found)
    expect(tab.get_by_role("button", name="0:01")).to_be_visible()
    intact(tab)


@pytest.mark.parametrize("tail", [")" * 49_990, "." * 49_000 + "x"])
def test_an_address_without_end_holds_nothing_up(
    visit: Visit, url: str, short: Path, tail: str
) -> None:
    hash_path = Person(url).publish(short, "A long tail", f"https://x{tail}")
    tab = visit.open(f"/watch/{hash_path}")
    expect(tab.locator(".description")).to_contain_text(f"https://x{tail[:1000]}")
    # What is left of it is a link; one that is far too long is text.
    links = tab.locator(".description a").evaluate_all("all => all.map(one => one.href)")
    assert links == (["https://x/"] if tail.startswith(")") else [])
    tab.get_by_role("searchbox").click()
    intact(tab)
