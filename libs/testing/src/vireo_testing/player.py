"""The page's player, as tests wait for it and use it."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from vireo_testing.browser import until
from vireo_testing.person import eventually


def wait_for(tab: Page, condition: str) -> None:
    """Wait until something holds of the video ``v``."""
    until(tab, f"(() => {{ const v = document.querySelector('video'); return {condition}; }})()")


def heard(tab: Page, check: Callable[[], object]) -> None:
    """Wait until ``check`` gives something true, while the tab's events are heard."""

    def look() -> object:
        tab.wait_for_timeout(20)
        return check()

    eventually(look)


def ready(tab: Page) -> None:
    """The video can be played, and all of the controls are there."""
    expect(tab.locator(".buttons-below media-fullscreen-button")).to_be_visible()
    wait_for(tab, "v.readyState === 4")


def settings(tab: Page) -> Locator:
    """Open the settings; the sheet."""
    tab.get_by_role("button", name="Settings").click()
    return tab.get_by_role("dialog", name="Settings")


def lines_of(tab: Page) -> int:
    """The lines of the picture that is shown."""
    return int(tab.evaluate("document.querySelector('video').videoHeight"))


def asked(tab: Page) -> list[str]:
    """The addresses that a tab asks for from now on."""
    found: list[str] = []
    tab.on("request", lambda request: found.append(request.url))
    return found
