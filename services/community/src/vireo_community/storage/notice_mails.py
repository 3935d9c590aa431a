"""The table ``NoticeMails``: which mails of notices wait, are on their way, and were sent.

A mail is made once notices have waited for a while, and composed when it leaves, however long that
takes: it tells of what is unread, wanted and visible at that moment. A kind of somebody's has one
mail on its way at a time, so that an outage of days ends in one mail, and not in hundreds.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.events import NoticeMailDue
from vireo_community.core.notice_mails import DIGEST, Draft, Subject, next_digest
from vireo_community.core.notices import Digest, Kind
from vireo_community.storage.notices import HOLD, ROWS, SET_DIGEST, SET_KIND, notice
from vireo_community.storage.waiting_mails import FORGET

AT_ONCE = 200
"""Mails that are made in one transaction."""
LOST_DAYS = 6
"""After so long nobody tries any more to send a mail: whatever happened, there may be another."""

DUE = """
SELECT m.ChannelID, m.Kind, COALESCE(d.Digest, 'off'), NOW(3),
    m.Reference IS NOT NULL AND m.MadeAt > NOW(3) - INTERVAL %s DAY, m.Reference, m.MadeAt
FROM NoticeMails m LEFT JOIN NoticeDigests d ON d.ChannelID = m.ChannelID
WHERE m.WaitsSince <= NOW(3) - INTERVAL %s SECOND
ORDER BY m.WaitsSince LIMIT %s FOR UPDATE SKIP LOCKED
"""

# Whether there is anything left that was not mailed: most has been read in the app.
UNTOLD = """
SELECT m.ChannelID, m.Kind FROM NoticeMails m
WHERE (m.ChannelID, m.Kind) IN %s AND EXISTS (
    SELECT 1 FROM Notices n
    WHERE n.ChannelID = m.ChannelID AND n.ReadMark = 0 AND n.`Change` > m.Mailed
        AND (m.Kind = 'digest' OR n.Kind = m.Kind))
