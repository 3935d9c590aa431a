"""A slot: what counts as an attempt, and what becomes of a job that can't be done."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from vireo_common import jobs, worker
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.jobs import LEASE_SECONDS, Job, JobQueue
from vireo_common.worker import Handler, Interrupted, Slot, TryLater
from vireo_testing.mariadb import TestDatabase
from vireo_testing.person import eventually

Work = Callable[[Job, threading.Event], None]
RunSlot = Callable[..., threading.Event]


class Stage:
    """One queue, with the tables behind it."""

    def __init__(self, clean: TestDatabase, database: Database) -> None:
        self.clean = clean
        self.queue = JobQueue(database, "media", LEASE_SECONDS)
        self._database = database

    def enqueue(self) -> None:
        """Put one job that may be tried three times."""
        self._database.transaction(
            "test", lambda cursor: jobs.enqueue(cursor, "media", "test", "subject")
        )

    def claim_and_die(self) -> None:
        """What is left of a worker that took the job and died."""
        assert self.queue.claim()
        self.clean.query("UPDATE Jobs SET LeaseUntil = NOW(3) - INTERVAL 1 SECOND")

    def jobs(self) -> list[tuple[str, str, int]]:
        """Kind, state and attempts of every job."""
        return [tuple(row) for row in self.clean.query("SELECT Kind, State, Attempts FROM Jobs")]


@pytest.fixture
def stage(clean_tables: TestDatabase, open_pool: Any) -> Stage:
    return Stage(clean_tables, open_pool("media", size=8))


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
        stage.queue.quarantine(job, error, lambda cursor: None)

    def run(work: Work, may_claim: Callable[[], bool] = lambda: True) -> threading.Event:
        handlers = {"test": Handler(work, give_up)}
        slots.append(Slot("slot", stage.queue, handlers, stopping, 0.01, may_claim=may_claim))
        slots[-1].start()
        return stopping

    yield run
    stopping.set()
    for slot in slots:
        slot.join()


def raises(error: Exception) -> Work:
    def work(job: Job, stop: threading.Event) -> None:
        raise error

    return work


def test_a_job_that_is_done_goes(stage: Stage, run_slot: RunSlot) -> None:
    stage.enqueue()
    done: list[str] = []

    def finish(job: Job, stop: threading.Event) -> None:
        stage.queue.finish(job)
        done.append(job.kind)

    run_slot(finish)
    eventually(lambda: done)
    assert done == ["test"]
    assert stage.jobs() == []


@pytest.mark.parametrize("error", [TryLater("disk full", 60), Failure(Code.UNAVAILABLE)])
def test_trouble_elsewhere_is_no_attempt(stage: Stage, run_slot: RunSlot, error: Exception) -> None:
    stage.enqueue()
    run_slot(raises(error))
    eventually(lambda: stage.clean.query("SELECT 1 FROM Jobs WHERE LastError <> ''"))
    assert stage.jobs() == [("test", "queued", 0)]
    [(waits,)] = stage.clean.query("SELECT RunAfter > NOW(3) FROM Jobs")
    assert waits


def test_a_disk_in_trouble_is_an_attempt_each(
    stage: Stage, run_slot: RunSlot, given_up: list[str]
) -> None:
    stage.enqueue()
    run_slot(raises(PermissionError()))
    eventually(lambda: stage.jobs() == [("test", "quarantined", 3)], seconds=20)
    assert given_up == ["PermissionError"]


def test_data_that_the_database_refuses_ends_the_job_and_no_worker(
    stage: Stage, run_slot: RunSlot, given_up: list[str]
) -> None:
    stage.enqueue()

    def write(job: Job, stop: threading.Event) -> None:
        stage.queue.while_held(
            job, lambda cursor: cursor.execute("UPDATE Jobs SET Kind = REPEAT('x', 1000)")
        )

    run_slot(write)
    eventually(lambda: stage.jobs() == [("test", "quarantined", 3)], seconds=20)
    assert given_up == ["DataError"]


def test_nothing_is_claimed_while_it_may_not(stage: Stage, run_slot: RunSlot) -> None:
    stage.enqueue()
    asked: list[bool] = []
    may, done = threading.Event(), threading.Event()

    def may_claim() -> bool:
        asked.append(True)
        return may.is_set()

    run_slot(lambda job, stop: done.set() or stage.queue.finish(job), may_claim)
    eventually(lambda: len(asked) > 3)
    assert stage.jobs() == [("test", "queued", 0)]
    may.set()
    assert done.wait(10)
    eventually(lambda: stage.jobs() == [])


def test_a_job_whose_workers_died_is_given_up(
    stage: Stage, run_slot: RunSlot, given_up: list[str]
) -> None:
    stage.enqueue()
    for _ in range(3):
        stage.claim_and_die()
    run_slot(raises(AssertionError("it must not run a fourth time")))
    eventually(lambda: stage.jobs() == [("test", "quarantined", 4)])
    assert len(given_up) == 1


def test_work_is_stopped_when_the_lease_is_lost(stage: Stage, run_slot: RunSlot) -> None:
    stage.enqueue()
    stopped = threading.Event()

    def work(job: Job, stop: threading.Event) -> None:
        stage.clean.query("DELETE FROM Jobs")
        if stop.wait(10):
            stopped.set()

    run_slot(work)
    assert stopped.wait(10)


def test_a_lease_is_held_for_as_long_as_the_work_takes(stage: Stage, run_slot: RunSlot) -> None:
    stage.enqueue()
    at_work, go_on = threading.Event(), threading.Event()

    def work(job: Job, stop: threading.Event) -> None:
        # As if it had been claimed nearly a whole lease ago.
        stage.clean.query("UPDATE Jobs SET LeaseUntil = NOW(3) + INTERVAL 4 SECOND")
        at_work.set()
        go_on.wait(20)
        stage.queue.finish(job)

    run_slot(work)
    assert at_work.wait(10)
    lease = "SELECT LeaseUntil, LeaseUntil > NOW(3) FROM Jobs"
    ends = {stage.clean.query(lease)[0]}
    # Renewed, and renewed again, each time before it ended.
    eventually(lambda: ends.add(stage.clean.query(lease)[0]) or len(ends) > 2, seconds=20)
    assert {held for _, held in ends} == {1}
    assert stage.queue.claim() is None
    go_on.set()
    eventually(lambda: stage.jobs() == [])


def test_interrupted_work_goes_back_as_it_was(stage: Stage, run_slot: RunSlot) -> None:
    stage.enqueue()
    at_work = threading.Event()

    def work(job: Job, stop: threading.Event) -> None:
        at_work.set()
        stop.wait(20)
        raise Interrupted

    stopping = run_slot(work)
    assert at_work.wait(10)
    stopping.set()
    eventually(lambda: stage.jobs() == [("test", "queued", 0)])


def test_an_outage_that_ends_the_work_is_no_attempt(stage: Stage, run_slot: RunSlot) -> None:
    """The lease could not be renewed, and nobody else has the job."""
    stage.enqueue()
    tries: list[Job] = []

    def work(job: Job, stop: threading.Event) -> None:
        tries.append(job)
        if len(tries) < 5:
            raise Interrupted
        stage.queue.finish(job)

    run_slot(work)
    eventually(lambda: stage.jobs() == [])
    assert [job.attempt for job in tries] == [1] * 5


def test_a_job_of_another_version_waits_and_ends_no_worker(
    stage: Stage, run_slot: RunSlot, given_up: list[str]
) -> None:
    stage.enqueue()
    stage.clean.query("UPDATE Jobs SET Kind = 'unheard of'")
    stage.enqueue()
    run_slot(lambda job, stop: stage.queue.finish(job))
    eventually(lambda: stage.jobs() == [("unheard of", "queued", 0)])
    eventually(lambda: stage.clean.query("SELECT 1 FROM Jobs WHERE LastError <> ''"))
    assert not given_up


def test_the_log_names_the_job_and_its_subject(
    stage: Stage, run_slot: RunSlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = LogCapture()
    with_context = [structlog.contextvars.merge_contextvars, capture]
    lines = structlog.wrap_logger(structlog.PrintLogger(), processors=with_context)
    monkeypatch.setattr(worker, "log", lines)
    stage.enqueue()
    run_slot(lambda job, stop: stage.queue.finish(job))
    eventually(lambda: len(capture.entries) == 1)
    (line,) = capture.entries
    assert (line["event"], line["job"], line["subject"]) == ("job", "test", "subject")
