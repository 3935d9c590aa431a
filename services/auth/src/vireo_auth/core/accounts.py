"""Accounts: validation of a new one, and how it is made."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Protocol

from vireo_auth.core.addresses import address_problem, normalized
from vireo_auth.core.passwords import Passwords, weakness
from vireo_common.errors import TAKEN, Code, Failure, FieldCode, FieldProblem
from vireo_common.text import has_control_characters

USERNAME = re.compile(r"[A-Za-z0-9_.-]{3,25}")
MAX_NAME = 25
FORBIDDEN_IN_NAMES = frozenset(r"/*()\:{}|<>")
MIN_AGE = 13
MAX_AGE = 120


@dataclass(frozen=True)
class NewAccount:
    """What a person types to sign up, of the right types but not yet checked."""

    fname: str
    mname: str
    lname: str
    username: str
    email: str
    password: str
    day: int
    month: int
    year: int


class UsernameTaken(Exception):
    """Another account has the name, whatever the case of its letters."""


class EmailTaken(Exception):
    """Another account has the address."""


class AlreadySignedUp(Exception):
    """The same request has made this account before."""


class AccountStore(Protocol):
    """Where accounts are kept."""

    def add(
        self,
        account: NewAccount,
        password_hash: str,
        birth: dt.date,
        request_key: bytes | None = None,
        origin: str = "",
    ) -> None:
        """Insert an account, which somebody in the network ``origin`` asked for.

        Raises:
            AlreadySignedUp: by a request with this key.
            UsernameTaken, EmailTaken: a unique constraint decided.
        """


class Accounts:
    """The rules of accounts."""

    def __init__(self, store: AccountStore, passwords: Passwords) -> None:
        self._store = store
        self._passwords = passwords

    def sign_up(
        self,
        given: NewAccount,
        today: dt.date,
        request_key: bytes | None = None,
        origin: str = "",
    ) -> None:
        """Make an account.

        Args:
            request_key: the same for repetitions of one request, which make one account.
            origin: the network of whoever asks; mails are counted by it.

        Raises:
            Failure: ``invalid_body`` with a reason for each field, ``username_taken`` or
                ``email_taken``.
        """
        if problems := check(given, today):
            raise Failure(Code.INVALID_BODY, fields=problems)
        birth = dt.date(given.year, given.month, given.day)
        # One address has one spelling in the table, however its domain was written.
        given = replace(given, email=normalized(given.email))
        with self._passwords.place():
            password_hash = self._passwords.hash(given.password)
        try:
            self._store.add(given, password_hash, birth, request_key, origin)
        except AlreadySignedUp:
            # The first request made the account, and its process died before it could answer.
            return
        except UsernameTaken:
            raise Failure(Code.USERNAME_TAKEN, fields={"username": TAKEN}) from None
        except EmailTaken:
            raise Failure(Code.EMAIL_TAKEN, fields={"email": TAKEN}) from None


def check(given: NewAccount, today: dt.date) -> dict[str, FieldProblem]:
    """What is wrong with each field; empty where all is well."""
    found = {
        "fname": name_problem(given.fname, 1),
        "mname": name_problem(given.mname, 0),
        "lname": name_problem(given.lname, 1),
        "username": _username_problem(given.username),
        "email": address_problem(given.email),
        "password": weakness(given.password),
        **_birth_problem(given, today),
    }
    return {field: problem for field, problem in found.items() if problem}


def name_problem(name: str, least: int) -> FieldProblem | None:
    """Why a person's name is refused."""
    empty = least and not name.strip()
    if empty or not least <= len(name) <= MAX_NAME:
        code = FieldCode.TOO_LONG if len(name) > MAX_NAME else FieldCode.TOO_SHORT
        return FieldProblem(code, f"must have {least} to {MAX_NAME} characters")
    if has_control_characters(name):
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, "must not hold control characters")
    if FORBIDDEN_IN_NAMES & set(name):
        return FieldProblem(
            FieldCode.FORBIDDEN_CHARACTERS, r"must not hold any of / * ( ) \ : { } | < >"
        )
    return None


def _username_problem(username: str) -> FieldProblem | None:
    if USERNAME.fullmatch(username):
        return None
    return FieldProblem(FieldCode.INVALID, "must be 3 to 25 characters of A-Z a-z 0-9 _ . -")


def _birth_problem(given: NewAccount, today: dt.date) -> dict[str, FieldProblem]:
    try:
        birth = dt.date(given.year, given.month, given.day)
    except (ValueError, OverflowError):
        message = "day, month and year are not a real date"
        return {"day": FieldProblem(FieldCode.NOT_A_DATE, message)}
    age = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    if birth >= today:
        message = "the date of birth must be in the past"
        return {"year": FieldProblem(FieldCode.NOT_A_DATE, message)}
    if age < MIN_AGE:
        message = f"you must be at least {MIN_AGE} years old"
        return {"year": FieldProblem(FieldCode.TOO_YOUNG, message)}
    if age > MAX_AGE:
        message = f"you must be at most {MAX_AGE} years old"
        return {"year": FieldProblem(FieldCode.TOO_OLD, message)}
    return {}
