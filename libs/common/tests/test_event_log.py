"""Reading the log of events: nothing is lost or doubled, whoever is slow, rolled back or killed."""

import contextlib
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pymysql
import pytest

from vireo_common import event_log, events
from vireo_common.database import ISOLATION, Database
from vireo_common.event_log import Reader, consumer
from vireo_testing.event_process import Counted, note
from vireo_testing.mariadb import TestDatabase
from vireo_testing.person import eventually

CONSUMERS = ("one", "two")
WRITERS = 8
SEEN = "SELECT Writer, Number FROM Consumed WHERE Consumer = %s ORDER BY Noted"


class RolledBack(Exception):
    """What a writer raises in its transaction."""


@pytest.fixture
def database(open_pool: Any) -> Database:
    found: Database = open_pool("auth", size=16)
    return found


@pytest.fixture
def log(clean_tables: TestDatabase) -> Iterator[TestDatabase]:
    """The database, with a table in which consumers note what they were given."""
    clean_tables.query(
        "CREATE TABLE Consumed (Consumer varchar(32), Writer int, Number int,"
        " Noted bigint AUTO_INCREMENT INVISIBLE PRIMARY KEY)"
    )
    clean_tables.query("GRANT SELECT, INSERT ON Consumed TO vireo_auth")
    yield clean_tables
    clean_tables.query("DROP TABLE Consumed")


@pytest.fixture
def read(database: Database) -> Iterator[Callable[..., Reader]]:
    """``read("one")``: starts a reader of a consumer, which ends with the test."""
    stopping = threading.Event()
    readers: list[Reader] = []

    def start(name: str, **more: Any) -> Reader:
        handlers = more.pop("handlers", {Counted: note(name)})
        readers.append(consumer(name, database, handlers, stopping, from_start=True, **more))
        readers[-1].start()
        return readers[-1]

    yield start
    stopping.set()
    for reader in readers:
        reader.join()


def publish(database: Database, *made: events.Event) -> None:
    database.transaction("test", lambda cursor: events.publish_all(cursor, made))


def seen(log: TestDatabase, name: str) -> list[tuple[int, int]]:
    return [(int(writer), int(number)) for writer, number in log.query(SEEN, (name,))]


def committed(log: TestDatabase) -> int:
    ((found,),) = log.query("SELECT COUNT(*) FROM Events")
    return int(found)


