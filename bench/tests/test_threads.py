"""Threads at work until they are stopped."""

import threading

import pytest

from vireo_harness.threads import running_threads


def count(number: int, stop: threading.Event) -> int:
    stop.wait(30)
    return number if stop.is_set() else -1


def test_all_are_stopped_at_the_end_and_have_results() -> None:
    with running_threads(3, count) as counting:
        assert not any(each.done() for each in counting)
    assert [each.result() for each in counting] == [0, 1, 2]


def test_what_one_raises_is_raised_at_the_end() -> None:
    def fail(number: int, stop: threading.Event) -> None:
        assert number != 1, "an answer was wrong"
        stop.wait(30)

    with pytest.raises(AssertionError, match="an answer was wrong"), running_threads(3, fail):
        pass


def test_all_are_stopped_where_the_body_fails() -> None:
    with pytest.raises(KeyboardInterrupt), running_threads(2, count) as counting:
        raise KeyboardInterrupt
    assert [each.result() for each in counting] == [0, 1]
