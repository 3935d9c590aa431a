"""What the worker takes away: rows that no rule looks at any more, and no others."""

from typing import Any

import pytest

from vireo_auth.storage.attempts import AttemptTable
from vireo_auth.storage.browsers import BrowserTable
from vireo_auth.storage.devices import DeviceTable
from vireo_auth.storage.email_changes import EmailChangeTable
from vireo_auth.storage.names import ReservedNameTable
from vireo_auth.storage.sessions import SessionTable
from vireo_common.database import SWEEP_ROWS, Database
from vireo_common.idempotent_requests import IdempotentRequestTable
from vireo_testing.mariadb import TestDatabase

# The table's class, how to make a row that is so many days old, and which age is too old.
SWEPT = {
    "Sessions": (
        SessionTable,
        "INSERT INTO Sessions SELECT %s, ChannelID, '', '', NOW(3), NOW(3),"
        " NOW(3) - INTERVAL %s DAY FROM Channels",
        30,
    ),
    "KnownDevices": (
        DeviceTable,
        "INSERT INTO KnownDevices SELECT ChannelID, %s, NOW(3) - INTERVAL %s DAY FROM Channels",
        400,
    ),
    "SignInFailures": (
        AttemptTable,
        "INSERT INTO SignInFailures (NameKey, Address, Known, FailedAt)"
        " VALUES (%s, '', 0, NOW(3) - INTERVAL %s DAY)",
        1,
    ),
    "SignInPairs": (
        AttemptTable,
        "INSERT INTO SignInPairs (NameKey, Address, SeenAt)"
        " VALUES (%s, '', NOW(3) - INTERVAL %s DAY)",
        1,
    ),
    "KnownAddresses": (
        AttemptTable,
        "INSERT INTO KnownAddresses SELECT ChannelID, %s, NOW(3) - INTERVAL %s DAY FROM Channels",
        400,
    ),
    "EmailChanges": (
        EmailChangeTable,
        "INSERT INTO EmailChanges (ChannelID, OldEmail, ChangedAt)"
        " SELECT ChannelID, %s, NOW(3) - INTERVAL %s DAY FROM Channels",
        9,
    ),
    "Browsers": (
        BrowserTable,
        "INSERT INTO Browsers SELECT ChannelID, %s, NOW(3), NOW(3) - INTERVAL %s DAY FROM Channels",
        400,
    ),
    "ReservedNames": (
        ReservedNameTable,
        "INSERT INTO ReservedNames (NameKey, ReservedUntil)"
        " VALUES (%s, NOW(3) + INTERVAL 30 DAY - INTERVAL %s DAY)",
        30,
    ),
    "IdempotentRequests": (
        IdempotentRequestTable,
        "INSERT INTO IdempotentRequests (KeyHash, RequestHash, LeaseUntil, ExpiresAt)"
        " VALUES (%s, '', NOW(3), NOW(3) + INTERVAL 1 DAY - INTERVAL %s DAY)",
        1,
    ),
}


@pytest.mark.parametrize("table", SWEPT)
def test_sweep(
    sign_up: Any, auth_database: Database, clean_tables: TestDatabase, table: str
) -> None:
    kind, insert, days = SWEPT[table]
    assert sign_up().status_code == 200
    for name, age in (("old", days + 0.1), ("new", days - 0.1)):
        statement = insert.replace("INTERVAL %s DAY", "INTERVAL %s SECOND")
        clean_tables.query(statement, (name, int(age * 86400)))

    kind(auth_database).sweep()

    columns = {"Sessions": "SessionID", "KnownDevices": "DeviceKey", "KnownAddresses": "Address"}
    columns |= {"EmailChanges": "OldEmail", "Browsers": "MarkHash"}
    column = columns.get(table, "KeyHash" if table == "IdempotentRequests" else "NameKey")
    ((left,),) = clean_tables.query(f"SELECT {column} FROM {table}")
    assert (left if isinstance(left, str) else left.rstrip(b"\0").decode()) == "new"


def test_a_sweep_goes_on_until_nothing_is_left(
    auth_database: Database, clean_tables: TestDatabase
) -> None:
    clean_tables.query(
        "INSERT INTO SignInFailures (NameKey, Address, Known, FailedAt)"
        f" SELECT '', '', 0, NOW(3) - INTERVAL 2 DAY FROM seq_1_to_{3 * SWEEP_ROWS + 1}"
    )
    AttemptTable(auth_database).sweep()
    assert clean_tables.query("SELECT 1 FROM SignInFailures") == ()


def test_a_pair_that_is_blocked_stays(auth_database: Database, clean_tables: TestDatabase) -> None:
    clean_tables.query(
        "INSERT INTO SignInPairs (NameKey, Address, SeenAt, BlockedUntil)"
        " VALUES ('', '', NOW(3) - INTERVAL 2 DAY, NOW(3) + INTERVAL 1 HOUR)"
    )
    AttemptTable(auth_database).sweep()
    assert len(clean_tables.query("SELECT 1 FROM SignInPairs")) == 1
