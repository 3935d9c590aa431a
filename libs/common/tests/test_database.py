"""The pool and its transactions, on a real server that is really killed."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pymysql
import pytest
from pymysql.cursors import Cursor

import vireo_common.database
import vireo_common.pool
from vireo_common.database import Database, Duplicate, MissingParent
from vireo_common.errors import Code, Failure
from vireo_testing.mariadb import PrivateServer, TestDatabase, free_port
from vireo_testing.person import eventually

INSERT = "INSERT INTO Channels (Username, Password) VALUES (%s, 'x')"
DETAILS = """
INSERT INTO ChannelDetails (ChannelID, Fname, Mname, Lname, Email, Birth)
VALUES (%s, 'a', '', 'b', %s, '2000-01-01')
"""


def names(clean: TestDatabase) -> set[str]:
    return {row[0] for row in clean.query("SELECT Username FROM Channels")}


def insert(cursor: Cursor, name: str) -> int:
    cursor.execute(INSERT, (name,))
    return int(cursor.lastrowid or 0)


def test_result_is_committed_and_returned(open_pool: Any, clean_tables: TestDatabase) -> None:
    made = open_pool("auth").transaction("test", lambda cursor: insert(cursor, "anna"))
    assert clean_tables.query("SELECT ChannelID, Username FROM Channels") == ((made, "anna"),)


def test_a_transaction_sees_what_others_committed_meanwhile(
    open_pool: Any, clean_tables: TestDatabase
) -> None:
    seen = []

    def work(cursor: Cursor) -> None:
        for name in ("anna", "berta"):
            cursor.execute("SELECT COUNT(*) FROM Channels")
            seen.append(cursor.fetchone())
            clean_tables.query(INSERT, (name,))

    open_pool("auth").transaction("test", work)

    assert seen == [(0,), (1,)], "locks on gaps, and error 1020, come with REPEATABLE READ"


def test_the_server_takes_our_settings_without_a_warning(clean_tables: TestDatabase) -> None:
    with clean_tables.connect() as connection, connection.cursor() as cursor:
        for statement in (vireo_common.database.SESSION, vireo_common.database.ISOLATION):
            cursor.execute(statement)
            cursor.execute("SHOW WARNINGS")
            assert cursor.fetchall() == ()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, Failure(Code.FORBIDDEN)])
def test_what_work_raises_rolls_back(
    open_pool: Any, clean_tables: TestDatabase, error: BaseException | type[BaseException]
) -> None:
    database = open_pool("auth", size=1)

    def work(cursor: Cursor) -> None:
        insert(cursor, "anna")
        raise error

    with pytest.raises(error if isinstance(error, type) else type(error)):
        database.transaction("test", work)
    assert names(clean_tables) == set()
    # The connection went back clean: the next transaction holds only its own row.
    database.transaction("test", lambda cursor: insert(cursor, "berta"))
    assert names(clean_tables) == {"berta"}


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ((INSERT, ("Anna",)), (INSERT, ("aNNA",)), "Username"),
        ((DETAILS, (None, "a@b.de")), (DETAILS, (None, "A@B.DE")), "PRIMARY"),
        (
            (DETAILS, (None, "for key 'Username'")),
            (DETAILS, (None, "FOR KEY 'Username'")),
            "PRIMARY",
        ),
        ((DETAILS, (None, "for key 'x'@y")), (DETAILS, (None, "for key 'x'@y")), "PRIMARY"),
    ],
)
def test_duplicate_names_the_key(open_pool: Any, first: Any, second: Any, key: str) -> None:
    database = open_pool("auth")

    def run(statement: str, values: tuple[Any, ...]) -> None:
        def work(cursor: Cursor) -> None:
            if statement == DETAILS:
                owner = insert(cursor, f"owner{threading.get_ident() % 1000}{len(seen)}")
                seen.append(owner)
                cursor.execute(statement, (owner, *values[1:]))
            else:
                cursor.execute(statement, values)

        database.transaction("test", work)

    seen: list[int] = []
    run(*first)
    with pytest.raises(Duplicate) as caught:
        run(*second)
    assert caught.value.key == key


def test_missing_parent(open_pool: Any) -> None:
    with pytest.raises(MissingParent):
        open_pool("auth").transaction(
            "test", lambda cursor: cursor.execute(DETAILS, (2**31 - 1, "a@b.de"))
        )


def test_victim_of_a_deadlock_is_run_again(open_pool: Any, clean_tables: TestDatabase) -> None:
    """Two transactions lock two rows crosswise; the server ends one, and both get through."""
    database = open_pool("auth", size=2)
    ids = [database.transaction("test", lambda c, n=n: insert(c, n)) for n in ("one", "two")]
    meet = threading.Barrier(2, timeout=10)
    runs: list[str] = []

    def cross(label: str, first: int, second: int) -> None:
        update = "UPDATE Channels SET Password = CONCAT(Password, %s) WHERE ChannelID = %s"

        def work(cursor: Cursor) -> None:
            runs.append(label)
            cursor.execute(update, (label, first))
            if runs.count(label) == 1:
                meet.wait()
            cursor.execute(update, (label, second))

        database.transaction("test", work)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(cross, "A", *ids), pool.submit(cross, "B", *reversed(ids))]
        for future in both:
            future.result()
    assert len(runs) == 3
    marks = clean_tables.query("SELECT Password FROM Channels")
    assert [sorted(mark[0]) for mark in marks] == [["A", "B", "x"], ["A", "B", "x"]]


def test_a_statement_that_was_the_victim_of_a_deadlock_is_run_again(
    open_pool: Any, clean_tables: TestDatabase
) -> None:
    database = open_pool("auth", size=2)
    one, two = (database.transaction("test", lambda c, n=n: insert(c, n)) for n in ("one", "two"))
    mark = "UPDATE Channels SET Password = 'marked' WHERE ChannelID IN (%s, %s) ORDER BY ChannelID"
    with ThreadPoolExecutor(1) as pool, clean_tables.connect() as other:
        other.begin()
        with other.cursor() as cursor:
            # Whoever has changed less is the victim.
            for number in range(50):
                insert(cursor, f"heavy{number}")
            cursor.execute("UPDATE Channels SET Password = 'y' WHERE ChannelID = %s", (two,))
            marking = pool.submit(database.write, mark, (one, two))
            waiting = "SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"
            eventually(lambda: clean_tables.query(waiting) != ())
            cursor.execute("UPDATE Channels SET Password = 'y' WHERE ChannelID = %s", (one,))
        other.commit()
        assert marking.result() == 2
    marks = "SELECT Password FROM Channels WHERE ChannelID IN (%s, %s)"
    assert clean_tables.query(marks, (one, two)) == (("marked",), ("marked",))


def test_line_lost_in_a_transaction_leaves_nothing(
    open_pool: Any, clean_tables: TestDatabase
) -> None:
    """The second statement must not go through on a new connection without the first."""
    database = open_pool("auth", size=1)

    def work(cursor: Cursor) -> None:
        insert(cursor, "first")
        cursor.execute("SELECT CONNECTION_ID()")
        clean_tables.server_execute(f"KILL {cursor.fetchone()[0]}")  # type: ignore[index]
        insert(cursor, "second")

    with pytest.raises(Failure) as caught:
        database.transaction("test", work)
    assert caught.value.code is Code.UNAVAILABLE
    assert names(clean_tables) == set()
    database.transaction("test", lambda cursor: insert(cursor, "third"))
    assert names(clean_tables) == {"third"}


def test_line_lost_and_swallowed_is_not_committed(
    open_pool: Any, clean_tables: TestDatabase
) -> None:
    """Work that hides the driver's error does not make the pool commit half of it."""
    database = open_pool("auth", size=1)

    def work(cursor: Cursor) -> None:
        insert(cursor, "first")
        cursor.execute("SELECT CONNECTION_ID()")
        clean_tables.server_execute(f"KILL {cursor.fetchone()[0]}")  # type: ignore[index]
        with contextlib.suppress(pymysql.err.OperationalError):
            insert(cursor, "second")

    with pytest.raises(Failure):
        database.transaction("test", work)
    assert names(clean_tables) == set()


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


