"""``POST /sign_up``, field by field."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_testing.answers import outcome
from vireo_testing.hostile_text import BODIES, STRINGS
from vireo_testing.mariadb import TestDatabase

FIELDS = ("fname", "mname", "lname", "username", "email", "password", "day", "month", "year")
TEXTS = FIELDS[:6]


def problem(response: Any) -> tuple[int, str, set[str]]:
    """Status, code, and the fields that are told of."""
    found = response.json["response"]
    return response.status_code, found["error"], set(found["fields"])


def test_account_is_stored_as_typed(sign_up: Any, clean_tables: TestDatabase) -> None:
    response = sign_up(username="Ada.L", mname="Byron", email="Ada@Example.org", fname="李")
    assert (response.status_code, response.json) == (200, {"response": ""})
    rows = clean_tables.query(
        "SELECT Username, LENGTH(Password), Fname, Mname, Lname, Email, Birth"
        " FROM Channels JOIN ChannelDetails USING (ChannelID)"
    )
    assert rows == (
        ("Ada.L", 60, "李", "Byron", "Lovelace", "Ada@example.org", dt.date(1990, 12, 10)),
    )


def test_an_account_knows_when_it_was_made(sign_up: Any, clean_tables: TestDatabase) -> None:
    sign_up()
    made = "SELECT TIMESTAMPDIFF(SECOND, CreatedAt, UTC_TIMESTAMP()) BETWEEN 0 AND 60 FROM Channels"
    assert clean_tables.query(made) == ((1,),)


def test_password_is_stored_as_bcrypt(sign_up: Any, clean_tables: TestDatabase) -> None:
    sign_up()
    ((stored,),) = clean_tables.query("SELECT Password FROM Channels")
    assert stored.startswith("$2b$")


@pytest.mark.parametrize("field", FIELDS)
def test_each_missing_field_is_named(sign_up: Any, field: str) -> None:
    assert problem(sign_up(**{field: None})) == (400, "missing_field", {field})


def test_all_missing_fields_are_named(http: FlaskClient) -> None:
    assert problem(http.post("/sign_up", json={})) == (400, "missing_field", set(FIELDS))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [[], {}, True, 1.5, "", 10**30, "1"], ids=repr)
def test_wrong_types_and_empty_values(sign_up: Any, field: str, value: object) -> None:
    if field == "mname" and isinstance(value, str):
        assert sign_up(mname=value).status_code == 200
        return
    if field in {"fname", "lname"} and value == "1":
        assert sign_up(**{field: value}).status_code == 200
        return
    if field in {"day", "month"} and value == "1":
        assert sign_up(**{field: value}).status_code == 200
        return
    status, code, told = problem(sign_up(**{"email": "ada@example.org", field: value}))
    assert (status, code) == (400, "invalid_body")
    # A date that is not real is told at its day.
    assert told in ({field}, {"day"})


@pytest.mark.parametrize(
    ("typed", "day"), [("9", 9), ("09", 9), ("000000010", 10), (9, 9)], ids=repr
)
def test_digits_as_text_are_a_number(
    sign_up: Any, clean_tables: TestDatabase, typed: object, day: int
) -> None:
    """What a form's fields give, which existing front ends send as it is."""
    assert sign_up(day=typed, month="12", year="1990").status_code == 200
    assert clean_tables.query("SELECT Birth FROM ChannelDetails") == ((dt.date(1990, 12, day),),)


@pytest.mark.parametrize("field", ["day", "month", "year"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " 9",
        "9 ",
        "9\n",
        "+9",
        "-9",
        "9.0",
        "9,0",
        "1e1",
        "0x9",
        "1_0",
        "\u0669",
        "\uff19",
        "\u00b2",
        "true",
    ]
    + ["9" * 10, "9" * 5000, "NaN", "null", "IX", "\u200b9"],
    ids=ascii,
)
def test_other_text_is_no_number(sign_up: Any, field: str, text: str) -> None:
    assert problem(sign_up(**{field: text}))[:2] == (400, "invalid_body")


def test_null_is_a_wrong_type(http: FlaskClient, body: Any) -> None:
    for field in FIELDS:
        answer = http.post("/sign_up", json={**body(), field: None})
        assert problem(answer) == (400, "invalid_body", {field})


def test_unknown_fields_are_ignored(sign_up: Any) -> None:
    assert sign_up(ChannelID=1, admin=True).status_code == 200


def test_all_bad_fields_are_told_at_once(sign_up: Any) -> None:
    response = sign_up(fname="", username="x", email="x", password="x", day=32)
    bad = {"fname", "username", "email", "password", "day"}
    assert problem(response) == (400, "invalid_body", bad)


