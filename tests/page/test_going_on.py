"""Uploads that are cut in the middle go on from there: a line, a program, a session, a reload."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from vireo_ops.runtime import Runtime
from vireo_ops.supervisor import Supervisor
from vireo_testing.browser import Visit, until, visiting
from vireo_testing.cut_line import line_to
from vireo_testing.person import Person, eventually
from vireo_testing.player import heard

Visitor = Callable[..., Visit]
Enter = Callable[..., Any]
SIZE = 16_000_000
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 800_000}
FAST = {**SLOW, "uploadThroughput": -1}
# What the browser keeps of uploads that are not done.
KEPT = "JSON.parse(localStorage.getItem('vireo.uploads') ?? '[]')"


@pytest.fixture
def large(tmp_path: Path, short: Path) -> Path:
    """A video that takes a while to be sent, for a box that players pass over is behind it."""
    path = tmp_path / "all_day.mp4"
    clip = short.read_bytes()
    padding = SIZE - len(clip)
    path.write_bytes(clip + padding.to_bytes(4, "big") + b"free" + bytes(padding - 8))
    return path


class Sent:
    """What a tab asks of uploads in pieces."""

    def __init__(self, visit: Visit, tab: Page) -> None:
        self.requests: list[Request] = []
        tab.on("request", lambda one: self.requests.append(one) if "/tus" in one.url else None)
        # Who leaves in the middle is asked by the browser.
        tab.on("dialog", lambda dialog: dialog.accept())
        self._network = visit.context.new_cdp_session(tab)
        self._network.send("Network.enable")

    def network(self, conditions: dict[str, Any]) -> None:
        """How fast the tab's line is."""
        self._network.send("Network.emulateNetworkConditions", conditions)

    def count(self, method: str) -> int:
        """How many requests there were."""
        return [one.method for one in self.requests].count(method)

    @property
    def offsets(self) -> list[int]:
        """From which byte on something was sent."""
        heads = [one.headers for one in self.requests if one.method == "PATCH"]
        return [int(head["upload-offset"]) for head in heads]


def begin(visit: Visit, tab: Page, file: Path) -> Sent:
    """Send a file until the server has some of it."""
    sent = Sent(visit, tab)
    sent.network(SLOW)
    tab.locator("input[type=file]").set_input_files(file)
    tab.get_by_role("button", name="Upload").click()
    until(tab, "document.querySelector('progress')?.value >= 20")
    return sent


def reload(tab: Page) -> None:
    """Leave in the middle, and come back."""
    until(tab, f"{KEPT}.length === 1")
    tab.reload()
    expect(tab.get_by_text("This upload was interrupted.")).to_be_visible()


def is_whole(person: Person, tab: Page, sent: Sent) -> None:
    """The upload is one video, none of it was sent from the beginning again, nothing is left."""
    sent.network(FAST)
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    first, *_, last = sent.offsets
    assert first == 0 < last
    # A creation may have been told to come back later; there is one upload.
    assert len({one.url for one in sent.requests if one.method == "PATCH"}) == 1
    (video,) = person.get("/me/videos").json()["response"]
    assert (video["title"], video["state"]) == ("all day", "ready")
    assert tab.evaluate(KEPT) == []


def test_a_cut_line(browser: Browser, enter: Enter, url: str, large: Path) -> None:
    person = Person(url)
    with line_to(url) as line, visiting(browser, line.url) as visit:
        tab = enter(visit, person, then="/send")
        sent = begin(visit, tab, large)
        line.cut()
        heard(tab, lambda: sent.count("PATCH") == 2)
        is_whole(person, tab, sent)


def test_a_line_that_is_away(browser: Browser, enter: Enter, url: str, large: Path) -> None:
    person = Person(url)
    with line_to(url) as line, visiting(browser, line.url) as visit:
        tab = enter(visit, person, then="/send")
        sent = begin(visit, tab, large)
        line.away = True
        line.cut()
        upload = tab.get_by_role("listitem").filter(has_text="all day")
        expect(upload.get_by_role("alert")).to_contain_text("can't be reached")
        line.away = False
        is_whole(person, tab, sent)


