"""Visibilities of videos: what follows when one changes, and what is published at its time."""

import datetime as dt
from functools import partial

from pymysql.cursors import Cursor

from vireo_catalog.storage import words
from vireo_catalog.storage.progress import COUNT, Locked, lock, show
from vireo_common import events
from vireo_common.database import SWEEP_ROWS, Database
from vireo_common.events import VideoVisibilityChanged
from vireo_videos.visibility import Visibility

# What is hidden waits until it is shown again. A few of each channel: what others have scheduled is
# not to wait for all of one.
DUE = """
SELECT PathHash FROM (
    SELECT PathHash, PublishAt,
        ROW_NUMBER() OVER (PARTITION BY ChannelID ORDER BY PublishAt) AS Place
    FROM Videos WHERE PublishAt <= UTC_TIMESTAMP() AND HiddenBy = 0) due
WHERE Place <= 3 ORDER BY PublishAt LIMIT %s
"""

IS_DUE = """
SELECT 1 FROM Videos WHERE VideoID = %s AND PublishAt <= UTC_TIMESTAMP() AND HiddenBy = 0
"""

# Lists are in the order of this time: what was not seen before comes first.
NEWEST_NOW = "UPDATE Videos SET Upload = UTC_TIMESTAMP() WHERE VideoID = %s"

PUBLISHED_BEFORE = """
UPDATE Videos SET PublishedAt = Upload WHERE VideoID = %s AND PublishedAt IS NULL
"""

SET_VISIBILITY = "UPDATE Videos SET Visibility = %s, PublishAt = %s WHERE VideoID = %s"


class Schedule:
    """Videos in MariaDB that are to be published."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish_due(self) -> int:
        """Make some scheduled videos public whose time has come; how many."""
        with self._database.read() as cursor:
            cursor.execute(DUE, (SWEEP_ROWS,))
            due = [str(hash_path) for (hash_path,) in cursor.fetchall()]
        for hash_path in due:
            self._database.transaction(
                "videos.publish_due", partial(_publish_due, hash_path=hash_path)
            )
        return len(due)


def follow(cursor: Cursor, hash_path: str, found: Locked, visibility: Visibility) -> None:
    """Have the rest follow another visibility of a video whose row is locked."""
    if visibility == found.visibility:
        return
    is_public = found.is_public_as(visibility)
    if is_public and not found.is_public:
        if found.published_at is None:
            cursor.execute(NEWEST_NOW, (found.video_id,))
            words.index_anew(cursor, found.video_id)
        show(cursor, hash_path, found)
    elif found.is_public and not is_public:
        cursor.execute(COUNT, (found.channel_id, -1, -1))
        # Of one that got ready with an earlier version beside this one, or while it was hidden.
        cursor.execute(PUBLISHED_BEFORE, (found.video_id,))
    events.publish(cursor, VideoVisibilityChanged(hash_path, found.channel_id))


def as_column(moment: dt.datetime) -> dt.datetime:
    """As a column has it, in whole seconds: the next one, for nothing is published early."""
    whole = moment.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None)
    return whole + dt.timedelta(seconds=1) if moment.microsecond else whole


def _publish_due(cursor: Cursor, hash_path: str) -> None:
    found = lock(cursor, hash_path)
    # Its owner may have been quicker, or another worker.
    if found is None or not cursor.execute(IS_DUE, (found.video_id,)):
        return
    cursor.execute(SET_VISIBILITY, (Visibility.PUBLIC, None, found.video_id))
    follow(cursor, hash_path, found, Visibility.PUBLIC)
