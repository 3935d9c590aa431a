"""Who is signed in: lockout, tabs, the end of a session, links of mails."""

import email
import email.policy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from vireo_ops.runtime import Runtime
from vireo_testing.browser import Visit
from vireo_testing.person import Person, eventually

Enter = Callable[..., Any]


def guess(tab: Page, name: str, password: str) -> None:
    """Type a password and send it."""
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_role("button", name="Sign in").click()


def test_lockout_counts_down(visit: Visit, url: str) -> None:
    person = Person(url)
    tab = visit.open("/enter")
    for left in ("4 tries", "3 tries", "2 tries", "1 try", "last try"):
        guess(tab, person.name, "not the password")
        expect(tab.get_by_role("alert")).to_contain_text(left)
    guess(tab, person.name, person.password)
    expect(tab.get_by_role("alert")).to_contain_text(re.compile(r"Try again in 1[45]:\d\d"))
    first = tab.get_by_role("alert").inner_text()
    expect(tab.get_by_role("button", name="Sign in")).to_be_disabled()
    expect(tab.get_by_role("alert")).not_to_have_text(first, use_inner_text=True)


def test_a_reload_and_another_tab_stay_signed_in(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/account")
    expect(tab.get_by_text(f"{person.name}@example.com")).to_be_visible()
    tab.reload()
    expect(tab.get_by_text(f"{person.name}@example.com")).to_be_visible()
    # Tabs that begin at the same moment share one cookie, and take turns.
    others = [visit.context.new_page() for _ in range(4)]
    for other in others:
        other.evaluate(f"setTimeout(() => location.href = '{url}/account')")
    for other in others:
        expect(other.get_by_text(f"{person.name}@example.com")).to_be_visible()
    # Out in one is out in all.
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("button", name="Sign out", exact=True).click()
    for other in others:
        expect(other.get_by_text("Sign in to go on.")).to_be_visible()


def refresh_cookies(visit: Visit, url: str) -> list[Any]:
    """Those that can refresh a token; a browser is also known by a mark, which can't."""
    found = visit.context.cookies(f"{url}/token/refresh")
    return [cookie for cookie in found if "refresh" in cookie["name"]]


def test_signing_out_ends_the_session_at_the_server(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    tab = enter(visit, person)
    tab.evaluate("""localStorage.setItem('vireo.places', '[["AAAAAAA", 9]]')""")
    # The bell renews the token, and with it the cookie.
    with tab.expect_response("**/notifications/stream"):
        tab.reload()
    (cookie,) = refresh_cookies(visit, url)
    visit.context.set_offline(True)
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("button", name="Sign out", exact=True).click()
    expect(tab.get_by_text("You are still signed in.")).to_be_visible()
    assert refresh_cookies(visit, url) == [cookie]
    visit.context.set_offline(False)
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("button", name="Sign out", exact=True).click()
    expect(tab.get_by_text("You are signed out.")).to_be_visible()
    assert refresh_cookies(visit, url) == []
    # Nor does the browser tell what was watched.
    assert tab.evaluate("localStorage.getItem('vireo.places')") is None
    refused = person.post("/token/refresh", json={"refresh_token": cookie["value"]})
    assert refused.json()["response"]["error"] == "token_invalid"


def test_no_script_finds_a_token(visit: Visit, enter: Enter, url: str) -> None:
    tab = enter(visit, Person(url))
    kept = tab.evaluate(
        "JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie"
    )
    assert "eyJ" not in kept
    (cookie,) = refresh_cookies(visit, url)
    assert cookie["name"] == "vireo_refresh"
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["value"] not in kept


def test_who_is_signed_out_elsewhere_signs_in_again_and_loses_nothing(
    visit: Visit, enter: Enter, url: str, short: Path
) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/send")
    tab.locator("input[type=file]").set_input_files(short)
    tab.get_by_label("Title").fill("Typed with care")
    tab.get_by_label("Description").fill("Word by word")
    assert person.delete("/sessions").status_code == 200
    tab.get_by_role("button", name="Upload").click()
    dialog = tab.get_by_role("dialog", name="Sign in again")
    expect(dialog.get_by_label("Username")).to_have_value(person.name)
    dialog.get_by_label("Password", exact=True).fill(person.password)
    dialog.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    (video,) = person.get(f"/videos/channel/{person.name}").json()["response"]
    assert video["title"] == "Typed with care"


def sign_out(tab: Page) -> None:
    """By the menu."""
    tab.get_by_role("button", name="Your menu").click()
    tab.get_by_role("button", name="Sign out", exact=True).click()
    expect(tab.get_by_text("You are signed out.")).to_be_visible()


def test_the_next_account_finds_no_upload_of_the_last(
    visit: Visit, enter: Enter, url: str, short: Path
) -> None:
    tab = enter(visit, Person(url), then="/send")
    tab.locator("input[type=file]").set_input_files(short)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_text("Your video is ready.")).to_be_visible()
    sign_out(tab)
    tab.get_by_role("link", name="Sign in").first.click()
    other = Person(url)
    guess(tab, other.name, other.password)
    expect(tab.get_by_role("link", name="Sign in")).to_have_count(0)
    tab.get_by_role("link", name="Upload", exact=True).click()
    expect(tab.get_by_text("Drop a video here")).to_be_visible()


def test_nothing_is_done_in_the_name_of_who_signs_in_elsewhere(
    visit: Visit, enter: Enter, url: str, short: Path
) -> None:
    person, other = Person(url), Person(url)
    tab = enter(visit, person, then="/send")
    tab.locator("input[type=file]").set_input_files(short)
    assert person.delete("/sessions").status_code == 200
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_role("dialog", name="Sign in again")).to_be_visible()
    # The way to the form is free for who finds no name.
    tab.evaluate("localStorage.removeItem('vireo.account')")
    enter(visit, other)
    expect(tab.get_by_role("dialog")).to_have_count(0)
    expect(tab.get_by_text("Drop a video here")).to_be_visible()
    assert other.get("/me/videos").json()["response"] == []
    # This tab is the other one's now.
    tab.get_by_role("button", name="Your menu").click()
    expect(tab.get_by_role("link", name="My channel")).to_have_attribute("href", f"/@{other.name}")


