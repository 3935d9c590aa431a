"""The job ``verify``: is what was published as a copy whole? If not, it is encoded instead."""

import threading
from pathlib import Path

from pymysql.cursors import Cursor

from vireo_common import jobs
from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_common.logs import get_logger
from vireo_common.worker import TryLater
from vireo_media.core.uploads import UploadState
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import RENDITIONS_QUEUE, UploadGone, UploadTable
from vireo_media.tools.decode import decodes
from vireo_media.tools.measure import NotMade, measure
from vireo_media.tools.sandbox import LimitExceeded

log = get_logger()

MOVED_SECONDS = 1.0


class Verifier:
    """Decodes published copies to their end."""

    def __init__(
        self,
        queue: JobQueue,
        uploads: UploadTable,
        files: MediaFiles,
    ) -> None:
        self._queue = queue
        self._uploads = uploads
        self._files = files

    def verify(self, job: Job, stop: threading.Event) -> None:
        """Have a copy encoded that does not decode to its end; it is served until that is done."""
        upload = self._uploads.find(job.subject)
        if upload is None or upload.upload_id != job.payload["upload_id"]:
            self._queue.finish(job)
            return
        if self._is_whole(job, stop):
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

    def _is_whole(self, job: Job, stop: threading.Event) -> bool:
        hash_path = job.subject
        try:
            with self._files.blobs.fetch(self._files.film(hash_path)) as video:
                whole = self._plays(video, stop)
                if not whole and not video.exists():
                    # A moderator's decision moved it, which says nothing about it.
                    raise TryLater("the film was moved", MOVED_SECONDS)
                return whole
        except FileNotFoundError:
            return False
        except LimitExceeded as error:
            # It is too much for the bounds of one child: that says nothing about the file.
            log.warning("copy_not_verified", hash_path=hash_path, error=str(error))
            return True

    def _plays(self, video: Path, stop: threading.Event) -> bool:
        try:
            return decodes(video, measure(video, stop=stop).duration, stop=stop)
        except NotMade:
            return False
