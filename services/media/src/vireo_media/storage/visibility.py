"""Which videos are closed, and the jobs that have their files served no more, or again.

That is decided in ``Videos``, which is catalog's and community's. Whoever puts files in place holds
the row of the upload and asks then, so the last one to do so goes by what holds now.
"""

from collections.abc import Mapping, Sequence

from pymysql.cursors import Cursor

from vireo_common import jobs
from vireo_common.database import Database
from vireo_media.storage.files import MediaFiles

VISIBILITY_QUEUE = "visibility"
OF_VIDEO, OF_CHANNEL = "show_or_hide", "show_or_hide_all"
# The disk may be in trouble for a while, and what was decided has to become true.
ATTEMPTS = 20
# A channel may have tens of thousands: a video that is hidden meanwhile waits for so many alone.
PAGE = 200

CLOSED = "HiddenBy <> 0 OR Visibility IN ('private', 'scheduled')"

HIDDEN = f"SELECT {CLOSED} FROM Videos WHERE PathHash = %s"

# Shared: whether the video is there, and seen by others, is as it is until this is committed.
UNSEEN = f"""
SELECT {CLOSED} OR State <> 'ready' FROM Videos WHERE PathHash = %s LOCK IN SHARE MODE
"""

LOCK = "SELECT 1 FROM Uploads WHERE PathHash = %s FOR UPDATE"

# Not one that failed, and is tried again after a while.
WAITS = """
SELECT 1 FROM Jobs WHERE Queue = %s AND State = 'queued' AND RunAfter <= NOW(3) AND Kind = %s
    AND Subject = %s LIMIT 1
"""

OF_THE_CHANNEL = """
SELECT VideoID, PathHash FROM Videos WHERE ChannelID = %s AND VideoID > %s
ORDER BY VideoID LIMIT %s
"""


class VisibilityTable:
    """What is hidden, in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(self, hash_path: str, files: MediaFiles) -> None:
        """Have the files of a video where they belong now; there may be none yet."""

        def work(cursor: Cursor) -> None:
            if cursor.execute(LOCK, (hash_path,)):
                files.place(hash_path, hidden=is_hidden(cursor, hash_path))
                files.place_captions(hash_path, unseen=is_unseen(cursor, hash_path))
                files.name_relatively(hash_path)

        self._database.transaction("visibility.apply", work)

    def of_channel(self, channel_id: int, after: int) -> Sequence[tuple[int, str]]:
        """Ids and hash paths of a channel's videos beyond an id, ``PAGE`` at the most."""
        with self._database.read() as cursor:
            cursor.execute(OF_THE_CHANNEL, (channel_id, after, PAGE))
            return [(int(video_id), str(hash_path)) for video_id, hash_path in cursor.fetchall()]


def is_hidden(cursor: Cursor, hash_path: str) -> bool:
    """Whether nobody is served the files of a video without a grant: moderators have hidden it, or
    its owner shows it to some alone. So is one that is gone: its files may wait for removal."""
    cursor.execute(HIDDEN, (hash_path,))
    row = cursor.fetchone()
    return row is None or bool(row[0])


def is_unseen(cursor: Cursor, hash_path: str) -> bool:
    """The same of captions, which are there before the video is ready."""
    cursor.execute(UNSEEN, (hash_path,))
    row = cursor.fetchone()
    return row is None or bool(row[0])


def add_job_of_video(cursor: Cursor, hash_path: str, channel_id: int) -> None:
    """Have a video's files served no more, or again, as its row says."""
    # The one that waits will go by what the row says then.
    if not cursor.execute(WAITS, (VISIBILITY_QUEUE, OF_VIDEO, hash_path)):
        _enqueue(cursor, OF_VIDEO, hash_path, str(channel_id))


def add_job_of_channel(cursor: Cursor, channel_id: int) -> None:
    """The same for all videos of a channel, a page in each job."""
    add_job_of_rest(cursor, str(channel_id), after=0)


def add_job_of_rest(cursor: Cursor, subject: str, after: int) -> None:
    """The same for those beyond an id; it waits behind what is in the queue by now."""
    _enqueue(cursor, OF_CHANNEL, subject, subject, {"after": after})


def _enqueue(
    cursor: Cursor, kind: str, subject: str, turn_of: str, payload: Mapping[str, int] | None = None
) -> None:
    jobs.enqueue(
        *(cursor, VISIBILITY_QUEUE, kind, subject, payload),
        max_attempts=ATTEMPTS,
        turn_of=turn_of,
    )
