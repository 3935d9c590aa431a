"""How far uploads are: their rows, their renditions and their jobs."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from pymysql.cursors import Cursor

from vireo_common import events, jobs
from vireo_common.database import Database
from vireo_common.events import VideoStateChanged
from vireo_media.core.processing import Owned, Processing, RenditionProgress, State
from vireo_media.core.uploads import Step, UploadState
from vireo_media.storage import renditions, video_pictures
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.uploads import (
    ENCODE_QUEUE,
    MEDIA_QUEUE,
    RENDITIONS_QUEUE,
    TEXTS_QUEUE,
    VERIFY_QUEUE,
    add_texts_job,
    add_verify_job,
)

OWNED = "SELECT ChannelID, IsPublic FROM Videos WHERE PathHash = %s"

UPLOAD = """
SELECT UploadID, State, Reason, Step, Failure, ExpectedAt, FirstPlaySeconds FROM Uploads
WHERE PathHash = %s
"""

# There is one at a time; what was put aside is an earlier one.
JOB = """
SELECT Queue, State, Attempts, Turn, JobID FROM Jobs
WHERE Queue IN (%s, %s, %s) AND Subject = %s
ORDER BY State = 'quarantined', JobID DESC LIMIT 1
"""

# Who is before it in its queue, and of the renditions also all that is to be played first.
BEFORE = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM Jobs
    WHERE Queue = %s AND State = 'queued' AND (Turn < %s OR Turn = %s AND JobID < %s) LIMIT 10000
) few
"""
ALL_OF = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM Jobs WHERE Queue = %s AND State = 'queued' LIMIT 10000
) few
"""

LOCK = """
SELECT UploadID, State, Failure, FirstPlaySeconds FROM Uploads WHERE PathHash = %s FOR UPDATE
"""

# Who is told of it can have it tried again.
NO_PICTURES = "The storyboard, the preview and frames to choose from could not be made."

# What is done beside the renditions and was given up, for its worker died each time: how it is
# begun anew, and what is missing without it.
BESIDES = {
    TEXTS_QUEUE: (add_texts_job, "Captions and chapters in the file could not be looked for."),
    VERIFY_QUEUE: (add_verify_job, "Whether the video plays to its end could not be seen."),
}

# A file that another job has looked through since then lacks nothing.
PUT_ASIDE = """
SELECT DISTINCT j.Queue FROM Jobs j
WHERE j.Queue IN (%s, %s) AND j.Subject = %s AND j.State = 'quarantined' AND NOT (
    j.Queue = %s AND EXISTS (
        SELECT 1 FROM FileChapters f
        JOIN Uploads u ON u.PathHash = f.PathHash AND u.UploadID = f.UploadID
        WHERE f.PathHash = j.Subject))
