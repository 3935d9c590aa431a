"""The keys as one process knows them: what it fetches when, and what it does without a database."""

from collections.abc import Sequence

import pytest

from vireo_common.errors import Code, Failure
from vireo_common.grant_keys import (
    CACHE_SECONDS,
    RETIRED_SECONDS,
    RETRY_SECONDS,
    SETTLE_SECONDS,
    KeyRing,
    StoredKey,
)
from vireo_common.grants import MOST_SECONDS

OLD = StoredKey("a" * 16, b"1" * 32, settled=True)
FRESH = StoredKey("b" * 16, b"2" * 32, settled=False)
SETTLED = StoredKey("b" * 16, b"2" * 32, settled=True)
UNKNOWN = "c" * 16


class World:
    """Rows, a clock, and one process that looks at them."""

    def __init__(self, *rows: StoredKey) -> None:
        self.rows: Sequence[StoredKey] = rows
        self.away = False
        self.looks = 0
        self.now = 1000.0
        self.ring = self.process()

    def process(self, token: str = "the services' secret") -> KeyRing:
        return KeyRing(self._fetch, token, lambda: self.now)

    def _fetch(self) -> Sequence[StoredKey]:
        self.looks += 1
        if self.away:
            raise Failure(Code.UNAVAILABLE)
        return self.rows


def test_it_looks_once_a_while() -> None:
    world = World(OLD)
    for _ in range(3):
        assert world.ring.current().key_id == OLD.key_id
        assert world.ring.find(OLD.key_id) == world.ring.current()
    assert world.looks == 1
    world.now += CACHE_SECONDS
    world.ring.current()
    assert world.looks == 2


def test_a_new_key_is_verified_before_it_signs() -> None:
    world = World(OLD)
    world.ring.current()
    world.rows = [OLD, FRESH]
    world.now += RETRY_SECONDS
    assert world.ring.find(FRESH.key_id)
    assert world.ring.current().key_id == OLD.key_id
    world.rows = [OLD, SETTLED]
    world.now += CACHE_SECONDS
    assert world.ring.current().key_id == SETTLED.key_id
    assert world.ring.find(OLD.key_id)


def test_the_first_key_signs_at_once() -> None:
    world = World(FRESH)
    assert world.ring.current().key_id == FRESH.key_id
    second = StoredKey("d" * 16, b"3" * 32, settled=False)
    world.rows = [FRESH, second]
    assert world.process().current().key_id == FRESH.key_id, "every process signs with the same"


def test_forged_ids_make_few_looks_and_hide_no_new_key() -> None:
    world = World(OLD)
    for _ in range(100):
        assert world.ring.find(UNKNOWN) is None
    assert world.looks == 1
    world.rows = [OLD, FRESH]
    # It signs after this time, and a look for it is due by then.
    assert SETTLE_SECONDS > RETRY_SECONDS
    world.now += SETTLE_SECONDS
    assert world.ring.find(FRESH.key_id)


def test_a_key_that_was_taken_away_is_forgotten() -> None:
    world = World(OLD, SETTLED)
    assert world.ring.find(OLD.key_id)
    world.rows = [SETTLED]
    world.now += CACHE_SECONDS
    assert world.ring.find(OLD.key_id) is None


def test_without_a_database_the_known_ones_are_used() -> None:
    world = World(OLD)
    world.ring.current()
    world.away = True
    world.now += CACHE_SECONDS
    assert world.ring.find(OLD.key_id) == world.ring.current()
    with pytest.raises(Failure, match="unavailable"):
        world.ring.find(UNKNOWN)
    world.away, world.rows = False, [OLD, SETTLED]
    world.now += RETRY_SECONDS
    assert world.ring.find(SETTLED.key_id)
    assert world.ring.find(UNKNOWN) is None


def test_without_any_key_nothing_is_signed() -> None:
    world = World(OLD)
    world.away = True
    for call in (world.ring.current, lambda: world.ring.find(OLD.key_id)):
        with pytest.raises(Failure, match="unavailable"):
            call()


def test_a_key_has_two_halves() -> None:
    world = World(OLD)
    secret = world.ring.current().secret
    assert world.process().current().secret == secret
    assert world.process("another").current().secret != secret
    world.rows = [StoredKey(OLD.key_id, b"9" * 32, settled=True)]
    assert world.process().current().secret != secret
    assert OLD.half not in secret


def test_a_retired_key_outlives_its_grants() -> None:
    assert RETIRED_SECONDS >= MOST_SECONDS + CACHE_SECONDS + SETTLE_SECONDS
