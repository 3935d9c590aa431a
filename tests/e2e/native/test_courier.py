"""Mails of a whole Vireo: an upgrade that brings the courier, and one that dies."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

from vireo_ops.runtime import Runtime
from vireo_ops.secrets_store import read_secret
from vireo_testing.person import Person, eventually


@contextmanager
def as_root(runtime: Runtime) -> Iterator[Cursor]:
    """The database's root."""
    with (
        pymysql.connect(
            unix_socket=str(runtime.layout.database_socket),
            user="root",
            password=read_secret(runtime.layout.secrets, "db_root_password"),
            database="vireo",
            autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
        ) as connection,
        connection.cursor() as cursor,
    ):
        yield cursor


def pid(runtime: Runtime, name: str) -> int:
    """The process of a program."""
    return next(status.pid for status in runtime.status() if status.name == name)


def mails_to(runtime: Runtime, person: Person) -> int:
    """How many mails went to a person."""
    found = runtime.layout.mail.glob("*.eml")
    return sum(f"\nTo: {person.name}@example.com" in file.read_text() for file in found)


def test_mails_wait_for_a_courier_that_dies(runtime: Runtime, url: str) -> None:
    runtime.up()
    dead = pid(runtime, "courier")
    os.kill(dead, signal.SIGKILL)
    person = Person(url)
    eventually(lambda: mails_to(runtime, person) == 1)
    assert pid(runtime, "courier") != dead


def test_a_data_folder_without_a_courier_is_taken_over(runtime: Runtime, url: str) -> None:
    """Its user, password and table are made, and the mails that wait there are sent."""
    runtime.up()
    supervisor = runtime._supervisor
    for name in ("auth-worker", "courier"):
        supervisor.stop(name)
    person = Person(url)
    with as_root(runtime) as cursor:
        cursor.execute(
            "DROP USER vireo_courier; DROP TABLE OutgoingMails;"
            " UPDATE alembic_version SET version_num = '0018'"
        )
    assert mails_to(runtime, person) == 0
    runtime.down()
    (runtime.layout.secrets / "db_courier_password").unlink()
    runtime.up()
    eventually(lambda: mails_to(runtime, person) == 1)
