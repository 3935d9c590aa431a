"""The keys of grants: which one signs, which ones are still valid, and how processes learn of them.

A key has two halves. One is a row that media and catalog can read, the other is the service token,
which is in no database: whoever has a dump of the database can make no grant.
A rotation adds a row; the rows before stay valid for as long as a grant of theirs may be.
"""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vireo_common.errors import Code, Failure
from vireo_common.grants import MOST_SECONDS, GrantKey

# How long the keys are cached, and the least time between two looks for an unknown id.
CACHE_SECONDS = 60.0
RETRY_SECONDS = 2.0
# A new key signs only after this delay. By then every process may look for an unknown id again, so
# that none refuses what another has signed.
SETTLE_SECONDS = 5.0
# A process signs with the key before until its cache is over; then its last grant may expire.
RETIRED_SECONDS = MOST_SECONDS + 2 * CACHE_SECONDS


@dataclass(frozen=True)
class StoredKey:
    """A row; ``settled``: it is old enough to sign with."""

    key_id: str
    half: bytes
    settled: bool


class KeyRing:
    """The keys as one process knows them.

    The last known ones are used for as long as ``fetch`` fails.

    Args:
        fetch: the rows that are valid, the oldest first, at least one; raises ``Failure``.
        service_token: the other half of every key.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        fetch: Callable[[], Sequence[StoredKey]],
        service_token: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._service_token = service_token.encode()
        self._clock = clock
        self._keys: dict[str, GrantKey] = {}
        self._current = ""
        self._away = False
        self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def current(self) -> GrantKey:
        """The key that grants are signed with.

        Raises:
            Failure: ``unavailable``: none is known, and the database is away.
        """
        with self._lock:
            if not self._keys or self._age() >= CACHE_SECONDS:
                self._refresh()
            return self._keys[self._current]

    def find(self, key_id: str) -> GrantKey | None:
        """The key of this id; ``None`` where there is none.

        Raises:
            Failure: ``unavailable``: it is not known, and the database is away.
        """
        with self._lock:
            # A key that was taken away must not be known for longer than the cache is good.
            waits = RETRY_SECONDS if key_id not in self._keys else CACHE_SECONDS
            if self._age() >= waits:
                self._refresh()
            found = self._keys.get(key_id)
            if found is None and self._away:
                # It may be a new one.
                raise Failure(Code.UNAVAILABLE)
            return found

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _refresh(self) -> None:
        try:
            rows = self._fetch()
        except Failure:
            if not self._keys:
                raise
            self._away, self._fetched_at = True, self._clock()
            return
        keys = [GrantKey(row.key_id, self._secret(row)) for row in rows]
        settled = [key for key, row in zip(keys, rows, strict=True) if row.settled]
        self._keys = {key.key_id: key for key in keys}
        # Where none is old enough, the first is everybody's only one.
        self._current = (settled or keys[:1])[-1].key_id
        self._away, self._fetched_at = False, self._clock()

    def _secret(self, row: StoredKey) -> bytes:
        message = b"vireo grants:" + row.key_id.encode() + row.half
        return hmac.new(self._service_token, message, hashlib.sha256).digest()