def test_a_program_that_starts_anew(
    visit: Visit, enter: Enter, url: str, runtime: Runtime, large: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    sent = begin(visit, tab, large)
    supervisor = Supervisor(runtime.layout)
    supervisor.stop("media-tus")
    try:
        # It is told to come back later.
        heard(tab, lambda: sent.count("HEAD") > 1)
    finally:
        supervisor.start("media-tus")
    heard(tab, lambda: sent.count("PATCH") > 1)
    is_whole(person, tab, sent)


def test_a_session_that_ends(browser: Browser, enter: Enter, url: str, large: Path) -> None:
    person = Person(url)
    with line_to(url) as line, visiting(browser, line.url) as visit:
        tab = enter(visit, person, then="/send")
        sent = begin(visit, tab, large)
        assert person.delete("/sessions").status_code == 200
        line.cut()
        dialog = tab.get_by_role("dialog", name="Sign in again")
        dialog.get_by_label("Password", exact=True).fill(person.password)
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog).to_have_count(0)
        person.sign_in()
        is_whole(person, tab, sent)


@pytest.mark.parametrize("way", ["asked for", "chosen as if it were new"])
def test_the_same_file_after_a_reload(
    visit: Visit, enter: Enter, url: str, large: Path, short: Path, way: str
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    sent = begin(visit, tab, large)
    reload(tab)
    assert tab.evaluate(f"Object.keys({KEPT}[0])") == [
        *("account", "hash", "id", "name", "size", "modified")
    ]
    if way == "asked for":
        row = tab.get_by_role("listitem").filter(has_text="This upload was interrupted.")
        expect(row.get_by_role("heading", name="all day")).to_be_visible()
        for file in (short, large):
            with tab.expect_file_chooser() as chooser:
                row.get_by_role("button", name="Choose the same file").click()
            chooser.value.set_files(file)
            if file == short:
                expect(tab.get_by_role("alert")).to_contain_text("Needed is “all_day.mp4”.")
    else:
        tab.locator("input[type=file][multiple]").set_input_files(large)
    is_whole(person, tab, sent)


def test_one_tab_at_a_time(visit: Visit, enter: Enter, url: str, large: Path) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    sent = begin(visit, tab, large)
    other = visit.open("/send")
    expect(other.get_by_text("Drop a video here")).to_be_visible()
    expect(other.get_by_text("This upload was interrupted.")).to_have_count(0)
    # Who chooses it there waits for this one, and gets what came of it.
    other.locator("input[type=file]").set_input_files(large)
    expect(other.get_by_role("heading", name="all day")).to_be_visible()
    sent.network(FAST)
    for one in (tab, other):
        expect(one.get_by_text("Your video is ready.")).to_be_visible()
    assert sent.offsets == [0]
    assert len(person.get("/me/videos").json()["response"]) == 1


@pytest.mark.parametrize("when", ["on its way", "after a reload"])
def test_what_is_cancelled_is_gone(
    visit: Visit, enter: Enter, url: str, large: Path, when: str
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    sent = begin(visit, tab, large)
    until(tab, f"{KEPT}.length === 1")
    address = f"/upload/tus/{tab.evaluate(KEPT)[0]['id']}"
    if when == "after a reload":
        reload(tab)
    tab.get_by_role("button", name="Cancel upload").click()
    expect(tab.get_by_text("Drop a video here")).to_be_visible()
    expect(tab.get_by_role("button", name="Cancel upload")).to_have_count(0)
    eventually(lambda: person.get("/me/videos").json()["response"] == [])
    assert sent.count("DELETE") == 1
    assert tab.evaluate(KEPT) == []
    answer = person.http.head(url + address, headers={"Tus-Resumable": "1.0.0"}, timeout=30)
    assert answer.status_code == 404


def test_what_the_server_has_not_any_more_is_not_offered(
    visit: Visit, enter: Enter, url: str, large: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    begin(visit, tab, large)
    reload(tab)
    upload = f"/upload/tus/{tab.evaluate(KEPT)[0]['id']}"
    assert person.delete(upload, headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    tab.reload()
    until(tab, f"{KEPT}.length === 0")
    # The video is still there, and waits.
    (video,) = person.get("/me/videos").json()["response"]
    assert video["uploaded"] is False


def test_nothing_is_kept_of_what_is_refused_or_of_who_signs_out(
    visit: Visit, enter: Enter, url: str, tmp_path: Path, large: Path
) -> None:
    text = tmp_path / "no_film.mp4"
    text.write_text("This is no film at all. " * 100)
    tab = enter(visit, Person(url), then="/send")
    tab.locator("input[type=file]").set_input_files(text)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_role("alert")).to_contain_text("This file was not taken.")
    # In the server's words.
    expect(tab.get_by_role("alert")).not_to_have_text("This file was not taken. ")
    assert tab.evaluate(KEPT) == []
    tab.get_by_role("button", name="Choose another file").click()
    begin(visit, tab, large)
    reload(tab)
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("button", name="Sign out", exact=True).click()
    expect(tab.get_by_text("You are signed out.")).to_be_visible()
    assert tab.evaluate("localStorage.getItem('vireo.uploads')") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(360, 740), (1280, 800)])
def test_an_unfinished_upload_is_for_everybody(
    visitor: Visitor,
    enter: Enter,
    url: str,
    large: Path,
    axe: Path,
    screens: Path,
    theme: str,
    size: tuple[int, int],
) -> None:
    locale = "de-DE" if size[0] == 360 else "en-GB"
    visit = visitor(size=size, color_scheme=theme, locale=locale)
    person = Person(url)
    tab = visit.open("/enter?next=/send")
    tab.locator("input[autocomplete~=username]").fill(person.name)
    tab.locator("input[type=password]").fill(person.password)
    tab.locator("main button[type=submit]").click()
    sent = Sent(visit, tab)
    sent.network(SLOW)
    tab.locator("input[type=file]").set_input_files(large)
    tab.locator("main button[type=submit]").click()
    until(tab, "document.querySelector('progress')?.value >= 20")
    tab.reload()
    until(tab, "document.querySelector('progress')?.value > 0")
    until(tab, "document.querySelector('.on-its-way .button.main').disabled === false")
    tab.screenshot(path=screens / f"unfinished-{size[0]}-{theme}.png", full_page=True)
    assert visit.violations(tab, axe) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_not_cancelled_for_want_of_a_line_stays(
    browser: Browser, enter: Enter, url: str, large: Path
) -> None:
    person = Person(url)
    with line_to(url) as line, visiting(browser, line.url) as visit:
        tab = enter(visit, person, then="/send")
        begin(visit, tab, large)
        reload(tab)
        row = tab.get_by_role("listitem").filter(has_text="This upload was interrupted.")
        expect(row.get_by_role("heading", name="all day")).to_be_visible()
        line.away = True
        line.cut()
        row.get_by_role("button", name="Cancel upload").click()
        expect(row.get_by_role("alert")).to_be_visible()
        assert len(tab.evaluate(KEPT)) == 1
        line.away = False
        row.get_by_role("button", name="Cancel upload").click()
        expect(row).to_have_count(0)
        eventually(lambda: person.get("/me/videos").json()["response"] == [])
        assert tab.evaluate(KEPT) == []


def test_what_is_kept_in_the_browser_may_be_lost(
    visit: Visit, enter: Enter, url: str, large: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    sent = begin(visit, tab, large)
    tab.evaluate("localStorage.removeItem('vireo.uploads')")
    sent.network(FAST)
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    assert sent.offsets == [0]
