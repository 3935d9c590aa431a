"""The table ``Decisions``: a decision with what it does and its entry in the audit log, all at
once."""

import hashlib
import json
import secrets
from typing import Any

from pymysql.cursors import Cursor

from vireo_common import audit_log, events
from vireo_common.audit_log import Facts, Head
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.events import ModerationDecided
from vireo_common.logs import get_logger
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_common.roles import role_of
from vireo_community.core.decisions import Entry
from vireo_community.core.moderation import (
    ON_APPEAL,
    ON_REPORT,
    CaseKind,
    Judgement,
    Kind,
    Reason,
    Subject,
    Verdict,
    require_authority,
    require_verdict,
)
from vireo_community.storage.channels import hold_channels
from vireo_community.storage.hiding import carry_out

log = get_logger()
LAST = (1 << 63) - 1
WHO = ("actor", "owner")

# What never changes of a case.
CASE = "SELECT Kind, Subject, SubjectID, OwnerID FROM ModerationCases WHERE CaseID = %s"

LOCK_CASE = "SELECT OpenMark FROM ModerationCases WHERE CaseID = %s FOR UPDATE"

# All that waits of a subject: the reports about it, and an appeal.
OPEN_OF = """
SELECT CaseID, Kind FROM ModerationCases
WHERE Kind IN ('report', 'appeal') AND Subject = %s AND SubjectID = %s AND OpenMark = 0 FOR UPDATE
"""

CLOSE = """
UPDATE ModerationCases SET OpenMark = CaseID, ClosedAt = NOW(3), Outcome = %s, DecisionID = %s
WHERE CaseID = %s
"""

# What most reports of the subject's open case say.
MOST = """
SELECT Reason FROM Reports WHERE CaseID = %s GROUP BY Reason ORDER BY COUNT(*) DESC, Reason LIMIT 1
"""

REASON_OF_APPEALED = """
SELECT d.Reason FROM ModerationCases k JOIN Decisions d ON d.DecisionID = k.AppealedID
WHERE k.CaseID = %s
"""

JUDGED = 1_000
"""Reporters of one case whose trust changes with it, the first: no case makes a decision take long,
and who joins a mob of thousands adds nothing any more."""

# Of how many of somebody's reports what they said was right. All lock them in the same order.
JUDGE_REPORTERS = """
INSERT INTO Reporters (ChannelID, Upheld, Refused)
SELECT r.ChannelID, %s, %s FROM (
    SELECT ChannelID FROM Reports FORCE INDEX (OfCase) WHERE CaseID = %s ORDER BY ReportID LIMIT %s
) r
ORDER BY r.ChannelID
ON DUPLICATE KEY UPDATE Upheld = Upheld + VALUES(Upheld), Refused = Refused + VALUES(Refused)
"""

# One decision about a subject holds: against it one may appeal. Whoever appeals locks it before
# the case, and so does who decides: either the appeal is seen, or the decision holds no more.
END_EARLIER = "UPDATE Decisions SET InForce = 0 WHERE Subject = %s AND SubjectID = %s AND InForce"

# What was said against an earlier decision is answered by the one that takes its place: the next
# appeal gets a case of its own.
CLOSE_APPEAL = """
UPDATE ModerationCases SET OpenMark = CaseID, ClosedAt = NOW(3), Outcome = %s, DecisionID = %s
WHERE Kind = 'appeal' AND Subject = %s AND SubjectID = %s AND OpenMark = 0
"""

TITLES = {
    Kind.VIDEO: "SELECT Title FROM Videos WHERE VideoID = %s",
    Kind.COMMENT: "SELECT LEFT(Text, 255) FROM Comments WHERE CommentID = %s",
    Kind.CHANNEL: "SELECT Username FROM Channels WHERE ChannelID = %s",
}

