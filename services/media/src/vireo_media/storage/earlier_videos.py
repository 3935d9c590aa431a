"""Videos that were published before there were streams and captions: the jobs that make both."""

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_media.core.uploads import Step, UploadState
from vireo_media.storage import uploads

# What has failed is begun anew by its owner.
WITHOUT_STREAM = """
SELECT u.PathHash, u.UploadID, v.ChannelID FROM Uploads u JOIN Videos v USING (PathHash)
WHERE u.PathHash > %s AND u.State = 'published' AND u.Step = 'done' AND u.Failure IS NULL
    AND NOT EXISTS (SELECT 1 FROM Renditions r WHERE r.PathHash = u.PathHash)
ORDER BY u.PathHash LIMIT 100
"""

LOCK = """
SELECT State, Step FROM Uploads WHERE PathHash = %s AND UploadID = %s FOR UPDATE
"""

# Of a channel's jobs the cheapest runs first: what is uploaded today has its stream before.
LAST = 1 << 60


def add_jobs(database: Database) -> int:
    """Have streams, captions and chapters made of all that have none; how many there are.

    Doing so again adds nothing for those that wait already.
    """
    count, after = 0, ""
    while True:
        with database.read() as cursor:
            cursor.execute(WITHOUT_STREAM, (after,))
            rows = cursor.fetchall()
        for hash_path, upload_id, channel_id in rows:
            count += _add(database, hash_path, upload_id, str(channel_id))
            after = hash_path
        if not rows:
            return count


def _add(database: Database, hash_path: str, upload_id: str, turn_of: str) -> bool:
    def work(cursor: Cursor) -> bool:
        cursor.execute(LOCK, (hash_path, upload_id))
        if cursor.fetchone() != (UploadState.PUBLISHED, Step.DONE):
            return False
        uploads.set_step(cursor, hash_path, upload_id, Step.RENDITIONS)
        uploads.add_render_job(cursor, hash_path, upload_id, turn_of, LAST, of_film=True)
        uploads.add_texts_job(cursor, hash_path, upload_id, turn_of, LAST)
        return True

    return database.transaction("earlier_videos.add", work)
