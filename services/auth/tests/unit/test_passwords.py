"""Hashes."""

import os
import threading

import pytest

from vireo_auth.core.passwords import NICE, Passwords
from vireo_common.errors import Code, Failure


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
