"""What a new account must be like."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from vireo_auth.core.accounts import Accounts, EmailTaken, NewAccount, UsernameTaken, check
from vireo_auth.core.passwords import Passwords
from vireo_common.errors import TAKEN, Code, Failure, FieldCode

TODAY = dt.date(2026, 11, 24)
GOOD = NewAccount(
    fname="Ada",
    mname="",
    lname="Lovelace",
    username="ada_l",
    email="ada@example.org",
    password="correct horse",
    day=10,
    month=12,
    year=1990,
)


def wrong(today: dt.date = TODAY, **changes: Any) -> set[str]:
    """The fields that are refused when these are changed."""
    return set(check(replace(GOOD, **changes), today))


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"fname": " "}, "fname", FieldCode.TOO_SHORT),
        ({"lname": "a" * 26}, "lname", FieldCode.TOO_LONG),
        ({"mname": "a\n"}, "mname", FieldCode.FORBIDDEN_CHARACTERS),
        ({"mname": "<b>"}, "mname", FieldCode.FORBIDDEN_CHARACTERS),
        ({"username": "ab"}, "username", FieldCode.INVALID),
        ({"email": "nobody"}, "email", FieldCode.INVALID),
        ({"password": "short"}, "password", FieldCode.TOO_SHORT),
        ({"password": "a" * 73}, "password", FieldCode.TOO_LONG),
        ({"password": "password1"}, "password", FieldCode.COMMON_PASSWORD),
        ({"day": 31, "month": 2}, "day", FieldCode.NOT_A_DATE),
        ({"year": TODAY.year - 5}, "year", FieldCode.TOO_YOUNG),
        ({"year": TODAY.year - 130}, "year", FieldCode.TOO_OLD),
    ],
)
def test_programs_are_told_what_is_wrong(
    changes: dict[str, Any], field: str, code: FieldCode
) -> None:
    found = check(replace(GOOD, **changes), TODAY)
    assert {name: problem.code for name, problem in found.items()} == {field: code}


def test_good_one() -> None:
    assert check(GOOD, TODAY) == {}


@pytest.mark.parametrize(
    "name", ["abc", "a" * 25, "A-Z", "...", "___", "---", "0123456789", "a.b_c-d", "null", "Admin"]
)
def test_usernames(name: str) -> None:
    assert wrong(username=name) == set()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a" * 26,
        "a b",
        "abc\n",
        "\nabc",
        "abc\0",
        "a/b",
        "a@b",
        "ädam",
        "\u0430dmin",
        "\uff41bc",
        "ab\u200bc",
        "a'--",
        "%00a",
        "٣٤٥",
    ],
)
def test_names_that_are_no_usernames(name: str) -> None:
    assert wrong(username=name) == {"username"}


@pytest.mark.parametrize("field", ["fname", "mname", "lname"])
@pytest.mark.parametrize(
    "name", ["A", "a" * 25, "Anne-Marie", "O'Neil", "李", "é" * 25, "مريم", "von der", "👩", "&"]
)
def test_names_of_people(field: str, name: str) -> None:
    assert wrong(**{field: name}) == set()


@pytest.mark.parametrize("field", ["fname", "mname", "lname"])
@pytest.mark.parametrize(
    "name",
    ["a" * 26, "é" * 26, "a\0", "a\n", "\x1b[1m", "a\x7f", "a\x85", "\ud800"]
    + [f"a{c}" for c in r"/*()\:{}|<>"],
)
def test_names_of_nobody(field: str, name: str) -> None:
    assert wrong(**{field: name}) == {field}


def test_only_the_middle_name_may_be_empty() -> None:
    assert wrong(mname="") == set()
    assert wrong(fname="") == {"fname"}
    assert wrong(lname="") == {"lname"}
    assert wrong(fname="  ") == {"fname"}


@pytest.mark.parametrize(
    "email", ["a@b.co", "A.B+tag@Example.ORG", "o'neil@example.org", "jörg@example.org"]
)
def test_emails(email: str) -> None:
    assert wrong(email=email) == set()


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "a@",
        "@b.co",
        "a@b",
        "a@b@c.de",
        "a b@c.de",
        "a@b..de",
        "a\n@b.de",
        "a@b.de\r\nBcc: c@d.de",
        "a@b.de\0",
        "\ud800@b.de",
        "a@\ud800.de",
        "a" * 65 + "@b.de",
        f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.de",
        "Ada <a@b.de>",
        "a@[127.0.0.1]",
        "a@localhost",
    ],
)
def test_what_is_no_email(email: str) -> None:
    assert wrong(email=email) == {"email"}


@pytest.mark.parametrize(
    "password",
    [
        "8 bytes!",
        "x" * 71 + "y",
        "ééééé",
        "pass phrase with blanks ",
        "漢" * 24,
        "tab\tand\nline",
        "👩‍👩‍👧‍👦",
    ],
)
def test_passwords(password: str) -> None:
    assert wrong(password=password) == set()


@pytest.mark.parametrize(
    "password",
    [
        "",
        "7 bytes",
        "y" + "x" * 72,
        "ééé",
        "é" * 36 + "x",
        "漢" * 25,
        "password",
        "PASSWORD",
        "iloveyou",
        "12345678",
        "Football",
        "nul\0inside",
    ],
)
def test_passwords_that_are_refused(password: str) -> None:
    assert wrong(password=password) == {"password"}


@pytest.mark.parametrize(
    ("born", "fine"),
    [
        (dt.date(2013, 11, 24), True),  # 13 today
        (dt.date(2013, 11, 25), False),  # 13 tomorrow
        (dt.date(1906, 11, 24), True),  # 120 today
        (dt.date(1905, 11, 25), True),  # 121 tomorrow
        (dt.date(1905, 11, 24), False),  # 121 today
        (dt.date(2026, 11, 24), False),  # today
        (dt.date(2026, 11, 25), False),
        (dt.date(2000, 2, 29), True),
        (dt.date(1, 1, 1), False),
        (dt.date(9999, 12, 31), False),
    ],
)
def test_ages(born: dt.date, fine: bool) -> None:
    found = wrong(day=born.day, month=born.month, year=born.year)
    assert found == (set() if fine else {"year"})


def test_born_on_a_leap_day_one_is_thirteen_on_the_first_of_march() -> None:
    born = {"day": 29, "month": 2, "year": 2012}
    assert wrong(dt.date(2025, 2, 28), **born) == {"year"}
    assert wrong(dt.date(2025, 3, 1), **born) == set()


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        (29, 2, 2001),
        (29, 2, 1900),
        (31, 4, 2000),
        (0, 1, 2000),
        (32, 1, 2000),
        (1, 0, 2000),
        (1, 13, 2000),
        (-1, 1, 2000),
        (1, 1, 0),
        (1, 1, -5),
        (1, 1, 10000),
        (1, 1, 10**30),
        (10**30, 1, 2000),
        (1, -(10**30), 2000),
    ],
)
def test_dates_that_are_not_real(day: int, month: int, year: int) -> None:
    assert wrong(day=day, month=month, year=year) == {"day"}


def test_all_reasons_at_once() -> None:
    found = wrong(fname="", lname="/", username="x", email="x", password="x", day=99)
    assert found == {"fname", "lname", "username", "email", "password", "day"}


class Shelf:
    """A store of accounts in memory."""

    def __init__(self, error: type[Exception] | None = None) -> None:
        self.error = error
        self.kept: list[tuple[NewAccount, str, dt.date]] = []

    def add(
        self,
        account: NewAccount,
        password_hash: str,
        birth: dt.date,
        request_key: bytes | None = None,
        origin: str = "",
    ) -> None:
        if self.error:
            raise self.error
        self.kept.append((account, password_hash, birth))


def test_a_hash_is_stored_and_no_password() -> None:
    shelf, passwords = Shelf(), Passwords(4)
    Accounts(shelf, passwords).sign_up(GOOD, TODAY)
    ((account, stored, birth),) = shelf.kept
    assert account.username == "ada_l"
    assert birth == dt.date(1990, 12, 10)
    assert len(stored) == 60
    assert GOOD.password not in stored
    assert passwords.matches(GOOD.password, stored)


@pytest.mark.parametrize(
    ("error", "code", "field"),
    [
        (UsernameTaken, Code.USERNAME_TAKEN, "username"),
        (EmailTaken, Code.EMAIL_TAKEN, "email"),
    ],
)
def test_what_is_taken(error: type[Exception], code: Code, field: str) -> None:
    with pytest.raises(Failure) as caught:
        Accounts(Shelf(error), Passwords(4)).sign_up(GOOD, TODAY)
    assert caught.value.code is code
    assert caught.value.fields == {field: TAKEN}


def test_nothing_is_stored_of_an_account_that_is_refused() -> None:
    shelf = Shelf()
    with pytest.raises(Failure) as caught:
        Accounts(shelf, Passwords(4)).sign_up(replace(GOOD, fname=""), TODAY)
    assert caught.value.code is Code.INVALID_BODY
    assert shelf.kept == []
