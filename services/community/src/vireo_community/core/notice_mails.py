"""Mails of notices: when a digest is due, what a mail has, and how somebody gets no more of them.

Whoever holds the token of such a mail can switch off the mails of one kind, or the digest, of one
account, and do nothing else with it.
"""

import base64
import binascii
import datetime as dt
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from vireo_common.errors import Code, Failure
from vireo_common.outgoing_mails import Content
from vireo_community.core.notices import Digest, Kind, Notice

DIGEST: Final = "digest"
Subject = Kind | Literal["digest"]
"""What a mail is of: one kind of notices, or all that is unread."""

DIGEST_HOUR = 7
"""UTC; digests of a week are sent on Mondays."""
MOST_LINES = 20
TOKEN_DAYS = 400
MAC_BYTES = 16


@dataclass(frozen=True)
class Draft:
    """What a mail is made of: the latest of the notices, and whether there are more."""

    channel_id: int
    username: str
    subject: Subject
    notices: Sequence[Notice]
    more: bool


class MailStore(Protocol):
    """Where it is kept which mails are on their way."""

    def draft(self, reference: str, lines: int) -> Draft:
        """What a mail that is on its way has to tell now.

        Raises:
            Failure: ``not_found``: there is no such mail, or it has nothing to tell any more.
        """

    def ended(self, reference: str, *, sent: bool) -> None:
        """The mail was sent, or will not be."""

    def unsubscribe(self, channel_id: int, subject: Subject) -> None:
        """Switch off the mails of one kind, or the digest; nothing where nobody is there."""


class Composer(Protocol):
    """Puts a mail into words."""

    def compose(self, draft: Draft, token: str) -> Content:
        """The content; ``token`` is for the address to unsubscribe at."""

    def page(self, subject: Subject, *, ended: bool) -> str:
        """The page of a link, as HTML."""


def next_digest(now: dt.datetime, digest: Digest) -> dt.datetime:
    """When the next one is due, after ``now``, both in UTC: never twice in the same period."""
    at = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if digest == "weekly":
        at -= dt.timedelta(days=at.weekday())
    while at <= now:
        at += dt.timedelta(days=7 if digest == "weekly" else 1)
    return at


class Tokens:
    """Signed tokens of the addresses to unsubscribe at.

    Args:
        key: signs them.
        today: the number of the day.
    """

    def __init__(self, key: bytes, today: Callable[[], int]) -> None:
        self._key = key
        self._today = today

    def sign(self, channel_id: int, subject: Subject) -> str:
        """A token for one account and one kind."""
        said = f"{channel_id}.{subject}.{self._today()}".encode()
        return base64.urlsafe_b64encode(self._mac(said) + said).decode().rstrip("=")

    def open(self, token: str) -> tuple[int, Subject]:
        """Whose mails it switches off, and which.

        Raises:
            Failure: ``link_invalid``: it was not signed here, or is too old.
        """
        try:
            whole = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise Failure(Code.LINK_INVALID) from None
        mac, said = whole[:MAC_BYTES], whole[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(said)):
            raise Failure(Code.LINK_INVALID)
        channel_id, subject, day = said.decode().split(".")
        if self._today() - int(day) > TOKEN_DAYS:
            raise Failure(Code.LINK_INVALID)
        return int(channel_id), DIGEST if subject == DIGEST else Kind(subject)

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, "sha256")[:MAC_BYTES]


class NoticeMails:
    """The rules of mails, for who sends them and who wants no more of them."""

    def __init__(self, store: MailStore, composer: Composer, tokens: Tokens) -> None:
        self._store = store
        self._composer = composer
        self._tokens = tokens

    def compose(self, reference: str) -> Content:
        """What a mail says now.

        Raises:
            Failure: ``not_found``: it is not wanted, or has nothing to tell any more.
        """
        draft = self._store.draft(reference, MOST_LINES)
        return self._composer.compose(draft, self._tokens.sign(draft.channel_id, draft.subject))

    def ended(self, reference: str, *, sent: bool) -> None:
        """The mail was sent, or will not be."""
        self._store.ended(reference, sent=sent)

    def page(self, subject: Subject, *, ended: bool) -> str:
        """The page of a link, as HTML: it asks, or says what was switched off."""
        return self._composer.page(subject, ended=ended)

    def about(self, token: str) -> Subject:
        """What a token switches off.

        Raises:
            Failure: ``link_invalid``.
        """
        return self._tokens.open(token)[1]

    def unsubscribe(self, token: str) -> Subject:
        """Switch it off; idempotent. What was switched off.

        Raises:
            Failure: ``link_invalid``.
        """
        channel_id, subject = self._tokens.open(token)
        self._store.unsubscribe(channel_id, subject)
        return subject
