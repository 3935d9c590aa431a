"""Hashes."""

import os
import threading

import bcrypt
import pytest

from vireo_auth.core.passwords import NICE, Passwords, weakness
from vireo_common.errors import Code, Failure, FieldCode


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(4)


@pytest.mark.parametrize("password", ["correct horse", "x" * 72, "漢" * 24, "👩‍👩‍👧‍👦"])
def test_right_and_wrong(passwords: Passwords, password: str) -> None:
    stored = passwords.hash(password)
    assert len(stored) == 60
    assert passwords.matches(password, stored)
    assert not passwords.matches(password + "x", stored)
    assert not passwords.matches(password[:-1], stored)
    assert not passwords.matches("", stored)


def test_what_is_longer_than_bcrypt_reads_is_wrong(passwords: Passwords) -> None:
    stored = passwords.hash("x" * 72)
    assert not passwords.matches("x" * 73, stored)
    assert not passwords.matches("x" * 1000, stored)


@pytest.mark.parametrize("password", ["", "\0", "a\0b", "\ud800", "x" * 1000])
def test_nobody_has_no_password(passwords: Passwords, password: str) -> None:
    assert not passwords.matches(password, None)


COMPOSED, APART = "caf\u00e9 noir", "cafe\u0301 noir"


@pytest.mark.parametrize("chosen", [COMPOSED, APART], ids=ascii)
@pytest.mark.parametrize("typed", [COMPOSED, APART], ids=ascii)
def test_a_password_is_the_same_in_every_form(
    passwords: Passwords, chosen: str, typed: str
) -> None:
    assert passwords.matches(typed, passwords.hash(chosen))
    assert not passwords.matches(typed.upper(), passwords.hash(chosen))
    assert not passwords.matches("cafe noir", passwords.hash(chosen))


@pytest.mark.parametrize("typed", [COMPOSED, APART], ids=ascii)
@pytest.mark.parametrize("chosen", [COMPOSED, APART, "cafe\u0301 \u00e9"], ids=ascii)
def test_hashes_of_before_match(passwords: Passwords, chosen: str, typed: str) -> None:
    """They were made of the bytes that were typed."""
    old = bcrypt.hashpw(chosen.encode(), bcrypt.gensalt(4)).decode()
    assert passwords.matches(chosen, old)
    if chosen in {COMPOSED, APART}:
        assert passwords.matches(typed, old)


def test_letters_that_only_look_alike_are_others(passwords: Passwords) -> None:
    assert not passwords.matches("o\ufb03ce hours", passwords.hash("office hours"))
    assert not passwords.matches("\uff4fffice hours", passwords.hash("office hours"))


@pytest.mark.parametrize(
    ("password", "long"),
    [
        ("\u00e9" * 36, False),
        ("e\u0301" * 36, False),  # 108 bytes as typed, 72 as hashed
        ("e\u0301" * 37, True),
        ("\u0958" * 24, True),  # 72 bytes as typed, 144 as hashed: NFC takes it apart
    ],
    ids=["composed", "apart", "one more", "grows"],
)
def test_the_limit_counts_what_is_hashed(passwords: Passwords, password: str, long: bool) -> None:
    problem = weakness(password)
    assert (problem is not None and problem.code is FieldCode.TOO_LONG) == long
    if not long:
        stored = passwords.hash(password)
        assert passwords.matches(password, stored)
        assert not passwords.matches(password + "x", stored)
    # Who has set it before is let in all the same, unless bcrypt did not read all of it.
    old = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    assert passwords.matches(password, old) == (len(password.encode()) <= 72)


def test_every_form_is_looked_at_whichever_is_right(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the time nor a right password tells which form the hash was made of."""
    seen: list[bytes] = []
    check = bcrypt.checkpw

    def noted(given: bytes, stored: bytes) -> bool:
        seen.append(given)
        return check(given, stored)

    counts = []
    stored = passwords.hash(COMPOSED)
    monkeypatch.setattr(bcrypt, "checkpw", noted)
    for typed, known in ((APART, stored), (COMPOSED, stored), (APART, None), ("ascii", stored)):
        seen.clear()
        passwords.matches(typed, known)
        counts.append(len(seen))
    assert counts == [2, 2, 2, 1]


def test_what_bcrypt_cuts_at_a_nul_is_not_a_match(passwords: Passwords) -> None:
    stored = passwords.hash("long enough")
    assert not passwords.matches("long enough\0more", stored)


def test_same_password_has_another_hash_each_time(passwords: Passwords) -> None:
    assert passwords.hash("correct horse") != passwords.hash("correct horse")


def test_hashing_stands_back_behind_everybody_else(passwords: Passwords) -> None:
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert passwords.matches("correct horse", passwords.hash("correct horse"))
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("bcrypt")]
    assert threads
    for thread in threads:
        assert os.getpriority(os.PRIO_PROCESS, thread.native_id or 0) == NICE > own
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own


def test_no_more_places_than_there_are() -> None:
    passwords = Passwords(4, places=2)
    with passwords.place(), passwords.place():
        with pytest.raises(Failure) as caught, passwords.place():
            pass
        assert caught.value.code is Code.UNAVAILABLE
    with passwords.place():
        pass
