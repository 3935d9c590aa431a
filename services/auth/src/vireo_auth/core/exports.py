"""Auth's part of a person's data export, which media assembles.

A person may read whatever is kept about them except credentials: no password's hash, no token and
no hash of one.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vireo_auth.core.me import Profile
from vireo_auth.core.sessions import Session
from vireo_common.errors import Code, Failure

PAGE = 500


@dataclass(frozen=True)
class KnownDevice:
    """A device that was signed in from; ``digest`` stands for it and its part of the network."""

    digest: str
    seen: dt.datetime


@dataclass(frozen=True)
class Browser:
    """A browser that has a cookie for the account."""

    made: dt.datetime
    seen: dt.datetime


@dataclass(frozen=True)
class KnownAddress:
    """An address that was signed in from."""

    address: str
    seen: dt.datetime


@dataclass(frozen=True)
class Link:
    """A link that was sent to ``email`` and has not expired."""

    purpose: str
    email: str
    expires: dt.datetime


@dataclass(frozen=True)
class SentMail:
    """A mail that counts towards the limits of mails; forgotten after a day."""

    purpose: str
    sent: dt.datetime


@dataclass(frozen=True)
class ChangedEmail:
    """An address that the account had before, and may get back by a link."""

    email: str
    changed: dt.datetime


@dataclass(frozen=True)
class Known:
    """What is kept about an account. Every list is bounded by the rules that fill it."""

    profile: Profile
    sessions: Sequence[Session]
    devices: Sequence[KnownDevice]
    browsers: Sequence[Browser]
    links: Sequence[Link]
    mails: Sequence[SentMail]
    email_changes: Sequence[ChangedEmail]


class ExportStore(Protocol):
    """The tables of an export."""

    def devices(self, channel_id: int) -> Sequence[KnownDevice]:
        """From where the account was signed in to before."""

    def browsers(self, channel_id: int) -> Sequence[Browser]:
        """Browsers that have a cookie for the account."""

    def links(self, channel_id: int) -> Sequence[Link]:
        """Links that can still be used."""

    def mails(self, channel_id: int, email: str) -> Sequence[SentMail]:
        """The mails of an account, and those to its address from whichever account, of a day."""

    def email_changes(self, channel_id: int) -> Sequence[ChangedEmail]:
        """Addresses that the account had before and may get back."""

    def addresses(self, channel_id: int, after: str, limit: int) -> Sequence[KnownAddress]:
        """Addresses that come after ``after``, in their order as text."""


class Exports:
    """The rules.

    Args:
        find: the account with an id.
        sessions_of: its sessions.
    """

    def __init__(
        self,
        store: ExportStore,
        find: Callable[[int], Profile | None],
        sessions_of: Callable[[int], Sequence[Session]],
    ) -> None:
        self._store = store
        self._find = find
        self._sessions_of = sessions_of

    def known(self, channel_id: int) -> Known:
        """What is kept about an account.

        Raises:
            Failure: ``not_found``.
        """
        profile = self._find(channel_id)
        if profile is None:
            raise Failure(Code.NOT_FOUND)
        return Known(
            profile=profile,
            sessions=self._sessions_of(channel_id),
            devices=self._store.devices(channel_id),
            browsers=self._store.browsers(channel_id),
            links=self._store.links(channel_id),
            # Mails are recorded by address, which may be somebody else's until it is verified.
            mails=self._store.mails(channel_id, profile.email) if profile.verified else (),
            email_changes=self._store.email_changes(channel_id),
        )

    def addresses(self, channel_id: int, after: str) -> tuple[Sequence[KnownAddress], str | None]:
        """The next ``PAGE`` addresses after ``after``, and the last one where there may be more."""
        found = self._store.addresses(channel_id, after, PAGE)
        return found, found[-1].address if len(found) == PAGE else None
