"""Jobs: each done once, none lost, whatever becomes of the worker."""

import threading
from collections import Counter

import pytest
from pymysql.cursors import Cursor

from vireo_common import jobs
from vireo_common.database import Database
from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_testing.jobs import QUEUE, claimed, put, states
from vireo_testing.mariadb import TestDatabase
from vireo_testing.person import eventually


def let_lease_end(clean: TestDatabase) -> None:
    """Put the end of every lease into the past, as if its holder had died a while ago."""
    clean.query("UPDATE Jobs SET LeaseUntil = NOW(3) - INTERVAL 1 SECOND WHERE State = 'running'")


def test_a_job_is_what_was_put(database: Database) -> None:
    number = put(database, "abc", payload={"size": 7, "name": "é"}, max_attempts=5)
    job = claimed(JobQueue(database, QUEUE))
    assert (job.job_id, job.kind, job.subject) == (number, "encode", "abc")
    assert job.payload == {"size": 7, "name": "é"}
    assert (job.attempt, job.max_attempts, job.exhausted) == (1, 5, False)


def test_empty_queue_and_other_queues(database: Database) -> None:
    put(database)
    assert JobQueue(database, "mail").claim() is None
    claimed(JobQueue(database, QUEUE))
    assert JobQueue(database, QUEUE).claim() is None


def test_job_comes_and_goes_with_its_transaction(
    database: Database, clean_tables: TestDatabase
) -> None:
    def fail(cursor: Cursor) -> None:
        jobs.enqueue(cursor, QUEUE, "encode", "s")
        raise ValueError

    with pytest.raises(ValueError):
        database.transaction("test", fail)
    assert states(clean_tables) == []


def test_oldest_first(database: Database) -> None:
    numbers = [put(database, f"s{n}") for n in range(5)]
    queue = JobQueue(database, QUEUE)
    assert [claimed(queue).job_id for _ in numbers] == numbers


def test_whether_a_job_has_waited(database: Database, clean_tables: TestDatabase) -> None:
    queue = JobQueue(database, QUEUE)
    assert not queue.any_due()
    put(database)
    assert (queue.any_due(), queue.any_due(10)) == (True, False)
    clean_tables.query("UPDATE Jobs SET RunAfter = RunAfter - INTERVAL 10 SECOND")
    assert queue.any_due(10)
    claimed(queue)
    assert not queue.any_due()


def test_delay(database: Database, clean_tables: TestDatabase) -> None:
    put(database, delay=20.5)
    queue = JobQueue(database, QUEUE)
    assert queue.claim() is None
    ((left,),) = clean_tables.query("SELECT TIMESTAMPDIFF(SECOND, CreatedAt, RunAfter) FROM Jobs")
    assert left == 20
    clean_tables.query("UPDATE Jobs SET RunAfter = NOW(3)")
    assert queue.claim() is not None


def test_each_job_once_over_many_threads(database: Database, clean_tables: TestDatabase) -> None:
    for n in range(80):
        put(database, f"s{n}")
    done: Counter[str] = Counter()
    lock = threading.Lock()

    def work() -> None:
        queue = JobQueue(database, QUEUE)
        while job := queue.claim():
            with lock:
                done[job.subject] += 1
            queue.finish(job)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert done == Counter({f"s{n}": 1 for n in range(80)})
    assert states(clean_tables) == []


def test_dead_holders_job_is_taken_over(database: Database) -> None:
    put(database)
    queue = JobQueue(database, QUEUE, lease_seconds=1)
    first = claimed(queue)
    assert queue.claim() is None
    taken: list[Job] = []

    def take() -> bool:
        job = queue.claim()
        taken.extend([job] if job else [])
        return job is not None

    eventually(take)
    (second,) = taken
    assert (second.job_id, second.attempt) == (first.job_id, 2)
    assert second.lease != first.lease


def test_renewed_lease_holds(database: Database, clean_tables: TestDatabase) -> None:
    put(database)
    queue = JobQueue(database, QUEUE)
    job = claimed(queue)
    clean_tables.query("UPDATE Jobs SET LeaseUntil = NOW(3) + INTERVAL 200000 MICROSECOND")
    ((end,),) = clean_tables.query("SELECT LeaseUntil FROM Jobs")
    assert queue.renew(job)
    eventually(lambda: clean_tables.query("SELECT NOW(3) > %s", (end,)) == ((1,),))
    assert queue.claim() is None
    ((left,),) = clean_tables.query("SELECT TIMESTAMPDIFF(SECOND, NOW(3), LeaseUntil) FROM Jobs")
    assert 5 < left < 15


