"""Grants: signed, expiring permissions for bytes that are not public, in or out.

Whoever asks is authorized once, by the rules of what they ask for. A grant carries that to where
the bytes are, so that it need not be decided again there (ADR 0039): the gateway hands it from the
question to the request with the body, or to the location that sends a file.

A grant is for one purpose, one subject and one holder, until a time. As text it is, joined by dots:

    version, key id, purpose, subject, holder, reference, expiry, signature

The signature is an HMAC-SHA-256 of all that stands before it. No part may contain a dot, so that no
two grants have the same text.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure

VERSION = "1"
# No grant is valid for longer, whatever the size of a body and the least speed allow: a key that
# was replaced is needed for no longer either.
MOST_SECONDS = 30 * 24 * 3600
GRANT = re.compile(
    r"1\.(?P<key_id>[0-9a-f]{16})\.(?P<purpose>[a-z]{1,16})\.(?P<subject>[A-Za-z0-9_-]{0,64})"
    r"\.(?P<holder>[0-9]{1,20})\.(?P<reference>[0-9a-f]{0,32})\.(?P<expires>[0-9]{1,12})"
    r"\.(?P<signature>[0-9a-f]{64})"
)


class Purpose(StrEnum):
    """What a grant is good for, and for nothing else."""

    UPLOAD = "upload"
    PICTURE = "picture"
    THUMBNAIL = "thumbnail"
    EXPORT = "export"
    VIEW = "view"


@dataclass(frozen=True)
class Grant:
    """Who may do what with which bytes.

    Attributes:
        subject: a video's hash path, or a data export's name; ``""`` for a channel's picture, whose
            address names nothing.
        holder: the account's id.
        expires: in seconds since 1970.
        reference: the open upload that it belongs to, or a digest of the session, with whose end it
            is of no use any more; ``""`` for none.
    """

    purpose: Purpose
    subject: str
    holder: int
    expires: int
    reference: str = ""


@dataclass(frozen=True)
class GrantKey:
    """A key that grants are signed with; they name its id."""

    key_id: str
    secret: bytes


class GrantKeys(Protocol):
    """The keys of all processes; every call may raise ``Failure`` (``unavailable``)."""

    def current(self) -> GrantKey:
        """The key that grants are signed with."""

    def find(self, key_id: str) -> GrantKey | None:
        """A key that grants may still be signed with; ``None`` where there is none."""


class GrantExpired(Exception):
    """A grant was genuine, and its time is over."""


class Grants:
    """Makes and checks grants.

    Args:
        now: the time in seconds since 1970.
    """

    def __init__(self, keys: GrantKeys, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._now = now

    def make(
        self, purpose: Purpose, subject: str, holder: int, seconds: float, reference: str = ""
    ) -> str:
        """A grant as text, valid for ``seconds`` (at most ``MOST_SECONDS``)."""
        key = self._keys.current()
        expires = int(self._now() + min(seconds, MOST_SECONDS))
        parts = (VERSION, key.key_id, purpose, subject, str(holder), reference, str(expires))
        unsigned = ".".join(parts)
        text = f"{unsigned}.{_signature(key, unsigned)}"
        if not GRANT.fullmatch(text):
            raise ValueError("a part of this grant is not of its form")
        return text

    def read(self, text: str, *purposes: Purpose) -> Grant:
        """The grant that a text is, for one of ``purposes``.

        Raises:
            Failure: ``forbidden``: it is none; ``unavailable``.
            GrantExpired: its time is over.
        """
        found = GRANT.fullmatch(text)
        key = self._keys.find(found["key_id"]) if found else None
        if not found or not key:
            raise Failure(Code.FORBIDDEN)
        unsigned, _, signature = text.rpartition(".")
        if not hmac.compare_digest(signature, _signature(key, unsigned)):
            raise Failure(Code.FORBIDDEN)
        if found["purpose"] not in purposes:
            raise Failure(Code.FORBIDDEN)
        expires = int(found["expires"])
        if expires <= self._now():
            raise GrantExpired
        return Grant(
            Purpose(found["purpose"]),
            found["subject"],
            int(found["holder"]),
            expires,
            found["reference"],
        )

    def read_for(self, text: str, purpose: Purpose, subject: str) -> Grant:
        """The grant for ``purpose`` and ``subject`` that a text is.

        Raises:
            Failure: ``forbidden``: it is none; ``unavailable``.
            GrantExpired: its time is over.
        """
        grant = self.read(text, purpose)
        if grant.subject != subject:
            raise Failure(Code.FORBIDDEN)
        return grant


def _signature(key: GrantKey, unsigned: str) -> str:
    return hmac.new(key.secret, unsigned.encode(), hashlib.sha256).hexdigest()
