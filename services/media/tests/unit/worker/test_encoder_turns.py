"""Who of those that encode runs."""

import threading

import pytest

from vireo_common.jobs import Job
from vireo_media.worker.encoder_turns import BehindEncodes, EncoderTurns

JOB = Job(1, "encode", "abcdefg", {}, 1, 3, "lease")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_rest_waits_while_something_is_encoded_to_be_played() -> None:
    turns, seen = EncoderTurns(1), []
    with turns.rest() as turn:

        def handle(job: Job, stop: threading.Event) -> None:
            seen.append(turn.must_wait())

        assert not turn.must_wait()
        turns.first(handle)(JOB, threading.Event())
        assert seen == [True]
        assert not turn.must_wait()


def test_it_goes_on_where_that_has_failed() -> None:
    turns = EncoderTurns(1)

    def fail(job: Job, stop: threading.Event) -> None:
        raise OSError

    with turns.rest() as turn:
        try:
            turns.first(fail)(JOB, threading.Event())
        except OSError:
            assert not turn.must_wait()


def test_as_many_run_as_there_are_slots_those_first_that_began_first() -> None:
    turns = EncoderTurns(2)
    with turns.rest() as older, turns.rest() as younger:

        def handle(job: Job, stop: threading.Event) -> None:
            assert (older.must_wait(), younger.must_wait()) == (False, True)
            turns.first(second)(JOB, stop)

        def second(job: Job, stop: threading.Event) -> None:
            assert (older.must_wait(), younger.must_wait()) == (True, True)

        assert (older.must_wait(), younger.must_wait()) == (False, False)
        turns.first(handle)(JOB, threading.Event())


def test_a_job_that_encodes_later_counts_from_its_beginning() -> None:
    turns = EncoderTurns(1)

    def handle(job: Job, stop: threading.Event) -> None:
        assert turns.any()

    assert not turns.any()
    for kind in (turns.first, turns.others):
        kind(handle)(JOB, threading.Event())
        assert not turns.any()


def test_its_clock_stands_still_while_it_waits() -> None:
    clock = Clock()
    turns = EncoderTurns(1, clock)
    with turns.rest() as turn:

        def handle(job: Job, stop: threading.Event) -> None:
            assert turn.must_wait()
            clock.now += 100
            assert turn.seconds() == 10
            assert turn.must_wait()
            clock.now += 100

        clock.now += 10
        turns.first(handle)(JOB, threading.Event())
        assert not turn.must_wait()
        clock.now += 1
        assert turn.seconds() == 11


@pytest.mark.parametrize(
    ("encoding", "waited", "may"),
    [(True, 0, False), (True, 19, False), (True, 20, True), (False, 0, True)],
)
def test_what_nobody_waits_for_waits_for_encodes_but_not_for_ever(
    encoding: bool, waited: float, may: bool
) -> None:
    behind = BehindEncodes(lambda: encoding, lambda seconds: waited >= seconds, 20)
    assert behind.may_begin() is may