INSERT = """
INSERT INTO Decisions (Subject, SubjectID, OwnerID, ActorID, Decision, Reason, Note, Salt, Title,
    Entry, InForce, CreatedAt)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, NOW(3))
"""

LOG = """
SELECT l.Number, l.Entry, l.Hash, d.Title, d.Note FROM AuditLog l
LEFT JOIN Decisions d ON d.Entry = l.Number
WHERE l.Number < %s ORDER BY l.Number DESC LIMIT %s
"""

NAMES = "SELECT ChannelID, Username FROM Channels WHERE ChannelID IN %s"


class DecisionTable:
    """Decisions in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(self, case_id: int, judgement: Judgement) -> None:
        """Decide an open case; see ``Decisions.decide``."""

        def work(cursor: Cursor) -> Head:
            if not cursor.execute(CASE, (case_id,)):
                raise Failure(Code.NOT_FOUND)
            ((case_kind, kind, subject_id, owner_id),) = cursor.fetchall()
            subject = Subject(Kind(kind), subject_id, owner_id)
            allowed = ON_REPORT if case_kind == CaseKind.REPORT else ON_APPEAL
            _require(cursor, subject, judgement.actor)
            require_verdict(judgement.verdict, allowed, subject.kind)
            _end_earlier(cursor, subject, judgement.verdict)
            cursor.execute(LOCK_CASE, (case_id,))
            if cursor.fetchone() != (0,):
                raise Failure(Code.ALREADY_DECIDED)
            head, _ = _make(cursor, subject, judgement, case_id, case_kind)
            return head

        _note(self._database.transaction("decisions.decide", work))

    def act(self, subject: Subject, judgement: Judgement) -> int:
        """Decide about something without a case; the decision's id."""

        def work(cursor: Cursor) -> tuple[Head, int]:
            _require(cursor, subject, judgement.actor)
            allowed = frozenset(Verdict) - {Verdict.DISMISS}
            require_verdict(judgement.verdict, allowed, subject.kind)
            _end_earlier(cursor, subject, judgement.verdict)
            cursor.execute(OPEN_OF, (subject.kind, subject.subject_id))
            waiting = dict(cursor.fetchall())
            # A restoration answers an appeal; another decision answers what was reported.
            restores = judgement.verdict is Verdict.RESTORE
            answered = CaseKind.APPEAL if restores else CaseKind.REPORT
            case_id = next((case for case, kind in waiting.items() if kind == answered), None)
            return _make(cursor, subject, judgement, case_id, answered)

        head, made = self._database.transaction("decisions.act", work)
        _note(head)
        return made

    def log(self, limit: int, cursor: str | None) -> Page[Entry]:
        """The audit log, the newest entry first."""
        (before,) = decode_cursor(cursor, (int,)) if cursor is not None else (LAST,)
        with self._database.read() as reading:
            reading.execute(LOG, (before, limit + 1))
            rows = [(number, json.loads(text), *more) for number, text, *more in reading.fetchall()]
            names = _names(reading, [facts for _, facts, *_ in rows])
        found = [
            Entry(
                number, facts, digest, names.get(facts["actor"]), names.get(facts["owner"]), *more
            )
            for number, facts, digest, *more in rows[:limit]
        ]
        more_there = len(rows) > limit
        return Page(found, encode_cursor([found[-1].number]) if more_there else None)


def note_digest(salt: bytes, note: str) -> str:
    """What the audit log says of a note."""
    return hashlib.sha256(salt + note.encode()).hexdigest()


def _names(cursor: Cursor, entries: list[dict[str, Any]]) -> dict[int, str]:
    ids = {facts[who] for facts in entries for who in WHO} - {None}
    if not ids:
        return {}
    cursor.execute(NAMES, (tuple(ids),))
    return dict(cursor.fetchall())


def _require(cursor: Cursor, subject: Subject, actor: int) -> None:
    """Hold who decides, and ask whether they may at this moment."""
    hold_channels(cursor, actor)
    role, owners = role_of(cursor, actor), role_of(cursor, subject.owner_id)
    require_authority(actor, role, subject.owner_id, owners)


