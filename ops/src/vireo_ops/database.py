"""MariaDB: its data folder, its start, its users and its schema."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

from vireo_ops.database_users import DATABASE_NAME, make_users
from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT, Layout
from vireo_ops.programs import Program, base_environment, find_server, tree_digest
from vireo_ops.run_user import RunUser, give, switch_to
from vireo_ops.secrets_store import read_secret, write_private

_ROOT_SQL = "mariadb_root.sql"
_CONNECT_SECONDS = 5


def database_program(layout: Layout, port: int, user: RunUser) -> Program:
    """The description of mariadbd.

    The root password is set by an init file at every start, so that a data folder that was
    restored beside other secrets works; the password is in no argument list.
    """
    command = (
        find_server("mariadbd"),
        # Must be the first argument.
        f"--defaults-file={_configuration(layout)}",
        f"--datadir={layout.database}",
        f"--tmpdir={layout.database_temporary}",
        f"--socket={layout.database_socket}",
        f"--pid-file={layout.services_run / 'mariadb.pid'}",
        f"--init-file={layout.secrets / _ROOT_SQL}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        f"--user={user.name}",
    )
    return Program(
        name="mariadb",
        command=command,
        environment=base_environment(layout, user),
        priority=100,
        digest=tree_digest([CHECKOUT / "db" / "mariadb.cnf"]),
        # Flushing a large buffer pool takes long; a kill means crash recovery at the next start.
        stop_seconds=180,
    )


def prepare_data_folder(layout: Layout, user: RunUser) -> bool:
    """Write the configuration, and initialize the data folder if there is none; whether it did.

    The system tables are created in a temporary folder that is renamed at the end, so that an
    interrupted start leaves nothing that looks like a database.
    """
    text = (CHECKOUT / "db" / "mariadb.cnf").read_text(encoding="utf-8")
    _configuration(layout).write_text(text, encoding="utf-8")
    root = _quote(read_secret(layout.secrets, "db_root_password"))
    local = "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';"
    statements = f"ALTER USER 'root'@'localhost' IDENTIFIED BY {root};\n{local}\n"
    write_private(layout.secrets / _ROOT_SQL, statements.encode(), user)
    if layout.database.exists():
        give(layout.database, user)
        return False
    unfinished = layout.data / "mariadb.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    give(unfinished, user)
    # A shell script that breaks on blanks in this path, so it is relative to the data folder.
    configuration = _configuration(layout).relative_to(layout.data)
    install_system_tables(
        unfinished,
        f"--defaults-file={configuration}",
        environment={**base_environment(layout, user), "TMPDIR": str(layout.database_temporary)},
        cwd=layout.data,
        **switch_to(user),
    )
    unfinished.rename(layout.database)
    return True


def install_system_tables(
    folder: Path, *first: str, environment: Mapping[str, str], **process: Any
) -> None:
    """Make the system tables of a new data folder.

    Args:
        first: options that must be first: which configuration is read.
        process: options of `subprocess.run`, such as the user and the working directory.

    Raises:
        OperationError: with the last lines of what was said.
    """
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [
            find_server("mariadb-install-db"),
            *first,
            f"--datadir={folder}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            # No fsync: after a power cut the folder is made again.
            "--innodb-flush-log-at-trx-commit=0",
        ],
        **process,
        check=False,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=300,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise OperationError(f"mariadb-install-db failed:\n{tail}")


def wait_for_database(layout: Layout, seconds: float) -> bool:
    """Wait until MariaDB accepts connections; False when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answers(layout):
            return True
        time.sleep(0.05)
    return False


def answers(layout: Layout) -> bool:
    """Whether MariaDB sends its greeting on its socket; no sign-in is tried or logged as failed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_CONNECT_SECONDS)
        try:
            probe.connect(str(layout.database_socket))
            return bool(probe.recv(4))
        except (FileNotFoundError, ConnectionRefusedError, TimeoutError, ConnectionResetError):
            return False


def set_up(layout: Layout) -> bool:
    """Create the database, its initial tables and its users; whether the database was new."""
    with _as_root(layout) as cursor:
        _drop_default_users(cursor)
        make_users(cursor, layout.secrets)
        return _make_tables(cursor)


def migrate(layout: Layout, environment: Mapping[str, str], user: RunUser) -> None:
    """Run the migrations and the grants, as the user of the programs.

    Raises:
        OperationError: with the last lines that db/migrate.py wrote.
    """
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [sys.executable, str(CHECKOUT / "db" / "migrate.py")],
        **switch_to(user),
        check=False,
        cwd=layout.data,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=600,
    )
    (layout.logs / "migrate.log").write_text(done.stdout, encoding="utf-8")
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise OperationError(f"The migration of the database failed:\n{tail}")


def _make_tables(cursor: Cursor) -> bool:
    """Run db/init.sql when the database is new.

    An interrupted first start leaves a database without migrations and rows, because MariaDB
    commits every CREATE TABLE by itself: it is dropped and created again.
    """
    cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{DATABASE_NAME}`")
    cursor.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", (DATABASE_NAME,)
    )
    tables = [row[0] for row in cursor.fetchall()]
    if "alembic_version" in tables or any(_has_rows(cursor, table) for table in tables):
        return False
    cursor.execute(f"DROP DATABASE `{DATABASE_NAME}`")
    cursor.execute(
        f"CREATE DATABASE `{DATABASE_NAME}` CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci"
    )
    cursor.execute(f"USE `{DATABASE_NAME}`")
    cursor.execute((CHECKOUT / "db" / "init.sql").read_text(encoding="utf-8"))
    while cursor.nextset():
        pass
    return True


def _has_rows(cursor: Cursor, table: str) -> bool:
    quoted = table.replace("`", "``")
    statement = f"SELECT 1 FROM `{DATABASE_NAME}`.`{quoted}` LIMIT 1"  # noqa: S608 - quoted
    return cursor.execute(statement) > 0


def _drop_default_users(cursor: Cursor) -> None:
    """Drop the users that mariadb-install-db creates; only root, through the socket, stays."""
    cursor.execute(
        "SELECT User, Host FROM mysql.global_priv"
        " WHERE User = '' OR (User = 'root' AND Host <> 'localhost')"
    )
    for name, host in cursor.fetchall():
        cursor.execute("DROP USER IF EXISTS %s@%s", (name, host))


@contextmanager
def _as_root(layout: Layout) -> Iterator[Cursor]:
    if not answers(layout):
        raise OperationError("MariaDB refused to be set up: it does not answer on its socket.")
    try:
        connection = pymysql.connect(
            unix_socket=str(layout.database_socket),
            user="root",
            password=read_secret(layout.secrets, "db_root_password"),
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()
    except pymysql.Error as failure:
        raise OperationError(f"MariaDB refused to be set up: {failure}") from failure


def _configuration(layout: Layout) -> Path:
    return layout.run / "mariadb.cnf"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
