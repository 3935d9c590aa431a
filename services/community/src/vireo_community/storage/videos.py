"""The table ``Videos``, of which community may read what lists show."""

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_community.core.videos import Subject
from vireo_videos.visibility import State

BY_HASH = "SELECT VideoID, ChannelID, State, Duration FROM Videos WHERE PathHash = %s"

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
        if row is None:
            return None
        video_id, channel_id, state, duration = row
        return Subject(video_id, channel_id, State(state), duration)


def hold_video(cursor: Cursor, video_id: int) -> None:
    """Keep a video from being deleted until the caller's transaction ends; see ``hold_channels``.

    Raises:
        Failure: ``not_found`` where it is gone.
    """
    if not cursor.execute(HOLD, (video_id,)):
        raise Failure(Code.NOT_FOUND)
