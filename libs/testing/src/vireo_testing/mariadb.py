"""A real MariaDB for tests, and a migrated database on it with the users of the services.

The server is a container where a Docker engine answers and has the image, and otherwise a private
``mariadbd`` in a temporary folder; ``VIREO_TEST_DATABASE=private`` or ``container`` forces one.
Both get the options of ``db/mariadb.cnf``. The schema, the users' grants and the migrations are
the real ones of ``db/``.
"""

import configparser
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

from vireo_ops.database import install_system_tables
from vireo_ops.layout import CHECKOUT
from vireo_ops.programs import SERVICES, find_server
from vireo_testing import programs
from vireo_testing.person import eventually
from vireo_testing.programs import Program

DB = CHECKOUT / "db"
IMAGE = "mariadb:10.11"
USERS = (*SERVICES, "courier", "migrate")
START_SECONDS = 60.0
# A test's database need not survive a power cut, only the death of the server's process.
FAST = (
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-size=64M",
)

if TYPE_CHECKING:
    Connection = pymysql.Connection[Cursor]


@dataclass(frozen=True)
class Server:
    """Where a MariaDB answers, and the password of its root user."""

    host: str
    port: int
    root_password: str
    kind: str

    def connect(
        self, user: str = "root", password: str | None = None, database: str | None = None
    ) -> "Connection":
        """A connection of its own, in autocommit; several statements in one string are allowed."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=user,
            password=self.root_password if password is None else password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=5,
            read_timeout=60,
            # Reading the machine's certificates takes longer than all the rest of a question.
            ssl_disabled=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
            init_command="SET time_zone = '+00:00'",
        )

    def answers(self) -> bool:
        """Whether root can log in."""
        try:
            self.connect().close()
        except pymysql.err.OperationalError:
            return False
        return True


class PrivateServer:
    """A ``mariadbd`` of our own on a free loopback port, which ends with this process.

    Args:
        folder: where its data goes; made, and removed by ``remove``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        # A server that starts removes other servers' tables from a folder that they share.
        self._temporary = folder / "tmp"
        self._process: Program | None = None
        self.server = Server("127.0.0.1", free_port(), secrets.token_urlsafe(16), "private")

    def install(self) -> None:
        """Make the system tables, and the file that gives root its password at each start."""
        self._temporary.mkdir(parents=True)
        install_system_tables(
            self._data,
            "--no-defaults",
            *_run_as(),
            environment={**os.environ, "TMPDIR": str(self._temporary)},
        )
        password = self.server.root_password
        (self._folder / "root.sql").write_text(
            f"CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '{password}';\n"
            "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n"
            "DROP USER IF EXISTS root@'::1';\n"
        )

    def start(self) -> Server:
        """Start it, and return when it answers.

        Raises:
            RuntimeError: it ended or did not answer in time; the message holds its log.
        """
        command = [
            *(find_server("mariadbd"), "--no-defaults", *server_options(), *FAST, *_run_as()),
            f"--datadir={self._data}",
            f"--tmpdir={self._temporary}",
            # A name alone is taken as one in the data folder: socket paths must be short.
            *("--socket=private.sock", "--pid-file=private.pid"),
            f"--init-file={self._folder / 'root.sql'}",
            *("--bind-address=127.0.0.1", f"--port={self.server.port}"),
        ]
        log = self._folder / "mariadbd.log"
        self._process = programs.start(command, {}, log)
        try:
            programs.wait_until_ready(self._process, log, self.server.answers, START_SECONDS)
        except RuntimeError:
            self.kill()
            raise
        return self.server

    def kill(self) -> None:
        """End the server as a power cut would, and wait until it is gone."""
        if self._process:
            programs.kill(self._process)
            self._process = None

    def remove(self) -> None:
        """End the server and delete its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """A server for one process's tests: a container where that is possible, else a private one."""
    wanted = os.environ.get("VIREO_TEST_DATABASE") or ("container" if has_image() else "private")
    if wanted == "container":
        with _container() as server:
            yield server
        return
    private = PrivateServer(folder)
    try:
        private.install()
        yield private.start()
    finally:
        private.remove()


def has_image() -> bool:
    """Whether a Docker engine answers at once and has MariaDB's image."""
    if shutil.which("docker") is None:
        return False
    for command in (["docker", "version"], ["docker", "image", "inspect", IMAGE]):
        try:
            done = subprocess.run(command, check=False, capture_output=True, timeout=5)
        except subprocess.TimeoutExpired:
            return False
        if done.returncode != 0:
            return False
    return True


