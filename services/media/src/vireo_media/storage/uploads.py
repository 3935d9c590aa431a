"""The table ``Uploads``, with the jobs that are committed together with its rows."""

import datetime as dt
from collections.abc import Mapping, Sequence

from pymysql.cursors import Cursor

from vireo_common import jobs
from vireo_common.database import Database, Duplicate
from vireo_media.core.uploads import AlreadyUploaded, Received, Step, Upload, UploadState
from vireo_media.storage import figures, renditions, video_pictures

MEDIA_QUEUE = "media"
ENCODE_QUEUE = "encode"
RENDITIONS_QUEUE = "renditions"
VERIFY_QUEUE = "verify"
TEXTS_QUEUE = "texts"
PREPARE, ENCODE, VERIFY = "prepare", "encode", "verify"
RENDER, TEXTS = "render", "texts"
OF_VIDEOS = (MEDIA_QUEUE, ENCODE_QUEUE, RENDITIONS_QUEUE, VERIFY_QUEUE, TEXTS_QUEUE)
# A file that kills its worker so often is given up.
ATTEMPTS = 3

BY_HASH = """
SELECT PathHash, UploadID, State, Code, Reason, Step FROM Uploads WHERE PathHash = %s
"""

# {} has a placeholder for each.
RECEIVED = """
SELECT PathHash, UploadID, State, Bytes, ReceivedAt FROM Uploads WHERE PathHash IN ({})
"""

FORGET_REFUSED = "DELETE FROM Uploads WHERE PathHash = %s AND State = 'refused'"

INSERT = """
INSERT INTO Uploads (PathHash, UploadID, State, Bytes, ReceivedAt)
VALUES (%s, %s, 'received', %s, NOW(3))
"""

WITHDRAW = """
DELETE FROM Uploads WHERE PathHash = %s AND UploadID = %s AND State = 'received'
"""

SET_STATE = "UPDATE Uploads SET State = %s WHERE PathHash = %s AND UploadID = %s"

REFUSE = """
UPDATE Uploads SET State = 'refused', Code = %s, Reason = %s
WHERE PathHash = %s AND UploadID = %s AND State = 'received'
"""

DELETE = "DELETE FROM Uploads WHERE PathHash = %s"

DELETE_TUS = "DELETE FROM TusUploads WHERE PathHash = %s"

DELETE_CAPTIONS = "DELETE FROM Captions WHERE PathHash = %s"

DELETE_CHAPTERS = "DELETE FROM FileChapters WHERE PathHash = %s"

LOCK = "SELECT State FROM Uploads WHERE PathHash = %s AND UploadID = %s FOR UPDATE"

SET_STEP = """
UPDATE Uploads SET Step = %s, ExpectedAt = NULL WHERE PathHash = %s AND UploadID = %s
"""

SET_FAILURE = """
UPDATE Uploads SET Failure = %s, ExpectedAt = NULL WHERE PathHash = %s AND UploadID = %s
"""

SET_FIRST_PLAY = """
UPDATE Uploads SET FirstPlaySeconds = TIMESTAMPDIFF(MICROSECOND, ReceivedAt, NOW(3)) / 1e6
WHERE PathHash = %s AND UploadID = %s AND FirstPlaySeconds IS NULL
"""

FIRST_PLAY = "SELECT FirstPlaySeconds FROM Uploads WHERE PathHash = %s AND UploadID = %s"

# A worker of this version sets both in one transaction.
PUBLISHED_BEFORE = "UPDATE Uploads SET Step = 'done' WHERE State = 'published' AND Step = 'queued'"

SWEEP_REFUSED = """
DELETE FROM Uploads WHERE State = 'refused' AND ReceivedAt < NOW(3) - INTERVAL 1 HOUR
ORDER BY ReceivedAt LIMIT 1000
"""


class UploadGone(Exception):
    """The upload was withdrawn, or its video deleted, while it was worked on."""


