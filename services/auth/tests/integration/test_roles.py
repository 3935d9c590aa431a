"""Roles: given and taken away from the command line, each an entry of the audit log."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vireo_auth.core.roles import NoSuchAccount
from vireo_auth.storage.roles import RoleTable
from vireo_common.audit_log import AuditLog
from vireo_common.database import Database
from vireo_common.roles import Role
from vireo_testing.mariadb import TestDatabase


@pytest.fixture
def database(open_pool: Any) -> Database:
    found: Database = open_pool("auth")
    return found


def command(database: TestDatabase, *arguments: str) -> tuple[int, str]:
    environment = {
        **database.environment(),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if Path(path).is_dir()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "vireo_auth", *arguments],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def channel(database: TestDatabase, name: str) -> int:
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (name,))
        return int(cursor.lastrowid)


def test_granted_changed_and_taken_away(clean_tables: TestDatabase, database: Database) -> None:
    anna = channel(clean_tables, "anna")
    roles = RoleTable(database)
    assert roles.grant("Anna", Role.MODERATOR)
    assert not roles.grant("anna", Role.MODERATOR)
    assert roles.grant("anna", Role.ADMIN)
    assert clean_tables.query("SELECT ChannelID, Role FROM Roles") == ((anna, "admin"),)
    assert roles.revoke("anna")
    assert not roles.revoke("anna")
    assert clean_tables.query("SELECT * FROM Roles") == ()
    verdict = AuditLog(database).verify()
    assert (verdict.head.number, verdict.problem) == (3, "")


def test_nobody_of_this_name(clean_tables: TestDatabase, database: Database) -> None:
    for act in (lambda: RoleTable(database).grant("nobody", Role.ADMIN),
                lambda: RoleTable(database).revoke("nobody")):  # fmt: skip
        with pytest.raises(NoSuchAccount):
            act()
    assert clean_tables.query("SELECT * FROM AuditLog") == ()


def test_a_role_goes_with_the_account(clean_tables: TestDatabase, database: Database) -> None:
    anna = channel(clean_tables, "anna")
    RoleTable(database).grant("anna", Role.ADMIN)
    clean_tables.query("DELETE FROM Channels WHERE ChannelID = %s", (anna,))
    assert clean_tables.query("SELECT * FROM Roles") == ()


def test_the_command(clean_tables: TestDatabase) -> None:
    channel(clean_tables, "anna")
    for arguments, said in (
        (("grant", "anna", "moderator"), "anna is moderator from now on."),
        (("grant", "anna", "moderator"), "anna is moderator already."),
        (("revoke", "anna"), "anna has no role any more."),
        (("revoke", "anna"), "anna has no role anyway."),
    ):
        status, text = command(clean_tables, *arguments)
        assert (status, said in text.splitlines()) == (0, True), text
        # What was appended is said too, for who notes it.
        assert ("audit_log_appended" in text) == ("from now on" in said or "any more" in said)
    for name in ("nobody", "no such name", "\u2603"):
        status, text = command(clean_tables, "grant", name, "admin")
        assert status == 1
        assert text.startswith("There is no account")
    assert command(clean_tables, "grant", "anna", "emperor")[0] == 2