def test_an_expired_token_is_renewed_unseen(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    tab = enter(visit, person)
    tab.clock.install()
    # Whatever asks first renews it: the stream of notices, or the next screen.
    with tab.expect_response("**/token/refresh") as refreshed:
        tab.clock.fast_forward("02:59:55")
        tab.get_by_role("button", name="Your menu").click()
        tab.get_by_role("link", name="Account").click()
    assert refreshed.value.status == 200
    expect(tab.get_by_text(f"{person.name}@example.com")).to_be_visible()


def test_next_leads_nowhere_else(visit: Visit, url: str) -> None:
    person = Person(url)
    for trap in ("https://example.org/", "//example.org/", "javascript:alert(1)", "/docs"):
        tab = visit.open("/")
        tab.goto(f"{url}/enter?next={trap}")
        if tab.get_by_label("Username").count():
            guess(tab, person.name, person.password)
        tab.wait_for_url(f"{url}/")
        expect(tab.get_by_role("button", name="Your menu")).to_be_visible()
        assert tab.url == f"{url}/", trap
        tab.close()


def test_a_form_is_no_place_to_go_on(visit: Visit, url: str) -> None:
    person = Person(url)
    tab = visit.open("/studio")
    tab.get_by_role("main").get_by_role("link", name="Sign in").click()
    # By the link at the top the same place is kept; from another form there is none.
    tab.get_by_role("banner").get_by_role("link", name="Sign in").click()
    tab.wait_for_url(f"{url}/enter?next=%2Fstudio")
    tab.goto(f"{url}/forgot")
    tab.get_by_role("banner").get_by_role("link", name="Sign in").click()
    tab.wait_for_url(f"{url}/enter")
    tab.goto(f"{url}/enter?next=/join")
    guess(tab, person.name, person.password)
    tab.wait_for_url(f"{url}/")


def test_the_account(visit: Visit, enter: Enter, url: str) -> None:
    person = Person(url)
    tab = enter(visit, person, then="/account")
    tab.get_by_label("First name").fill("Grace <b>")
    expect(tab.get_by_text(re.compile("None of /"))).to_be_visible()
    tab.get_by_label("First name").fill("Grace")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    assert person.get("/me").json()["response"]["fname"] == "Grace"

    tab.get_by_label("Another address").fill(f"x{person.name}@example.com")
    tab.get_by_label("Your password").fill("wrong wrong")
    tab.get_by_role("button", name="Change the address").click()
    expect(tab.get_by_text("This is not your password.")).to_be_visible()
    tab.get_by_label("Your password").fill(person.password)
    tab.get_by_role("button", name="Change the address").click()
    expect(tab.get_by_text(f"x{person.name}@example.com")).to_be_visible()

    expect(tab.get_by_text("this one")).to_be_visible()
    tab.get_by_role("button", name="Sign out there").click()
    expect(tab.get_by_role("button", name="Sign out there")).to_have_count(0)
    assert person.get("/me").status_code == 401

    tab.get_by_label("Present password").fill(person.password)
    tab.get_by_label("New password").fill("calm-heron-77")
    tab.get_by_role("button", name="Change the password").click()
    expect(tab.get_by_text("You are signed out everywhere else.")).to_be_visible()
    person.password = "calm-heron-77"
    person.sign_in()

    tab.get_by_role("button", name="Delete my account").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Your password").fill(person.password)
    dialog.get_by_role("button", name="Delete my account").click()
    expect(tab.get_by_role("link", name="Sign in")).to_be_visible()
    assert person.get("/me").status_code == 400


def link_of_mail(folder: Path, to: str, path: str) -> str:
    """The newest link to ``path`` that a mail brought to an address."""
    links: list[str] = []

    def arrived() -> bool:
        for file in sorted(folder.glob("*.eml"), key=lambda one: one.stat().st_mtime):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = mail.get_body(("plain",))
            if to in str(mail["To"]) and body:
                links.extend(re.findall(rf"http\S*{path}#token=\S+", body.get_content()))
        return bool(links)

    eventually(arrived)
    return links[-1]


@pytest.mark.usefixtures("runtime")
def test_links_of_mails(visit: Visit, url: str, runtime: Runtime) -> None:
    person = Person(url)
    address = f"{person.name}@example.com"
    folder = runtime.layout.mail
    tab = visit.open("/email/verify#token=of_no_mail")
    expect(tab.get_by_text("This link does not work, or not any more.")).to_be_visible()
    # A second link in the same tab.
    tab.goto(link_of_mail(folder, address, "/email/verify"))
    expect(tab.get_by_text("Your address is confirmed.")).to_be_visible()
    assert "#" not in tab.url
    assert person.get("/me").json()["response"]["email_verified"] is True

    tab.goto(f"{url}/enter")
    tab.get_by_role("link", name="Password forgotten?").click()
    tab.get_by_label("Email").fill(address)
    tab.get_by_role("button", name="Send the link").click()
    expect(tab.get_by_text("a mail is on its way")).to_be_visible()
    tab.goto(link_of_mail(folder, address, "/password/reset"))
    tab.get_by_label("New password").fill("calm-heron-77")
    tab.get_by_role("button", name="Set the password").click()
    expect(tab.get_by_text("Your password is changed.")).to_be_visible()
    tab.get_by_role("main").get_by_role("link", name="Sign in").click()
    guess(tab, person.name, "calm-heron-77")
    tab.wait_for_url(f"{url}/")


@pytest.mark.usefixtures("runtime")
def test_a_changed_address_is_undone(visit: Visit, url: str, runtime: Runtime) -> None:
    person = Person(url)
    address, other = f"{person.name}@example.com", f"{person.name}.new@example.com"
    person.client.change_me(email=other, password=person.password)
    link = link_of_mail(runtime.layout.mail, address, "/email/undo")
    tab = visit.open("/email/undo#token=of_no_mail")
    tab.get_by_role("button", name="Undo the change").click()
    expect(tab.get_by_text("This link does not work, or not any more.")).to_be_visible()
    tab.goto(link)
    # The token leaves the address.
    tab.wait_for_url(f"{url}/email/undo")
    # Opening it does nothing yet.
    assert person.get("/me").json()["response"]["email"] == other
    tab.get_by_role("button", name="Undo the change").click()
    expect(tab.get_by_text("Your account has its old address again.")).to_be_visible()
    assert person.get("/me").status_code == 401
    person.sign_in()
    me = person.get("/me").json()["response"]
    assert (me["email"], me["email_verified"]) == (address, True)
    assert link_of_mail(runtime.layout.mail, address, "/password/reset")
