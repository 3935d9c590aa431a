"""Names of deleted channels, below HTTP: what happens at the same moment."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from vireo_auth.core.accounts import NewAccount, UsernameTaken
from vireo_auth.storage.accounts import AccountTable
from vireo_auth.storage.names import ReservedNames
from vireo_common.database import Database
from vireo_testing.mariadb import TestDatabase
from vireo_testing.person import eventually

EVE = NewAccount("E", "", "E", "ADA", "eve@example.org", "", 1, 1, 1990)
WAITING = "SELECT COUNT(*) FROM information_schema.innodb_lock_waits"


@pytest.mark.parametrize("kept", [True, False])
def test_a_sign_up_in_the_moment_of_a_deletion(
    auth_database: Database, clean_tables: TestDatabase, kept: bool
) -> None:
    """It waits for the deletion to be committed, and finds the name reserved then."""
    reserved = ReservedNames(b"a key")
    accounts = AccountTable(auth_database, reserved)
    clean_tables.query("INSERT INTO Channels (Username, Password) VALUES ('ada', 'x')")
    with ThreadPoolExecutor(1) as pool, clean_tables.connect("auth") as deleting:
        with deleting.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("DELETE FROM Channels")
            reserved.reserve(cursor, "ada")
            signing_up = pool.submit(accounts.add, EVE, "x", dt.date(1990, 1, 1))
            eventually(lambda: clean_tables.query(WAITING)[0][0] > 0)
            if kept:
                deleting.commit()
            else:
                deleting.rollback()
        with pytest.raises(UsernameTaken):
            signing_up.result(60)
    left = clean_tables.query("SELECT Username FROM Channels")
    assert left == (() if kept else (("ada",),))


def test_another_key_reserves_other_names(auth_database: Database) -> None:
    ours, theirs = ReservedNames(b"a key"), ReservedNames(b"another")
    auth_database.transaction("test", lambda cursor: ours.reserve(cursor, "Ada"))
    with auth_database.read() as cursor:
        assert ours.holds(cursor, "aDA")
        assert not ours.holds(cursor, "adb")
        assert not theirs.holds(cursor, "ada")