def test_username_is_taken_in_any_case(sign_up: Any, clean_tables: TestDatabase) -> None:
    assert sign_up(username="Ada").status_code == 200
    again = sign_up(username="aDA", email="other@example.org")
    assert problem(again) == (400, "username_taken", {"username"})
    assert clean_tables.query("SELECT COUNT(*) FROM ChannelDetails") == ((1,),)


def test_email_is_taken_in_any_case(sign_up: Any, clean_tables: TestDatabase) -> None:
    assert sign_up(email="Ada@Example.org").status_code == 200
    again = sign_up(username="other", email="ADA@example.ORG")
    assert problem(again) == (400, "email_taken", {"email"})
    # Neither row of the second account stays.
    assert clean_tables.query("SELECT Username FROM Channels") == (("ada_l",),)


def test_accents_make_another_mailbox(sign_up: Any) -> None:
    assert sign_up(email="jorg@example.org").status_code == 200
    assert sign_up(username="other", email="jörg@example.org").status_code == 200


@pytest.mark.parametrize("field", TEXTS)
def test_hostile_text(sign_up: Any, clean_tables: TestDatabase, field: str) -> None:
    for number, (name, text) in enumerate(STRINGS.items()):
        changes = {"username": f"user{number}", field: text}
        if field == "username":
            changes["email"] = f"user{number}@example.org"
        response = sign_up(**changes)
        assert response.status_code in {200, 400}, name
        assert set(response.json) == {"response"}, name
    for table in ("Channels", "ChannelDetails", "Videos"):
        clean_tables.query(f"SELECT 1 FROM {table}")


@pytest.mark.parametrize("path", ["/sign_up", "/sign_in"])
@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies(http: FlaskClient, path: str, name: str) -> None:
    response = http.post(path, data=BODIES[name], content_type="application/json")
    assert response.status_code == 400
    assert response.json["response"]["error"] in {"invalid_json", "invalid_body", "missing_field"}


def at_once(running: Any, bodies: list[dict[str, Any]]) -> list[tuple[int, Any]]:
    """Send all sign-ups at the same moment; status and error of each answer, sorted."""

    def send(given: dict[str, Any]) -> tuple[int, Any]:
        response = running.request("POST", "/sign_up", json=given)
        found = response.json()["response"]
        return response.status_code, found and found["error"]

    with ThreadPoolExecutor(len(bodies)) as pool:
        return sorted(pool.map(send, bodies))


def test_one_of_many_at_once_gets_the_name(
    running_service: Any, body: Callable[..., dict[str, Any]], clean_tables: TestDatabase
) -> None:
    running = running_service("auth", VIREO_WEB_WORKERS="2", VIREO_WEB_THREADS="16")
    for attempt in range(4):
        names = [f"Racer{attempt}", f"rACER{attempt}"] * 4
        bodies = [
            body(username=name, email=f"r{attempt}-{n}@example.org") for n, name in enumerate(names)
        ]
        assert at_once(running, bodies) == [(200, "")] + [(400, "username_taken")] * 7
        mail = f"same{attempt}@example.org"
        bodies = [body(username=f"mail{attempt}-{n}", email=mail) for n in range(4)]
        assert at_once(running, bodies) == [(200, "")] + [(400, "email_taken")] * 3
    assert clean_tables.query("SELECT COUNT(*) FROM Channels") == ((8,),)
    assert clean_tables.query("SELECT COUNT(*) FROM ChannelDetails") == ((8,),)


def test_a_sign_up_sent_ten_times_with_one_key_is_one(
    make_app: Any, body: Any, clean_tables: TestDatabase
) -> None:
    app = make_app("auth", VIREO_WEB_THREADS="16")

    def send(_: int) -> tuple[int, Any]:
        head = {"Idempotency-Key": "0b53f6be-1f0e"}
        answer = app.test_client().post("/sign_up", json=body(), headers=head)
        return answer.status_code, answer.json["response"]

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(send, range(10))) == {(200, "")}
    assert clean_tables.query("SELECT COUNT(*) FROM Channels") == ((1,),)


def test_a_sign_up_sent_again_after_a_crash_is_the_same_account(
    make_app: Any, body: Any, clean_tables: TestDatabase
) -> None:
    """The process died after the commit: there is an account, and nobody was answered."""
    http = make_app("auth").test_client()
    head = {"Idempotency-Key": "one"}
    assert outcome(http.post("/sign_up", json=body(), headers=head)) == (200, "")
    clean_tables.query(
        "UPDATE IdempotentRequests SET Status = NULL, LeaseUntil = NOW(3) - INTERVAL 1 SECOND"
    )
    again = http.post("/sign_up", json=body(), headers=head)
    assert outcome(again) == (200, "")
    assert "Idempotency-Replayed" not in again.headers
    assert clean_tables.query("SELECT COUNT(*) FROM Channels") == ((1,),)
    another = http.post("/sign_up", json=body(), headers={"Idempotency-Key": "two"})
    assert outcome(another) == (400, "username_taken")
