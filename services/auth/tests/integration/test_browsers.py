"""A browser that an account was signed in with: strangers don't keep its owner out."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vireo_auth.core.sign_in import mark_name
from vireo_auth.storage.browsers import MOST_BROWSERS
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

PASSWORD, NEW = "correct horse battery", "rosy otter forty-three"
HOME, CAFE = "198.51.100.7", "203.0.113.9"
ADA = f"vireo_mark_{mark_name('ada_l')}"
Try = Callable[..., TestResponse]


@pytest.fixture
def browser(make_app: Any, sign_up: Any) -> FlaskClient:
    """One that ada has signed in with, at home."""
    assert sign_up().status_code == 200
    found: FlaskClient = make_app("auth").test_client()
    assert attempt(found, PASSWORD, HOME).status_code == 200
    return found


@pytest.fixture
def stranger(make_app: Any) -> FlaskClient:
    """One that nobody knows, and that keeps no cookies."""
    found: FlaskClient = make_app("auth").test_client(use_cookies=False)
    return found


def attempt(
    http: FlaskClient, password: str, address: str = CAFE, username: str = "ada_l"
) -> TestResponse:
    given = {"username": username, "password": password}
    return http.post("/sign_in", json=given, headers={"X-Real-IP": address})


def test_the_mark_is_no_script_s_and_only_its_hash_is_stored(
    browser: FlaskClient, clean_tables: TestDatabase
) -> None:
    cookie = browser.get_cookie(ADA)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Strict", "/")
    assert len(cookie.value) == 43
    assert "ada" not in cookie.key
    ((stored,),) = clean_tables.query("SELECT MarkHash FROM Browsers")
    ((wanted,),) = clean_tables.query("SELECT UNHEX(SHA2(%s, 256))", (cookie.value,))
    assert stored == wanted


def test_a_blocked_pair_keeps_a_known_browser_from_nothing(
    browser: FlaskClient, stranger: FlaskClient
) -> None:
    for _ in range(5):
        assert attempt(stranger, "wrong").status_code == 402
    assert outcome(attempt(stranger, PASSWORD)) == (403, "blocked")
    assert attempt(browser, PASSWORD).status_code == 200
    # That lifted nothing for the strangers beside it.
    assert outcome(attempt(stranger, PASSWORD)) == (403, "blocked")


def test_a_name_that_is_slowed_down_keeps_a_known_browser_from_nothing(
    browser: FlaskClient, stranger: FlaskClient
) -> None:
    for number in range(30):
        assert attempt(stranger, "wrong", f"192.0.2.{number}").status_code == 402
    assert outcome(attempt(stranger, PASSWORD)) == (429, "rate_limited")
    assert attempt(browser, PASSWORD).status_code == 200


def test_an_address_that_guesses_at_many_names_keeps_it_from_nothing(
    browser: FlaskClient, make_app: Any
) -> None:
    stranger = make_app("auth", VIREO_SIGN_IN_GUESSES="7").test_client(use_cookies=False)
    for number in range(7):
        assert attempt(stranger, "wrong", username=f"name{number}").status_code == 402
    assert outcome(attempt(stranger, PASSWORD)) == (429, "rate_limited")
    assert attempt(browser, PASSWORD).status_code == 200


def test_it_has_five_tries_of_its_own(browser: FlaskClient, stranger: FlaskClient) -> None:
    """Wherever it is: a stolen mark is good for no more guesses than an address is."""
    for number, left in enumerate((4, 3, 2, 1, 0)):
        answer = attempt(browser, "wrong", f"192.0.2.{number}")
        assert answer.json["response"]["attempts_left"] == left
    blocked = attempt(browser, PASSWORD, "192.0.2.99")
    assert outcome(blocked) == (403, "blocked")
    assert 0 < int(blocked.headers["Retry-After"]) <= 900
    # Its owner is let in elsewhere: the failures were the browser's alone.
    assert attempt(stranger, PASSWORD, HOME).status_code == 200
    assert attempt(stranger, "wrong", CAFE).json["response"]["attempts_left"] == 4


def test_fifty_at_once_with_one_mark_admit_exactly_five(running_service: Any, body: Any) -> None:
    running = running_service("auth", VIREO_WEB_WORKERS="2", VIREO_WEB_THREADS="64")
    running.request("POST", "/sign_up", json=body())
    right = {"username": "ada_l", "password": PASSWORD}
    mark = running.request("POST", "/sign_in", json=right).cookies[ADA]

    def guess(number: int) -> tuple[int, Any]:
        given = {"username": "ada_l", "password": f"guess {number}"}
        head = {"X-Real-IP": f"192.0.2.{number}"}
        return outcome(
            running.request("POST", "/sign_in", json=given, headers=head, cookies={ADA: mark})
        )

    with ThreadPoolExecutor(25) as pool:
        outcomes = Counter(pool.map(guess, range(50)))
    assert outcomes == {(402, "bad_credentials"): 5, (403, "blocked"): 45}


def test_an_account_of_one_s_own_makes_no_more_tries(browser: FlaskClient, sign_up: Any) -> None:
    """Signing in to one's own account with a stolen mark makes no other mark of it."""
    sign_up(username="thief")
    for _ in range(4):
        assert attempt(browser, "wrong").status_code == 402
        assert attempt(browser, PASSWORD, username="thief").status_code == 200
    assert attempt(browser, "wrong").json["response"]["attempts_left"] == 0
    assert outcome(attempt(browser, PASSWORD)) == (403, "blocked")


