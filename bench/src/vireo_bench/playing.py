"""How soon a video plays after a click on it, in a real browser that was at the page already.

The reference is the least that a page can do: an element for the same file, put there by the click,
played by the browser itself from a bare nginx. Both are pointed at for a moment, as people do who
click, and both begin with an empty cache.
"""

import statistics
import time
from collections.abc import Callable, Sequence

from playwright.sync_api import Locator, Page

from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup, idle
from vireo_testing.browser import Visit, chromium, until, visiting

_TITLE = "A clip to play"
_POINTED_MS = 150
# Somebody who has looked at the page before they point at something.
_SETTLED_MS = 500
_STARTS = 5
_PATIENCE_SECONDS = 600.0
_CLOCK = """() => {
    addEventListener("click", () => { window.clicked = performance.now(); }, true);
    document.addEventListener("playing", () => {
        window.took ??= performance.now() - window.clicked;
    }, true);
}"""
_BARE = """(source) => {
    const link = document.createElement("button");
    link.textContent = "A clip to play";
    link.onclick = () => {
        const video = document.createElement("video");
        Object.assign(video, { src: source, autoplay: true });
        document.body.append(video);
    };
    document.body.replaceChildren(link);
}"""


def figures(setup: Setup) -> Sequence[Figure]:
    """The row of playing; the clip is uploaded, and all of its stream made, before it."""
    hash_path = setup.owner.upload(setup.clip, _TITLE, "measured")
    setup.owner.wait(hash_path)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while setup.owner.show_processing(hash_path).state != "ready":
        assert time.monotonic() < deadline, "its stream was not made"
        time.sleep(0.5)
    idle(setup)
    channel = f"{setup.vireo.url}/@{setup.owner.show_video(hash_path).channel}"
    file = f"{setup.references.url}{setup.references.path_of(setup.vireo.files.video(hash_path))}"

    def page(visit: Visit) -> Page:
        tab = visit.context.new_page()
        tab.goto(channel)
        return tab

    def bare(visit: Visit) -> Page:
        tab = visit.context.new_page()
        tab.goto(f"{setup.references.url}/")
        tab.evaluate(_BARE, file)
        return tab

    return [
        Figure(
            "playing",
            f"click to playing, {setup.scale.clip_seconds} s of 720p with a stream, in Chromium",
            "ms",
            Goal(Judged.VALUE_AT_MOST, 300),
            lambda: _started(page, lambda tab: tab.get_by_role("link", name=_TITLE).first),
            "bare nginx and element, MP4",
            lambda: _started(bare, lambda tab: tab.get_by_role("button")),
        )
    ]


def _started(begin: Callable[[Visit], Page], find: Callable[[Page], Locator]) -> float:
    """The median of several starts, ms; each by somebody new."""
    took: list[float] = []
    with chromium() as browser:
        for _ in range(_STARTS):
            with visiting(browser, "") as visit:
                tab = begin(visit)
                card = find(tab)
                card.wait_for()
                tab.wait_for_timeout(_SETTLED_MS)
                tab.evaluate(_CLOCK)
                card.hover()
                tab.wait_for_timeout(_POINTED_MS)
                card.click()
                until(tab, "window.took")
                took.append(tab.evaluate("window.took"))
    return statistics.median(took)