def test_a_connection_that_was_closed_by_force_is_replaced(open_pool: Any) -> None:
    database = open_pool("auth", size=1)

    def work(cursor: Cursor) -> None:
        cursor.execute("SELECT CONNECTION_ID()")
        ((number,),) = cursor.fetchall()
        # The line is cut, and what is raised then is not the driver's: the rollback finds it cut.
        cursor.connection._sock.shutdown(socket.SHUT_RDWR)
        raise KeyError(number)

    with pytest.raises(KeyError):
        database.transaction("test", work)
    database.ping()


def test_pool_gives_no_more_connections_than_its_size(open_pool: Any) -> None:
    database = open_pool("media", size=2)

    def use(_: int) -> int:
        with database.read() as cursor:
            cursor.execute("SELECT CONNECTION_ID(), SLEEP(0.02)")
            return int(cursor.fetchone()[0])

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(use, range(24)))) == 2


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


def test_a_connection_that_can_not_be_made_keeps_no_place(own_server: PrivateServer) -> None:
    server = own_server.server
    database = Database(
        host=server.host,
        port=server.port,
        name="mysql",
        user="root",
        password=server.root_password,
        size=1,
    )
    own_server.kill()
    for _ in range(3):
        with pytest.raises(Failure):
            database.ping()
    own_server.start()
    database.ping()
    database.close()


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
    held_ids(database, 2)
    database.close()
    count = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE User = 'vireo_auth'"
    eventually(lambda: clean_tables.query(count) == ((0,),))


