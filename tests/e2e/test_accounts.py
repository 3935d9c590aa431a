"""``POST /sign_up`` and ``POST /sign_in``: what is taken, what is refused, and the lockout."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests

from vireo_testing.envelope import TIME, error_of, response_of
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]


def fresh(person: Person, **changes: Any) -> dict[str, Any]:
    """What somebody new types."""
    name = f"f{uuid.uuid4().hex[:14]}"
    return person.details(**{"username": name, "email": f"{name}@example.com", **changes})


def years_ago(years: int, days: int = 0) -> dict[str, int]:
    """A date of birth, so many years ago and some days later."""
    today = dt.datetime.now(dt.UTC).date()
    # The 28th is in every month; a day less or more does not matter to who gives two days.
    born = today.replace(year=today.year - years, day=min(today.day, 28)) + dt.timedelta(days)
    return {"day": born.day, "month": born.month, "year": born.year}


def test_sign_in(person: Person, anybody: Anybody) -> None:
    response = response_of(anybody("POST", "/sign_in", json=person.credentials))
    assert set(response) == {"vtoken", "expires_in"}
    assert response["expires_in"] == 10800
    assert response["vtoken"].count(".") == 2
    other_case = {**person.credentials, "username": person.name.upper()}
    response_of(anybody("POST", "/sign_in", json=other_case))
    response_of(anybody("POST", "/sign_in", json={**person.credentials, "unknown": [1]}))


@pytest.mark.parametrize(
    "absent",
    [{"username"}, {"password"}, {"username", "password"}],
    ids=lambda names: " ".join(sorted(names)),
)
def test_sign_in_without_fields(person: Person, anybody: Anybody, absent: set[str]) -> None:
    body = {name: text for name, text in person.credentials.items() if name not in absent}
    error = error_of(anybody("POST", "/sign_in", json=body), 400, "missing_field")
    assert set(error["fields"]) == absent


@pytest.mark.parametrize("value", [None, 7, True, 1.5, [], {}], ids=str)
def test_sign_in_with_wrong_types(person: Person, anybody: Anybody, value: object) -> None:
    for field in ("username", "password"):
        body = {**person.credentials, field: value}
        error = error_of(anybody("POST", "/sign_in", json=body), 400, "invalid_body")
        assert set(error["fields"]) == {field}


@pytest.mark.parametrize("password", ["", "a" * 72, "a" * 73, "ä" * 500, "a\x00b"], ids=len)
def test_odd_passwords_are_wrong_passwords(person: Person, anybody: Anybody, password: str) -> None:
    body = {**person.credentials, "password": password}
    error_of(anybody("POST", "/sign_in", json=body), 402, "bad_credentials")


def test_lockout(person: Person, stranger: Person, anybody: Anybody) -> None:
    wrong = {**person.credentials, "password": "not the password"}
    for left in (4, 3, 2, 1, 0):
        error = error_of(anybody("POST", "/sign_in", json=wrong), 402, "bad_credentials")
        assert error["attempts_left"] == left
    for given in (person.credentials, wrong, {**wrong, "username": person.name.upper()}):
        answer = anybody("POST", "/sign_in", json=given)
        error = error_of(answer, 403, "blocked")
        assert 800 < error["retry_after"] <= 900
        assert answer.headers["Retry-After"] == str(error["retry_after"])
        assert TIME.fullmatch(error["blocked_until"])
        until = dt.datetime.fromisoformat(error["blocked_until"])
        assert 600 < (until - dt.datetime.now(dt.UTC)).total_seconds() < 1200
    # Others are not concerned, and the token goes on.
    stranger.sign_in()
    person.announce()


def test_a_right_password_forgives_the_wrong_ones(person: Person, anybody: Anybody) -> None:
    wrong = {**person.credentials, "password": "not the password"}
    for _ in range(2):
        for left in (4, 3, 2, 1):
            error = error_of(anybody("POST", "/sign_in", json=wrong), 402)
            assert error["attempts_left"] == left
        person.sign_in()


def test_an_unknown_name_answers_like_a_wrong_password(anybody: Anybody) -> None:
    given = {"username": f"n{uuid.uuid4().hex[:10]}", "password": "whatever it is"}
    for left in (4, 3, 2, 1, 0):
        error = error_of(anybody("POST", "/sign_in", json=given), 402, "bad_credentials")
        assert set(error) == {"error", "message", "attempts_left"}
        assert error["attempts_left"] == left
    error_of(anybody("POST", "/sign_in", json=given), 403, "blocked")


ACCEPTED: list[dict[str, Any]] = [
    {"fname": "x", "lname": "y" * 25, "mname": "z" * 25},
    {"fname": "Zoë", "mname": "van der", "lname": "O'Neill-Śmith"},
    {"fname": "漢字", "lname": "مرحبا", "mname": "👩‍👩‍👧"},
    {"password": "8 bytes!"},
    {"password": "q7" * 36},
    {"password": "пароль-из-букв"},
    {"day": 29, "month": 2, "year": 2000},
    years_ago(13, days=-1),
    years_ago(120, days=1),
    {"unknown": "field"},
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_sign_up_takes(person: Person, anybody: Anybody, changes: dict[str, Any]) -> None:
    details = fresh(person, **changes)
    assert response_of(anybody("POST", "/sign_up", json=details)) == ""
    credentials = {name: details[name] for name in ("username", "password")}
    response_of(anybody("POST", "/sign_in", json=credentials))


def test_names_of_three_and_of_twenty_five_characters(person: Person, anybody: Anybody) -> None:
    unique = uuid.uuid4().hex
    for name in (f"{unique[:20]}_.-Az", f"-.{unique[:8]}"):
        email = f"{uuid.uuid4().hex}@example.com"
        answer = anybody("POST", "/sign_up", json=person.details(username=name, email=email))
        assert response_of(answer) == ""


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"fname": ""}, "fname"),
    ({"fname": "   "}, "fname"),
    ({"fname": None}, "fname"),
    ({"fname": "a\x00"}, "fname"),
    ({"fname": "a\nb"}, "fname"),
    ({"lname": ""}, "lname"),
    ({"lname": "x" * 26}, "lname"),
    ({"mname": "x" * 26}, "mname"),
    ({"mname": ["x"]}, "mname"),
    *(({"mname": f"a{sign}b"}, "mname") for sign in r"/*()\:{}|<>"),
    ({"username": ""}, "username"),
    ({"username": "ab"}, "username"),
    ({"username": "a" * 26}, "username"),
    ({"username": "with space"}, "username"),
    ({"username": "naïve"}, "username"),
    ({"username": "abc\n"}, "username"),
    ({"username": "a/b/c"}, "username"),
    ({"email": ""}, "email"),
    ({"email": "nobody"}, "email"),
    ({"email": "a@b"}, "email"),
    ({"email": "@example.com"}, "email"),
    ({"email": "a b@example.com"}, "email"),
    ({"email": "a@example.com\n"}, "email"),
    ({"email": "a@exa mple.com"}, "email"),
    ({"email": "a" * 300 + "@example.com"}, "email"),
    ({"email": 7}, "email"),
    ({"password": ""}, "password"),
    ({"password": "seven77"}, "password"),
    ({"password": "q7" * 36 + "!"}, "password"),
    ({"password": "ä" * 37}, "password"),
    ({"password": "password1"}, "password"),
    ({"password": "12345678"}, "password"),
    ({"password": 12345678901}, "password"),
    ({"day": 31, "month": 2}, "day"),
    ({"day": 29, "month": 2, "year": 1999}, "day"),
    ({"day": 0}, "day"),
    ({"day": "1"}, "day"),
    ({"day": True}, "day"),
    ({"month": 13}, "day"),
    ({"month": 1.5}, "month"),
    ({"month": -1}, "day"),
    ({"year": 2990}, "year"),
    ({"year": 1800}, "year"),
    ({"year": 0}, "day"),
    ({"year": 10**30}, "year"),
    (years_ago(0), "year"),
    (years_ago(13, days=2), "year"),
    (years_ago(122), "year"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED, ids=str)
def test_sign_up_refuses(
    person: Person, anybody: Anybody, changes: dict[str, Any], field: str
) -> None:
    details = fresh(person, **changes)
    error = error_of(anybody("POST", "/sign_up", json=details), 400, "invalid_body")
    # A date is one thing in three fields.
    dates = {"day", "month", "year"}
    assert field in error["fields"] or (field in dates and dates & set(error["fields"]))
    assert all(isinstance(reason, str) and reason for reason in error["fields"].values())


def test_sign_up_tells_every_field(person: Person, anybody: Anybody) -> None:
    details = fresh(person, username="a", email="b", password="c", fname="", lname="", mname="/")
    error = error_of(anybody("POST", "/sign_up", json=details), 400, "invalid_body")
    assert set(error["fields"]) == {"username", "email", "password", "fname", "lname", "mname"}


def test_sign_up_without_fields(person: Person, anybody: Anybody) -> None:
    details = fresh(person)
    for field in details:
        fewer = {name: text for name, text in details.items() if name != field}
        error = error_of(anybody("POST", "/sign_up", json=fewer), 400, "missing_field")
        assert set(error["fields"]) == {field}
    error = error_of(anybody("POST", "/sign_up", json={}), 400, "missing_field")
    assert set(error["fields"]) == set(details)


def test_names_and_addresses_are_taken_whatever_their_case(
    person: Person, anybody: Anybody
) -> None:
    details = fresh(person, username=person.name.upper())
    error_of(anybody("POST", "/sign_up", json=details), 400, "username_taken")
    details = fresh(person, email=person.details()["email"].upper())
    error_of(anybody("POST", "/sign_up", json=details), 400, "email_taken")
    # The refused ones have left nothing behind.
    response_of(anybody("POST", "/sign_up", json=fresh(person, username=details["username"])))


def test_a_name_is_kept_as_typed(person: Person, anybody: Anybody) -> None:
    name = f"Ab.{uuid.uuid4().hex[:10]}-Z"
    response_of(anybody("POST", "/sign_up", json=fresh(person, username=name)))
    (found,) = response_of(anybody("GET", f"/search/channel/{name.lower()}"))
    assert found["channel"] == name


@pytest.mark.parametrize("same", ["username", "email"])
def test_two_at_once_want_one(person: Person, anybody: Anybody, same: str) -> None:
    shared = fresh(person)[same]
    start = threading.Barrier(4)
    answers: list[requests.Response] = []

    def sign_up() -> None:
        details = fresh(person, **{same: shared})
        start.wait()
        answers.append(anybody("POST", "/sign_up", json=details))

    threads = [threading.Thread(target=sign_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.sort(key=lambda answer: answer.status_code)
    assert response_of(answers[0]) == ""
    for answer in answers[1:]:
        error_of(answer, 400, f"{same}_taken")
