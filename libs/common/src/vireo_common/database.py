"""Connections to MariaDB: a pool of plain PyMySQL connections, and transactions with names.

Errors of the driver are translated here, so that callers see three things only: ``Duplicate``
(a unique constraint decided), ``MissingParent`` (a foreign key decided) and ``Failure`` with
``unavailable`` (the server is not there).
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Self, TypeVar

import pymysql
from pymysql.cursors import Cursor

from vireo_common.errors import Code, Failure
from vireo_common.logs import get_logger
from vireo_common.pool import NoneFree, Pool
from vireo_common.settings import ServiceSettings

# A value that no column takes, as one that is too long for it.
RefusedData: type[Exception] = pymysql.err.DataError

log = get_logger()
Result = TypeVar("Result")

DUPLICATE_ENTRY = 1062
MISSING_PARENT = 1452
# InnoDB ends one transaction of a deadlock and asks for it to be run again; see "Deadlocks in
# InnoDB" in the server's manual. 1020 is the same for snapshot isolation.
RUN_AGAIN = {1213, 1020}
ATTEMPTS = 4
# Of one process; its other threads wait for something else than the database.
MOST_CONNECTIONS = 16
SWEEP_ROWS = 1000
SWEEP_BATCHES = 100
# The server is full, starting, stopping, read-only, or a lock or statement timed out. Its other
# error numbers (1000 to 1999) are defects of ours: a wrong statement, a missing grant.
OUT_OF_SERVICE = {
    *(1021, 1040, 1041, 1045, 1053, 1077, 1078, 1079, 1080, 1114, 1129, 1130, 1203, 1205),
    *(1226, 1290, 1317, 1836, 1927, 1969),
}
SERVERS_OWN = range(1000, 2000)
# A process that stands still in a transaction (stopped, or cut off from the server) must not hold
# its locks for ever: the server ends the connection after so many seconds.
SESSION = "SET time_zone = '+00:00', idle_transaction_timeout = 60"
# READ COMMITTED takes no locks on the gaps between rows: with the server's own REPEATABLE READ
# workers that claim jobs side by side end in deadlocks all the time. (A statement, because the
# variable has another name in each of MariaDB 10.11 and 11.8.)
ISOLATION = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"


class Duplicate(Exception):
    """A unique constraint refused a row; ``key`` is the constraint's name."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class MissingParent(Exception):
    """A foreign key refused a row: its parent was deleted."""


