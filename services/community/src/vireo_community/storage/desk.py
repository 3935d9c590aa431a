"""The table ``ModerationCases`` as moderators see it, and decisions as those concerned do."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_community.core.decisions import Appeal, Decision
from vireo_community.core.moderation import (
    Case,
    CaseKind,
    Kind,
    Quote,
    Reason,
    Subject,
    Verdict,
)
from vireo_community.storage.channels import hold_channels
from vireo_community.storage.moderation_subjects import COLUMNS, COUNT, JOINS, about
from vireo_community.storage.reports import open_case
from vireo_videos.visibility import REVIEWED, visible_to

LAST = (1 << 63) - 1
QUOTES = 5
"""Texts of reports that a case shows, the latest."""
OF_APPEAL = 1_000
"""What an appeal weighs on the desk: as much as a report of an account in good standing."""

_CASE = f"""
SELECT STRAIGHT_JOIN k.CaseID, k.Kind, k.OpenMark, k.Reports, k.Weight, k.CreatedAt, k.UpdatedAt,
    k.ClosedAt, k.Outcome, d.Note, b.Username, a.Appeal, {COLUMNS.format(row="k")}
FROM ModerationCases k {JOINS.format(row="k")}
LEFT JOIN Decisions d ON d.DecisionID = k.DecisionID
LEFT JOIN Channels b ON b.ChannelID = d.ActorID
LEFT JOIN Decisions a ON a.DecisionID = k.AppealedID
"""
ONE = f"{_CASE} WHERE k.CaseID = %s"
OPEN = f"""
{_CASE} WHERE k.OpenMark = 0 AND (k.Weight < %s OR (k.Weight = %s AND k.CaseID < %s)) {{kind}}
ORDER BY k.Weight DESC, k.CaseID DESC LIMIT %s
"""
DECIDED = f"""
{_CASE} WHERE k.OpenMark > 0 AND k.OpenMark < %s {{kind}} ORDER BY k.OpenMark DESC LIMIT %s
"""
OF_KIND = "AND k.Kind = %s"

REASONS = "SELECT CaseID, Reason, COUNT(*) FROM Reports WHERE CaseID IN %s GROUP BY CaseID, Reason"
QUOTES_OF = f"""
(SELECT CaseID, Reason, Text, CreatedAt FROM Reports FORCE INDEX (OfCase)
WHERE CaseID = %s AND Text <> '' ORDER BY ReportID DESC LIMIT {QUOTES})
"""

LOCK = """
SELECT Subject, SubjectID, OwnerID, Decision, InForce, AppealedAt IS NOT NULL FROM Decisions
WHERE DecisionID = %s FOR UPDATE
"""
# Held: who deletes it closes its cases, and is not to miss this one.
HOLD_SUBJECT = {
    Kind.VIDEO: "SELECT 1 FROM Videos WHERE VideoID = %s LOCK IN SHARE MODE",
    Kind.COMMENT: """
        SELECT 1 FROM Comments WHERE CommentID = %s AND State <> 'deleted' LOCK IN SHARE MODE
    """,
    Kind.CHANNEL: "SELECT 1 FROM Channels WHERE ChannelID = %s LOCK IN SHARE MODE",
}
SET_APPEAL = "UPDATE Decisions SET Appeal = %s, AppealedAt = NOW(3) WHERE DecisionID = %s"
WEIGH_APPEAL = "UPDATE ModerationCases SET Grown = %s WHERE CaseID = %s"

_DECISION = f"""
SELECT STRAIGHT_JOIN d.DecisionID, d.Decision, d.Reason, d.Note, d.CreatedAt, d.InForce, d.Appeal,
    d.AppealedAt, d.Title, k.Outcome,
    d.Subject <> 'comment' OR {visible_to("d.OwnerID")}, {COLUMNS.format(row="d")}
