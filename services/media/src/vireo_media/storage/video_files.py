"""What there is of a video beside its MP4, put together for catalog."""

import json

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.events import VideoFilesChanged

STREAM = """
SELECT EXISTS (
    SELECT 1 FROM Renditions r JOIN Uploads u ON u.PathHash = r.PathHash AND u.UploadID = r.UploadID
    WHERE r.PathHash = %s AND r.Height > 0 AND r.State = 'ready')
"""

CAPTIONS = "SELECT Language, Label FROM Captions WHERE PathHash = %s ORDER BY Language"

CHAPTERS = "SELECT Chapters FROM FileChapters WHERE PathHash = %s"

STORYBOARD = "SELECT EXISTS (SELECT 1 FROM VideoPictures WHERE PathHash = %s AND Storyboard = 1)"

# Of two that change something of one video, the second waits here, and sees what the first did.
LOCK = "SELECT 1 FROM Uploads WHERE PathHash = %s FOR UPDATE"


class FilesChange:
    """What there is of a video, published in a transaction, and then told at once too."""

    def __init__(self, hash_path: str) -> None:
        self.files = VideoFilesChanged(hash_path)
        self.event_id = 0

    def publish(self, cursor: Cursor, *, thumbnail_version: str | None = None) -> None:
        """Have catalog hear of all that there is, as the caller's transaction leaves it.

        Args:
            thumbnail_version: of another thumbnail that there is from now on.
        """
        hash_path = self.files.hash_path
        cursor.execute(LOCK, (hash_path,))
        cursor.execute(STREAM, (hash_path,))
        ((stream,),) = cursor.fetchall()
        cursor.execute(STORYBOARD, (hash_path,))
        ((storyboard,),) = cursor.fetchall()
        self.files = VideoFilesChanged(
            hash_path,
            stream=bool(stream),
            storyboard=bool(storyboard),
            captions=_captions(cursor, hash_path),
            chapters=_chapters(cursor, hash_path),
            thumbnail_version=thumbnail_version,
        )
        self.event_id = events.publish(cursor, self.files)


def _captions(cursor: Cursor, hash_path: str) -> list[dict[str, str]]:
    cursor.execute(CAPTIONS, (hash_path,))
    return [{"language": language, "label": label} for language, label in cursor.fetchall()]


def _chapters(cursor: Cursor, hash_path: str) -> list[dict[str, float | str]]:
    cursor.execute(CHAPTERS, (hash_path,))
    row = cursor.fetchone()
    found: list[dict[str, float | str]] = json.loads(row[0]) if row else []
    return found
