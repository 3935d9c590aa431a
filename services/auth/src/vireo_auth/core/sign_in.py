"""Signing in, and the lockout against guessed passwords.

An attempt is counted before its password is checked, and uncounted when the password was right, so
that fifty concurrent guesses get no more tries than five in sequence.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vireo_auth.core.accounts import USERNAME
from vireo_auth.core.passwords import Passwords
from vireo_auth.core.sessions import Client, Confirmed, PasswordReplaced, Tokens, digest
from vireo_common.addresses import network
from vireo_common.errors import Code, Failure
from vireo_common.text import iso_time


@dataclass(frozen=True)
class Account:
    """What signing in needs of an account."""

    channel_id: int
    password_hash: str


@dataclass(frozen=True)
class Limits:
    """Lockout, by failures within ``window``.

    ``attempts`` for one name from one address block that pair for ``block``. ``strangers`` for one
    name from addresses that the account does not know delay further ones from such addresses, and
    ``guesses`` from one address over all names delay that address. Counting them is
    ``storage/attempts.py``; the settings are ``VIREO_SIGN_IN_*``: 5 in 600 s block for 900 s."""

    attempts: int
    window: dt.timedelta
    block: dt.timedelta
    strangers: int
    guesses: int


@dataclass(frozen=True)
class Admitted:
    """The attempt is counted, by ``counted_by``: the address or the browser that it comes from;
    ``attempts_left`` is what remains if its password is wrong."""

    attempts_left: int
    counted_by: str


@dataclass(frozen=True)
class Blocked:
    """The name is blocked for this address, until ``until`` (UTC), for ``seconds`` from now."""

    until: dt.datetime
    seconds: int


@dataclass(frozen=True)
class Slowed:
    """The name is guessed at from many addresses, or many names from this one; it must wait for
    ``seconds``."""

    seconds: int


@dataclass(frozen=True)
class Mark:
    """What a browser keeps in a cookie, to be known again; see ``mark_name``."""

    name: str
    value: str


class AccountReader(Protocol):
    """Where accounts are found."""

    def find(self, username: str) -> Account | None:
        """The account with this name, whatever the case of its letters."""


class AttemptStore(Protocol):
    """Where attempts are counted, for all workers of all machines."""

    def admit(
        self,
        name_key: bytes,
        address: str,
        mark: bytes | None,
        channel_id: int | None,
        limits: Limits,
    ) -> Admitted | Blocked | Slowed:
        """Count one more attempt, as if it had failed already, unless the name is blocked.

        One from a browser whose ``mark`` the account knows is counted for that browser alone.
        """

    def succeeded(self, name_key: bytes, counted_by: str, address: str, channel_id: int) -> None:
        """Forget the failures of this name that were counted there, and know the address from now
        on.

        Raises:
            PasswordReplaced: the account is gone.
        """

    def know_browser(self, channel_id: int, old: bytes | None, new: bytes) -> None:
        """Know a browser by its new mark from now on; the old one ends.

        Raises:
            PasswordReplaced: the account is gone.
        """


class SignIn:
    """Checks credentials.

    Args:
        open_session: opens one for an account.
    """

    def __init__(
        self,
        accounts: AccountReader,
        attempts: AttemptStore,
        passwords: Passwords,
        limits: Limits,
        open_session: Callable[[Confirmed, Client], Tokens],
    ) -> None:
        self._accounts = accounts
        self._attempts = attempts
        self._passwords = passwords
        self._limits = limits
        self._open_session = open_session

    def __call__(
        self, username: str, password: str, client: Client, *, keeps_cookies: bool = True
    ) -> tuple[Tokens, Mark | None]:
        """Check credentials and open a session; its tokens, and a new mark for the browser.

        Raises:
            Failure: see ``check``.
        """
        owner = self.check(username, password, client)
        tokens = self._open_session(owner, client)
        if not keeps_cookies:
            return tokens, None
        mark = Mark(mark_name(username), secrets.token_urlsafe(32))
        try:
            # Always a new mark, so that one planted in the browser ends (session fixation).
            old = mark_of(client, username)
            self._attempts.know_browser(owner.channel_id, old, digest(mark.value))
        except PasswordReplaced:
            raise Failure(Code.BAD_CREDENTIALS, attempts_left=owner.attempts_left) from None
        return tokens, mark

    def check(self, username: str, password: str, client: Client) -> Confirmed:
        """Check credentials.

        Raises:
            Failure: ``blocked`` or ``rate_limited`` after too many wrong passwords;
                ``bad_credentials``, the same for an unknown name and a wrong password;
                ``unavailable`` where too many sign in at once.
        """
        with self._passwords.place():
            return self._check(username, password, client)

    def _check(self, username: str, password: str, client: Client) -> Confirmed:
        # A name that no account can have is not sent to the database, which can't compare it.
        account = self._accounts.find(username) if USERNAME.fullmatch(username) else None
        key = name_key(username)
        origin = network(client.address)
        known_as = account.channel_id if account else None
        mark = mark_of(client, username)
        attempt = self._attempts.admit(key, origin, mark, known_as, self._limits)
        if not isinstance(attempt, Admitted):
            raise _refusal(attempt)
        # Hash even without an account, so that both answers take as long.
        matches = self._passwords.matches(password, account.password_hash if account else None)
        if account is None or not matches:
            raise Failure(Code.BAD_CREDENTIALS, attempts_left=attempt.attempts_left)
        try:
            self._attempts.succeeded(key, attempt.counted_by, origin, account.channel_id)
        except PasswordReplaced:
            raise Failure(Code.BAD_CREDENTIALS, attempts_left=attempt.attempts_left) from None
        return Confirmed(account.channel_id, account.password_hash, attempt.attempts_left)


def name_key(username: str) -> bytes:
    """32 bytes that stand for a name in any case of its letters."""
    return hashlib.sha256(username.lower().encode("utf-8", "replace")).digest()


def mark_name(username: str) -> str:
    """Under what a browser keeps its mark for an account: accounts of one browser have each its
    own, and the name itself stands in no cookie."""
    return name_key(username).hex()[:16]


def mark_of(client: Client, username: str) -> bytes | None:
    """What is stored of the mark that a browser has for an account; ``None`` where it has none."""
    value = client.marks.get(mark_name(username))
    return digest(value) if value else None


def _refusal(attempt: Blocked | Slowed) -> Failure:
    if isinstance(attempt, Slowed):
        return Failure(Code.RATE_LIMITED, retry_after=attempt.seconds)
    return Failure(
        Code.BLOCKED,
        retry_after=attempt.seconds,
        blocked_until=iso_time(attempt.until),
    )
