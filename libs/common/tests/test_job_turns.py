"""Turns: whoever has many jobs waiting keeps nobody else waiting, and the claim stays cheap."""

import threading
from collections import Counter

import pytest

from vireo_common import jobs
from vireo_common.database import Database
from vireo_common.jobs import JobQueue
from vireo_testing.jobs import QUEUE, claimed, put, states
from vireo_testing.mariadb import TestDatabase


def order(queue: JobQueue, count: int) -> list[str]:
    """The subjects of the next jobs, each done before the next one is claimed."""
    done = []
    for _ in range(count):
        job = claimed(queue)
        done.append(job.subject)
        queue.finish(job)
    return done


def test_turns(database: Database) -> None:
    """However many jobs one has waiting, the others have every second one."""
    for n in range(4):
        put(database, f"a{n}", turn_of="a")
    for n in range(2):
        put(database, f"b{n}", turn_of="b")
    queue = JobQueue(database, QUEUE)
    assert order(queue, 6) == ["a0", "b0", "a1", "b1", "a2", "a3"]


def test_who_comes_new_waits_for_the_job_that_runs_and_for_no_other(database: Database) -> None:
    for n in range(50):
        put(database, f"a{n}", turn_of="a")
    queue = JobQueue(database, QUEUE)
    for _ in range(20):
        running = claimed(queue)
        put(database, "b", turn_of="b")
        queue.finish(running)
        assert claimed(queue).subject == "b"
        assert claimed(queue).turn_of == "a"


def test_those_with_many_are_reached_however_many_come_new(database: Database) -> None:
    """The queue moves on with every job, also when each is of somebody who was never here."""
    put(database, "a0", turn_of="a")
    put(database, "a1", turn_of="a")
    queue = JobQueue(database, QUEUE)
    put(database, "n0", turn_of="n0")
    served = []
    for n in range(1, 3 * jobs.TURN):
        put(database, f"n{n}", turn_of=f"n{n}")
        served += order(queue, 1)
    assert served.index("a1") < 2 * jobs.TURN


def test_one_after_the_other_keeps_nobody_waiting(database: Database) -> None:
    """Who always has one job waiting, and never two, gets no more than a fair share."""
    for n in range(10):
        put(database, f"a{n}", turn_of="a")
    queue = JobQueue(database, QUEUE)
    served = []
    for n in range(20):
        put(database, f"b{n}", turn_of="b")
        served += order(queue, 1)
    assert sum(subject.startswith("a") for subject in served) >= 5


def test_in_ones_turn_the_cheapest_of_ones_own(database: Database) -> None:
    for subject, cost in (("a-film", 900), ("a-clip", 1), ("a-song", 30)):
        put(database, subject, turn_of="a", cost=cost)
    for subject, cost in (("b-film", 800), ("b-clip", 2)):
        put(database, subject, turn_of="b", cost=cost)
    queue = JobQueue(database, QUEUE)
    assert order(queue, 5) == ["a-clip", "b-clip", "a-song", "b-film", "a-film"]


def test_jobs_of_nobody_go_first_and_the_oldest_of_them(database: Database) -> None:
    put(database, "a", turn_of="a")
    for n in range(3):
        put(database, f"s{n}", cost=-n)
    assert order(JobQueue(database, QUEUE), 4) == ["s0", "s1", "s2", "a"]


def test_turns_of_one_queue_are_not_those_of_another(database: Database) -> None:
    for n in range(5):
        put(database, f"a{n}", turn_of="a")
    order(JobQueue(database, QUEUE), 3)
    for queue in ("other", QUEUE):
        database.transaction(
            "test", lambda cursor, q=queue: jobs.enqueue(cursor, q, "encode", "b", turn_of="b")
        )
    assert claimed(JobQueue(database, "other")).subject == "b"


def test_a_job_that_waits_is_no_reason_to_wait_for_its_own(database: Database) -> None:
    put(database, "later", turn_of="a", cost=1, delay=60)
    put(database, "now", turn_of="a", cost=2)
    queue = JobQueue(database, QUEUE)
    assert claimed(queue).subject == "now"
    assert queue.claim() is None


def test_a_job_put_back_keeps_its_turn(database: Database) -> None:
    for n in range(3):
        put(database, f"a{n}", turn_of="a")
    queue = JobQueue(database, QUEUE)
    first = claimed(queue)
    put(database, "b", turn_of="b")
    queue.put_back(first, count=False)
    again = claimed(queue)
    assert (again.subject, again.turn_of) == (first.subject, "a")


def test_turns_over_many_workers(database: Database, clean_tables: TestDatabase) -> None:
    """Six at once do each job once, and none of those who share is left for last."""
    for n in range(60):
        put(database, f"a{n}", turn_of="a", cost=n % 7)
    for name in ("b", "c", "d"):
        for n in range(5):
            put(database, f"{name}{n}", turn_of=name)
    done: list[str] = []
    lock = threading.Lock()

    def work() -> None:
        queue = JobQueue(database, QUEUE)
        while job := queue.claim():
            with lock:
                done.append(job.subject)
            queue.finish(job)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert Counter(done) == Counter(
        [f"a{n}" for n in range(60)] + [f"{name}{n}" for name in "bcd" for n in range(5)]
    )
    assert states(clean_tables) == []
    # Twenty of four, and what six workers may have taken meanwhile.
    last = max(n for n, subject in enumerate(done) if subject[0] != "a")
    assert last < 20 + 12


@pytest.fixture
def many(database: Database, clean_tables: TestDatabase) -> TestDatabase:
    """100,000 jobs that are due: half of them of one, half of as many others."""
    clean_tables.query(
        "INSERT INTO Jobs (Queue, Kind, Subject, Payload, MaxAttempts, RunAfter, CreatedAt,"
        " TurnOf, Turn, Cost)"
        " SELECT 'media', 'encode', CONCAT('s', seq), '{}', 3, NOW(3), NOW(3),"
        " IF(seq % 2, 'a', CONCAT('n', seq)), IF(seq % 2, 4 * seq, 1 + seq % 5), seq % 1000"
        " FROM seq_1_to_100000"
    )
    clean_tables.query("ANALYZE TABLE Jobs")
    return clean_tables


def test_the_claim_looks_at_few_rows_of_many(database: Database, many: TestDatabase) -> None:
    """By the server's own count of rows that were read, and not by time."""
    queue = JobQueue(database, QUEUE)
    for _ in range(3):
        before = rows_read(many)
        job = claimed(queue)
        queue.finish(job)
        put(database, "new", turn_of="z", cost=5)
        put(database, "newer", turn_of="a", cost=5)
        assert rows_read(many) - before < 100


def rows_read(clean: TestDatabase) -> int:
    rows = clean.query("SHOW GLOBAL STATUS LIKE 'Handler_read%'")
    return sum(int(value) for _, value in rows)