class Database:
    """One process's pool; make it after the fork.

    Args:
        host, port, name, user, password: where and as whom to connect.
        size: how many connections at most, one for each thread that works at once.
    """

    def __init__(
        self, *, host: str, port: int, name: str, user: str, password: str, size: int
    ) -> None:
        def connect() -> "pymysql.Connection[Cursor]":
            connection = pymysql.connect(
                host=host,
                port=port,
                user=user,
                password=password,
                database=name,
                charset="utf8mb4",
                autocommit=True,
                connect_timeout=3,
                read_timeout=30,
                write_timeout=30,
                init_command=SESSION,
                # The line never leaves the machine. TLS would be taken where the server offers it,
                # with nobody's certificate checked; and to prepare for it, each connection would
                # read the machine's certificates, which takes longer than to connect.
                ssl_disabled=True,
            )
            try:
                with connection.cursor() as cursor:
                    cursor.execute(ISOLATION)
            except BaseException:
                connection.close()
                raise
            return connection

        # Statements run in autocommit, or in a ``transaction``, which always ends: what goes back
        # to the pool is as it was.
        self._pool = Pool(connect, size)

    @classmethod
    def connect(cls, service: str, settings: ServiceSettings, size: int | None = None) -> Self:
        """The pool of a service's own user, ``vireo_<service>``, a connection a web thread."""
        return cls(
            host=settings.db_host,
            port=settings.db_port,
            name=settings.db_name,
            user=f"vireo_{service}",
            password=settings.secret(f"db_{service}_password").get_secret_value(),
            size=size or min(settings.web_threads, MOST_CONNECTIONS),
        )

    @contextmanager
    def read(self) -> Iterator[Cursor]:
        """A cursor for statements that only read."""
        try:
            with self._connection() as connection, connection.cursor() as cursor:
                yield cursor
        except pymysql.err.OperationalError as error:
            if error.args[0] in RUN_AGAIN:
                raise _unavailable(error) from error
            raise

    def write(self, statement: str, values: Sequence[object] = ()) -> int:
        """Run one statement that is its own transaction; the number of rows that it changed.

        Like a transaction it is retried where it was the victim of a deadlock.
        """

        def once() -> int:
            with self._connection() as connection, connection.cursor() as cursor:
                return cursor.execute(statement, values)

        return self._again(statement.split(maxsplit=1)[0], once)

    def sweep(self, statement: str, values: Sequence[object] = ()) -> None:
        """Run a DELETE with ``LIMIT 1000`` until it leaves nothing, or ``SWEEP_BATCHES`` times.

        Each batch is a transaction of its own, so that few rows are locked at once.
        """
        for _ in range(SWEEP_BATCHES):
            if self.write(statement, values) < SWEEP_ROWS:
                return

    def transaction(self, name: str, work: Callable[[Cursor], Result]) -> Result:
        """Run ``work`` in one transaction: commit its result, or roll back what it raised.

        A transaction that the server chose as the victim of a deadlock is run again from its
        start, so ``work`` must have no effect outside of the database.

        Args:
            name: for the log.
            work: gets the cursor; what it returns is returned.
        """
        return self._again(name, lambda: self._once(work))

    def _again(self, name: str, once: Callable[[], Result]) -> Result:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return once()
            except pymysql.err.OperationalError as error:
                if error.args[0] not in RUN_AGAIN:
                    raise
                if attempt == ATTEMPTS:
                    raise _unavailable(error) from error
                log.info("transaction_run_again", transaction=name, attempt=attempt)
                time.sleep(0.005 * attempt)
        raise AssertionError("unreachable")

    def _once(self, work: Callable[[Cursor], Result]) -> Result:
        with self._connection() as connection:
            connection.begin()
            try:
                with connection.cursor() as cursor:
                    result = work(cursor)
                connection.commit()
            except BaseException:
                _roll_back(connection)
                raise
            return result

    @contextmanager
    def _connection(self) -> "Iterator[pymysql.Connection[Cursor]]":
        try:
            pooled = self._pool.take()
        except (NoneFree, pymysql.err.Error) as error:
            raise _unavailable(error) from error
        end = self._pool.give_back
        try:
            yield pooled.connection
        except pymysql.err.IntegrityError as error:
            raise _translated(error) from error
        except (pymysql.err.OperationalError, pymysql.err.InterfaceError) as error:
            number = error.args[0]
            if number in RUN_AGAIN or (number in SERVERS_OWN and number not in OUT_OF_SERVICE):
                raise
            # The connection may be dead or hold half an answer: it must not be used again.
            end = self._pool.discard
            raise _unavailable(error) from error
        finally:
            end(pooled)

    def ping(self) -> None:
        """Raise ``Failure`` (``unavailable``) unless the server answers."""
        with self.read() as cursor:
            cursor.execute("SELECT 1")

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._pool.close()


def _roll_back(connection: "pymysql.Connection[Cursor]") -> None:
    try:
        connection.rollback()
    except (pymysql.err.Error, OSError):
        # The server drops the transaction with the connection; make sure that it is dropped.
        connection._force_close()  # type: ignore[attr-defined]


def _translated(error: pymysql.err.IntegrityError) -> Exception:
    number, message = error.args[0], str(error.args[1])
    if number == DUPLICATE_ENTRY:
        # The last one: the value, which stands before, may hold the same words.
        found = re.search(r"for key '(?:[^'.]+\.)?([^']+)'$", message)
        return Duplicate(found.group(1) if found else "")
    if number == MISSING_PARENT:
        return MissingParent()
    return error


def _unavailable(error: Exception) -> Failure:
    log.warning("database_unavailable", error=type(error).__name__, detail=str(error.args[:1]))
    return Failure(Code.UNAVAILABLE)
