"""What the worker does with a video: prove, keep, publish, encode.

Every step can be done again by another worker after this one died in the middle of it. Files are in
place before the database says so; whatever is found in place without a row is swept away.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import structlog
from pymysql.cursors import Cursor

from vireo_common.errors import MESSAGES, Code, Failure
from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_media.catalog import Catalog, Progress
from vireo_media.core.inspection import Inspection, Refused
from vireo_media.core.removal import Removal
from vireo_media.core.uploads import Upload, UploadState
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles, Staged, sync
from vireo_media.storage.uploads import UploadGone, UploadTable
from vireo_media.tools.frames import NoFrame, thumbnail
from vireo_media.tools.probe import inspect
from vireo_media.tools.sandbox import LimitExceeded
from vireo_media.tools.transcode import DiskFull, TranscodeFailed, copy_streams, encode
from vireo_media.worker.slots import TryLater

log = structlog.get_logger()

DISK_FULL_SECONDS = 60.0
UNREADABLE = "The video could not be converted; the file may be damaged."
FAILED: dict[str, object] = {"state": "failed", "reason": UNREADABLE}


class Pipeline:
    """The jobs ``prepare``, ``encode``, ``remove`` and ``tell``."""

    def __init__(
        self,
        media: JobQueue,
        encodes: JobQueue,
        uploads: UploadTable,
        files: MediaFiles,
        catalog: Catalog,
    ) -> None:
        self._media = media
        self._encodes = encodes
        self._uploads = uploads
        self._files = files
        self._catalog = catalog
        self._remove = Removal(uploads, files)

    # prepare: from a complete body to a stored upload, and a published video where it can be copied

    def prepare(self, job: Job, stop: threading.Event) -> None:
        """Prove, sync and keep a body; publish it, or have it encoded."""
        upload = self._upload(job)
        if upload is None:
            self._media.finish(job)
            return
        body = self._body(upload)
        with ThreadPoolExecutor(1) as side:
            # The disk works while the picture is decoded and the streams are copied.
            synced = side.submit(sync, body)
            try:
                inspection = inspect(body, stop=stop)
            except Refused as refused:
                if upload.state is UploadState.RECEIVED:
                    self._refuse(job, upload, refused.code, refused.reason)
                else:
                    # It was taken before and acknowledged: it is never thrown away again.
                    self._leave_to_encode(job, upload, Progress("waiting"))
                return
            progress = _report_of("waiting", inspection)
            if not inspection.playable:
                synced.result()
                self._leave_to_encode(job, upload, progress)
                return
            try:
                self._publish_copy(job, upload, body, inspection, synced, stop)
            except (TranscodeFailed, NoFrame, LimitExceeded) as error:
                # It looked as if it could be copied, and can't: it is encoded like the others.
                log.warning("copy_failed", error=str(error))
                synced.result()
                self._leave_to_encode(job, upload, progress)

    def _publish_copy(
        self,
        job: Job,
        upload: Upload,
        body: Path,
        inspection: Inspection,
        synced: "Future[None]",
        stop: threading.Event,
    ) -> None:
        staged = self._files.staged(upload.hash_path, upload.upload_id)

        try:
            copy_streams(body, staged.video, inspection, stop=stop)
            thumbnail(staged.video, staged.thumbnail, inspection, stop=stop)
        except DiskFull:
            if upload.state is not UploadState.RECEIVED:
                raise TryLater("disk full", DISK_FULL_SECONDS) from None
            code = Code.DISK_FULL
            self._refuse(job, upload, code.value, MESSAGES[code])
            return
        synced.result()
        self._keep(upload)
        self._publish(self._media, job, upload, inspection)

    def _leave_to_encode(self, job: Job, upload: Upload, progress: Progress) -> None:
        """Acknowledge a synced upload, and leave what is to be done to an ``encode`` job."""
        self._keep(upload)

        def also(cursor: Cursor) -> None:
            _marker(upload, UploadState.STORED)(cursor)
            upload_rows.add_encode_job(cursor, upload.hash_path, upload.upload_id)

        try:
            self._media.finish(job, also)
        except (LeaseLost, UploadGone):
            self._drop_unowned(upload)
            raise LeaseLost from None
        self._files.discard(upload.hash_path, upload.upload_id)
        self._report(upload.hash_path, progress)

    def give_up_prepare(self, job: Job, error: str) -> None:
        """An upload that kills its workers is refused, and nothing of it is kept; one that was
        acknowledged has failed, and its original is kept."""
        upload = self._upload(job)

        def also(cursor: Cursor) -> None:
            if upload and upload.state is UploadState.RECEIVED:
                code = Code.UNSUPPORTED_MEDIA.value
                upload_rows.refuse(cursor, upload.hash_path, upload.upload_id, code, UNREADABLE)
            elif upload:
                upload_rows.add_tell_job(cursor, upload.hash_path, FAILED)

        upload_id = str(job.payload["upload_id"])
        if upload and upload.state is not UploadState.RECEIVED:
            self._files.discard(job.subject, upload_id)
        elif upload:
            # All of it, with what a worker that died may have published already.
            self._files.remove(job.subject)
        else:
            self._files.drop(job.subject, upload_id)
        self._media.quarantine(job, error, also)

    # encode: from a stored upload to a published video

    def encode(self, job: Job, stop: threading.Event) -> None:
        """Make an MP4 that browsers play, and publish it."""
        upload = self._upload(job)
        if upload is None:
            self._encodes.finish(job)
            return
        original = self._files.original(upload.hash_path, upload.upload_id)
        staged = self._files.staged(upload.hash_path, upload.upload_id)
        self._report(upload.hash_path, Progress("processing"))
        try:
            made = self._encoded(original, staged, stop)
        except (Refused, TranscodeFailed, NoFrame, LimitExceeded) as error:
            log.warning("encode_failed", error=str(error))
            self._files.discard(upload.hash_path, upload.upload_id)
            self._fail(job, str(error) if isinstance(error, Refused) else UNREADABLE)
            return
        except DiskFull:
            raise TryLater("disk full", DISK_FULL_SECONDS) from None
        self._publish(self._encodes, job, upload, made)

    def _encoded(self, original: Path, staged: Staged, stop: threading.Event) -> Inspection:
        found = inspect(original, stop=stop)
        try:
            encode(original, staged.video, found, stop=stop)
        except TranscodeFailed:
            if not found.video_copies:
                raise
            # The picture looked as if it could be taken as it is, and can't.
            encode(original, staged.video, replace(found, video_copies=False), stop=stop)
        made = inspect(staged.video, stop=stop)
        thumbnail(staged.video, staged.thumbnail, made, stop=stop)
        return made

    def give_up_encode(self, job: Job, error: str) -> None:
        """A video that can't be encoded has failed; its original is kept."""
        self._files.discard(job.subject, str(job.payload["upload_id"]))
        self._encodes.quarantine(
            job, error, lambda cursor: upload_rows.add_tell_job(cursor, job.subject, FAILED)
        )

    def _fail(self, job: Job, reason: str) -> None:
        progress: dict[str, object] = {"state": "failed", "reason": reason}
        self._encodes.finish(
            job, lambda cursor: upload_rows.add_tell_job(cursor, job.subject, progress)
        )

    # remove and tell

    def remove(self, job: Job, stop: threading.Event) -> None:
        """Remove what is left of a deleted video."""
        self._remove(job.subject)
        self._media.finish(job)

    def tell(self, job: Job, stop: threading.Event) -> None:
        """Tell catalog what it could not be told before."""
        self._tell(job.subject, Progress(**job.payload["progress"]))
        self._media.finish(job)

    def set_aside(self, job: Job, error: str) -> None:
        """Put a job aside that nothing hangs on any more."""
        self._media.quarantine(job, error, lambda cursor: None)

    # what the jobs share

    def _upload(self, job: Job) -> Upload | None:
        """The job's upload; ``None`` where it was withdrawn, deleted or replaced."""
        upload = self._uploads.find(job.subject)
        if upload is None or upload.upload_id != job.payload["upload_id"]:
            return None
        return upload if upload.state is not UploadState.REFUSED else None

    def _body(self, upload: Upload) -> Path:
        """Where the body is: an earlier worker may have got as far as keeping it."""
        staged = self._files.staged(upload.hash_path, upload.upload_id).body
        return (
            staged if staged.exists() else self._files.original(upload.hash_path, upload.upload_id)
        )

    def _keep(self, upload: Upload) -> None:
        if self._files.staged(upload.hash_path, upload.upload_id).body.exists():
            self._files.keep(upload.hash_path, upload.upload_id)

    def _refuse(self, job: Job, upload: Upload, code: str, reason: str) -> None:
        self._files.remove(upload.hash_path)

        def also(cursor: Cursor) -> None:
            upload_rows.refuse(cursor, upload.hash_path, upload.upload_id, code, reason)

        self._media.finish(job, also)

    def _publish(self, queue: JobQueue, job: Job, upload: Upload, made: Inspection) -> None:
        """Put the files in place, tell catalog, and finish the job.

        The files are synced after they are published: they can be made again from the original,
        and are, where the machine stops before the job is finished. A video that was deleted
        meanwhile has no row any more; then what was put in place goes.
        """
        self._files.publish(upload.hash_path, upload.upload_id)
        progress = _report_of("ready", made)
        try:
            queue.while_held(job, _marker(upload, upload.state))
            told = self._told(upload.hash_path, progress)

            def mark(cursor: Cursor) -> None:
                _marker(upload, UploadState.PUBLISHED)(cursor)
                if not told:
                    upload_rows.add_tell_job(cursor, upload.hash_path, vars(progress))

            queue.while_held(job, mark)
            self._files.sync_public(upload.hash_path)
            queue.finish(job)
            self._files.discard(upload.hash_path, upload.upload_id)
        except (LeaseLost, UploadGone):
            self._drop_unowned(upload)
            raise LeaseLost from None

    def _drop_unowned(self, upload: Upload) -> None:
        """Remove what was put in place for an upload that was deleted or withdrawn meanwhile."""
        found = self._uploads.find(upload.hash_path)
        if found is None:
            self._files.remove(upload.hash_path)
        elif found.upload_id != upload.upload_id:
            self._files.drop(upload.hash_path, upload.upload_id)

    def _told(self, hash_path: str, progress: Progress) -> bool:
        try:
            self._tell(hash_path, progress)
        except Failure:
            return False
        return True

    def _report(self, hash_path: str, progress: Progress) -> None:
        """Tell catalog now; where it can't be reached, the next report will do."""
        if not self._told(hash_path, progress):
            log.info("report_not_heard", state=progress.state)

    def _tell(self, hash_path: str, progress: Progress) -> None:
        try:
            self._catalog.tell(hash_path, progress)
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                raise
            # The video was deleted: what came after its deletion goes too.
            self._remove(hash_path)


def _marker(upload: Upload, state: UploadState) -> Callable[[Cursor], None]:
    def mark(cursor: Cursor) -> None:
        upload_rows.set_state(cursor, upload.hash_path, upload.upload_id, state)

    return mark


def _report_of(state: str, inspection: Inspection) -> Progress:
    return Progress(
        state,
        duration=round(inspection.duration, 3),
        width=inspection.width,
        height=inspection.height,
    )