"""

# The row of an account is locked until the commit: two workers count its mails one after the other.
LOCK_DAYS = """
INSERT INTO NoticeMailDays (ChannelID, Day, Mails) VALUES (%s, %s, %s)
ON DUPLICATE KEY UPDATE Mails = IF(Day = VALUES(Day), Mails, 0), Day = VALUES(Day)
"""

DAYS = "SELECT ChannelID, Mails FROM NoticeMailDays WHERE ChannelID IN %s"

COUNT = """
INSERT INTO NoticeMailDays (ChannelID, Day, Mails) VALUES (%s, %s, %s)
ON DUPLICATE KEY UPDATE Mails = VALUES(Mails)
"""

# Rows that are there and locked; in this form the driver sends all of them in one statement.
SET = """
INSERT INTO NoticeMails (ChannelID, Kind, WaitsSince, Reference, MadeAt) VALUES (%s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE WaitsSince = VALUES(WaitsSince), Reference = VALUES(Reference),
    MadeAt = VALUES(MadeAt)
"""

# What is switched off by now is not sent, whatever was made before.
ON_ITS_WAY = """
SELECT m.ChannelID, m.Kind, m.Mailed, c.Username, COALESCE(b.LastChange, 0)
FROM NoticeMails m
JOIN Channels c ON c.ChannelID = m.ChannelID
LEFT JOIN NoticeBoxes b ON b.ChannelID = m.ChannelID
LEFT JOIN NoticeDigests d ON d.ChannelID = m.ChannelID
LEFT JOIN NoticeSettings s ON s.ChannelID = m.ChannelID AND s.Kind = m.Kind
WHERE m.Reference = %s AND IF(
    m.Kind = 'digest', COALESCE(d.Digest, 'off') <> 'off',
    COALESCE(d.Digest, 'off') = 'off' AND s.App AND s.Mail)
"""

# In an app one is among oneself; what a mail has said it has said for ever. So nothing is in it of
# a video or comment that may not be seen, of a suspended channel, or of somebody with a block.
TO_TELL = f"""
{ROWS}
WHERE n.ChannelID = %s AND n.ReadMark = 0 AND n.`Change` > %s AND (%s = 'digest' OR n.Kind = %s)
    AND (n.VideoID IS NULL OR v.VideoID IS NOT NULL)
    AND (n.ActorID IS NULL OR a.ChannelID IS NOT NULL)
    AND (n.CommentID IS NULL OR EXISTS (
        SELECT 1 FROM Comments m
        WHERE m.CommentID = n.CommentID AND m.State <> 'deleted'
            AND (m.HiddenBy = 0 OR m.ChannelID = n.ChannelID)))
    AND NOT EXISTS (
        SELECT 1 FROM Blocks b WHERE b.ChannelID = n.ChannelID AND b.BlockedID = n.ActorID)
    AND NOT EXISTS (
        SELECT 1 FROM Blocks b WHERE b.ChannelID = n.ActorID AND b.BlockedID = n.ChannelID)
ORDER BY n.`Change` DESC LIMIT %s
"""

COMPOSED = "UPDATE NoticeMails SET Composed = %s WHERE Reference = %s"

SENT = """
UPDATE NoticeMails SET Mailed = GREATEST(Mailed, Composed), Reference = NULL WHERE Reference = %s
"""

DROPPED = "UPDATE NoticeMails SET Reference = NULL WHERE Reference = %s"

SWEEP_DAYS = """
DELETE FROM NoticeMailDays WHERE Day < UTC_DATE() - INTERVAL 1 DAY ORDER BY Day LIMIT 1000
"""


class _Due(NamedTuple):
    """A row of ``DUE``."""

    channel_id: int
    kind: str
    digest: Digest
    now: dt.datetime
    on_its_way: bool
    reference: str | None
    made_at: dt.datetime | None

    @property
    def next(self) -> dt.datetime | None:
        """When the one after this is due, where nothing else happens."""
        if self.kind != DIGEST or self.digest == "off":
            return None
        return next_digest(self.now, self.digest)


class NoticeMailTable:
    """Mails of notices in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, pause: int, most_a_day: int) -> bool:
        """Make some mails that are due; ``False`` where there is nothing to do.

        Args:
            pause: seconds for which notices wait for more of the same.
            most_a_day: mails of one account.
        """

        def work(cursor: Cursor) -> bool:
            cursor.execute(DUE, (LOST_DAYS, pause, AT_ONCE))
            due = sorted(_Due(*row) for row in cursor.fetchall())
            if due:
                _make(cursor, due, most_a_day)
            return bool(due)

        return self._database.transaction("notice_mails.make", work)

    def draft(self, reference: str, lines: int) -> Draft:
        """What a mail that is on its way has to tell now.

        Raises:
            Failure: ``not_found``: there is no such mail, or it has nothing to tell any more.
        """

        def work(cursor: Cursor) -> Draft | None:
            if not cursor.execute(ON_ITS_WAY, (reference,)):
                return None
            ((channel_id, kind, mailed, username, last),) = cursor.fetchall()
            cursor.execute(TO_TELL, (channel_id, mailed, kind, kind, lines + 1))
            found = [notice(row) for row in cursor.fetchall()]
            if not found:
                return None
            # What changes from here on is in the next one.
            cursor.execute(COMPOSED, (last, reference))
            subject: Subject = DIGEST if kind == DIGEST else Kind(kind)
            return Draft(channel_id, username, subject, found[:lines], len(found) > lines)

        draft = self._database.transaction("notice_mails.draft", work)
        if draft is None:
            raise Failure(Code.NOT_FOUND)
        return draft

    def ended(self, reference: str, *, sent: bool) -> None:
        """The mail was sent, or will not be."""
        self._database.write(SENT if sent else DROPPED, (reference,))

    def unsubscribe(self, channel_id: int, subject: Subject) -> None:
        """Switch off the mails of one kind, or the digest; nothing where nobody is there."""

        def work(cursor: Cursor) -> None:
            if not cursor.execute(HOLD, (channel_id,)):
                return
            if subject == DIGEST:
                cursor.execute(SET_DIGEST, (channel_id, "off"))
            else:
                cursor.execute(SET_KIND, (channel_id, subject, None, False, None, False))
            cursor.execute(FORGET, (channel_id, [subject]))

        self._database.transaction("notice_mails.unsubscribe", work)

    def sweep(self) -> None:
        """Forget how many mails there were on days before."""
        self._database.sweep(SWEEP_DAYS)


def _make(cursor: Cursor, due: Sequence[_Due], most_a_day: int) -> None:
    cursor.execute(UNTOLD, ([(row.channel_id, row.kind) for row in due],))
    untold = set(cursor.fetchall())
    channels = sorted({row.channel_id for row in due})
    today = due[0].now.date()
    cursor.executemany(LOCK_DAYS, [(channel, today, 0) for channel in channels])
    cursor.execute(DAYS, (channels,))
    mails: dict[int, int] = dict(cursor.fetchall())
    changed: list[tuple[Any, ...]] = []
    made: list[NoticeMailDue] = []
    for row in due:
        key = (row.channel_id, row.kind)
        waits, reference, made_at = row.next, row.reference, row.made_at
        if row.on_its_way:
            # It has what is new when it leaves; what comes after that waits for the next one.
            waits = waits or row.now
        elif key in untold and mails[row.channel_id] >= most_a_day:
            waits = waits or _tomorrow(row.now)
        elif key in untold:
            reference, made_at = secrets.token_hex(16), row.now
            mails[row.channel_id] += 1
            made.append(NoticeMailDue(row.channel_id, reference))
        changed.append((*key, waits, reference, made_at))
    cursor.executemany(SET, changed)
    cursor.executemany(COUNT, [(channel, today, mails[channel]) for channel in channels])
    events.publish_all(cursor, made)


def _tomorrow(now: dt.datetime) -> dt.datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
