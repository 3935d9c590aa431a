"""Group commit: who waits is taken together, nobody twice, and nobody is left behind."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from vireo_common.errors import Code, Failure
from vireo_community.core.batches import Batches

LIMIT_SECONDS = 20


class Slow:
    """Works on a batch once it is let; remembers each."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.let = threading.Semaphore(0)

    def __call__(self, key: str, items: Sequence[int]) -> Sequence[int | Failure]:
        self.begun.release()
        assert self.let.acquire(timeout=LIMIT_SECONDS)
        self.batches.append(list(items))
        return [Failure(Code.NOT_FOUND) if item < 0 else item * 10 for item in items]


def waiting(batches: Batches[str, int, int], key: str) -> int:
    return len(batches._waiting.get(key, ()))


def until(batches: Batches[str, int, int], count: int) -> None:
    for _ in range(LIMIT_SECONDS * 1000):
        if waiting(batches, "a") == count:
            return
        threading.Event().wait(0.001)
    raise AssertionError("they do not wait")


def test_those_that_wait_are_taken_together_and_each_gets_its_own() -> None:
    work = Slow()
    batches: Batches[str, int, int] = Batches(work, most=4)
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(batches.do, "a", 0)
        assert work.begun.acquire(timeout=LIMIT_SECONDS)
        others = [pool.submit(batches.do, "a", number) for number in (1, 2, -3, 4, 5)]
        until(batches, 5)
        for _ in range(3):
            work.let.release()
        assert first.result() == 0
        with pytest.raises(Failure, match="not_found"):
            others[2].result()
        assert [each.result() for each in (*others[:2], *others[3:])] == [10, 20, 40, 50]
    assert [len(batch) for batch in work.batches] == [1, 4, 1]
    assert sorted(item for batch in work.batches for item in batch) == [-3, 0, 1, 2, 4, 5]
    assert waiting(batches, "a") == 0


def test_another_key_does_not_wait() -> None:
    work = Slow()
    batches: Batches[str, int, int] = Batches(work)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(batches.do, key, 1) for key in ("a", "b")]
        for _ in both:
            assert work.begun.acquire(timeout=LIMIT_SECONDS)
        work.let.release(2)
        assert [each.result() for each in both] == [10, 10]


def test_what_fails_fails_for_the_batch_and_the_next_one_is_led() -> None:
    calls: list[int] = []

    def work(key: str, items: Sequence[int]) -> Sequence[int]:
        calls.append(len(items))
        if len(calls) == 1:
            raise Failure(Code.UNAVAILABLE)
        return list(items)

    batches: Batches[str, int, int] = Batches(work)
    with pytest.raises(Failure, match="unavailable"):
        batches.do("a", 1)
    assert batches.do("a", 2) == 2
