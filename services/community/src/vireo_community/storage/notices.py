"""The tables ``Notices`` and ``NoticeBoxes``, what was told already, and what people want.

Every change of somebody's notices takes the next number of their row in ``NoticeBoxes``, which
stays locked until the commit: whoever has read up to one number has missed none below it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import SWEEP_ROWS, Database
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_community.core.notices import Digest, Kind, Note, Notice, Settings, Wanted
from vireo_community.storage.waiting_mails import settings_changed, wait
from vireo_videos.visibility import visible_to

# One more than any row has.
LAST = 1 << 63
NOBODY = 0
"""Stands for the actor of what is told once, whoever did it."""

# A recipient has no row here who is gone, does not want the kind, may not see the video or the
# comment, or has a block with the actor, in either direction; nobody has of what a suspended
# channel did.
WANTS = f"""
SELECT 1 FROM Channels c LEFT JOIN NoticeSettings s ON s.ChannelID = c.ChannelID AND s.Kind = %s
WHERE c.ChannelID = %s AND COALESCE(s.App, 1)
    AND NOT EXISTS (SELECT 1 FROM Blocks b WHERE b.ChannelID = c.ChannelID AND b.BlockedID = %s)
    AND NOT EXISTS (SELECT 1 FROM Blocks b WHERE b.ChannelID = %s AND b.BlockedID = c.ChannelID)
    AND (%s IS NULL OR EXISTS (
        SELECT 1 FROM Videos v
        WHERE v.VideoID = %s AND {visible_to("c.ChannelID")}))
    AND NOT EXISTS (
        SELECT 1 FROM Channels a WHERE a.ChannelID = %s AND a.SuspendedAt IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM Comments m
        WHERE m.CommentID = %s AND m.HiddenBy <> 0 AND m.ChannelID <> c.ChannelID)
LOCK IN SHARE MODE
"""

TELL_ONCE = """
INSERT IGNORE INTO NoticesTold (ChannelID, Kind, Subject, ActorID) VALUES (%s, %s, %s, %s)
"""

NEXT_CHANGE = """
INSERT INTO NoticeBoxes (ChannelID, LastChange) VALUES (%s, 1)
ON DUPLICATE KEY UPDATE LastChange = LastChange + 1
"""

CHANGE = "SELECT LastChange FROM NoticeBoxes WHERE ChannelID = %s"

INSERT = """
INSERT INTO Notices
    (ChannelID, Kind, Subject, `Change`, Count, VideoID, ActorID, CommentID, CreatedAt)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, NOW(3))
ON DUPLICATE KEY UPDATE Count = Count + VALUES(Count), `Change` = VALUES(`Change`),
    VideoID = VALUES(VideoID), ActorID = VALUES(ActorID), CommentID = VALUES(CommentID),
    CreatedAt = VALUES(CreatedAt)
"""

ROWS = f"""
SELECT n.NoticeID, n.ChannelID, n.`Change`, n.Kind, n.Count, v.PathHash, v.Title, a.Username,
    n.CommentID, n.CreatedAt, n.ReadAt, n.VideoID IS NOT NULL
