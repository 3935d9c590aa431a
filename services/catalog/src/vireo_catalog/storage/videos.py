"""The table ``Videos``, with the counters and the reserved hash paths that go with it.

The index and the order of the join are forced: otherwise the optimizer sorts all videos where there
are few channels, and scans from the first page to reach a deep one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pymysql.cursors import Cursor

from vireo_catalog.core.videos import (
    AlreadyAnnounced,
    Change,
    ChannelGone,
    Files,
    HashPathTaken,
    Progress,
)
from vireo_catalog.core.writes import MOST_OPEN, ROOM, ROOM_A_SECOND, TooManyOpen, cost_of
from vireo_catalog.storage import words
from vireo_catalog.storage.progress import COUNT, lock, record, record_files
from vireo_catalog.storage.visibilities import as_column, follow
from vireo_common import events
from vireo_common.database import (
    SWEEP_BATCHES,
    SWEEP_ROWS,
    Database,
    Duplicate,
    MissingParent,
)
from vireo_common.errors import Code, Failure
from vireo_common.events import VideoChanged, VideoRemoved
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_common.roles import role_of
from vireo_common.token_bucket import TokenBucket
from vireo_videos.mine import Mine, mine
from vireo_videos.rows import (
    AFTER,
    LISTED,
    LISTED_JOINS,
    TO_OWNER,
    WHOLE,
    listed,
    place,
    position,
    video,
)
from vireo_videos.video import Video
from vireo_videos.visibility import PUBLIC, Visibility

WRITES = TokenBucket("ChannelWrites", ROOM, ROOM_A_SECOND)

# One more than the column can hold.
MOST_VIDEO_ID = 1 << 31

RESERVE = "INSERT INTO HashPaths (PathHash, RequestKey) VALUES (%s, %s)"

# What the key announced was deleted meanwhile: it announces another one.
FREE_KEY = """
UPDATE HashPaths SET RequestKey = NULL WHERE RequestKey = %s
    AND NOT EXISTS (SELECT 1 FROM Videos WHERE Videos.PathHash = HashPaths.PathHash)
"""

BY_REQUEST = "SELECT PathHash FROM HashPaths WHERE RequestKey = %s"

HOLD = """
SELECT SuspendedAt IS NOT NULL FROM Channels WHERE ChannelID = %s LOCK IN SHARE MODE
"""

INSERT = """
INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload)
VALUES (%s, %s, %s, %s, UTC_TIMESTAMP())
"""

# The count stops at the limit.
OPEN = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM Videos WHERE ChannelID = %s AND State = 'waiting' AND StoredAt IS NULL LIMIT %s
) few
"""

BY_HASH = f"""
SELECT STRAIGHT_JOIN {WHOLE} FROM Videos v {LISTED_JOINS} WHERE v.PathHash = %s
"""

NEWEST = f"""
SELECT STRAIGHT_JOIN {LISTED}
FROM Videos v FORCE INDEX (NewestPublic) {LISTED_JOINS}
WHERE v.{PUBLIC} {{after}}
ORDER BY v.Upload DESC, v.VideoID DESC LIMIT %s
"""

NEWEST_OF = f"""
SELECT STRAIGHT_JOIN {LISTED}
FROM Videos v FORCE INDEX (NewestPublicOfChannel) {LISTED_JOINS}
WHERE v.ChannelID = %s AND v.{PUBLIC} {{after}}
ORDER BY v.Upload DESC, v.VideoID DESC LIMIT %s
"""

# The newest announcement first, in whatever state; there is an index for this order too.
ALL_OF = f"""
SELECT STRAIGHT_JOIN {TO_OWNER}
FROM Videos v FORCE INDEX (OfChannel) {LISTED_JOINS}
WHERE v.ChannelID = %s AND v.VideoID < %s
ORDER BY v.VideoID DESC LIMIT %s
"""

CHANGE = """
UPDATE Videos SET Title = COALESCE(%s, Title), Description = COALESCE(%s, Description),
    CommentsPolicy = COALESCE(%s, CommentsPolicy), Visibility = %s, PublishAt = %s
WHERE VideoID = %s
"""

DELETE = "DELETE FROM Videos WHERE VideoID = %s"

# An upload that begins has another day, and as long as it lasts.
KEEP_OPEN = """
UPDATE Videos SET Upload = UTC_TIMESTAMP()
WHERE PathHash = %s AND StoredAt IS NULL AND Upload < UTC_TIMESTAMP() - INTERVAL 1 HOUR
"""

