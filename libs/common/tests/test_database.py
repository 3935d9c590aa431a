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
