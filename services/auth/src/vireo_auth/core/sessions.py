"""Sessions: opened by a sign-in, carried on by refresh tokens, ended by their owner.

A refresh token works once and is replaced by the next. Whoever sends it again at once gets the same
one, so that a session never has two. One that comes back later was copied, and nobody can tell by
whom: the whole session ends (RFC 9700, section 4.14.2).
"""

import base64
import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_common.logs import get_logger
from vireo_common.tokens import ACCESS_SECONDS, Signer

log = get_logger()

# A session ends when it was not refreshed for so long (NIST SP 800-63B, section 4.1.3: 30 days),
# and so long after it was opened, so that the password is asked for now and then.
REFRESH_SECONDS = 30 * 24 * 60 * 60
LIFE_SECONDS = 90 * 24 * 60 * 60
# Two tabs that refresh at the same moment send the same token, and so does who lost the answer.
GRACE_SECONDS = 10
# More than any client needs, and few enough that a session is ended in a moment.
MOST_AN_HOUR = 300
# More devices than a person has; the oldest make room.
MOST_SESSIONS = 100
MAX_DEVICE = 255
SESSION_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Client:
    """Who asks: ``device`` is what the client says of itself, ``address`` where it comes from, and
    ``marks`` what its cookies say of accounts that it was signed in to, see ``mark_name``."""

    device: str
    address: str
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Confirmed:
    """An account whose password was right: the hash that it matched, which may be replaced by now.

    The transaction that acts on it compares the hash again: checking a password takes a while, and
    one that was replaced meanwhile must not be accepted.
    """

    channel_id: int
    password_hash: str
    attempts_left: int


class PasswordReplaced(Exception):
    """The account has another password by now, or is gone."""


@dataclass(frozen=True)
class Tokens:
    """What a client gets: ``access`` for the next ``seconds_left``, ``refresh`` for one use."""

    access: str
    seconds_left: int
    refresh: str


@dataclass(frozen=True)
class Session:
    """A session as its owner sees it; ``first_seen`` and ``last_seen`` are in UTC."""

    session_id: str
    device: str
    address: str
    first_seen: dt.datetime
    last_seen: dt.datetime


class Refusal(StrEnum):
    """Why a refresh token is not taken."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REUSED = "reused"
    TOO_MANY = "too many"


@dataclass(frozen=True)
class Held:
    """Whose session a refresh token carries on, and what its successor was made with."""

    channel_id: int
    session_id: str
    salt: bytes


Successor = Callable[[bytes], bytes]
"""The hash of a refresh token's successor, given its salt."""


class SessionStore(Protocol):
    """Where sessions are kept. Tokens come as their SHA-256; ``signer``'s key is published."""

    def open(
        self, session_id: str, owner: Confirmed, client: Client, token_hash: bytes, signer: Signer
    ) -> None:
        """Insert a session with its first refresh token; the oldest make room.

        Raises:
            PasswordReplaced: no session was opened.
        """

    def rotate(
        self, spent: bytes, salt: bytes, successor: Successor, client: Client, signer: Signer
    ) -> Held | Refusal:
        """Replace a refresh token by the next, or end the session of one that was copied.

        One that comes back within ``GRACE_SECONDS`` is replaced by the same as before: the
        ``salt`` that made it is kept.
        """

    def of_channel(self, channel_id: int) -> Sequence[Session]:
        """The sessions of a channel, the one that was seen last first."""

    def end(self, channel_id: int, session_id: str) -> bool:
        """Delete a session of a channel; ``False`` where it has none with this id."""

    def end_others(self, channel_id: int, session_id: str) -> None:
        """Delete the sessions of a channel but one."""


class Sessions:
    """The rules of sessions.

    Args:
        signer: gives the current signer; the key may be rotated meanwhile.
        key: secret, for the successors of refresh tokens.
    """

    def __init__(self, store: SessionStore, signer: Callable[[], Signer], key: bytes) -> None:
        self._store = store
        self._signer = signer
        self._key = key

    def open(self, owner: Confirmed, client: Client) -> Tokens:
        """Open a session for an account whose password was right.

        Raises:
            Failure: ``bad_credentials``: the password was replaced meanwhile.
        """
        session_id, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        signer = self._signer()
        try:
            self._store.open(session_id, owner, client, digest(refresh), signer)
        except PasswordReplaced:
            raise Failure(Code.BAD_CREDENTIALS, attempts_left=owner.attempts_left) from None
        return Tokens(signer.access_token(owner.channel_id, session_id), ACCESS_SECONDS, refresh)

    def refresh(self, token: str, client: Client) -> Tokens:
        """Carry a session on.

        Raises:
            Failure: ``token_invalid`` for a token that is not known (any more), ``token_expired``,
                or ``token_revoked`` for one that was used before: its session has ended;
                ``rate_limited`` after too many within an hour, which leaves the token good.
        """
        signer = self._signer()

        def successor(salt: bytes) -> bytes:
            return digest(self._successor(token, salt))

        salt = secrets.token_bytes(32)
        held = self._store.rotate(digest(token), salt, successor, client, signer)
        match held:
            case Held():
                access = signer.access_token(held.channel_id, held.session_id)
                return Tokens(access, ACCESS_SECONDS, self._successor(token, held.salt))
            case Refusal.UNKNOWN:
                raise Failure(Code.TOKEN_INVALID)
            case Refusal.EXPIRED:
                raise Failure(Code.TOKEN_EXPIRED)
            case Refusal.REUSED:
                log.warning("refresh_token_reused")
                raise Failure(Code.TOKEN_REVOKED)
            case Refusal.TOO_MANY:
                raise Failure(Code.RATE_LIMITED, retry_after=60)

    def _successor(self, token: str, salt: bytes) -> str:
        """The next refresh token: an HMAC, which takes key, salt and token to compute."""
        made = hmac.digest(self._key, salt + token.encode("utf-8", "replace"), "sha256")
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def of_channel(self, channel_id: int) -> Sequence[Session]:
        """The sessions of a channel, the one that was seen last first."""
        return self._store.of_channel(channel_id)

    def end(self, channel_id: int, session_id: str) -> None:
        """End a session.

        Raises:
            Failure: ``not_found``: the channel has none with this id.
        """
        # Text that is no id may not be comparable with the column (collations).
        if not SESSION_ID.fullmatch(session_id) or not self._store.end(channel_id, session_id):
            raise Failure(Code.NOT_FOUND)

    def sign_out(self, channel_id: int, session_id: str) -> None:
        """End the session of the request; idempotent."""
        self._store.end(channel_id, session_id)

    def end_others(self, channel_id: int, session_id: str) -> None:
        """End all sessions of a channel but one."""
        self._store.end_others(channel_id, session_id)


def digest(token: str) -> bytes:
    """What is stored of a token: 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
