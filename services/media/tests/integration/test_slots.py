"""A slot: what counts as an attempt, and what becomes of a job that can't be done."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from vireo_common import jobs
from vireo_common.errors import Code, Failure
from vireo_common.jobs import Job
from vireo_media.storage.uploads import MEDIA_QUEUE
from vireo_media.worker.slots import Handler, Slot, TryLater
from vireo_testing.person import eventually

from .conftest import Stage

Work = Callable[[Job, threading.Event], None]
RunSlot = Callable[[Work], threading.Event]


@pytest.fixture
def given_up() -> list[str]:
    """Why jobs were given up."""
    return []


@pytest.fixture
def run_slot(stage: Stage, given_up: list[str]) -> Iterator[RunSlot]:
    """``run_slot(work)`` lets one slot work on jobs of the kind ``test``, until the test ends."""
    stopping = threading.Event()
    slots: list[Slot] = []

    def give_up(job: Job, error: str) -> None:
        given_up.append(error)
        stage.media.quarantine(job, error, lambda cursor: None)

    def run(work: Work) -> threading.Event:
        handlers = {"test": Handler(work, give_up)}
        slots.append(Slot("slot", stage.media, handlers, stopping, idle_seconds=0.01))
        slots[-1].start()
        return stopping

    yield run
    stopping.set()
    for slot in slots:
        slot.join()


def enqueue(stage: Stage) -> None:
    stage.uploads._database.transaction(
        "test", lambda cursor: jobs.enqueue(cursor, MEDIA_QUEUE, "test", "subject")
    )


def raises(error: Exception) -> Work:
    def work(job: Job, stop: threading.Event) -> None:
        raise error

    return work


def test_a_job_that_is_done_goes(stage: Stage, run_slot: RunSlot) -> None:
    enqueue(stage)
    run_slot(lambda job, stop: stage.media.finish(job))
    eventually(lambda: stage.jobs() == [])


@pytest.mark.parametrize("error", [TryLater("disk full", 60), Failure(Code.UNAVAILABLE)])
def test_trouble_elsewhere_is_no_attempt(stage: Stage, run_slot: RunSlot, error: Exception) -> None:
    enqueue(stage)
    run_slot(raises(error))
    eventually(lambda: stage.clean.query("SELECT 1 FROM Jobs WHERE LastError <> ''"))
    assert stage.jobs() == [("test", "queued", 0)]
    [(waits,)] = stage.clean.query("SELECT RunAfter > NOW(3) FROM Jobs")
    assert waits


def test_a_disk_in_trouble_is_an_attempt_each(
    stage: Stage, run_slot: RunSlot, given_up: list[str]
) -> None:
    enqueue(stage)
    run_slot(raises(PermissionError()))
    eventually(lambda: given_up, seconds=20)
    assert given_up == ["PermissionError"]
    assert stage.jobs() == [("test", "quarantined", 3)]


def test_a_job_whose_workers_died_is_given_up(
    stage: Stage, run_slot: RunSlot, given_up: list[str]
) -> None:
    enqueue(stage)
    for _ in range(3):
        stage.claim()
        stage.expire_leases()
    run_slot(raises(AssertionError("it must not run a fourth time")))
    eventually(lambda: given_up)
    assert stage.jobs() == [("test", "quarantined", 4)]


def test_work_is_stopped_when_the_lease_is_lost(stage: Stage, run_slot: RunSlot) -> None:
    enqueue(stage)
    stopped = threading.Event()

    def work(job: Job, stop: threading.Event) -> None:
        stage.clean.query("DELETE FROM Jobs")
        if stop.wait(10):
            stopped.set()

    run_slot(work)
    assert stopped.wait(10)


def test_a_lease_is_held_for_as_long_as_the_work_takes(stage: Stage, run_slot: RunSlot) -> None:
    enqueue(stage)
    at_work, go_on = threading.Event(), threading.Event()

    def work(job: Job, stop: threading.Event) -> None:
        # As if it had been claimed nearly a whole lease ago.
        stage.clean.query("UPDATE Jobs SET LeaseUntil = NOW(3) + INTERVAL 4 SECOND")
        at_work.set()
        go_on.wait(20)
        stage.media.finish(job)

    run_slot(work)
    assert at_work.wait(10)
    time.sleep(5)
    assert stage.media.claim() is None
    go_on.set()
    eventually(lambda: stage.jobs() == [])