"""

FORGET_PUT_ASIDE = """
DELETE FROM Jobs WHERE Queue IN (%s, %s) AND Subject = %s AND State = 'quarantined'
"""


class _Upload(NamedTuple):
    """A row of ``UPLOAD``."""

    upload_id: str
    state: str
    reason: str
    step: str
    failure: str | None
    expected_at: dt.datetime | None
    first_play_seconds: float | None


class _Job(NamedTuple):
    """A row of ``JOB``."""

    queue: str
    state: str
    attempts: int
    turn: int
    job_id: int


class ProcessingTable:
    """See ``core.processing.ProcessingStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def owned(self, hash_path: str) -> Owned | None:
        """Whose video it is."""
        with self._database.read() as cursor:
            cursor.execute(OWNED, (hash_path,))
            row = cursor.fetchone()
        return Owned(row[0], bool(row[1])) if row else None

    def of(self, hash_path: str) -> Processing:
        """How far it is."""
        with self._database.read() as cursor:
            cursor.execute(UPLOAD, (hash_path,))
            row = cursor.fetchone()
            if row is None:
                return Processing(State.WAITING, Step.QUEUED, None, None, "", 0, (), None)
            upload = _Upload(*row)
            rows = renditions.of_upload(cursor, hash_path, upload.upload_id)
            job = _job(cursor, hash_path)
            place = _place(cursor, job) if job and job.state == "queued" else None
            missing = [BESIDES[queue][1] for queue in _put_aside(cursor, hash_path)]
            if video_pictures.have_failed(cursor, hash_path):
                missing.append(NO_PICTURES)
        running = job is not None and job.state == "running"
        expected = upload.expected_at.replace(tzinfo=dt.UTC) if upload.expected_at else None
        # What stands still, or has died, tells nothing new.
        if expected and (not running or expected < dt.datetime.now(dt.UTC)):
            expected = None
        return Processing(
            state=_state(upload, job),
            step=_step(upload, job),
            place=place,
            expected=expected,
            reason=upload.failure or upload.reason or " ".join(missing),
            attempts=job.attempts if job else 0,
            renditions=_progress(rows),
            first_play_seconds=upload.first_play_seconds,
        )

    def retry(self, hash_path: str, channel_id: int) -> bool:
        """Begin what has failed anew; ``False`` where nothing has."""

        def work(cursor: Cursor) -> bool:
            if not cursor.execute(LOCK, (hash_path,)):
                return False
            ((upload_id, state, failure, first_play),) = cursor.fetchall()
            names = (hash_path, upload_id, str(channel_id))
            besides = video_pictures.try_again(cursor, *names)
            for queue in _put_aside(cursor, hash_path):
                jobs.cancel(cursor, queue, hash_path)
                BESIDES[queue][0](cursor, *names, cost=0)
                besides = True
            if failure is None:
                return besides
            cursor.execute(FORGET_PUT_ASIDE, (ENCODE_QUEUE, RENDITIONS_QUEUE, hash_path))
            upload_rows.set_failure(cursor, hash_path, upload_id, None)
            renditions.set_unfinished(cursor, hash_path, upload_id, "waiting")
            if state == UploadState.PUBLISHED:
                upload_rows.set_step(cursor, hash_path, upload_id, Step.RENDITIONS)
                rows = renditions.of_upload(cursor, hash_path, upload_id)
                ready = [row for row in rows if row.state == "ready"]
                # Of what was encoded there is always one that was made of the original.
                of_film = all(row.of_film for row in ready)
                note = next((row.note for row in ready if row.note), "")
                upload_rows.add_render_job(cursor, *names, 0, of_film=of_film, note=note)
            else:
                upload_rows.set_step(cursor, hash_path, upload_id, Step.QUEUED)
                # A copy that is watched was damaged, and is not replaced by less.
                was_played = first_play is not None
                upload_rows.add_encode_job(
                    cursor, *names, cost=0, may_copy=not was_played, is_watched=was_played
                )
                events.publish(cursor, VideoStateChanged(hash_path, "waiting"))
            return True

        return self._database.transaction("processing.retry", work)


def _put_aside(cursor: Cursor, hash_path: str) -> Sequence[str]:
    """The queues of ``BESIDES`` in which its job was given up."""
    cursor.execute(PUT_ASIDE, (*BESIDES, hash_path, TEXTS_QUEUE))
    return [queue for (queue,) in cursor.fetchall()]


def _job(cursor: Cursor, hash_path: str) -> _Job | None:
    cursor.execute(JOB, (MEDIA_QUEUE, ENCODE_QUEUE, RENDITIONS_QUEUE, hash_path))
    row = cursor.fetchone()
    return _Job(*row) if row else None


def _place(cursor: Cursor, job: _Job) -> int:
    cursor.execute(BEFORE, (job.queue, job.turn, job.turn, job.job_id))
    ((before,),) = cursor.fetchall()
    if job.queue == RENDITIONS_QUEUE:
        cursor.execute(ALL_OF, (ENCODE_QUEUE,))
        ((first,),) = cursor.fetchall()
        before += first
    return int(before) + 1


def _state(upload: _Upload, job: _Job | None) -> State:
    if upload.failure is not None and upload.state != UploadState.PUBLISHED:
        return State.FAILED
    if upload.state == UploadState.REFUSED:
        return State.WAITING
    if upload.state == UploadState.PUBLISHED and upload.step == Step.DONE:
        return State.READY
    return State.PROCESSING if job and job.state == "running" else State.WAITING


def _step(upload: _Upload, job: _Job | None) -> Step:
    """What the row does not say, for it is over in a moment, follows from the job."""
    if upload.step == Step.QUEUED and job and job.queue == MEDIA_QUEUE and job.state == "running":
        return Step.PROBE if upload.state == UploadState.RECEIVED else Step.COPY
    return Step(upload.step)


def _progress(rows: Sequence[renditions.RenditionRow]) -> Sequence[RenditionProgress]:
    return [
        RenditionProgress(row.height, State(row.state), row.percent, row.size, row.cost)
        for row in rows
        if row.height
    ]
