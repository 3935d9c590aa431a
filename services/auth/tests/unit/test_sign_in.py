"""The rules of signing in, on stores in memory."""

import datetime as dt

import pytest

from vireo_auth.core.passwords import Passwords
from vireo_auth.core.sessions import Client, Confirmed, PasswordReplaced, Tokens, digest
from vireo_auth.core.sign_in import (
    Account,
    Admitted,
    Blocked,
    Limits,
    SignIn,
    Slowed,
    mark_name,
    name_key,
)
from vireo_common.errors import Code, Failure

LIMITS = Limits(5, dt.timedelta(minutes=10), dt.timedelta(minutes=15), 30, 100)
PASSWORDS = Passwords(4)
PLACE = "198.51.100.7"
HOME = Client("a browser", "198.51.100.7")
ADA = Account(7, PASSWORDS.hash("correct horse"))


class Directory:
    """Accounts in memory; remembers what was looked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find(self, username: str) -> Account | None:
        self.asked.append(username)
        return ADA if username.lower() == "ada" else None


class Book:
    """Attempts in memory; gives the verdict that it is told to."""

    def __init__(self, verdict: Admitted | Blocked | Slowed) -> None:
        self.verdict = verdict
        self.gone = False
        self.admitted: list[tuple[bytes, str, bytes | None, int | None]] = []
        self.right: list[tuple[bytes, str, str, int]] = []
        self.known: list[tuple[int, bytes | None, bytes]] = []

    def admit(
        self,
        name_key: bytes,
        address: str,
        mark: bytes | None,
        channel_id: int | None,
        limits: Limits,
    ) -> Admitted | Blocked | Slowed:
        assert limits is LIMITS
        self.admitted.append((name_key, address, mark, channel_id))
        return self.verdict

    def succeeded(self, name_key: bytes, counted_by: str, address: str, channel_id: int) -> None:
        if self.gone:
            raise PasswordReplaced
        self.right.append((name_key, counted_by, address, channel_id))

    def know_browser(self, channel_id: int, old: bytes | None, new: bytes) -> None:
        self.known.append((channel_id, old, new))


class CountingPasswords(Passwords):
    """Counts the hashes that are computed."""

    count = 0

    def matches(self, password: str, stored: str | None) -> bool:
        self.count += 1
        return super().matches(password, stored)


def open_session(owner: Confirmed, client: Client) -> Tokens:
    return Tokens(f"token of {owner.channel_id} for {client.device}", 60, "refresh")


def service(
    verdict: Admitted | Blocked | Slowed,
) -> tuple[SignIn, Directory, Book, CountingPasswords]:
    directory, book, passwords = Directory(), Book(verdict), CountingPasswords(4)
    rules = SignIn(directory, book, passwords, LIMITS, open_session)
    return rules, directory, book, passwords


def refusal(rules: SignIn, username: str = "ada", password: str = "wrong") -> Failure:
    with pytest.raises(Failure) as caught:
        rules(username, password, HOME)
    return caught.value


def test_right_password() -> None:
    rules, _, book, _ = service(Admitted(4, PLACE))
    tokens, mark = rules("Ada", "correct horse", HOME)
    assert tokens == open_session(Confirmed(7, ADA.password_hash, 4), HOME)
    assert book.right == [(name_key("ada"), PLACE, "198.51.100.7", 7)]
    assert mark is not None
    assert book.known == [(7, None, digest(mark.value))]


def test_a_client_without_cookies_gets_no_mark() -> None:
    rules, _, book, _ = service(Admitted(4, PLACE))
    _, mark = rules("Ada", "correct horse", HOME, keeps_cookies=False)
    assert mark is None
    assert book.known == []


def test_a_mark_is_for_one_name_and_always_a_new_one() -> None:
    rules, _, book, _ = service(Admitted(4, PLACE))
    name = mark_name("ADA")
    assert name == mark_name("ada") != mark_name("adb")
    here = Client("a browser", "198.51.100.7", {name: "old", mark_name("eve"): "other"})
    _, mark = rules("Ada", "correct horse", here)
    assert mark is not None
    assert mark.name == name
    assert len(mark.value) == 43
    assert book.admitted[0][2] == digest("old")
    assert book.known == [(7, digest("old"), digest(mark.value))]
    refusal(rules, "somebody else")
    assert book.admitted[1][2] is None


def test_an_account_that_goes_while_its_password_is_hashed() -> None:
    rules, _, book, _ = service(Admitted(4, PLACE))
    book.gone = True
    assert refusal(rules, "ada", "correct horse").code is Code.BAD_CREDENTIALS


@pytest.mark.parametrize("username", ["ada", "nobody", "not a name", "", "\ud800", "x" * 999])
def test_wrong_password_and_unknown_name_are_the_same(username: str) -> None:
    rules, _, book, passwords = service(Admitted(3, PLACE))
    failure = refusal(rules, username)
    assert failure.code is Code.BAD_CREDENTIALS
    assert failure.details == {"attempts_left": 3}
    assert passwords.count == 1
    assert len(book.admitted) == 1
    assert book.right == []


def test_nobodys_name_never_reaches_the_accounts() -> None:
    rules, directory, _, _ = service(Admitted(3, PLACE))
    refusal(rules, "' OR 1=1 -- ")
    assert directory.asked == []


def test_blocked_even_with_the_right_password() -> None:
    until = dt.datetime(2026, 11, 24, 12, 0, 30, 999, tzinfo=dt.UTC)
    rules, _, book, passwords = service(Blocked(until, 900))
    failure = refusal(rules, "ada", "correct horse")
    assert failure.code is Code.BLOCKED
    assert failure.details == {"retry_after": 900, "blocked_until": "2026-11-24T12:00:30Z"}
    assert failure.headers["Retry-After"] == "900"
    assert passwords.count == 0
    assert book.right == []


def test_slowed() -> None:
    failure = refusal(service(Slowed(17))[0])
    assert failure.code is Code.RATE_LIMITED
    assert failure.headers["Retry-After"] == "17"


def test_name_key_ignores_case_and_takes_anything() -> None:
    assert name_key("ADA") == name_key("ada") != name_key("adb")
    assert len(name_key("\ud800" * 500)) == 32
