"""Group commit: who comes while another writes is written together, and hears what came of it."""

import threading
from collections.abc import Sequence

import pytest

from vireo_community.storage.batches import MOST_ITEMS, Batches
from vireo_testing.person import eventually

PEOPLE = 100


class Slow:
    """Writes when it is let; remembers the batches."""

    def __init__(self, fails: bool = False) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()
        self.fails = fails

    def write(self, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(items))
        assert self.go.wait(20)
        if self.fails and len(self.batches) == 2:
            raise OSError("the database is away")
        return [-item for item in items]


def submit_all(slow: Slow) -> dict[int, int | str]:
    """One that writes, and many who come meanwhile."""
    batches = Batches[int, int](slow.write)
    found: dict[int, int | str] = {}

    def submit(number: int) -> None:
        try:
            found[number] = batches.submit(number)
        except OSError as error:
            found[number] = str(error)

    first = threading.Thread(target=submit, args=(0,))
    first.start()
    eventually(lambda: slow.batches == [[0]])
    others = [threading.Thread(target=submit, args=(number,)) for number in range(1, PEOPLE)]
    for thread in others:
        thread.start()
    eventually(lambda: len(batches._waiting) == PEOPLE - 1)
    slow.go.set()
    for thread in (first, *others):
        thread.join(20)
    return found


def test_each_gets_its_own_result() -> None:
    slow = Slow()
    assert submit_all(slow) == {number: -number for number in range(PEOPLE)}
    assert [len(batch) for batch in slow.batches] == [1, MOST_ITEMS, PEOPLE - 1 - MOST_ITEMS]


def test_a_failure_is_heard_by_those_of_the_batch_and_nobody_else() -> None:
    slow = Slow(fails=True)
    found = submit_all(slow)
    assert len(found) == PEOPLE
    failed = {number for number, result in found.items() if isinstance(result, str)}
    second = set(slow.batches[1])
    # Who wrote for others, and was not among them, has failed too.
    assert second <= failed
    assert len(failed - second) <= 1
    assert found[0] == 0


def test_one_alone_is_written_at_once() -> None:
    slow = Slow()
    slow.go.set()
    batches = Batches[int, int](slow.write)
    assert [batches.submit(number) for number in (1, 2)] == [-1, -2]
    assert slow.batches == [[1], [2]]
    with pytest.raises(ValueError, match="zip"):
        Batches[int, int](lambda items: []).submit(1)
