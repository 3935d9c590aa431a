"""What the worker does with a video: prove, keep, publish, encode.

Every step can be done again by another worker after this one died in the middle of it. A worker
that stood still for longer than its lease may go on, and not know that another one has its job, or
that there is a second upload for the hash path. So it writes to names of its own, and touches what
counts (public names, a body that is refused) only as the last step of the transaction that proves
its lease. Files are in place before the database says so; what is in place without a row is swept
away.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from pymysql.cursors import Cursor

from vireo_common.errors import MESSAGES, Code, Failure
from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_common.worker import TryLater
from vireo_media.auth import Auth
from vireo_media.catalog import Catalog, Progress
from vireo_media.core.encoding import check_cost, cost_of
from vireo_media.core.inspection import Inspection
from vireo_media.core.refused import Refused
from vireo_media.core.removal import Removal
from vireo_media.core.uploads import Upload, UploadState
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles, Results, size_of, sync, version_of
from vireo_media.storage.uploads import UploadGone, UploadTable
from vireo_media.tools.measure import NotMade, measure
from vireo_media.tools.probe import inspect
from vireo_media.tools.sandbox import LimitExceeded
from vireo_media.tools.thumbnail import NoFrame, thumbnail
from vireo_media.tools.transcode import DiskFull, TranscodeFailed, copy_streams
from vireo_media.worker.encoding import Film, make_film, progress_of

log = structlog.get_logger()

DISK_FULL_SECONDS = 60.0
# What is larger is answered when it is proven and on the disk, while its copy is made; of that no
# more than this is missing then, so that the video can be watched about a second later.
LARGE_BYTES, MISSING_BYTES = 256 << 20, 1 << 30
LOOK_SECONDS = 0.05
# Of everything that is encoded here.
BT709 = "bt709"
UNREADABLE = "The video could not be converted; the file may be damaged."
FAILED: dict[str, object] = {"state": "failed", "reason": UNREADABLE}


@dataclass(frozen=True)
class _Copy:
    """A body that is published as it is; ``ended`` is set when its copy is made, or can't be."""

    job: Job
    upload: Upload
    body: Path
    inspection: Inspection
    results: Results
    ended: threading.Event


