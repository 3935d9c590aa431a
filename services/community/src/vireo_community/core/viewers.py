"""Who watches: ids of viewers that lead to nobody once their day's key is gone (ADR 0048)."""

import datetime as dt
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vireo_common.addresses import network

ID_BYTES = 16
MOST_AGENT = 500
"""Characters of a User-Agent that tell browsers apart."""


@dataclass(frozen=True)
class Viewer:
    """A viewer, as far as views have to do with one.

    Args:
        key: the id of today.
        before: the id that the same one had yesterday, when a view of less than six hours ago may
            have been counted.
        source: what bounds are counted by: the account, else the network of the address.
        account: whose token the request carried.
        agent: what the client says that it is.
    """

    key: bytes
    before: bytes
    source: bytes
    account: int | None
    agent: str


class KeyStore(Protocol):
    """Where the keys of days are kept."""

    def key(self, day: dt.date) -> bytes:
        """The key of this day: random, and the same for every process."""


class Viewers:
    """Makes ids of viewers.

    Args:
        now: the time in UTC.
    """

    def __init__(self, keys: KeyStore, now: Callable[[], dt.datetime]) -> None:
        self._keys = keys
        self._now = now
        self._known: dict[dt.date, bytes] = {}
        self._lock = threading.Lock()

    def identify(self, account: int | None, address: str, agent: str) -> Viewer:
        """The viewer: the account, else the network of the address together with the browser."""
        agent = agent[:MOST_AGENT]
        where = network(address)
        who = f"address {where} {agent}" if account is None else f"account {account}"
        source = f"network {where}" if account is None else who
        today = self._now().date()
        key, before = self._key(today), self._key(today - dt.timedelta(days=1))
        return Viewer(_digest(key, who), _digest(before, who), _digest(key, source), account, agent)

    def _key(self, day: dt.date) -> bytes:
        with self._lock:
            found = self._known.get(day)
        if found is None:
            found = self._keys.key(day)
            with self._lock:
                # Those of other days are forgotten here as they are in the table.
                near = {day - dt.timedelta(days=1), day + dt.timedelta(days=1)}
                kept = {each: key for each, key in self._known.items() if each in near}
                self._known = {**kept, day: found}
        return found


def _digest(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "replace"), "sha256")[:ID_BYTES]