class UploadTable:
    """Uploads in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, hash_path: str) -> Upload | None:
        """The upload of a hash path."""
        with self._database.read() as cursor:
            cursor.execute(BY_HASH, (hash_path,))
            row = cursor.fetchone()
        if row is None:
            return None
        hash_path, upload_id, state, code, reason, step = row
        return Upload(hash_path, upload_id, UploadState(state), code, reason, Step(step))

    def received(self, hash_paths: Sequence[str]) -> dict[str, Received]:
        """What has arrived for some hash paths, by hash path."""
        if not hash_paths:
            return {}
        statement = RECEIVED.format(", ".join(["%s"] * len(hash_paths)))
        with self._database.read() as cursor:
            cursor.execute(statement, tuple(hash_paths))
            rows = cursor.fetchall()
        return {
            hash_path: Received(upload_id, UploadState(state), size, at.replace(tzinfo=dt.UTC))
            for hash_path, upload_id, state, size, at in rows
        }

    def begin(self, hash_path: str, upload_id: str, channel_id: int, size: int) -> None:
        """Insert an upload, and the job that prepares it, when it is the channel's turn.

        Raises:
            AlreadyUploaded: unless the earlier one was refused.
        """

        try:
            self._database.transaction(
                "uploads.begin",
                lambda cursor: begin_in(cursor, hash_path, upload_id, channel_id, size),
            )
        except Duplicate:
            raise AlreadyUploaded from None

    def withdraw(self, hash_path: str, upload_id: str) -> bool:
        """Delete an upload that is ``received``, with its job; ``False`` where there is none."""

        def work(cursor: Cursor) -> bool:
            if cursor.execute(WITHDRAW, (hash_path, upload_id)) != 1:
                return False
            jobs.cancel(cursor, MEDIA_QUEUE, hash_path)
            return True

        return self._database.transaction("uploads.withdraw", work)

    def forget(self, hash_path: str) -> None:
        """Delete the upload of a video that was deleted, and its jobs."""

        def work(cursor: Cursor) -> None:
            # The row of the upload first: who holds it may be about to write the others.
            for statement in (DELETE, DELETE_CAPTIONS, DELETE_CHAPTERS):
                cursor.execute(statement, (hash_path,))
            renditions.forget(cursor, hash_path)
            for queue in OF_VIDEOS:
                jobs.cancel(cursor, queue, hash_path)
            video_pictures.forget(cursor, hash_path)
            cursor.execute(DELETE_TUS, (hash_path,))

        self._database.transaction("uploads.forget", work)

    def take_over(self) -> None:
        """Note that nothing more is made of what a worker of the version before has published."""
        self._database.write(PUBLISHED_BEFORE)

    def sweep(self) -> None:
        """Forget uploads that were refused, and were not sent again."""
        self._database.sweep(SWEEP_REFUSED)


def begin_in(
    cursor: Cursor,
    hash_path: str,
    upload_id: str,
    channel_id: int,
    size: int,
    *,
    is_kept: bool = False,
) -> None:
    """Insert an upload in the caller's transaction, and the job that prepares it.

    Args:
        is_kept: its bytes were acknowledged: where the disk is full the job waits, and refuses
            nothing.

    Raises:
        Duplicate: there is one that was not refused.
    """
    cursor.execute(FORGET_REFUSED, (hash_path,))
    cursor.execute(INSERT, (hash_path, upload_id, size))
    more = {"is_kept": True} if is_kept else {}
    _enqueue(cursor, MEDIA_QUEUE, PREPARE, hash_path, upload_id, str(channel_id), size, more)


def refuse(cursor: Cursor, hash_path: str, upload_id: str, code: str, reason: str) -> None:
    """Note in the caller's transaction why an upload is not taken."""
    cursor.execute(REFUSE, (code, reason[:255], hash_path, upload_id))


def set_state(cursor: Cursor, hash_path: str, upload_id: str, state: UploadState) -> None:
    """Set the state in the caller's transaction.

    Raises:
        UploadGone: the caller's transaction is to be rolled back.
    """
    if not cursor.execute(LOCK, (hash_path, upload_id)):
        raise UploadGone
    cursor.execute(SET_STATE, (state, hash_path, upload_id))


def add_encode_job(
    cursor: Cursor,
    hash_path: str,
    upload_id: str,
    turn_of: str,
    cost: int,
    *,
    may_copy: bool = True,
    is_watched: bool = False,
) -> None:
    """Have the video encoded, when it is its channel's turn.

    Args:
        may_copy: not where its frames can't be copied, that was tried.
        is_watched: a copy is published already, which is not replaced by less.
    """
    more = {"may_copy": may_copy, "is_watched": is_watched}
    _enqueue(cursor, ENCODE_QUEUE, ENCODE, hash_path, upload_id, turn_of, cost, more)


def add_render_job(
    cursor: Cursor,
    hash_path: str,
    upload_id: str,
    turn_of: str,
    cost: int,
    *,
    of_film: bool,
    note: str = "",
) -> None:
    """Have the renditions of a stream made that there are not, when it is the channel's turn.

    Args:
        of_film: of the published MP4, and not of the original.
        note: what is missing from the film.
    """
    more: dict[str, bool | str] = {"of_film": of_film, "note": note}
    _enqueue(cursor, RENDITIONS_QUEUE, RENDER, hash_path, upload_id, turn_of, cost, more)


def set_step(cursor: Cursor, hash_path: str, upload_id: str, step: Step) -> None:
    """Note how far the processing of an upload is."""
    cursor.execute(SET_STEP, (step, hash_path, upload_id))


def set_failure(cursor: Cursor, hash_path: str, upload_id: str, reason: str | None) -> None:
    """Note why no more is made of an upload; ``None``: another attempt begins."""
    cursor.execute(SET_FAILURE, (reason, hash_path, upload_id))


def set_first_play(cursor: Cursor, hash_path: str, upload_id: str) -> None:
    """Note that an upload can be played from this moment on, unless it could before."""
    if cursor.execute(SET_FIRST_PLAY, (hash_path, upload_id)):
        cursor.execute(FIRST_PLAY, (hash_path, upload_id))
        ((seconds,),) = cursor.fetchall()
        figures.count(cursor, figures.FIRST_PLAY, seconds)


def add_verify_job(cursor: Cursor, hash_path: str, upload_id: str, turn_of: str, cost: int) -> None:
    """Have a published copy decoded to its end, when it is its channel's turn."""
    _enqueue(cursor, VERIFY_QUEUE, VERIFY, hash_path, upload_id, turn_of, cost)


def add_texts_job(cursor: Cursor, hash_path: str, upload_id: str, turn_of: str, cost: int) -> None:
    """Have captions and chapters looked for in the original, when it is its channel's turn."""
    _enqueue(cursor, TEXTS_QUEUE, TEXTS, hash_path, upload_id, turn_of, cost)


def _enqueue(
    cursor: Cursor,
    queue: str,
    kind: str,
    hash_path: str,
    upload_id: str,
    turn_of: str,
    cost: int,
    more: Mapping[str, bool | str] | None = None,
) -> None:
    jobs.enqueue(
        cursor,
        queue,
        kind,
        hash_path,
        {"upload_id": upload_id, **(more or {})},
        max_attempts=ATTEMPTS,
        turn_of=turn_of,
        cost=cost,
    )