def _decided(subject: Subject, verdict: Verdict) -> Subject:
    """What a decision is about: of what a channel shows, the channel itself may be suspended."""
    if verdict is Verdict.SUSPEND:
        return Subject(Kind.CHANNEL, subject.owner_id, subject.owner_id)
    return subject


def _end_earlier(cursor: Cursor, subject: Subject, verdict: Verdict) -> None:
    if verdict is not Verdict.DISMISS:
        about = _decided(subject, verdict)
        cursor.execute(END_EARLIER, (about.kind, about.subject_id))


def _make(
    cursor: Cursor, subject: Subject, judgement: Judgement, case_id: int | None, kind: str
) -> tuple[Head, int]:
    """Do what was decided, write it down, and close the case of this kind where there is one."""
    verdict = judgement.verdict
    subject = _decided(subject, verdict)
    title = _title(cursor, subject)
    carry_out(cursor, subject, verdict)
    reason = judgement.reason or _reason(cursor, case_id)
    if case_id is not None and kind == CaseKind.REPORT:
        _judge(cursor, case_id, verdict)
    salt = secrets.token_bytes(16)
    facts: Facts = {
        "subject": subject.kind,
        "subject_id": subject.subject_id,
        "owner": subject.owner_id,
        "decision": verdict,
        "reason": reason,
        "case": case_id,
        "note": note_digest(salt, judgement.note),
    }
    # Every decision waits for the head of the log: what takes longer was done before.
    head = audit_log.append(cursor, "decision", judgement.actor, facts)
    who = (subject.kind, subject.subject_id, subject.owner_id, judgement.actor)
    holds = verdict not in {Verdict.DISMISS, Verdict.RESTORE}
    what = (verdict, reason, judgement.note, salt, title, head.number, holds)
    cursor.execute(INSERT, (*who, *what))
    made = int(cursor.lastrowid or 0)
    if holds:
        outcome = "gone" if verdict is Verdict.REMOVE else Verdict.DISMISS
        cursor.execute(CLOSE_APPEAL, (outcome, made, subject.kind, subject.subject_id))
    _tell(cursor, subject, verdict, made, case_id)
    if case_id is not None:
        cursor.execute(CLOSE, (verdict, made, case_id))
    return head, made


def _title(cursor: Cursor, subject: Subject) -> str:
    cursor.execute(TITLES[subject.kind], (subject.subject_id,))
    row = cursor.fetchone()
    return str(row[0]) if row else ""


def _reason(cursor: Cursor, case_id: int | None) -> Reason:
    for statement in (MOST, REASON_OF_APPEALED):
        if case_id is not None and cursor.execute(statement, (case_id,)):
            ((reason,),) = cursor.fetchall()
            return Reason(reason)
    return Reason.OTHER


def _tell(
    cursor: Cursor, subject: Subject, verdict: Verdict, decision_id: int, case_id: int | None
) -> None:
    """Have the one concerned told; of a report that was dismissed they need not know."""
    if verdict is Verdict.DISMISS and not cursor.execute(REASON_OF_APPEALED, (case_id,)):
        return
    there = verdict is not Verdict.REMOVE
    video = subject.subject_id if there and subject.kind is Kind.VIDEO else None
    comment = subject.subject_id if there and subject.kind is Kind.COMMENT else None
    events.publish(cursor, ModerationDecided(decision_id, subject.owner_id, video, comment))


def _judge(cursor: Cursor, case_id: int, verdict: Verdict) -> None:
    refused = verdict is Verdict.DISMISS
    cursor.execute(JUDGE_REPORTERS, (int(not refused), int(refused), case_id, JUDGED))


def _note(head: Head) -> None:
    """Say the log's head where it is kept apart from the database."""
    log.info("audit_log_appended", head=str(head))