def test_fencing(database: Database, clean_tables: TestDatabase) -> None:
    """Who lost the lease can do nothing to the job, nor anything beside it."""
    put(database)
    queue = JobQueue(database, QUEUE)
    slow = claimed(queue)
    let_lease_end(clean_tables)
    holder = claimed(queue)

    def leave_a_trace(cursor: Cursor) -> None:
        jobs.enqueue(cursor, QUEUE, "trace", "trace")

    assert not queue.renew(slow)
    with pytest.raises(LeaseLost):
        queue.finish(slow, leave_a_trace)
    with pytest.raises(LeaseLost):
        queue.while_held(slow, leave_a_trace)
    with pytest.raises(LeaseLost):
        queue.quarantine(slow, "no", leave_a_trace)
    queue.put_back(slow)
    assert states(clean_tables) == [("s", "running", 2)]
    queue.while_held(holder, leave_a_trace)
    queue.finish(holder)
    assert states(clean_tables) == [("trace", "queued", 0)]


def test_finish_and_what_belongs_to_it_are_one(
    database: Database, clean_tables: TestDatabase
) -> None:
    put(database)
    queue = JobQueue(database, QUEUE)
    job = claimed(queue)

    def fail(cursor: Cursor) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        queue.finish(job, fail)
    assert states(clean_tables) == [("s", "running", 1)]
    queue.finish(job, lambda cursor: jobs.enqueue(cursor, QUEUE, "next", "next") and None)
    assert states(clean_tables) == [("next", "queued", 0)]


def test_job_that_kills_its_workers_is_put_aside(
    database: Database, clean_tables: TestDatabase
) -> None:
    put(database, max_attempts=3)
    queue = JobQueue(database, QUEUE)
    for attempt in (1, 2, 3):
        job = claimed(queue)
        assert (job.attempt, job.exhausted) == (attempt, False)
        let_lease_end(clean_tables)
    job = claimed(queue)
    assert job.exhausted
    queue.quarantine(job, "killed\N{SNOWMAN}" * 200, lambda cursor: None)
    assert states(clean_tables) == [("s", "quarantined", 4)]
    assert len(clean_tables.query("SELECT LastError FROM Jobs")[0][0]) == 500
    let_lease_end(clean_tables)
    assert queue.claim() is None


def test_put_back(database: Database, clean_tables: TestDatabase) -> None:
    put(database)
    queue = JobQueue(database, QUEUE)
    queue.put_back(claimed(queue), error="neighbour away")
    assert states(clean_tables) == [("s", "queued", 1)]
    assert clean_tables.query("SELECT LastError FROM Jobs") == (("neighbour away",),)
    assert claimed(queue).attempt == 2


def test_put_back_at_a_graceful_stop_counts_nothing(
    database: Database, clean_tables: TestDatabase
) -> None:
    put(database)
    queue = JobQueue(database, QUEUE)
    for _ in range(5):
        queue.put_back(claimed(queue), count=False)
    assert states(clean_tables) == [("s", "queued", 0)]


def test_put_back_for_later(database: Database) -> None:
    put(database)
    queue = JobQueue(database, QUEUE)
    queue.put_back(claimed(queue), delay=30)
    assert queue.claim() is None


def test_cancel(database: Database, clean_tables: TestDatabase) -> None:
    put(database, "gone")
    put(database, "gone")
    put(database, "stays")
    queue = JobQueue(database, QUEUE)
    job = claimed(queue)

    def work(cursor: Cursor) -> None:
        jobs.enqueue(cursor, QUEUE, "other", "gone")
        jobs.enqueue(cursor, "another queue", "encode", "gone")
        jobs.cancel(cursor, QUEUE, "gone")

    database.transaction("test", work)
    left = clean_tables.query("SELECT Queue, Kind, Subject FROM Jobs ORDER BY JobID")
    assert left == ((QUEUE, "encode", "stays"), ("another queue", "encode", "gone"))
    assert not queue.renew(job)
    with pytest.raises(LeaseLost):
        queue.finish(job)


def test_claim_does_not_wait_for_a_locked_row(
    database: Database, clean_tables: TestDatabase
) -> None:
    first, second = put(database, "a"), put(database, "b")
    with clean_tables.connect() as holder, holder.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM Jobs WHERE JobID = %s FOR UPDATE", (first,))
        # A claim that waited for the row would run into the time limit of its connection.
        assert claimed(JobQueue(database, QUEUE)).job_id == second


@pytest.mark.parametrize("payload", ["", "no JSON", "[1]", "null"])
def test_what_no_handler_can_read_is_quarantined_and_stops_nobody(
    database: Database, clean_tables: TestDatabase, payload: str
) -> None:
    bad = put(database, "bad")
    clean_tables.query("UPDATE Jobs SET Payload = %s", (payload,))
    good = put(database, "good")
    queue = JobQueue(database, QUEUE)
    assert queue.claim() is None
    assert claimed(queue).job_id == good
    assert clean_tables.query("SELECT JobID, State FROM Jobs WHERE State <> 'running'") == (
        (bad, "quarantined"),
    )
