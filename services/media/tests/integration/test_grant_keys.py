"""Rotation of the keys of grants in a real MariaDB: no grant is refused, no key is for ever."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_common.grant_key_table import GrantKeyTable
from vireo_common.grant_keys import CACHE_SECONDS, RETIRED_SECONDS, SETTLE_SECONDS, KeyRing
from vireo_common.grants import Grants, Purpose
from vireo_testing.mariadb import TestDatabase

TOKEN = "the services' token"


class Process:
    """A process of media, with a clock that the test sets."""

    def __init__(self, database: Database) -> None:
        self.now = 0.0
        self.grants = Grants(KeyRing(GrantKeyTable(database).valid, TOKEN, lambda: self.now))

    def make(self) -> str:
        return self.grants.make(Purpose.UPLOAD, "aB3dE6g", 7, 60)

    def takes(self, text: str) -> bool:
        return self.grants.read(text, Purpose.UPLOAD).holder == 7


@pytest.fixture
def processes(open_pool: Any) -> list[Process]:
    return [Process(open_pool("media")) for _ in range(3)]


def key_of(text: str) -> str:
    return text.split(".")[1]


def pass_time(clean: TestDatabase, processes: list[Process], seconds: float) -> None:
    """Let everything be so much older."""
    micros = int(seconds * 1_000_000)
    clean.query("UPDATE GrantKeys SET CreatedAt = CreatedAt - INTERVAL %s MICROSECOND", (micros,))
    clean.query("UPDATE GrantKeys SET ValidUntil = ValidUntil - INTERVAL %s MICROSECOND", (micros,))
    for process in processes:
        process.now += seconds


def test_processes_that_begin_at_once_make_one_key(
    processes: list[Process], clean_tables: TestDatabase
) -> None:
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda process: process.make(), processes))
    assert len({key_of(text) for text in made}) == 1
    assert clean_tables.query("SELECT COUNT(*) FROM GrantKeys") == ((1,),)
    assert all(process.takes(text) for process in processes for text in made)


def test_no_grant_is_refused_while_keys_rotate(
    processes: list[Process], media_database: Database, clean_tables: TestDatabase
) -> None:
    table, made = GrantKeyTable(media_database), [each.make() for each in processes]
    rotated = [table.rotate(), table.rotate()]
    # At each of these steps every process takes what any of them has made so far.
    for step in (0.0, 1.0, SETTLE_SECONDS - 1, 0.1, 30.0, CACHE_SECONDS, CACHE_SECONDS):
        pass_time(clean_tables, processes, step)
        for process in processes:
            made.append(process.make())
            assert all(other.takes(text) for other in processes for text in made)
    assert key_of(made[0]) not in rotated
    assert {key_of(text) for text in made[-3:]} == {rotated[-1]}


def test_of_keys_of_one_moment_the_last_one_signs(
    processes: list[Process], media_database: Database, clean_tables: TestDatabase
) -> None:
    table = GrantKeyTable(media_database)
    rotated = [table.rotate() for _ in range(8)]
    clean_tables.query("UPDATE GrantKeys SET CreatedAt = NOW(3) - INTERVAL 1 DAY")
    assert {key_of(each.make()) for each in processes} == {rotated[-1]}


def test_a_replaced_key_ends_when_its_last_grant_has(
    processes: list[Process], media_database: Database, clean_tables: TestDatabase
) -> None:
    table = GrantKeyTable(media_database)
    text = processes[0].make()
    table.rotate()
    pass_time(clean_tables, processes, RETIRED_SECONDS - 5)
    assert processes[1].takes(text)
    pass_time(clean_tables, processes, CACHE_SECONDS)
    for process in processes:
        with pytest.raises(Failure, match="forbidden"):
            process.takes(text)
    table.rotate()
    assert clean_tables.query("SELECT COUNT(*) FROM GrantKeys") == ((2,),)


def test_a_row_alone_makes_no_grant(
    processes: list[Process], media_database: Database, clean_tables: TestDatabase
) -> None:
    """Whoever has a dump of the database, and not the services' token."""
    ring = KeyRing(GrantKeyTable(media_database).valid, "a guess")
    forged = Grants(ring).make(Purpose.UPLOAD, "aB3dE6g", 7, 60)
    assert key_of(forged) == key_of(processes[0].make())
    with pytest.raises(Failure, match="forbidden"):
        processes[0].takes(forged)


def rotate(environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "vireo_media", "rotate-keys"]
    variables = {name: value for name, value in os.environ.items() if name != "VIREO_SECRETS"}
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**variables, **environment},
    )


def test_the_command(service_environment: dict[str, str], clean_tables: TestDatabase) -> None:
    done = rotate(service_environment)
    assert done.returncode == 0, done.stderr
    ((key_id, half, valid_until),) = clean_tables.query(
        "SELECT KeyID, Half, ValidUntil FROM GrantKeys"
    )
    assert done.stdout == f"Grants are signed with the key {key_id} within a minute.\n"
    assert valid_until is None
    assert half.hex() not in done.stdout + done.stderr
    away = rotate({**service_environment, "VIREO_DB_PORT": "1"})
    assert away.returncode == 1
    assert away.stderr.startswith("rotate-keys failed: ")