@contextlib.contextmanager
def _container() -> Iterator[Server]:
    # Its clean-up helper is another image, which need not be there; the ``with`` ends this one.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    os.environ.setdefault("TC_POOLING_INTERVAL", "0.1")
    # Imported late: it reads these variables then, and looks for the engine.
    from testcontainers.community.mysql import MySqlContainer  # noqa: PLC0415

    password = secrets.token_urlsafe(16)
    container = MySqlContainer(
        IMAGE, dialect="pymysql", username="root", password=password, dbname="unused"
    )
    container.with_env("MARIADB_INITDB_SKIP_TZINFO", "1")
    container.with_command([*server_options(), *FAST])
    with container:
        host, port = container.get_container_host_ip(), container.get_exposed_port(3306)
        server = Server(host, int(port), password, "container")
        eventually(server.answers, START_SECONDS)
        yield server


def server_options() -> list[str]:
    """The settings of ``db/mariadb.cnf``, as command-line options of ``mariadbd``."""
    parser = configparser.ConfigParser(allow_no_value=True, interpolation=None)
    parser.read_string((DB / "mariadb.cnf").read_text(encoding="utf-8"))
    options = parser["mariadbd"]
    return [f"--{key}" if value is None else f"--{key}={value}" for key, value in options.items()]


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class TestDatabase:
    """One database on a server, and the folder of the secrets of its users."""

    # Its name begins with "Test", but it holds no tests.
    __test__ = False

    server: Server
    name: str
    secrets_dir: Path

    def connect(self, user: str = "root") -> "Connection":
        """A connection to the database as root, or as one of ``USERS``."""
        if user == "root":
            return self.server.connect(database=self.name)
        password = (self.secrets_dir / f"db_{user}_password").read_text()
        return self.server.connect(f"vireo_{user}", password, self.name)

    def query(self, statement: str, values: tuple[Any, ...] = ()) -> tuple[tuple[Any, ...], ...]:
        """Run one statement as root; the rows."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return tuple(cursor.fetchall())

    def environment(self) -> dict[str, str]:
        """The ``VIREO_*`` variables with which services and ``db/migrate.py`` find it."""
        return {
            "VIREO_DB_HOST": self.server.host,
            "VIREO_DB_PORT": str(self.server.port),
            "VIREO_DB_NAME": self.name,
            "VIREO_SECRETS": str(self.secrets_dir),
        }

    def create(self) -> None:
        """Make the database with the three original tables, and the users."""
        with self.server.connect() as connection, connection.cursor() as cursor:
            for user in USERS:
                password = (self.secrets_dir / f"db_{user}_password").read_text()
                account = (f"vireo_{user}", password)
                # Not CREATE OR REPLACE: that takes away the grants on another database.
                cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", account)
            cursor.execute(f"CREATE DATABASE `{self.name}`")
            cursor.execute(f"GRANT ALL ON `{self.name}`.* TO vireo_migrate WITH GRANT OPTION")
            cursor.execute(f"USE `{self.name}`")
            cursor.execute((DB / "init.sql").read_text(encoding="utf-8"))
            while cursor.nextset():
                pass

    def migrate(self) -> None:
        """Run ``db/migrate.py`` in a process of its own.

        Raises:
            RuntimeError: with what it wrote.
        """
        done = start_migration(self.environment())
        output, _ = done.communicate(timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"db/migrate.py ended with {done.returncode}:\n{output}")

    def empty(self) -> None:
        """Delete every row of every table, but leave the schema and its version."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema = %s AND table_name <> 'alembic_version'",
                (self.name,),
            )
            tables = [row[0] for row in cursor.fetchall()]
            # DELETE, for TRUNCATE makes each table anew, which takes much longer on empty ones.
            deletes = "".join(f"DELETE FROM `{table}`;" for table in tables)
            cursor.execute(f"SET foreign_key_checks = 0;{deletes}")
            while cursor.nextset():
                pass

    def drop(self) -> None:
        """Delete the database."""
        self.server_execute(f"DROP DATABASE IF EXISTS `{self.name}`")

    def server_execute(self, statement: str) -> None:
        """Run one statement as root, outside of any database."""
        with self.server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement)


def start_migration(environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start ``db/migrate.py``; its output, errors included, is piped."""
    return subprocess.Popen(
        [sys.executable, str(DB / "migrate.py")],
        env={"PATH": os.environ.get("PATH", os.defpath), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _run_as() -> list[str]:
    # mariadbd refuses to run as root unless it is asked to.
    return ["--user=root"] if os.geteuid() == 0 else []
