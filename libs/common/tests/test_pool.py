"""Which connection a thread gets, and what becomes of one that died; on a real server."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pymysql
import pytest
from pymysql.constants import CR

import vireo_common.pool
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.pool import Pool
from vireo_testing.mariadb import TestDatabase
from vireo_testing.person import eventually


def connection_id(database: Database) -> int:
    with database.read() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        ((number,),) = cursor.fetchall()
        return int(number)


def held_ids(database: Database, count: int) -> list[int]:
    """The ids of so many connections that are in use at once."""
    with contextlib.ExitStack() as stack:
        cursors = [stack.enter_context(database.read()) for _ in range(count)]
        for cursor in cursors:
            cursor.execute("SELECT CONNECTION_ID()")
        return [int(row[0]) for cursor in cursors for row in cursor.fetchall()]


def test_idle_connections_that_died_are_replaced(
    open_pool: Any, clean_tables: TestDatabase
) -> None:
    database = open_pool("auth", size=3)
    meet = threading.Barrier(3, timeout=10)

    def own_id() -> int:
        with database.read() as cursor:
            cursor.execute("SELECT CONNECTION_ID()")
            found = int(cursor.fetchone()[0])
            meet.wait()
            return found

    with ThreadPoolExecutor(3) as pool:
        ids = [future.result() for future in [pool.submit(own_id) for _ in range(3)]]
    for one in ids:
        clean_tables.server_execute(f"KILL {one}")
    for _ in range(6):
        database.ping()


def test_a_connection_in_use_is_not_asked_how_it_is(
    open_pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_pool("auth", size=1)

    def pings() -> int:
        with database.read() as cursor:
            cursor.execute("SHOW SESSION STATUS LIKE 'Com_admin_commands'")
            return int(cursor.fetchone()[1])

    before = pings()
    for _ in range(5):
        with database.read() as cursor:
            cursor.execute("SELECT 1")
    assert pings() == before
    # One that was idle is.
    monkeypatch.setattr(vireo_common.pool, "TRUSTED_SECONDS", 0.0)
    assert pings() == before + 1


def test_pool_gives_no_more_connections_than_its_size(open_pool: Any) -> None:
    database = open_pool("media", size=2)

    def use(_: int) -> int:
        with database.read() as cursor:
            cursor.execute("SELECT CONNECTION_ID(), SLEEP(0.02)")
            return int(cursor.fetchone()[0])

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(use, range(24)))) == 2


def test_who_finds_no_free_connection_waits_and_is_refused(
    open_pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_pool("auth", size=1)
    monkeypatch.setattr(vireo_common.pool, "WAIT_SECONDS", 0.05)
    with database.read(), pytest.raises(Failure) as caught:
        database.ping()
    assert caught.value.code is Code.UNAVAILABLE
    # Neither keeps the place.
    database.ping()


def test_who_waits_gets_the_connection_that_is_given_back(open_pool: Any) -> None:
    database = open_pool("auth", size=1)
    asking = threading.Event()

    def ask() -> int:
        asking.set()
        return connection_id(database)

    with ThreadPoolExecutor(1) as pool:
        with database.read() as cursor:
            cursor.execute("SELECT CONNECTION_ID()")
            ((first,),) = cursor.fetchall()
            waiting = pool.submit(ask)
            assert asking.wait(10)
            assert not waiting.done()
        assert waiting.result(10) == first


def test_a_connection_that_can_not_be_made_keeps_no_place() -> None:
    def connect() -> Any:
        raise pymysql.err.OperationalError(CR.CR_CONN_HOST_ERROR, "refused")

    pool = Pool(connect, 1)
    for _ in range(2):
        with pytest.raises(pymysql.err.OperationalError):
            pool.take()


def test_an_old_connection_is_replaced(open_pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_pool("auth", size=1)
    first = connection_id(database)
    assert connection_id(database) == first
    monkeypatch.setattr(vireo_common.pool, "MOST_SECONDS", 0.0)
    assert connection_id(database) != first


def test_one_that_died_makes_the_other_idle_ones_suspect(
    open_pool: Any, clean_tables: TestDatabase
) -> None:
    database = open_pool("auth", size=3)
    ids = held_ids(database, 3)
    # The one that is given out next.
    clean_tables.server_execute(f"KILL {connection_id(database)}")
    assert not set(held_ids(database, 3)) & set(ids)


def test_a_connection_that_failed_is_closed_and_the_others_stay(
    open_pool: Any, clean_tables: TestDatabase
) -> None:
    database = open_pool("auth", size=2)
    ids = held_ids(database, 2)
    with pytest.raises(Failure), database.read() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        ((number,),) = cursor.fetchall()
        clean_tables.server_execute(f"KILL {number}")
        cursor.execute("SELECT 1")
    assert len(set(held_ids(database, 2)) & set(ids)) == 1


def test_a_pool_that_was_closed_holds_no_connection(
    open_pool: Any, clean_tables: TestDatabase
) -> None:
    database = open_pool("auth", size=2)
    assert len(held_ids(database, 2)) == 2
    database.close()
    count = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE User = 'vireo_auth'"
    eventually(lambda: clean_tables.query(count) == ((0,),))
