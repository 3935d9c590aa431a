"""The tables ``Reports`` and ``Reporters``, and the cases that reports are added up in."""

import datetime as dt
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.token_bucket import TokenBucket
from vireo_community.core.moderation import CaseKind, Subject
from vireo_community.core.reports import ROOM, ROOM_A_SECOND, Report, Standing, weight_of
from vireo_community.storage.channels import hold_channels

WRITES = TokenBucket("ReportWrites", ROOM, ROOM_A_SECOND)

REPORTED = "SELECT 1 FROM Reports WHERE Subject = %s AND SubjectID = %s AND ChannelID = %s"

STANDING = """
SELECT TIMESTAMPDIFF(SECOND, c.CreatedAt, UTC_TIMESTAMP()), COALESCE(r.Upheld, 0),
    COALESCE(r.Refused, 0)
FROM Channels c LEFT JOIN Reporters r ON r.ChannelID = c.ChannelID WHERE c.ChannelID = %s
"""

# The unique key has one open case of a subject; whoever is about to close it holds its row.
OPEN = """
INSERT INTO ModerationCases (Kind, Subject, SubjectID, OwnerID, AppealedID, CreatedAt, UpdatedAt)
VALUES (%s, %s, %s, %s, %s, NOW(3), NOW(3))
ON DUPLICATE KEY UPDATE CaseID = LAST_INSERT_ID(CaseID)
"""

INSERT = """
INSERT INTO Reports (CaseID, Subject, SubjectID, ChannelID, Reason, Text, Weight, CreatedAt)
VALUES (%s, %s, %s, %s, %s, %s, %s, NOW(3))
"""

COUNT = """
UPDATE ModerationCases SET Reports = Reports + 1, Young = Young + %s, Grown = Grown + %s,
    UpdatedAt = NOW(3)
WHERE CaseID = %s
"""

SWEEP = "DELETE FROM Reports WHERE CreatedAt < NOW(3) - INTERVAL 365 DAY LIMIT 1000"


class ReportTable:
    """Reports in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, report: Report) -> None:
        """Keep a report, unless the account has reported the subject already."""
        self._database.transaction("reports.add", lambda cursor: _add(cursor, report))

    def sweep(self) -> None:
        """Delete reports of more than a year ago; a bounded number."""
        self._database.sweep(SWEEP)


def open_case(
    cursor: Cursor, kind: CaseKind, subject: Subject, appealed_id: int | None = None
) -> int:
    """The open case of a subject, which is made where there is none; its row is locked."""
    where = (kind, subject.kind, subject.subject_id, subject.owner_id, appealed_id)
    cursor.execute(OPEN, where)
    return int(cursor.lastrowid or 0)


def _add(cursor: Cursor, report: Report) -> None:
    subject, reporter = report.subject, report.reporter
    hold_channels(cursor, reporter)
    # The row of the bucket stays locked: reports of one account come one after the other.
    WRITES.charge(cursor, reporter, 1)
    key: tuple[Any, ...] = (subject.kind, subject.subject_id, reporter)
    if cursor.execute(REPORTED, key):
        return
    standing = _standing(cursor, reporter)
    weight = weight_of(standing)
    case_id = open_case(cursor, CaseKind.REPORT, subject)
    cursor.execute(INSERT, (case_id, *key, report.reason, report.text, weight))
    young = weight if standing.is_young else 0
    cursor.execute(COUNT, (young, weight - young, case_id))


def _standing(cursor: Cursor, channel_id: int) -> Standing:
    cursor.execute(STANDING, (channel_id,))
    ((seconds, upheld, refused),) = cursor.fetchall()
    age = dt.timedelta(seconds=seconds) if seconds is not None else None
    return Standing(age, upheld, refused)