def test_a_mark_is_replaced_at_every_sign_in(
    browser: FlaskClient, stranger: FlaskClient, clean_tables: TestDatabase
) -> None:
    old = browser.get_cookie(ADA)
    assert old is not None
    assert attempt(browser, PASSWORD).status_code == 200
    new = browser.get_cookie(ADA)
    assert new is not None
    assert new.value != old.value
    assert clean_tables.query("SELECT COUNT(*) FROM Browsers") == ((1,),)
    for _ in range(5):
        attempt(stranger, "wrong")
    # The copy of the old one is nobody's.
    browser.set_cookie(ADA, old.value)
    assert outcome(attempt(browser, PASSWORD)) == (403, "blocked")


def test_a_mark_that_a_stranger_has_put_there_becomes_nobody_s(
    browser: FlaskClient, sign_up: Any, clean_tables: TestDatabase
) -> None:
    sign_up(username="eve")
    planted = "A" * 43
    browser.set_cookie(f"vireo_mark_{mark_name('eve')}", planted)
    assert attempt(browser, PASSWORD, username="eve").status_code == 200
    ((hashed,),) = clean_tables.query("SELECT UNHEX(SHA2(%s, 256))", (planted,))
    assert hashed not in {row[0] for row in clean_tables.query("SELECT MarkHash FROM Browsers")}


@pytest.mark.parametrize("value", ["", "x", "A" * 5000, "é", '"; DROP', "\x01"], ids=ascii)
def test_marks_that_are_none(stranger: FlaskClient, sign_up: Any, value: str) -> None:
    sign_up()
    given = {"username": "ada_l", "password": PASSWORD}
    cookie = f"{ADA}={value}; vireo_mark_={value}; __Host-{ADA}={value}"
    head = {"Cookie": cookie.encode("utf-8").decode("latin-1"), "X-Real-IP": CAFE}
    assert stranger.post("/sign_in", json=given, headers=head).status_code == 200


def test_a_new_password_forgets_other_browsers(
    browser: FlaskClient, make_app: Any, clean_tables: TestDatabase
) -> None:
    other = make_app("auth").test_client()
    assert attempt(other, PASSWORD, HOME).status_code == 200
    token = attempt(browser, PASSWORD, HOME).json["response"]["vtoken"]
    assert clean_tables.query("SELECT COUNT(*) FROM Browsers") == ((2,),)
    body = {"old_password": PASSWORD, "new_password": NEW}
    head = {"Authorization": token, "X-Real-IP": HOME}
    assert browser.post("/password/change", json=body, headers=head).status_code == 200
    cookie = browser.get_cookie(ADA)
    assert cookie is not None
    ((wanted,),) = clean_tables.query("SELECT UNHEX(SHA2(%s, 256))", (cookie.value,))
    assert clean_tables.query("SELECT MarkHash FROM Browsers") == ((wanted,),)


def test_clients_without_cookies_get_none(
    stranger: FlaskClient, sign_up: Any, clean_tables: TestDatabase
) -> None:
    sign_up()
    given = {"username": "ada_l", "password": PASSWORD, "refresh_token": True}
    assert stranger.post("/sign_in", json=given).headers.getlist("Set-Cookie") == []
    assert clean_tables.query("SELECT 1 FROM Browsers") == ()


def test_the_oldest_browsers_make_room(browser: FlaskClient, clean_tables: TestDatabase) -> None:
    clean_tables.query(
        "INSERT INTO Browsers SELECT ChannelID, UNHEX(SHA2(seq, 256)), NOW(3),"
        " NOW(3) - INTERVAL seq MINUTE FROM Channels, seq_1_to_150"
    )
    assert attempt(browser, PASSWORD).status_code == 200
    assert clean_tables.query("SELECT COUNT(*) FROM Browsers") == ((MOST_BROWSERS,),)


def test_a_browser_keeps_so_many_marks(make_app: Any, body: Any) -> None:
    http = make_app("auth").test_client()
    for number in range(14):
        http.post("/sign_up", json=body(username=f"name{number}"))
        assert attempt(http, PASSWORD, username=f"name{number}").status_code == 200
    kept = [key for key in http._cookies if "vireo_mark_" in str(key)]
    assert len(kept) == 10
    newest = http.get_cookie(f"vireo_mark_{mark_name('name13')}")
    assert newest is not None
