"""The step ``keep``: a validated body becomes the original, and its upload may be answered.

A body is synced before its upload is ``stored``: what was answered with 200 is on the disk.
"""

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from pymysql.cursors import Cursor

from vireo_common.events import VideoStateChanged
from vireo_common.jobs import Job, JobQueue
from vireo_media.core.inspection import Inspection
from vireo_media.core.uploads import Upload, UploadState
from vireo_media.storage import blobs
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.staging import size_of
from vireo_media.storage.uploads import UploadTable
from vireo_media.worker.reports import Change, Reports, change_to
from vireo_media.worker.steps.fencing import dropping_what_is_lost, marking
from vireo_media.worker.steps.work import Work

LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Early:
    """Which uploads are answered when they are validated and on the disk, while their copy is made.

    Those of ``large_bytes`` and more; of the copy no more than ``missing_bytes`` is missing then,
    so that the video can be watched about a second later.
    """

    large_bytes: int = 256 << 20
    missing_bytes: int = 1 << 30


class Keep:
    """Keeps bodies."""

    def __init__(
        self,
        queue: JobQueue,
        uploads: UploadTable,
        files: MediaFiles,
        reports: Reports,
        early: Early,
    ) -> None:
        self._queue = queue
        self._uploads = uploads
        self._files = files
        self._reports = reports
        self._early = early

    @contextlib.contextmanager
    def body(self, upload: Upload) -> Iterator[Path | None]:
        """The body as a local file; ``None`` where there is none.

        It is in staging; or in the store alone, where an earlier worker got as far as that.
        """
        names = (upload.hash_path, upload.upload_id)
        staged = self._files.staging.body(*names)
        with contextlib.ExitStack() as stack:
            body: Path | None = staged
            if not staged.exists():
                body = None
                with contextlib.suppress(FileNotFoundError):
                    original = blobs.original(*names)
                    body = stack.enter_context(self._files.blobs.fetch(original))
            yield body

    def keep(self, upload: Upload) -> None:
        """Make a validated and synced body the original."""
        names = (upload.hash_path, upload.upload_id)
        if self._files.staging.body(*names).exists():
            self._files.keep(*names)

    def is_early(self, work: Work) -> bool:
        """Whether an upload is answered while its copy is made."""
        if work.upload.state is not UploadState.RECEIVED:
            return False
        return work.source.stat().st_size >= self._early.large_bytes

    def acknowledge(
        self,
        work: Work,
        inspection: Inspection,
        synced: "Future[None]",
        ended: threading.Event,
    ) -> None:
        """Have a large upload answered that is validated and synced, while its copy is made.

        ``ended`` is set when the copy is made, or can't be.

        Raises:
            LeaseLost: it is not this worker's any more; an error of ``synced`` is raised too.
        """
        synced.result()
        upload = work.upload
        self.keep(upload)
        size = work.source.stat().st_size
        while size_of(work.results.video) + self._early.missing_bytes < size:
            if ended.wait(LOOK_SECONDS):
                break
        with dropping_what_is_lost(self._uploads, self._files, upload):
            # Before its owner may ask; of an upload that was withdrawn catalog hears nothing.
            told = Change(change_to("processing", upload.hash_path, inspection))
            self._queue.while_held(work.job, told.publish)
            self._reports.notify(told)
            self._queue.while_held(work.job, marking(upload, UploadState.STORED))

    def leave_to_encode(
        self,
        job: Job,
        upload: Upload,
        change: VideoStateChanged,
        cost: int = 0,
        *,
        may_copy: bool = True,
    ) -> None:
        """Acknowledge a synced upload, and leave what is to be done to an ``encode`` job.

        Raises:
            LeaseLost: it is not this worker's any more.
        """
        self.keep(upload)

        def also(cursor: Cursor) -> None:
            marking(upload, UploadState.STORED)(cursor)
            names = (upload.hash_path, upload.upload_id, job.turn_of)
            upload_rows.add_encode_job(cursor, *names, cost, may_copy=may_copy)

        with dropping_what_is_lost(self._uploads, self._files, upload):
            # The upload is answered as soon as it is stored, and whoever gets the answer may look
            # at once: by then catalog knows that the bytes are there. Of an upload that was
            # withdrawn it hears nothing.
            told = Change(change)
            self._queue.while_held(job, told.publish)
            self._reports.notify(told)
            self._queue.finish(job, also)
        self._files.staging.discard(upload.hash_path, upload.upload_id)
