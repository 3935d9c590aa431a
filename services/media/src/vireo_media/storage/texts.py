"""What was found of text in a file, written at once; and the jobs that look for it."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_media.core.captions import MOST_LANGUAGES, Source
from vireo_media.core.chapters import Chapter
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.captions import NewMaster, StagedTrack, of_video
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import UploadGone
from vireo_media.storage.video_files import FilesChange
from vireo_media.storage.visibility import is_unseen

LOCK = "SELECT 1 FROM Uploads WHERE PathHash = %s AND UploadID = %s FOR UPDATE"

LOOKED = "SELECT EXISTS (SELECT 1 FROM FileChapters WHERE PathHash = %s AND UploadID = %s)"

NOTE = """
INSERT INTO FileChapters (PathHash, UploadID, Chapters) VALUES (%s, %s, %s)
ON DUPLICATE KEY UPDATE UploadID = VALUES(UploadID), Chapters = VALUES(Chapters)
"""

READY = """
SELECT u.UploadID, u.Bytes, v.ChannelID
FROM Uploads u JOIN Videos v ON v.PathHash = u.PathHash
WHERE u.PathHash = %s AND u.State <> 'refused'
    AND NOT EXISTS (
        SELECT 1 FROM FileChapters f WHERE f.PathHash = u.PathHash AND f.UploadID = u.UploadID)
"""


def looked_through(database: Database, hash_path: str, upload_id: str) -> bool:
    """Whether the file of an upload was looked through, whatever was in it."""
    with database.read() as cursor:
        cursor.execute(LOOKED, (hash_path, upload_id))
        ((found,),) = cursor.fetchall()
    return bool(found)


def write_found(
    cursor: Cursor,
    files: MediaFiles,
    told: FilesChange,
    upload_id: str,
    staged: Sequence[StagedTrack],
    chapters: Sequence[Chapter],
) -> None:
    """Write what was found in a file of the video that ``told`` is about.

    What the owner has set in a language stays; what the owner has removed does not come back,
    because each file is looked through once.

    Raises:
        UploadGone: the caller's transaction is to be rolled back.
    """
    hash_path = told.files.hash_path
    if not cursor.execute(LOCK, (hash_path, upload_id)):
        raise UploadGone
    unseen, there = is_unseen(cursor, hash_path), of_video(cursor, hash_path)
    taken = [
        track
        for track in staged
        if track.track.language not in there
        or there[track.track.language].source == Source.FILE.value
    ]
    new = [track for track in taken if track.track.language not in there]
    for track in new[max(MOST_LANGUAGES - len(there), 0) :]:
        taken.remove(track)
    for track in taken:
        track.insert(cursor, hash_path, Source.FILE, there.get(track.track.language))
    cursor.execute(NOTE, (hash_path, upload_id, json.dumps([asdict(each) for each in chapters])))
    if taken or chapters:
        told.publish(cursor)
    master = NewMaster(cursor, files, hash_path, upload_id)
    for track in taken:
        files.publish_captions(track.transfer, unseen=unseen)
    if taken:
        master.publish()


def add_job_of_ready(cursor: Cursor, hash_path: str) -> None:
    """Have the file of a video that is ready looked through, unless that was done."""
    cursor.execute(READY, (hash_path,))
    for upload_id, size, channel_id in cursor.fetchall():
        upload_rows.add_texts_job(cursor, hash_path, upload_id, str(channel_id), size)
