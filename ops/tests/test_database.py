"""MariaDB's first start, second start, and interrupted starts; with a real mariadbd."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pymysql
import pytest

from vireo_ops import database, database_users, ports
from vireo_ops.errors import OperationError
from vireo_ops.layout import Layout
from vireo_ops.run_user import RunUser, current_user
from vireo_ops.secrets_store import ensure_secrets, read_secret

START_SECONDS = 60


@pytest.fixture(scope="module")
def user() -> RunUser:
    return current_user()


@pytest.fixture(scope="module")
def layout(user: RunUser) -> Iterator[Layout]:
    """A data folder with system tables and secrets, which this module's tests share."""
    with tempfile.TemporaryDirectory(prefix="vireo-db-") as name:
        made = Layout(Path(name))
        for folder in made.folders():
            folder.path.mkdir(parents=True, exist_ok=True)
        ensure_secrets(made.secrets, user)
        # What an interrupted first start leaves.
        (made.data / "mariadb.unfinished" / "mysql").mkdir(parents=True)
        assert database.prepare_data_folder(made, user)
        yield made


@pytest.fixture
def start(layout: Layout, user: RunUser) -> Iterator[Callable[[], int]]:
    """Start the server as the supervisor does; gives its port. It is stopped after the test."""
    processes = []

    def started() -> int:
        port = ports.internal_ports(layout.config / "ports.json", running=())["mariadb"]
        program = database.database_program(layout, port, user)
        with (layout.logs / "mariadb.log").open("ab") as log:
            processes.append(
                subprocess.Popen(
                    program.command, env=dict(program.environment), stdout=log, stderr=log
                )
            )
        assert database.wait_for_database(layout, START_SECONDS), (
            layout.logs / "mariadb.log"
        ).read_text()
        return port

    yield started
    for process in processes:
        process.terminate()
        process.wait(timeout=60)


def _connect(layout: Layout, port: int, name: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    return pymysql.connect(
        host="127.0.0.1",
        port=port,
        user=f"vireo_{name}",
        password=read_secret(layout.secrets, f"db_{name}_password"),
    )


def _refusal(password: str, *options: str) -> str:
    """The error of a connection as root that is refused."""
    done = subprocess.run(
        ["mariadb", "--no-defaults", "--user=root", *options, "--execute=SELECT 1"],
        env={**os.environ, "MYSQL_PWD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stderr


def _root(layout: Layout, statement: str) -> tuple[tuple[Any, ...], ...]:
    with database._as_root(layout) as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_a_half_made_folder_is_gone_and_a_whole_one_is_kept(layout: Layout, user: RunUser) -> None:
    assert (layout.database / "mysql").is_dir()
    assert not (layout.data / "mariadb.unfinished").exists()
    before = layout.database.stat().st_ino
    assert not database.prepare_data_folder(layout, user)
    assert layout.database.stat().st_ino == before


def test_a_first_start_makes_tables_and_users_and_a_second_one_keeps_them(
    layout: Layout, start: Callable[[], int]
) -> None:
    port = start()
    assert database.set_up(layout)
    # No migration and no row yet: after an interruption here the tables are created again.
    _root(layout, "DROP TABLE vireo.Videos")
    assert database.set_up(layout)
    _root(layout, "INSERT INTO vireo.Channels (Username, Password) VALUES ('kept', 'x')")
    assert not database.set_up(layout)
    assert _root(layout, "SELECT Username FROM vireo.Channels") == (("kept",),)
    for name in database_users.USERS:
        _connect(layout, port, name).close()


def test_only_root_by_the_socket_and_our_users_can_come_in(
    layout: Layout, start: Callable[[], int]
) -> None:
    port = start()
    database.set_up(layout)
    accounts = {(str(name), str(host)) for name, host in _root(layout, _ACCOUNTS)}
    assert accounts == {("root", "localhost"), *((f"vireo_{n}", "%") for n in database_users.USERS)}
    for password in ("", read_secret(layout.secrets, "db_root_password")):
        assert "Access denied" in _refusal(password, "--host=127.0.0.1", f"--port={port}")
    assert "Access denied" in _refusal("", f"--socket={layout.database_socket}")


def test_lost_passwords_heal(layout: Layout, user: RunUser, start: Callable[[], int]) -> None:
    for name in ("db_root_password", "db_auth_password"):
        (layout.secrets / name).unlink()
    ensure_secrets(layout.secrets, user)
    database.prepare_data_folder(layout, user)
    port = start()
    database.set_up(layout)
    with _connect(layout, port, "auth") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER()")
        assert cursor.fetchone() == ("vireo_auth@%",)


def test_the_server_keeps_the_settings_of_the_repository(
    layout: Layout, start: Callable[[], int]
) -> None:
    start()
    rows: dict[str, str] = dict(_root(layout, "SHOW GLOBAL VARIABLES"))
    assert rows["character_set_server"] == "utf8mb4"
    assert rows["innodb_flush_log_at_trx_commit"] == "1"
    assert rows["time_zone"] == "+00:00"
    assert rows["bind_address"] == "127.0.0.1"
    assert "STRICT_TRANS_TABLES" in rows["sql_mode"]
    # Its own, because a starting server deletes the temporary tables of others in its folder.
    assert rows["tmpdir"] == str(layout.database_temporary)


def test_two_servers_can_be_made_at_the_same_moment(user: RunUser) -> None:
    def make(folder: Path) -> None:
        made = Layout(folder)
        for each in made.folders():
            each.path.mkdir(parents=True, exist_ok=True)
        ensure_secrets(made.secrets, user)
        database.prepare_data_folder(made, user)

    with tempfile.TemporaryDirectory(prefix="vireo-db-") as name, ThreadPoolExecutor(3) as pool:
        done = [pool.submit(make, Path(name) / str(number)) for number in range(3)]
        for each in done:
            each.result()


def test_no_password_stands_in_an_argument_list(layout: Layout, user: RunUser) -> None:
    command = " ".join(database.database_program(layout, 3306, user).command)
    for path in layout.secrets.glob("db_*_password"):
        assert path.read_text() not in command


def test_a_server_that_does_not_run_is_told(tmp_path: Path, user: RunUser) -> None:
    empty = Layout(tmp_path)
    empty.secrets.mkdir()
    ensure_secrets(empty.secrets, user)
    assert not database.answers(empty)
    with pytest.raises(OperationError, match="MariaDB"):
        database.set_up(empty)


_ACCOUNTS = "SELECT User, Host FROM mysql.global_priv WHERE User <> 'mariadb.sys'"
