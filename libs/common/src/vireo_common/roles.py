"""Who may decide about others: the table ``Roles``, which auth writes and every service may read.

A role is looked up with each request that needs it and stands in no token, so that taking it away
takes effect at once.
"""

from collections.abc import Sequence
from enum import StrEnum

from pymysql.cursors import Cursor

from vireo_common.database import Database

ROLE = "SELECT Role FROM Roles WHERE ChannelID = %s"


class Role(StrEnum):
    """What somebody may do beyond what everybody may."""

    MODERATOR = "moderator"
    """Decides about what others show."""
    ADMIN = "admin"
    """The same, also about what moderators show."""


def implied(role: Role | None) -> Sequence[Role]:
    """Every role that somebody has by the one that they were granted."""
    if role is None:
        return ()
    return (Role.MODERATOR, Role.ADMIN) if role is Role.ADMIN else (role,)


class RoleTable:
    """Roles in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, channel_id: int) -> Role | None:
        """The role of an account."""
        with self._database.read() as cursor:
            return role_of(cursor, channel_id)


def role_of(cursor: Cursor, channel_id: int) -> Role | None:
    """The same, in the caller's transaction."""
    cursor.execute(ROLE, (channel_id,))
    row = cursor.fetchone()
    return Role(row[0]) if row else None