FROM Notices n
LEFT JOIN Videos v ON v.VideoID = n.VideoID AND {visible_to("n.ChannelID")}
LEFT JOIN Channels a ON a.ChannelID = n.ActorID AND a.SuspendedAt IS NULL
"""

PAGE = f"{ROWS} WHERE n.ChannelID = %s AND n.`Change` < %s ORDER BY n.`Change` DESC LIMIT %s"

UNREAD_PAGE = f"""
{ROWS} WHERE n.ChannelID = %s AND n.ReadMark = 0 AND n.`Change` < %s
ORDER BY n.`Change` DESC LIMIT %s
"""

UNREAD = "SELECT COUNT(*) FROM Notices WHERE ChannelID = %s AND ReadMark = 0"

READ_UP_TO = """
UPDATE Notices SET ReadAt = NOW(3), ReadMark = NoticeID
WHERE ChannelID = %s AND ReadMark = 0 AND (`Change` <= %s OR NoticeID <= %s)
ORDER BY `Change` LIMIT 1000
"""

PLACE = "SELECT `Change` FROM Notices WHERE NoticeID = %s AND ChannelID = %s"

READ_THESE = """
UPDATE Notices SET ReadAt = NOW(3), ReadMark = NoticeID
WHERE ChannelID = %s AND ReadMark = 0 AND NoticeID IN %s
"""

KINDS = "SELECT Kind, App, Mail FROM NoticeSettings WHERE ChannelID = %s"
DIGEST = "SELECT Digest FROM NoticeDigests WHERE ChannelID = %s"

SET_KIND = """
INSERT INTO NoticeSettings (ChannelID, Kind, App, Mail)
VALUES (%s, %s, COALESCE(%s, 1), COALESCE(%s, 0))
ON DUPLICATE KEY UPDATE App = COALESCE(%s, App), Mail = COALESCE(%s, Mail)
"""

SET_DIGEST = """
INSERT INTO NoticeDigests (ChannelID, Digest) VALUES (%s, %s)
ON DUPLICATE KEY UPDATE Digest = VALUES(Digest)
"""

HOLD = "SELECT 1 FROM Channels WHERE ChannelID = %s LOCK IN SHARE MODE"

FOLLOWERS = "SELECT Subscribers FROM ChannelCounters WHERE ChannelID = %s"

WHOSE = "SELECT VideoID, ChannelID FROM Videos WHERE PathHash = %s"

SWEEP = """
DELETE FROM Notices WHERE CreatedAt < NOW(3) - INTERVAL 90 DAY ORDER BY CreatedAt LIMIT 1000
"""


class NoticeTable:
    """Notices in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, recipient: int, limit: int, cursor: str | None, *, unread: bool) -> Page[Notice]:
        """Somebody's notices, what changed last first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        (before,) = decode_cursor(cursor, (int,)) if cursor is not None else (LAST,)
        with self._database.read() as database_cursor:
            statement = UNREAD_PAGE if unread else PAGE
            database_cursor.execute(statement, (recipient, before, limit + 1))
            rows = [notice(row) for row in database_cursor.fetchall()]
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor([rows[limit - 1].change]) if more else None)

    def unread(self, recipient: int) -> int:
        """How many of somebody's notices are unread."""
        with self._database.read() as cursor:
            cursor.execute(UNREAD, (recipient,))
            ((count,),) = cursor.fetchall()
        return int(count)

    def read_up_to(self, recipient: int, notice_id: int) -> None:
        """Mark as read the notice and all that are older, by their change or by their id; nothing
        where it is none of theirs."""

        def work(cursor: Cursor) -> int:
            held = cursor.execute(HOLD, (recipient,))
            if not held or not cursor.execute(PLACE, (notice_id, recipient)):
                return 0
            ((change,),) = cursor.fetchall()
            next_change(cursor, recipient)
            return cursor.execute(READ_UP_TO, (recipient, change, notice_id))

        # In pieces: whoever makes them a notice meanwhile waits for one.
        while self._database.transaction("notices.read_up_to", work) == SWEEP_ROWS:
            pass

    def read_these(self, recipient: int, notice_ids: Sequence[int]) -> None:
        """Mark these as read, as far as they are theirs."""

        def work(cursor: Cursor) -> None:
            if cursor.execute(HOLD, (recipient,)):
                next_change(cursor, recipient)
                cursor.execute(READ_THESE, (recipient, list(notice_ids)))

        if notice_ids:
            self._database.transaction("notices.read_these", work)

    def settings(self, recipient: int) -> Settings:
        """What somebody wants."""
        with self._database.read() as cursor:
            cursor.execute(KINDS, (recipient,))
            found = {kind: Wanted(bool(app), bool(mail)) for kind, app, mail in cursor.fetchall()}
            cursor.execute(DIGEST, (recipient,))
            row = cursor.fetchone()
        return Settings(
            {kind: found.get(kind, Wanted()) for kind in Kind}, row[0] if row else "off"
        )

    def set_settings(
        self, recipient: int, kinds: Mapping[Kind, Mapping[str, bool]], digest: Digest | None
    ) -> None:
        """Change what is given of it."""

        def work(cursor: Cursor) -> None:
            if not cursor.execute(HOLD, (recipient,)):
                return
            cursor.execute(DIGEST, (recipient,))
            before = (cursor.fetchone() or ("off",))[0]
            for kind in sorted(kinds):
                app, mail = kinds[kind].get("app"), kinds[kind].get("mail")
                cursor.execute(SET_KIND, (recipient, kind, app, mail, app, mail))
            if digest is not None:
                cursor.execute(SET_DIGEST, (recipient, digest))
            ended = [kind for kind, wanted in kinds.items() if False in wanted.values()]
            settings_changed(cursor, recipient, ended, None if digest == before else digest)

        self._database.transaction("notices.set_settings", work)

    def sweep(self) -> None:
        """Delete notices of more than 90 days ago."""
        self._database.sweep(SWEEP)


def add(cursor: Cursor, note: Note) -> None:
    """Let somebody know, in the caller's transaction, if they are there and want to."""
    who = note.actor_id or NOBODY
    seen = (note.video_id, note.video_id, who, note.comment_id)
    if not cursor.execute(WANTS, (note.kind, note.recipient, who, who, *seen)):
        return
    subject = (note.recipient, note.kind, note.subject)
    actor = who if note.once_each else NOBODY
    if (note.once or note.once_each) and not cursor.execute(TELL_ONCE, (*subject, actor)):
        return
    change = next_change(cursor, note.recipient)
    about = (note.video_id, note.actor_id, note.comment_id)
    cursor.execute(INSERT, (*subject, change, note.count, *about))
    wait(cursor, note.kind, [note.recipient])


def whose(cursor: Cursor, hash_path: str) -> tuple[int, int] | None:
    """The id of a video, and its owner's; ``None`` where it is gone."""
    cursor.execute(WHOSE, (hash_path,))
    row = cursor.fetchone()
    return (int(row[0]), int(row[1])) if row else None


def followers_of(cursor: Cursor, channel_id: int) -> int:
    """How many follow a channel."""
    cursor.execute(FOLLOWERS, (channel_id,))
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def next_change(cursor: Cursor, recipient: int) -> int:
    """Lock somebody's notices until the caller's transaction ends; the number of its change."""
    cursor.execute(NEXT_CHANGE, (recipient,))
    cursor.execute(CHANGE, (recipient,))
    ((change,),) = cursor.fetchall()
    return int(change)


def notice(row: Sequence[Any]) -> Notice:
    """A row of ``ROWS`` as a value."""
    notice_id, recipient, change, kind, count, video, title, channel, comment, *rest = row
    created, read, about_video = rest
    return Notice(
        notice_id=notice_id,
        recipient=recipient,
        change=change,
        kind=Kind(kind),
        count=count,
        video=video,
        title=title,
        channel=channel,
        comment=comment,
        created=created.replace(tzinfo=dt.UTC),
        read=read is not None,
        about_video=bool(about_video),
    )
