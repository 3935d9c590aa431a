"""The table ``Roles``, each change of which is an entry of the audit log."""

from pymysql.cursors import Cursor

from vireo_auth.core.roles import NoSuchAccount
from vireo_common import audit_log
from vireo_common.audit_log import Head
from vireo_common.database import Database
from vireo_common.logs import get_logger
from vireo_common.roles import Role, role_of

log = get_logger()

LOCK = "SELECT ChannelID FROM Channels WHERE Username = %s FOR UPDATE"

SET = """
INSERT INTO Roles (ChannelID, Role, GrantedAt) VALUES (%s, %s, NOW(3))
ON DUPLICATE KEY UPDATE Role = VALUES(Role), GrantedAt = VALUES(GrantedAt)
"""

DELETE = "DELETE FROM Roles WHERE ChannelID = %s"


class RoleTable:
    """Roles in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def grant(self, name: str, role: Role) -> bool:
        """Give an account a role; see ``RoleStore``."""

        def work(cursor: Cursor) -> Head | None:
            channel_id = _lock(cursor, name)
            if role_of(cursor, channel_id) is role:
                return None
            cursor.execute(SET, (channel_id, role))
            return audit_log.append(cursor, "grant", None, {"owner": channel_id, "role": role})

        return noted(self._database.transaction("roles.grant", work))

    def revoke(self, name: str) -> bool:
        """Take an account's role away; see ``RoleStore``."""

        def work(cursor: Cursor) -> Head | None:
            channel_id = _lock(cursor, name)
            role = role_of(cursor, channel_id)
            if role is None:
                return None
            cursor.execute(DELETE, (channel_id,))
            return audit_log.append(cursor, "revoke", None, {"owner": channel_id, "role": role})

        return noted(self._database.transaction("roles.revoke", work))


def note_end(cursor: Cursor, channel_id: int, role: Role) -> Head:
    """Append, as the last thing that the caller's transaction locks, that an account took its role
    with it."""
    return audit_log.append(cursor, "revoke", channel_id, {"owner": channel_id, "role": role})


def noted(head: Head | None) -> bool:
    """Log the new head, for who compares it later; whether there is one."""
    if head is not None:
        log.info("audit_log_appended", head=str(head))
    return head is not None


def _lock(cursor: Cursor, name: str) -> int:
    cursor.execute(LOCK, (name,))
    row = cursor.fetchone()
    if row is None:
        raise NoSuchAccount
    return int(row[0])