# Not of who is sending a body, which may take days at the least speed, or pieces of one; nor what
# media has reported as an event: it is not consumed yet, or was put aside.
LEFT_OPEN = """
SELECT PathHash, ChannelID, VideoID FROM Videos
WHERE State = 'waiting' AND StoredAt IS NULL AND Upload < UTC_TIMESTAMP() - INTERVAL 1 DAY
    AND NOT EXISTS (
        SELECT 1 FROM OpenUploads o
        WHERE o.ChannelID = Videos.ChannelID AND o.Kind = 'video' AND o.LeaseUntil > NOW(3))
    AND NOT EXISTS (
        SELECT 1 FROM TusUploads t WHERE t.PathHash = Videos.PathHash AND t.ExpiresAt > NOW(3))
    AND NOT EXISTS (
        SELECT 1 FROM Events e
        WHERE e.Subject = Videos.PathHash AND e.Kind = 'video_state_changed')
ORDER BY Upload LIMIT %s FOR UPDATE SKIP LOCKED
"""

# {} stands for placeholders.
DELETE_ALL = "DELETE FROM Videos WHERE VideoID IN ({})"


class VideoTable:
    """Videos in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        hash_path: str,
        channel_id: int,
        title: str,
        description: str,
        request_key: bytes | None = None,
    ) -> None:
        """Insert a video without bytes.

        Raises:
            HashPathTaken: it was given out before, if only to a video that has gone.
            AlreadyAnnounced: by a request with this key.
            ChannelGone: it was deleted meanwhile.
            TooFast, TooManyOpen: the account has to wait.
            Failure: ``suspended``: a moderator has suspended the channel meanwhile.
        """

        def work(cursor: Cursor) -> None:
            # Held: whoever suspends the channel hides this video too, or it is refused here.
            if cursor.execute(HOLD, (channel_id,)) and cursor.fetchone() != (0,):
                raise Failure(Code.SUSPENDED)
            WRITES.charge(cursor, channel_id, cost_of(title, description))
            cursor.execute(OPEN, (channel_id, MOST_OPEN))
            ((still_open,),) = cursor.fetchall()
            if still_open >= MOST_OPEN:
                raise TooManyOpen
            if request_key is not None:
                cursor.execute(FREE_KEY, (request_key,))
            cursor.execute(RESERVE, (hash_path, request_key))
            cursor.execute(INSERT, (hash_path, channel_id, title, description))

        try:
            self._database.transaction("videos.add", work)
        except Duplicate as duplicate:
            if duplicate.key == "RequestKey":
                raise AlreadyAnnounced(self._of_request(request_key)) from None
            raise HashPathTaken from None
        except MissingParent:
            raise ChannelGone from None

    def _of_request(self, request_key: bytes | None) -> str:
        with self._database.read() as cursor:
            cursor.execute(BY_REQUEST, (request_key,))
            ((hash_path,),) = cursor.fetchall()
        return str(hash_path)

    def find(self, hash_path: str) -> Video | None:
        """The video in whatever state."""
        with self._database.read() as cursor:
            cursor.execute(BY_HASH, (hash_path,))
            row = cursor.fetchone()
        return video(row) if row else None

    def newest(self, limit: int, cursor: str | None) -> Page[Video]:
        """A page of what is ready, newest first."""
        return self._page(NEWEST, (), limit, cursor)

    def newest_of(self, channel_id: int, limit: int, cursor: str | None) -> Page[Video]:
        """A page of what is ready of one channel, newest first."""
        return self._page(NEWEST_OF, (channel_id,), limit, cursor)

    def all_of(self, channel_id: int, limit: int, cursor: str | None) -> Page[Video]:
        """A page of a channel's videos in whatever state, the newest announcement first."""
        (before,) = decode_cursor(cursor, (int,)) if cursor is not None else (MOST_VIDEO_ID,)
        with self._database.read() as database_cursor:
            database_cursor.execute(ALL_OF, (channel_id, before, limit + 1))
            rows = [video(row) for row in database_cursor.fetchall()]
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor([rows[limit - 1].video_id]) if more else None)

    def mine(self, viewer: int, video_ids: Sequence[int]) -> Mapping[int, Mine]:
        """What the viewer has with each of these videos, by their ids."""
        with self._database.read() as cursor:
            return mine(cursor, viewer, video_ids)

    def is_moderator(self, viewer: int) -> bool:
        """Whether the viewer decides about what others show."""
        with self._database.read() as cursor:
            return role_of(cursor, viewer) is not None

    def change(self, hash_path: str, channel_id: int, change: Change) -> bool:
        """Change what is given of the channel's video; ``False`` where it has no such video.

        Raises:
            TooFast: the account has to wait.
        """
        texts = (change.title, change.description)

        def work(cursor: Cursor) -> bool:
            WRITES.charge(cursor, channel_id, cost_of(*texts))
            found = lock(cursor, hash_path)
            if found is None or found.channel_id != channel_id:
                return False
            visibility = change.visibility or Visibility(found.visibility)
            publish_at = found.publish_at
            if change.visibility is not None:
                publish_at = change.publish_at and as_column(change.publish_at)
            set_to = (change.comments_policy, visibility, publish_at)
            if cursor.execute(CHANGE, (*texts, *set_to, found.video_id)):
                if texts != (None, None):
                    words.index(cursor, [found.video_id])
                events.publish(cursor, VideoChanged(hash_path, channel_id))
            follow(cursor, hash_path, found, visibility)
            return True

        return self._database.transaction("videos.change", work)

    def record(self, hash_path: str, progress: Progress) -> bool:
        """Record what media reports; ``False`` where there is no such video: see ``record``."""
        return self._database.transaction(
            "videos.record", lambda cursor: record(cursor, hash_path, progress)
        )

    def record_files(self, hash_path: str, files: Files) -> bool:
        """Record what there is of it beside its MP4; see ``record_files``."""
        return self._database.transaction(
            "videos.record_files", lambda cursor: record_files(cursor, hash_path, files)
        )

    def remove(self, hash_path: str, channel_id: int) -> bool:
        """Delete the channel's video and have its files removed; ``False`` where the channel has
        no such video.

        If bytes are on their way, media's report is answered with ``not_found``, and media removes
        them.

        Raises:
            TooFast: the account has to wait.
        """

        def work(cursor: Cursor) -> bool:
            WRITES.charge(cursor, channel_id, cost_of())
            return delete(cursor, hash_path, channel_id)

        return self._database.transaction("videos.remove", work)

    def withdraw(self, hash_path: str, channel_id: int) -> None:
        """Delete the channel's video, unless bytes of it have arrived."""

        def work(cursor: Cursor) -> None:
            found = lock(cursor, hash_path)
            if found and found.stored_at is None:
                delete(cursor, hash_path, channel_id)

        self._database.transaction("videos.withdraw", work)

    def keep_open(self, hash_path: str) -> None:
        """Note that the bytes of an announced video may be on their way."""
        self._database.write(KEEP_OPEN, (hash_path,))

    def sweep(self) -> None:
        """Delete some announcements that got no bytes for a day."""

        def work(cursor: Cursor) -> int:
            cursor.execute(LEFT_OPEN, (SWEEP_ROWS,))
            gone = [VideoRemoved(*row) for row in cursor.fetchall()]
            if gone:
                ids = [event.video_id for event in gone]
                cursor.execute(DELETE_ALL.format(", ".join(["%s"] * len(ids))), ids)
                events.publish_all(cursor, gone)
            return len(gone)

        for _ in range(SWEEP_BATCHES):
            if self._database.transaction("videos.sweep", work) < SWEEP_ROWS:
                return

    def _page(
        self, statement: str, first: tuple[Any, ...], limit: int, cursor: str | None
    ) -> Page[Video]:
        after = position(cursor)
        with self._database.read() as database_cursor:
            database_cursor.execute(
                statement.format(after=AFTER if after else ""), (*first, *after, limit + 1)
            )
            rows = [listed(row) for row in database_cursor.fetchall()]
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor(place(rows[limit - 1])) if more else None)


def delete(cursor: Cursor, hash_path: str, channel_id: int) -> bool:
    """Delete a channel's video in the caller's transaction; ``False`` where it has no such one."""
    found = lock(cursor, hash_path)
    if found is None or found.channel_id != channel_id:
        return False
    cursor.execute(DELETE, (found.video_id,))
    if found.is_public:
        cursor.execute(COUNT, (channel_id, -1, -1))
    events.publish(cursor, VideoRemoved(hash_path, channel_id, found.video_id))
    return True