FROM Decisions d {JOINS.format(row="d")}
LEFT JOIN ModerationCases k ON k.AppealedID = d.DecisionID
"""
DECISION = f"{_DECISION} WHERE d.DecisionID = %s"
OF_OWNER = f"""
{_DECISION} WHERE d.OwnerID = %s AND d.DecisionID < %s AND d.Decision <> 'dismiss'
ORDER BY d.DecisionID DESC LIMIT %s
"""

NAMED = {
    Kind.VIDEO: f"SELECT VideoID, ChannelID FROM Videos v WHERE PathHash = %s AND {REVIEWED}",
    Kind.COMMENT: f"""
        SELECT m.CommentID, m.ChannelID FROM Comments m JOIN Videos v ON v.VideoID = m.VideoID
        WHERE m.CommentID = %s AND m.State <> 'deleted' AND {REVIEWED}
    """,
    Kind.CHANNEL: "SELECT ChannelID, ChannelID FROM Channels WHERE Username = %s",
}


class DeskTables:
    """Cases and decisions in MariaDB, for those who look at them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, kind: CaseKind | None, limit: int, cursor: str | None, *, decided: bool
    ) -> Page[Case]:
        """Open cases, the heaviest first, or decided ones, the newest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        statement, kinds, start = (DECIDED, (int,), (LAST,)) if decided else (OPEN, (int, int), ())
        place = tuple(decode_cursor(cursor, kinds)) if cursor is not None else start
        if not decided:
            weight, case_id = place or (LAST, LAST)
            place = (weight, weight, case_id)
        of_kind = (kind,) if kind else ()
        with self._database.read() as reading:
            reading.execute(
                statement.format(kind=OF_KIND if kind else ""), (*place, *of_kind, limit + 1)
            )
            rows = reading.fetchall()
            cases = _cases(reading, rows[:limit])
        if len(rows) <= limit:
            return Page(cases, None)
        last = rows[limit - 1]
        return Page(cases, encode_cursor([last[2]] if decided else [last[4], last[0]]))

    def find(self, case_id: int) -> Case | None:
        """A case, whatever became of it."""
        with self._database.read() as cursor:
            cursor.execute(ONE, (case_id,))
            return next(iter(_cases(cursor, cursor.fetchall())), None)

    def locate(self, video: str | None, comment: int | None, channel: str | None) -> Subject | None:
        """What a moderator names, hidden or not."""
        named = {Kind.VIDEO: video, Kind.COMMENT: comment, Kind.CHANNEL: channel}
        ((kind, name),) = ((kind, name) for kind, name in named.items() if name is not None)
        with self._database.read() as cursor:
            cursor.execute(NAMED[kind], (name,))
            row = cursor.fetchone()
        return Subject(kind, *row) if row else None

    def appeal(self, decision_id: int, owner: int, text: str) -> None:
        """Say something against a decision about what is one's own."""

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, owner)
            cursor.execute(LOCK, (decision_id,))
            row = cursor.fetchone()
            if row is None or row[2] != owner or row[3] == Verdict.DISMISS:
                raise Failure(Code.NOT_FOUND)
            kind, subject_id, _, verdict, in_force, appealed = row
            if appealed:
                raise Failure(Code.ALREADY_APPEALED)
            if not in_force or verdict not in {Verdict.HIDE, Verdict.SUSPEND}:
                said = "This can't be undone, or was already."
                raise Failure(Code.ALREADY_DECIDED, said)
            subject = Subject(Kind(kind), subject_id, owner)
            if not cursor.execute(HOLD_SUBJECT[subject.kind], (subject_id,)):
                raise Failure(Code.NOT_FOUND)
            cursor.execute(SET_APPEAL, (text, decision_id))
            case_id = open_case(cursor, CaseKind.APPEAL, subject, decision_id)
            cursor.execute(WEIGH_APPEAL, (OF_APPEAL, case_id))

        self._database.transaction("decisions.appeal", work)

    def of_owner(self, owner: int, limit: int, cursor: str | None) -> Page[Decision]:
        """Decisions about what is somebody's, the newest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        (before,) = decode_cursor(cursor, (int,)) if cursor is not None else (LAST,)
        with self._database.read() as reading:
            reading.execute(OF_OWNER, (owner, before, limit + 1))
            rows = [_decision(row) for row in reading.fetchall()]
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor([rows[limit - 1].decision_id]) if more else None)

    def decision(self, decision_id: int) -> Decision | None:
        """One of them."""
        with self._database.read() as cursor:
            cursor.execute(DECISION, (decision_id,))
            row = cursor.fetchone()
        return _decision(row) if row else None


def _cases(cursor: Cursor, rows: Sequence[Sequence[Any]]) -> list[Case]:
    ids = [row[0] for row in rows]
    reasons: dict[int, dict[Reason, int]] = defaultdict(dict)
    quotes: dict[int, list[Quote]] = defaultdict(list)
    if ids:
        cursor.execute(REASONS, (tuple(ids),))
        for case_id, reason, count in cursor.fetchall():
            reasons[case_id][Reason(reason)] = count
        cursor.execute(" UNION ALL ".join([QUOTES_OF] * len(ids)), tuple(ids))
        for case_id, reason, text, created in cursor.fetchall():
            quotes[case_id].append(Quote(Reason(reason), text, _utc(created)))
    return [_case(row, reasons[row[0]], quotes[row[0]]) for row in rows]


def _case(row: Sequence[Any], reasons: dict[Reason, int], quotes: list[Quote]) -> Case:
    case_id, kind, _, count, weight, created, updated, closed, outcome, note, by, appeal = row[
        :-COUNT
    ]
    return Case(
        case_id=case_id,
        kind=CaseKind(kind),
        about=about(row[-COUNT:]),
        count=count,
        weight=weight,
        reasons=reasons,
        quotes=quotes,
        appeal=appeal,
        created=_utc(created),
        updated=_utc(updated),
        outcome=outcome,
        note=note,
        by=by,
        closed=_utc(closed) if closed else None,
    )


def _decision(row: Sequence[Any]) -> Decision:
    decision_id, verdict, reason, note, created, in_force, text, at, title, *rest = row[:-COUNT]
    outcome, visible = rest
    found = about(row[-COUNT:])
    if not visible:
        # Whoever commented below a video that was hidden since learns nothing more of it.
        found = replace(found, video=None, title=None)
    appeal = Appeal(text or "", _utc(at), outcome or "open") if at else None
    # As it was when it was decided about: it may be gone, or have another title.
    named = {"text": title} if found.kind is Kind.COMMENT else {"title": title}
    return Decision(
        decision_id=decision_id,
        about=replace(found, **named),
        verdict=Verdict(verdict),
        reason=Reason(reason),
        note=note,
        created=_utc(created),
        in_force=bool(in_force),
        appeal=appeal,
    )


def _utc(time: dt.datetime) -> dt.datetime:
    return time.replace(tzinfo=dt.UTC)