def test_session_is_utc_and_utf8(open_pool: Any) -> None:
    with open_pool("auth").read() as cursor:
        cursor.execute("SELECT @@time_zone, @@character_set_connection, '👩‍👧'")
        assert cursor.fetchone() == ("+00:00", "utf8mb4", "👩‍👧")


def test_refused_port_is_unavailable() -> None:
    database = Database(
        host="127.0.0.1", port=free_port(), name="x", user="x", password="x", size=1
    )
    with pytest.raises(Failure) as caught:
        database.ping()
    assert caught.value.code is Code.UNAVAILABLE
    assert caught.value.headers["Retry-After"]


def test_wrong_password_is_unavailable(clean_tables: TestDatabase) -> None:
    server = clean_tables.server
    database = Database(
        host=server.host,
        port=server.port,
        name=clean_tables.name,
        user="vireo_auth",
        password="wrong",
        size=1,
    )
    with pytest.raises(Failure) as caught:
        database.ping()
    assert caught.value.code is Code.UNAVAILABLE


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[PrivateServer]:
    private = PrivateServer(tmp_path / "own")
    private.install()
    private.start()
    yield private
    private.remove()


def test_server_that_was_killed_and_restarted(own_server: PrivateServer) -> None:
    server = own_server.server
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE t; CREATE TABLE t.Kept (Name varchar(10))")
    database = Database(
        host=server.host,
        port=server.port,
        name="t",
        user="root",
        password=server.root_password,
        size=2,
    )
    rows = "SELECT Name FROM Kept ORDER BY Name"
    database.transaction("test", lambda cursor: cursor.execute("INSERT INTO Kept VALUES ('a')"))

    def work(cursor: Cursor) -> None:
        cursor.execute("INSERT INTO Kept VALUES ('b')")
        own_server.kill()
        cursor.execute("INSERT INTO Kept VALUES ('c')")

    with pytest.raises(Failure) as caught:
        database.transaction("test", work)
    assert caught.value.code is Code.UNAVAILABLE
    with pytest.raises(Failure):
        database.ping()
    own_server.start()
    with database.read() as cursor:
        cursor.execute(rows)
        assert cursor.fetchall() == (("a",),)
    database.close()
