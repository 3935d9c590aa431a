"""The fixtures that the tests of every service share; loaded by ``-p vireo_testing.plugin``.

Each xdist worker has a server of its own: one starts in about a second, and a test that upsets it
upsets no other worker.
"""

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from vireo_common import log_output
from vireo_common.database import Database
from vireo_ops.run_user import current_user
from vireo_ops.secrets_store import ensure_secrets
from vireo_testing.mariadb import Server, TestDatabase, running_server
from vireo_testing.services import RunningService, build_app, run_service, service_variables

MakeApp = Callable[..., Flask]
"""``make_app(service, **variables)``."""
OpenPool = Callable[..., Database]
"""``open_pool(service, size=10)``."""
RunService = Callable[..., RunningService]
"""``running_service(service, **variables)``."""


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the tests themselves, which stay until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real MariaDB for this process's tests, with the options of ``db/mariadb.cnf``."""
    with running_server(tmp_path_factory.mktemp("mariadb") / "server") as server:
        yield server


@pytest.fixture(scope="session")
def secrets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of secret files as a first start makes them."""
    folder = tmp_path_factory.mktemp("secrets")
    ensure_secrets(folder, current_user())
    return folder


@pytest.fixture(scope="session")
def empty_database(mariadb_server: Server, secrets_dir: Path) -> TestDatabase:
    """A migrated database with the users and their grants. Tests want ``clean_tables``."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    database = TestDatabase(mariadb_server, f"vireo_test_{worker}", secrets_dir)
    database.create()
    database.migrate()
    return database


@pytest.fixture
def clean_tables(empty_database: TestDatabase) -> TestDatabase:
    """The database, its tables without a row."""
    empty_database.empty()
    return empty_database


@pytest.fixture
def database_settings(clean_tables: TestDatabase) -> dict[str, str]:
    """The ``VIREO_DB_*`` and ``VIREO_SECRETS`` variables of the clean database."""
    return clean_tables.environment()


@pytest.fixture
def open_pool(clean_tables: TestDatabase) -> Iterator[OpenPool]:
    """``open_pool("auth", size=4)``: a service's pool on the clean database, closed after."""
    opened: list[Database] = []

    def open_(service: str, size: int = 10) -> Database:
        database = Database(
            host=clean_tables.server.host,
            port=clean_tables.server.port,
            name=clean_tables.name,
            user=f"vireo_{service}",
            password=(clean_tables.secrets_dir / f"db_{service}_password").read_text(),
            size=size,
        )
        opened.append(database)
        return database

    yield open_
    for database in opened:
        database.close()


@pytest.fixture
def service_environment(clean_tables: TestDatabase, tmp_path: Path) -> dict[str, str]:
    """All ``VIREO_*`` variables of a service on the clean database; quick passwords, no neighbours.

    Change it before ``make_app`` or ``running_service`` is called, or give variables there.
    """
    return service_variables(clean_tables, tmp_path)


@pytest.fixture
def make_app(service_environment: dict[str, str]) -> Iterator[MakeApp]:
    """``make_app("auth", VIREO_SIGN_IN_BLOCK="1")``: a service's application on that database."""

    def make(service: str, **variables: str) -> Flask:
        return build_app(service, {**service_environment, **variables})

    yield make
    # The next test has an output of its own.
    log_output.flush()


@pytest.fixture
def running_service(service_environment: dict[str, str], tmp_path: Path) -> Iterator[RunService]:
    """``running_service("auth", VIREO_WEB_WORKERS="2")``: a service under gunicorn, ended after.

    The same service can be started again on the same database; the log file is the same, too.
    """
    with contextlib.ExitStack() as stack:

        def run(service: str, **variables: str) -> RunningService:
            settings = {**service_environment, **variables}
            log_file = tmp_path / f"{service}.log"
            return stack.enter_context(run_service(service, settings, log_file))

        yield run
