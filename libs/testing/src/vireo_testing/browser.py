"""A real browser that looks at the page: Debian's Chromium, steered by Playwright."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

# The same engine as Chromium without its windows: the page's tests take half the processor time.
CHROMIUM = "/usr/bin/chromium-headless-shell"
FLAGS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The page is looked at at these widths; 320 pixels is the least that WCAG 2.2 asks for.
PHONE, DESK, WALL = (320, 640), (1280, 800), (3840, 2160)
# A machine that encodes beside it may need this long for a page with a large document.
PATIENCE_MS = 60_000
# What is said for some seconds alone a busy machine may look for too late.
_MESSAGES = """
window.messages = new Set();
new MutationObserver(() => {
  for (const { textContent } of document.querySelectorAll("[role=status]"))
    if (textContent) window.messages.add(textContent);
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The words of buttons that reach beyond them.
SQUEEZED = """
() => [...document.querySelectorAll(".button")]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.textContent)
"""


@dataclass
class Visit:
    """One person at one browser: a context of its own, and whatever the pages complained of."""

    context: BrowserContext
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str = "/") -> Page:
        """A new tab at an address of the page."""
        page = self.context.new_page()
        page.goto(self.url + address)
        return page

    def watch(self, page: Page) -> None:
        """Note what a tab complains of."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # Every browser reports an answer that is no 200; tests look at what the page makes of it.
        expected = message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(message.text)

    def violations(self, page: Page, axe: Path) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA and its best practices, a line each; and buttons
        that have no room for their words, which it does not look for."""
        before = len(self.complaints)
        # As a script of the page it would be stopped by the content policy; by the debugger it
        # isn't. What it tries with styles is, which is no complaint about the page.
        page.evaluate(axe.read_text(encoding="utf-8"))
        found = page.evaluate(
            "(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS
        )
        del self.complaints[before:]
        squeezed = [f"no room for: {words}" for words in page.evaluate(SQUEEZED)]
        return squeezed + [
            f"{one['id']}: {json.dumps(node['target'])} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without a window."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """A visit; at its end an AssertionError where a page complained: a script, the policy."""
    width, height = options.pop("size", DESK)
    options.setdefault("locale", "en-GB")
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_MESSAGES)
    visit = Visit(context, url)
    context.on("page", visit.watch)
    yield visit
    context.close()
    assert visit.complaints == [], visit.complaints


def told(page: Page, text: str) -> None:
    """Wait until the page has said something since it was loaded; it may be gone by now."""
    until(page, f"[...window.messages].some((one) => one.includes({json.dumps(text)}))")


def until(page: Page, condition: str) -> None:
    """Wait until a JavaScript expression holds; an AssertionError where it does not in time.

    Playwright's own way evaluates text within the page, which the content policy forbids.
    """
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"it did not come true in time: {condition}"
        page.wait_for_timeout(25)
