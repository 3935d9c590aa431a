"""The table ``Videos``, of which community may read what lists show."""

from collections.abc import Sequence
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_community.core.videos import Subject
from vireo_videos.video import CommentsPolicy
from vireo_videos.visibility import VIEWERS, HiddenBy, State, Visibility, viewers_of

COLUMNS = f"""
v.VideoID, v.ChannelID, v.State, v.PathHash, v.CommentsPolicy, v.HiddenBy, v.Visibility, {VIEWERS}
"""

COUNTERS = "k.PinnedID, COALESCE(k.InReview, 0)"

BY_HASH = f"""
SELECT {COLUMNS}, {COUNTERS}, v.Duration
FROM Videos v LEFT JOIN VideoCounters k ON k.VideoID = v.VideoID
WHERE v.PathHash = %s
"""

LOCK = f"SELECT {COLUMNS} FROM Videos v WHERE v.VideoID = %s FOR UPDATE"

HOLD_AND_READ = f"SELECT {COLUMNS} FROM Videos v WHERE v.VideoID = %s LOCK IN SHARE MODE"

HOLD = "SELECT 1 FROM Videos WHERE VideoID = %s LOCK IN SHARE MODE"


class VideoTable:
    """Videos in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, hash_path: str) -> Subject | None:
        """The video in whatever state."""
        with self._database.read() as cursor:
            cursor.execute(BY_HASH, (hash_path,))
            row = cursor.fetchone()
        return subject(row) if row else None


def subject(row: Sequence[Any]) -> Subject:
    """A row of ``COLUMNS`` as a value, ``COUNTERS`` behind them or not."""
    video_id, channel_id, state, hash_path, policy, *seen_by, viewers = row[:8]
    where = (video_id, channel_id, State(state), hash_path, CommentsPolicy(policy))
    hidden_by, visibility = seen_by
    who = (HiddenBy(hidden_by), Visibility(visibility), viewers_of(viewers))
    return Subject(*where, *who, *row[8:])


def lock_video(cursor: Cursor, video_id: int) -> Subject | None:
    """Lock a video's row for the caller's transaction; ``None`` where it is gone."""
    cursor.execute(LOCK, (video_id,))
    row = cursor.fetchone()
    return subject(row) if row else None


def held_video(cursor: Cursor, video_id: int) -> Subject:
    """What ``hold_video`` does; the video as it is then.

    Raises:
        Failure: ``not_found`` where it is gone.
    """
    cursor.execute(HOLD_AND_READ, (video_id,))
    row = cursor.fetchone()
    if row is None:
        raise Failure(Code.NOT_FOUND)
    return subject(row)


def hold_video(cursor: Cursor, video_id: int) -> None:
    """Keep a video from being deleted until the caller's transaction ends; see ``hold_channels``.

    Raises:
        Failure: ``not_found`` where it is gone.
    """
    if not cursor.execute(HOLD, (video_id,)):
        raise Failure(Code.NOT_FOUND)
