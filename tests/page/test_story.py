"""The whole story, by hand: sign up, upload, watch and seek, search, delete, sign out."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from vireo_testing.browser import Visit, until
from vireo_testing.clips import Library
from vireo_testing.person import Person

Enter = Callable[..., Any]


def sign_up(tab: Page, name: str, password: str) -> None:
    """Fill the form for a new account and send it."""
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("First name").fill("Ada")
    tab.get_by_label("Last name").fill("Lovelace")
    tab.get_by_label("Email").fill(f"{name}@example.com")
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_label("Day").fill("10")
    tab.get_by_label("Month").select_option("December")
    tab.get_by_label("Year").fill("1990")
    tab.get_by_role("button", name="Make my account").click()


def test_from_nothing_to_a_video_and_back(visit: Visit, clip: Path) -> None:
    name = f"ada{uuid.uuid4().hex[:10]}"
    tab = visit.open("/")
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("link", name="Sign up").click()
    sign_up(tab, name, "rosy-otter-42")
    expect(tab.get_by_role("status").filter(has_text=f"Welcome, {name}!")).to_be_visible()

    tab.get_by_role("link", name="Upload", exact=True).click()
    tab.locator("input[type=file]").set_input_files(clip)
    title = tab.get_by_label("Title")
    expect(title).to_have_value("harbour at dawn")
    title.fill(f"Harbour of {name}")
    tab.get_by_label("Description").fill("Boats, and 0:12 a light")
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()

    tab.get_by_role("link", name="Watch it").click()
    expect(tab.get_by_role("heading", name=f"Harbour of {name}")).to_be_visible()
    video = tab.locator("video")
    expect(video).to_have_js_property("readyState", 4)
    tab.get_by_role("button", name="0:12").click()
    until(tab, "document.querySelector('video').currentTime >= 12")

    tab.get_by_role("searchbox").fill(f"harbour {name}")
    tab.get_by_role("searchbox").press("Enter")
    tab.wait_for_url(f"**/find?q=harbour+{name}")
    tab.get_by_role("link", name=f"Harbour of {name}").click()
    tab.get_by_role("main").get_by_role("link", name=name).first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(name)
    expect(tab.get_by_text(" · 1 video · ")).to_be_visible()

    tab.get_by_role("link", name="My videos").click()
    tab.get_by_role("button", name=f"Delete “Harbour of {name}”").click()
    tab.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("You have no videos yet")).to_be_visible()

    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("button", name="Sign out", exact=True).click()
    expect(tab.get_by_role("link", name="Sign in")).to_be_visible()
    tab.reload()
    expect(tab.get_by_role("link", name="Sign in")).to_be_visible()


def test_errors_stand_at_their_fields(visit: Visit, owner: tuple[Person, str]) -> None:
    taken, _ = owner
    tab = visit.open("/join")
    tab.get_by_role("button", name="Make my account").click()
    expect(tab.get_by_text("Fill this in.")).to_have_count(6)
    expect(tab.get_by_label("Username")).to_be_focused()
    tab.get_by_label("Username").fill("a b")
    expect(tab.get_by_label("Username")).to_have_accessible_description(re.compile("3 to 25"))
    tab.get_by_label("Password", exact=True).fill("short")
    expect(tab.get_by_text("At least 8 characters.")).to_be_visible()
    tab.get_by_label("Day").fill("31")
    tab.get_by_label("Month").select_option("February")
    tab.get_by_label("Year").fill("1990")
    expect(tab.get_by_text("There is no such day.")).to_be_visible()
    # What only the server knows: a common password, and a name that somebody has.
    sign_up(tab, taken.name, "password1")
    expect(tab.get_by_text("This is one of the commonly used passwords.")).to_be_visible()
    tab.get_by_label("Password", exact=True).fill("rosy-otter-42")
    tab.get_by_role("button", name="Make my account").click()
    expect(tab.get_by_label("Username")).to_have_accessible_description(re.compile("taken"))


def test_what_is_no_video_is_refused(visit: Visit, enter: Enter, url: str, tmp_path: Path) -> None:
    tab = enter(visit, Person(url), then="/send")
    text = tmp_path / "film.mp4"
    text.write_text("This is no film at all. " * 100)
    tab.locator("input[type=file]").set_input_files(text)
    tab.get_by_label("Description").fill("Word by word")
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_role("alert")).to_contain_text("This file was not taken.")
    tab.get_by_role("button", name="Choose another file").click()
    expect(tab.get_by_text("Drop a video here")).to_be_visible()
    expect(tab.get_by_label("Title")).to_have_value("")
    expect(tab.get_by_label("Description")).to_have_value("Word by word")
    # Nothing is left of it.
    tab.goto(f"{url}/studio")
    expect(tab.get_by_text("You have no videos yet")).to_be_visible()


def test_an_upload_tells_how_far_it_is_and_can_be_stopped(
    visit: Visit, enter: Enter, url: str, tmp_path: Path
) -> None:
    tab = enter(visit, Person(url), then="/send")
    network = visit.context.new_cdp_session(tab)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 400_000}
    network.send("Network.emulateNetworkConditions", slow)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypisom" + bytes(20_000_000))
    tab.locator("input[type=file]").set_input_files(film)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_text(re.compile(r"of 20 MB"))).to_be_visible()
    expect(tab.get_by_text(re.compile(r"kB/s"))).to_be_visible()
    expect(tab.get_by_text(re.compile(r"\d+ secs? left"))).to_be_visible()
    # It goes on while one looks around.
    tab.get_by_role("link", name="Vireo").click()
    tab.get_by_role("link", name="Upload", exact=True).click()
    expect(tab.get_by_text(re.compile(r"of 20 MB"))).to_be_visible()
    tab.get_by_role("button", name="Cancel upload").click()
    expect(tab.get_by_text("Drop a video here")).to_be_visible()


def test_a_broken_line_is_tried_again(visit: Visit, enter: Enter, url: str, short: Path) -> None:
    tab = enter(visit, Person(url), then="/send")
    tab.route("**/upload/tus/*", lambda route: route.abort("connectionreset"))
    tab.locator("input[type=file]").set_input_files(short)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_role("alert")).to_contain_text("can't be reached")
    tab.unroute("**/upload/tus/*")
    tab.get_by_role("button", name="Try again").click()
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()


def test_what_is_stored_is_not_taken_away(
    visit: Visit, enter: Enter, url: str, short: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    sent: list[int] = []

    def lost(route: Route) -> None:
        """The bytes arrive; the answer does not."""
        if not sent:
            (video,) = person.get("/me/videos").json()["response"]
            sent.append(person.send(video["thumbnail"], short).status_code)
        route.abort("connectionreset")

    tab.route("**/upload/tus", lost)
    tab.locator("input[type=file]").set_input_files(short)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_role("alert")).to_contain_text("can't be reached")
    tab.get_by_role("button", name="Choose another file").click()
    expect(tab.get_by_text("Drop a video here")).to_be_visible()
    (video,) = person.get("/me/videos").json()["response"]
    assert sent == [200]
    assert video["uploaded"] is True


def test_a_line_that_breaks_after_the_upload_is_waited_for(
    visit: Visit, enter: Enter, url: str, short: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    looks: list[bool] = []

    def cut(route: Route) -> None:
        """Until the stream has told that it is ready, and for two looks more."""
        (video,) = person.get("/me/videos").json()["response"]
        looks.append(video["state"] == "ready")
        if looks.count(True) < 3:
            route.abort("connectionreset")
        else:
            route.continue_()

    tab.route(re.compile(r"//[^/]+/v/\w{7}$"), cut)
    tab.locator("input[type=file]").set_input_files(short)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    assert len(looks) >= 3


def test_a_video_that_is_encoded_shows_its_states(
    visit: Visit, enter: Enter, url: str, tmp_path: Path
) -> None:
    person = Person(url)
    person.announce("Without a file")
    tab = enter(visit, person, then="/send")
    tab.locator("input[type=file]").set_input_files(Library(tmp_path).path("vp8.webm"))
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_text("The video is being converted.")).to_be_visible()
    tab.get_by_role("link", name="My videos").click()
    expect(tab.get_by_role("heading", name="vp8")).to_be_visible()
    expect(tab.get_by_text("Public", exact=True).first).to_be_visible()
