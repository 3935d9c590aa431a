"""The job ``verify``: is what was published as a copy whole? If not, it is encoded instead."""

import threading

from pymysql.cursors import Cursor

from vireo_common import jobs
from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_common.logs import get_logger
from vireo_media.core.uploads import UploadState
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import RENDITIONS_QUEUE, UploadGone, UploadTable
from vireo_media.tools.decode import decodes
from vireo_media.tools.measure import NotMade, measure
from vireo_media.tools.sandbox import LimitExceeded
from vireo_media.worker.encoder_turns import BehindEncodes

log = get_logger()


# Most copies are whole: what people watch is encoded first, unless there is always something.
WAIT_SECONDS, LOOK_SECONDS = 300.0, 5.0


class Verifier:
    """Decodes published copies to their end.

    Args:
        turn: when it may begin.
    """

    def __init__(
        self,
        queue: JobQueue,
        uploads: UploadTable,
        files: MediaFiles,
        turn: BehindEncodes,
    ) -> None:
        self._queue = queue
        self._uploads = uploads
        self._files = files
        self._turn = turn

    def verify(self, job: Job, stop: threading.Event) -> None:
        """Have a copy encoded that does not decode to its end; it is served until that is done."""
        upload = self._uploads.find(job.subject)
        if upload is None or upload.upload_id != job.payload["upload_id"]:
            self._queue.finish(job)
            return
        self._turn.wait()
        if self._is_whole(job.subject, stop):
            self._queue.finish(job)
            return
        log.warning("copy_is_damaged", hash_path=job.subject)

        def also(cursor: Cursor) -> None:
            # Not published any more: the janitor leaves alone what is made of it now.
            state = UploadState.STORED
            upload_rows.set_state(cursor, job.subject, upload.upload_id, state)
            # Before its channel's other ones: this one is being watched.
            names = (job.subject, upload.upload_id, job.turn_of)
            upload_rows.add_encode_job(cursor, *names, cost=0, may_copy=False, is_watched=True)
            upload_rows.set_failure(cursor, job.subject, upload.upload_id, None)
            # They are made of the damaged copy.
            jobs.cancel(cursor, RENDITIONS_QUEUE, job.subject)

        try:
            self._queue.finish(job, also)
        except UploadGone:
            raise LeaseLost from None

    def give_up(self, job: Job, error: str) -> None:
        """Leave a copy as it is that could not be looked through."""
        self._queue.quarantine(job, error, lambda cursor: None)

    def _is_whole(self, hash_path: str, stop: threading.Event) -> bool:
        try:
            with self._files.blobs.fetch(self._files.film(hash_path)) as video:
                seconds = measure(video, stop=stop).duration
                return decodes(video, seconds, stop=stop)
        except (NotMade, FileNotFoundError):
            return False
        except LimitExceeded as error:
            # It is too much for the bounds of one child: that says nothing about the file.
            log.warning("copy_not_verified", hash_path=hash_path, error=str(error))
            return True
