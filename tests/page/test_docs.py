"""The page of the API document: every operation, by keyboard, in both themes, on a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from vireo_testing.browser import DESK, PHONE, Visit

Visitor = Callable[..., Visit]
# Habits of Swagger UI that no criterion of WCAG forbids.
TOLERATED = ("heading-order:", "landmark-unique:", "region:")


def opened(tab: Page, name: str) -> Locator:
    """An operation of the page, with what it says of parameters and answers."""
    operation = tab.locator(f"[id$='-{name}']")
    operation.locator(".opblock-summary-control").press("Enter")
    expect(operation.locator(".responses-table").first).to_be_visible()
    return operation


def test_its_policy_is_the_pages_but_for_icons(url: str) -> None:
    policies = [
        requests.get(url + path, timeout=30).headers["Content-Security-Policy"]
        for path in ("/docs", "/")
    ]
    documents, pages = ({part.strip() for part in policy.split(";")} for policy in policies)
    assert documents - pages == {"img-src 'self' data:"}
    assert "script-src 'self'" in documents
    assert "style-src 'self'" in documents


def test_it_shows_every_operation_and_error(visit: Visit, url: str) -> None:
    document = requests.get(f"{url}/openapi.json", timeout=30).json()
    names = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    tab = visit.open("/docs")
    expect(tab.locator(".opblock")).to_have_count(len(names))
    expect(tab.get_by_role("heading", name="Vireo")).to_be_visible()
    shown = tab.locator(".opblock-summary-operation-id").all_inner_texts()
    assert sorted(name.replace("\u200b", "") for name in shown) == sorted(names)
    operation = opened(tab, "sign_in")
    for text in ("attempts_left", "bad_credentials", "curl $VIREO/sign_in"):
        expect(operation.get_by_text(text).first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_it_is_for_everybody(
    visitor: Visitor, axe: Path, screens: Path, theme: str, size: tuple[int, int]
) -> None:
    visit = visitor(size=size, color_scheme=theme)
    tab = visit.open("/docs")
    for name in ("sign_in", "list_videos", "upload_video"):
        opened(tab, name)
    tab.screenshot(path=screens / f"docs-{theme}-{size[0]}.png")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = visit.violations(tab, axe)
    assert [one for one in found if not one.startswith(TOLERATED)] == []


def test_it_sends_requests(visit: Visit) -> None:
    tab = visit.open("/docs")
    operation = opened(tab, "check_gateway")
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.get_by_text('"response": "alive"')).to_be_visible()


def test_an_address_names_an_operation(visit: Visit) -> None:
    tab = visit.open("/docs#/search/search")
    expect(tab.locator("[id$='-search'] .responses-table").first).to_be_visible()


def test_it_says_when_there_is_no_document(visitor: Visitor) -> None:
    visit = visitor()
    visit.context.route("**/openapi.json", lambda route: route.fulfill(status=503))
    tab = visit.open("/docs")
    expect(tab.get_by_text("Failed to load API definition")).to_be_visible()
    # Swagger UI writes into the console what it shows.
    visit.complaints.clear()