class Pipeline:
    """The jobs ``prepare``, ``encode``, ``remove``, ``remove_picture``, ``tell``, ``notice``."""

    def __init__(
        self,
        media: JobQueue,
        encodes: JobQueue,
        uploads: UploadTable,
        files: MediaFiles,
        catalog: Catalog,
        auth: Auth,
    ) -> None:
        self._media = media
        self._encodes = encodes
        self._uploads = uploads
        self._files = files
        self._catalog = catalog
        self._auth = auth
        self._remove = Removal(uploads, files)

    # prepare: from a complete body to a stored upload, and a published video where it can be copied

    def prepare(self, job: Job, stop: threading.Event) -> None:
        """Prove, sync and keep a body; publish it, or have it encoded."""
        upload = self._upload(job)
        if upload is None:
            self._media.finish(job)
            return
        body = self._body(upload)
        if not body.exists():
            # Its request failed after the row was there, and took the body back.
            self._refuse(job, upload, Code.NO_BYTES, MESSAGES[Code.NO_BYTES])
            return
        with ThreadPoolExecutor(1) as side:
            # The disk works while the picture is decoded and the streams are copied.
            synced = side.submit(sync, body)
            try:
                inspection = inspect(body, stop=stop)
                if not inspection.playable:
                    check_cost(inspection)
            except Refused as refused:
                if upload.state is UploadState.RECEIVED:
                    self._refuse(job, upload, Code(refused.code), refused.reason)
                else:
                    # It was taken before and acknowledged: it is never thrown away again.
                    self._leave_to_encode(job, upload, Progress("waiting"))
                return
            progress, cost = progress_of("waiting", inspection), cost_of(inspection)
            if not inspection.playable:
                synced.result()
                self._leave_to_encode(job, upload, progress, cost)
                return
            results = self._files.results(upload.hash_path, upload.upload_id, job.lease)
            copy = _Copy(job, upload, body, inspection, results, threading.Event())
            early = upload.state is UploadState.RECEIVED and body.stat().st_size >= LARGE_BYTES
            if early:
                # There is one thread: this begins when the body is synced.
                synced = side.submit(self._acknowledge, copy, synced)
            try:
                self._publish_copy(copy, synced, stop, early=early)
            except (TranscodeFailed, NotMade, NoFrame, LimitExceeded) as error:
                # It looked as if it could be copied, and can't: it is encoded like the others.
                log.warning("copy_failed", error=str(error))
                synced.result()
                self._leave_to_encode(job, upload, progress, cost, may_copy=False)

    def _publish_copy(
        self, copy: "_Copy", synced: "Future[None]", stop: threading.Event, *, early: bool
    ) -> None:
        upload, results = copy.upload, copy.results
        try:
            try:
                copy_streams(copy.body, results.video, copy.inspection, stop=stop)
            finally:
                copy.ended.set()
            made = measure(results.video, stop=stop)
            matrix = copy.inspection.video.assumed_matrix
            thumbnail(results.video, results.thumbnail, made, matrix, stop=stop)
        except DiskFull:
            if early:
                synced.result()
            if early or upload.state is not UploadState.RECEIVED:
                raise TryLater("disk full", DISK_FULL_SECONDS) from None
            self._refuse(copy.job, upload, Code.DISK_FULL, MESSAGES[Code.DISK_FULL])
            return
        synced.result()
        self._keep(upload)
        self._publish(self._media, copy.job, upload, results, Film(made, "", copied=True))

    def _acknowledge(self, copy: "_Copy", synced: "Future[None]") -> None:
        """Have a large upload answered that is proven and synced, while its copy is made."""
        synced.result()
        upload = copy.upload
        self._keep(upload)
        size = copy.body.stat().st_size
        while size_of(copy.results.video) + MISSING_BYTES < size:
            if copy.ended.wait(LOOK_SECONDS):
                break
        try:
            # Before its owner may ask; of an upload that was withdrawn catalog hears nothing.
            self._media.while_held(copy.job, lambda _: None)
            self._report(upload.hash_path, progress_of("processing", copy.inspection))
            self._media.while_held(copy.job, _marker(upload, UploadState.STORED))
        except (LeaseLost, UploadGone):
            self._drop_dead(upload)
            raise LeaseLost from None

    def _leave_to_encode(
        self,
        job: Job,
        upload: Upload,
        progress: Progress,
        cost: int = 0,
        *,
        may_copy: bool = True,
    ) -> None:
        """Acknowledge a synced upload, and leave what is to be done to an ``encode`` job."""
        self._keep(upload)

        def also(cursor: Cursor) -> None:
            _marker(upload, UploadState.STORED)(cursor)
            names = (upload.hash_path, upload.upload_id, job.turn_of)
            upload_rows.add_encode_job(cursor, *names, cost, may_copy=may_copy)

        try:
            # The upload is answered as soon as it is stored, and whoever gets the answer may look
            # at once: by then catalog knows that the bytes are there. Of an upload that was
            # withdrawn it hears nothing.
            self._media.while_held(job, lambda _: None)
            self._report(upload.hash_path, progress)
            self._media.finish(job, also)
        except (LeaseLost, UploadGone):
            self._drop_dead(upload)
            raise LeaseLost from None
        self._files.discard(upload.hash_path, upload.upload_id)

    def give_up_prepare(self, job: Job, error: str) -> None:
        """An upload that kills its workers is refused, and nothing of it is kept; one that was
        acknowledged has failed, and its original is kept."""
        upload = self._upload(job)
        upload_id = str(job.payload["upload_id"])

        def also(cursor: Cursor) -> None:
            if upload is None:
                self._files.drop(job.subject, upload_id)
            elif upload.state is UploadState.RECEIVED:
                code = Code.UNSUPPORTED_MEDIA
                upload_rows.refuse(cursor, job.subject, upload_id, code, UNREADABLE)
                self._files.drop(job.subject, upload_id)
            else:
                upload_rows.add_tell_job(cursor, job.subject, FAILED)
                self._files.discard(job.subject, upload_id)

        self._media.quarantine(job, error, also)

    # encode: from a stored upload to a published video

    def encode(self, job: Job, stop: threading.Event) -> None:
        """Make an MP4 that browsers play, and publish it."""
        upload = self._upload(job)
        if upload is None:
            self._encodes.finish(job)
            return
        original = self._files.original(upload.hash_path, upload.upload_id)
        results = self._files.results(upload.hash_path, upload.upload_id, job.lease)
        self._report(upload.hash_path, Progress("processing"))
        try:
            may_copy = bool(job.payload.get("may_copy", True))
            film = make_film(original, results.video, may_copy=may_copy, stop=stop)
            thumbnail(results.video, results.thumbnail, film.made, BT709, stop=stop)
        except (Refused, TranscodeFailed, NotMade, NoFrame, LimitExceeded) as error:
            log.warning("encode_failed", error=str(error))
            self._fail(job, upload, error.reason if isinstance(error, Refused) else UNREADABLE)
            return
        except DiskFull:
            raise TryLater("disk full", DISK_FULL_SECONDS) from None
        self._publish(self._encodes, job, upload, results, film)

    def give_up_encode(self, job: Job, error: str) -> None:
        """A video that can't be encoded has failed; its original is kept."""

        def also(cursor: Cursor) -> None:
            upload_rows.add_tell_job(cursor, job.subject, FAILED)
            self._files.discard(job.subject, str(job.payload["upload_id"]))

        self._encodes.quarantine(job, error, also)

    def _fail(self, job: Job, upload: Upload, reason: str) -> None:
        def also(cursor: Cursor) -> None:
            upload_rows.add_tell_job(
                cursor, upload.hash_path, {"state": "failed", "reason": reason}
            )
            self._files.discard(upload.hash_path, upload.upload_id)

        self._encodes.finish(job, also)

    # remove, tell and notice

    def remove(self, job: Job, stop: threading.Event) -> None:
        """Remove what is left of a deleted video."""
        self._remove(job.subject)
        self._media.finish(job)

    def remove_picture(self, job: Job, stop: threading.Event) -> None:
        """Remove a picture that its channel has no more."""
        self._files.picture(job.subject).unlink(missing_ok=True)
        self._media.finish(job)

    def tell(self, job: Job, stop: threading.Event) -> None:
        """Tell catalog what it could not be told before."""
        self._tell(job.subject, Progress(**job.payload["progress"]))
        self._media.finish(job)

    def notice(self, job: Job, stop: threading.Event) -> None:
        """Have somebody told that an archive of their data was asked for."""
        try:
            self._auth.tell_asked(job.payload["channel_id"], job.payload["mail_id"])
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                raise
            # The account was deleted meanwhile: there is nobody to tell.
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
        original = self._files.original(upload.hash_path, upload.upload_id)
        return (
            original if original.exists() else self._files.body(upload.hash_path, upload.upload_id)
        )

    def _keep(self, upload: Upload) -> None:
        if self._files.body(upload.hash_path, upload.upload_id).exists():
            self._files.keep(upload.hash_path, upload.upload_id)

    def _refuse(self, job: Job, upload: Upload, code: Code, reason: str) -> None:
        def also(cursor: Cursor) -> None:
            upload_rows.refuse(cursor, upload.hash_path, upload.upload_id, code, reason)
            self._files.drop(upload.hash_path, upload.upload_id)

        self._media.finish(job, also)

    def _publish(
        self,
        queue: JobQueue,
        job: Job,
        upload: Upload,
        results: Results,
        film: Film,
    ) -> None:
        """Put the files in place, tell catalog, and finish the job.

        The files are synced after they are published: they can be made again from the original,
        and are, where the machine stops before the job is finished.
        """
        progress = progress_of("ready", film.made, film.note)
        versions: list[str] = []

        def place(cursor: Cursor) -> None:
            # The rows stay locked until the files are moved: neither a deletion nor another worker
            # comes between.
            _marker(upload, UploadState.PLACED)(cursor)
            self._files.publish(upload.hash_path, results)
            versions.append(version_of(self._files.thumbnail(upload.hash_path)))

        try:
            queue.while_held(job, place)
            progress = replace(progress, thumbnail_version=versions[-1])
            told = self._told(upload.hash_path, progress)

            def mark(cursor: Cursor) -> None:
                _marker(upload, UploadState.PUBLISHED)(cursor)
                if not told:
                    upload_rows.add_tell_job(cursor, upload.hash_path, vars(progress))
                if film.copied:
                    names = (upload.hash_path, upload.upload_id, job.turn_of)
                    made = film.made
                    cost = int(made.duration * made.width * made.height)
                    upload_rows.add_verify_job(cursor, *names, cost=cost)

            queue.while_held(job, mark)
            self._files.sync_public(upload.hash_path)
            queue.finish(job)
            self._files.discard(upload.hash_path, upload.upload_id)
        except (LeaseLost, UploadGone):
            self._drop_dead(upload)
            raise LeaseLost from None

    def _drop_dead(self, upload: Upload) -> None:
        """Remove what was kept for an upload that was deleted or withdrawn meanwhile.

        Only what carries its id: there may be a second upload by now.
        """
        found = self._uploads.find(upload.hash_path)
        if found is None or found.upload_id != upload.upload_id:
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
