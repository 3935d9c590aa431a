"""Roles beside the audit log: does each account have the one that it was granted last?"""

from vireo_common.database import Database

# In one statement: a role that is granted at this moment is in both or in neither. An account that
# is gone has none, whatever is said of it.
DIFFERS = """
WITH Said AS (
    SELECT CAST(JSON_VALUE(Entry, '$.owner') AS INT) AS ChannelID, Number,
        IF(JSON_VALUE(Entry, '$.kind') = 'grant', JSON_VALUE(Entry, '$.role'), NULL) AS Role,
        ROW_NUMBER() OVER (
            PARTITION BY JSON_VALUE(Entry, '$.owner') ORDER BY Number DESC
        ) AS Back
    FROM AuditLog WHERE JSON_VALUE(Entry, '$.kind') IN ('grant', 'revoke')
)
SELECT c.ChannelID, r.Role, s.Number
FROM (SELECT ChannelID FROM Roles UNION SELECT ChannelID FROM Said) o
JOIN Channels c USING (ChannelID)
LEFT JOIN Roles r USING (ChannelID)
LEFT JOIN Said s ON s.ChannelID = c.ChannelID AND s.Back = 1
WHERE NOT r.Role <=> s.Role
ORDER BY c.ChannelID LIMIT 1
"""


class RoleCheck:
    """The comparison, in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def problem(self) -> str:
        """What is wrong with the first account whose role differs; empty where none does."""
        with self._database.read() as cursor:
            cursor.execute(DIFFERS)
            row = cursor.fetchone()
        if row is None:
            return ""
        channel_id, role, number = row
        has = f"Account {channel_id} has {f'the role {role}' if role else 'no role'}"
        return f"{has}, which entry {number} does not say." if number else f"{has} by no entry."
