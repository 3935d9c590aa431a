"""Roles beside the audit log: what was given past it is found, and what was taken."""

from typing import Any

import pytest

from vireo_common import audit_log
from vireo_common.database import Database
from vireo_community.storage.role_check import RoleCheck

GIVE = "INSERT INTO Roles (ChannelID, Role, GrantedAt) VALUES (%s, %s, NOW(3))"


@pytest.fixture
def granted(stage: Any, community_database: Database) -> dict[str, int]:
    """Three accounts: Ada is an admin who was a moderator, Bob is none any more, Cleo never was."""
    ids = {name: int(stage.channel(name)) for name in ("Ada", "Bob", "Cleo")}
    for kind, name, role in (
        ("grant", "Ada", "moderator"),
        ("grant", "Bob", "admin"),
        ("grant", "Ada", "admin"),
        ("revoke", "Bob", "admin"),
    ):
        facts = {"owner": ids[name], "role": role}

        def append(cursor: Any, kind: str = kind, facts: Any = facts) -> None:
            audit_log.append(cursor, kind, None, facts)

        community_database.transaction("test", append)
    stage.database.query(GIVE, (ids["Ada"], "admin"))
    return ids


def test_roles_are_what_the_log_says(
    stage: Any, community_database: Database, granted: dict[str, int]
) -> None:
    check = RoleCheck(community_database)
    assert check.problem() == ""
    # It goes with its account, and the account with what is said of it.
    stage.database.query("DELETE FROM Channels WHERE ChannelID = %s", (granted["Ada"],))
    assert check.problem() == ""


@pytest.mark.parametrize(
    ("statement", "whose", "found"),
    [
        ("INSERT INTO Roles VALUES (%s, 'moderator', NOW(3))", "Cleo", "by no entry."),
        ("INSERT INTO Roles VALUES (%s, 'admin', NOW(3))", "Bob", "which entry 4 does not say."),
        ("DELETE FROM Roles WHERE ChannelID = %s", "Ada", "no role, which entry 3 does not say."),
        (
            "UPDATE Roles SET Role = 'moderator' WHERE ChannelID = %s",
            "Ada",
            "the role moderator, which entry 3 does not say.",
        ),
    ],
)
def test_a_role_past_the_log_is_found(
    stage: Any,
    community_database: Database,
    granted: dict[str, int],
    statement: str,
    whose: str,
    found: str,
) -> None:
    stage.database.query(statement, (granted[whose],))
    said = RoleCheck(community_database).problem()
    assert said.startswith(f"Account {granted[whose]} has ")
    assert said.endswith(found)
