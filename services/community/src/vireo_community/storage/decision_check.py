"""Decisions beside their entries of the audit log: does each say what its entry says?"""

import json
from collections.abc import Mapping
from typing import Any

from vireo_common.database import Database
from vireo_community.storage.decisions import note_digest

AT_ONCE = 1000

DECISIONS = """
SELECT d.DecisionID, d.Entry, l.Entry, d.Subject, d.SubjectID, d.OwnerID, d.ActorID, d.Decision,
    d.Reason, d.Note, d.Salt, c.ChannelID IS NULL
FROM Decisions d LEFT JOIN AuditLog l ON l.Number = d.Entry
LEFT JOIN Channels c ON c.ChannelID = d.OwnerID
WHERE d.DecisionID > %s ORDER BY d.DecisionID LIMIT %s
"""

# Entries whose decision is not there.
WITHOUT = """
SELECT MIN(l.Number) FROM AuditLog l LEFT JOIN Decisions d ON d.Entry = l.Number
WHERE d.Entry IS NULL AND JSON_VALUE(l.Entry, '$.kind') = 'decision'
"""


class DecisionCheck:
    """The comparison, in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def problem(self) -> str:
        """What is wrong with the first decision that differs; empty where none does."""
        last = 0
        while True:
            with self._database.read() as cursor:
                cursor.execute(DECISIONS, (last, AT_ONCE))
                rows = cursor.fetchall()
            for decision_id, number, entry, *row in rows:
                if entry is None:
                    return f"Entry {number}, of decision {decision_id}, is missing."
                if not _agrees(json.loads(entry), *row):
                    return f"Decision {decision_id} is not what entry {number} says."
            if len(rows) < AT_ONCE:
                break
            last = rows[-1][0]
        with self._database.read() as cursor:
            cursor.execute(WITHOUT)
            ((number,),) = cursor.fetchall()
        return "" if number is None else f"The decision of entry {number} is missing."


def _agrees(facts: Mapping[str, Any], *row: Any) -> bool:
    subject, subject_id, owner, actor, decision, reason, note, salt, gone = row
    said = {
        "subject": subject,
        "subject_id": subject_id,
        "owner": owner,
        "actor": actor,
        "decision": decision,
        "reason": reason,
    }
    # Of somebody who is gone the note was emptied.
    same_note = facts["note"] == note_digest(salt, note) or (gone and not note)
    return same_note and all(facts[name] == value for name, value in said.items())