class Naive(threading.Thread):
    """What a consumer must not do: it asks for ids above the highest that it has seen."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.seen: list[int] = []
        self.done = threading.Event()
        self._database = database

    def run(self) -> None:
        while not self.done.wait(0.001):
            self.poll()
        self.poll()

    def poll(self) -> None:
        with self._database.read() as cursor:
            last = self.seen[-1] if self.seen else 0
            cursor.execute("SELECT EventID FROM Events WHERE EventID > %s ORDER BY 1", (last,))
            self.seen += [event_id for (event_id,) in cursor.fetchall()]


def test_eight_slow_writers_and_two_readers_of_each_consumer(
    database: Database, log: TestDatabase, read: Callable[..., Reader]
) -> None:
    naive = Naive(database)
    naive.start()
    for name in CONSUMERS * 2:
        read(name)
    transactions = 40

    def write(writer: int) -> None:
        chance = random.Random(writer)

        def work(cursor: Any, number: int) -> None:
            events.publish(cursor, Counted(writer, number))
            time.sleep(chance.uniform(0, 0.03))
            if number % 3 == 0:
                raise RolledBack

        for number in range(transactions):
            with contextlib.suppress(RolledBack):
                database.transaction("write", partial(work, number=number))

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(write, writer) for writer in range(WRITERS)]:
            done.result()
    kept = [number for number in range(transactions) if number % 3]
    wanted = {(writer, number) for writer in range(WRITERS) for number in kept}
    for name in CONSUMERS:
        eventually(lambda name=name: len(seen(log, name)) >= len(wanted))
        found = seen(log, name)
        assert Counter(found) == Counter(wanted)
        of_writers: dict[int, list[int]] = defaultdict(list)
        for writer, number in found:
            of_writers[writer].append(number)
        # What a writer commits later comes later.
        assert all(numbers == kept for numbers in of_writers.values())
    naive.done.set()
    naive.join()
    assert len(naive.seen) < len(wanted), "writers are too quick to show anything"


def test_an_open_transaction_keeps_nobody_waiting_and_is_not_lost(
    database: Database, log: TestDatabase, read: Callable[..., Reader]
) -> None:
    # So many that the server could find it cheaper to look at every row.
    publish(database, *[Counted(0, number) for number in range(50)])
    read("one")
    eventually(lambda: len(seen(log, "one")) == 50)
    with log.connect("auth") as slow, slow.cursor() as cursor:
        slow.begin()
        events.publish(cursor, Counted(1, 0))
        publish(database, *[Counted(2, number) for number in range(50)])
        eventually(lambda: len(seen(log, "one")) == 100)
        assert (1, 0) not in seen(log, "one")
        slow.commit()
    eventually(lambda: seen(log, "one")[100:] == [(1, 0)])
    assert log.query("SELECT COUNT(DISTINCT Place), MAX(Place) FROM Events") == ((101, 101),)


def test_who_gives_places_keeps_no_writer_and_no_reader_waiting(
    database: Database, log: TestDatabase, read: Callable[..., Reader]
) -> None:
    publish(database, *[Counted(0, number) for number in range(3)])
    stopping = threading.Event()
    reader = consumer("one", database, {Counted: note("one")}, stopping, from_start=True)
    reader.start()
    eventually(lambda: len(seen(log, "one")) == 3)
    with log.connect("auth") as giver, giver.cursor() as cursor:
        stopping.set()
        reader.join()
        publish(database, Counted(1, 0))
        cursor.execute(ISOLATION)
        giver.begin()
        cursor.execute(event_log.LOCK_LOG)
        assert cursor.execute(event_log.WITHOUT_PLACE, (1000,)) == 1
        ((event_id,),) = cursor.fetchall()
        cursor.execute(event_log.BEFORE_FIRST, (3,))
        assert cursor.execute(event_log.GIVE_PLACES.format("%s"), (event_id,)) == 1
        # Others publish, and give no places meanwhile; what has a place is consumed.
        publish(database, Counted(1, 1))
        assert event_log.give_places(database) == 0
        read("two")
        eventually(lambda: len(seen(log, "two")) == 3)
        cursor.execute(event_log.MOVE_LOG, (4,))
        giver.commit()
    read("one")
    for name in CONSUMERS:
        eventually(lambda name=name: seen(log, name)[3:] == [(1, 0), (1, 1)])


def test_who_stands_still_in_a_transaction_is_cut_off(
    database: Database, log: TestDatabase, read: Callable[..., Reader]
) -> None:
    """A stopped process, or one that the network took away, holds no lock for ever."""
    with database.read() as cursor:
        cursor.execute("SELECT @@idle_transaction_timeout")
        assert cursor.fetchall() == ((60,),)
    read("one")
    eventually(lambda: log.query("SELECT 1 FROM EventPlaces"))
    stopped = log.connect("auth")
    with stopped.cursor() as cursor:
        cursor.execute("SET idle_transaction_timeout = 1")
        stopped.begin()
        cursor.execute(event_log.LOCK_LOG)
        cursor.execute(event_log.LOCK_PLACE, ("one",))
    publish(database, Counted(0, 0))
    eventually(lambda: seen(log, "one") == [(0, 0)])
    with pytest.raises(pymysql.err.Error):
        stopped.commit()
    stopped.close()


def test_a_rolled_back_event_leaves_no_gap(database: Database, log: TestDatabase) -> None:
    stopping = threading.Event()
    reader = consumer("one", database, {Counted: note("one")}, stopping, from_start=True)

    def work(cursor: Any) -> None:
        events.publish(cursor, Counted(0, 0))
        raise RolledBack

    for number in (1, 2):
        with pytest.raises(RolledBack):
            database.transaction("test", work)
        publish(database, Counted(0, number))
    while reader.read():
        pass
    assert seen(log, "one") == [(0, 1), (0, 2)]
    assert log.query("SELECT Place FROM Events ORDER BY EventID") == ((1,), (2,))


class Processes:
    """Processes of ``event_process``, which end with the test."""

    def __init__(self, log: TestDatabase) -> None:
        self._log = log
        self._alive: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "vireo_testing.event_process", *arguments],
            env=self._log.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        self._alive.append(process)
        return process

    def kill(self, process: "subprocess.Popen[str]") -> list[str]:
        """Kill -9; the lines that it wrote."""
        process.kill()
        written, _ = process.communicate()
        self._alive.remove(process)
        return written.splitlines()

    def kill_all(self) -> None:
        for process in [*self._alive]:
            self.kill(process)


@pytest.fixture
def processes(log: TestDatabase) -> Iterator[Processes]:
    found = Processes(log)
    yield found
    found.kill_all()


def test_writers_and_consumers_that_are_killed_lose_and_double_nothing(
    log: TestDatabase, processes: Processes
) -> None:
    answered: set[tuple[int, int]] = set()
    readers = {name: [processes.start("consume", name) for _ in range(2)] for name in CONSUMERS}
    for turn in range(4):
        names = [3 * turn + each for each in range(3)]
        writers = {name: processes.start("write", str(name)) for name in names}
        for name, both in readers.items():
            # They are busy all the time: at each moment one of them is in the middle of a batch.
            before = len(seen(log, name))
            eventually(lambda: len(seen(log, name)) > before)  # noqa: B023 - asked at once
            processes.kill(both[turn % 2])
            both[turn % 2] = processes.start("consume", name)
        for name, writer in writers.items():
            answered |= {(name, int(line)) for line in processes.kill(writer)}
    for name in CONSUMERS:
        eventually(lambda: len(seen(log, name)) >= committed(log))  # noqa: B023 - asked at once
        found = Counter(seen(log, name))
        assert set(found.values()) == {1}
        assert answered <= set(found)
    assert len(answered) > 50
