"""The job ``texts``: captions and chapters that are in the original of a video that is published.

It is a job of its own, so that nobody waits for it who wants to watch, and a video is none the
worse for a file in which nothing can be found.
"""

import secrets
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_common.logs import get_logger
from vireo_media.catalog import Catalog
from vireo_media.core.refused import Refused
from vireo_media.core.removal import Removal
from vireo_media.core.uploads import Upload
from vireo_media.storage import blobs
from vireo_media.storage.captions import CaptionTable
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.texts import looked_through, write_found
from vireo_media.storage.uploads import UploadGone, UploadTable
from vireo_media.storage.video_files import FilesChange
from vireo_media.tools.text_tracks import Texts, find_texts

log = get_logger()


class TextFinder:
    """Looks for text in originals.

    Args:
        removal: removes a video that catalog does not know any more.
        find: `tools.text_tracks.find_texts`.
    """

    def __init__(
        self,
        queue: JobQueue,
        database: Database,
        uploads: UploadTable,
        files: MediaFiles,
        catalog: Catalog,
        removal: Removal,
        *,
        find: Callable[..., Texts] = find_texts,
    ) -> None:
        self._queue = queue
        self._database = database
        self._uploads = uploads
        self._captions = CaptionTable(database, files)
        self._files = files
        self._catalog = catalog
        self._removal = removal
        self._find = find

    def run(self, job: Job, stop: threading.Event) -> None:
        """Have catalog show what is found; a file is looked through once."""
        upload = self._uploads.find(job.subject)
        upload_id = str(job.payload["upload_id"])
        lost = upload is None or upload.upload_id != upload_id
        if upload is None or lost or looked_through(self._database, job.subject, upload_id):
            self._queue.finish(job)
            return
        self._write(job, upload, self._found(upload, stop))

    def give_up(self, job: Job, error: str) -> None:
        """The video has no captions and chapters of its file."""
        self._queue.quarantine(job, error, lambda cursor: None)

    def _found(self, upload: Upload, stop: threading.Event) -> Texts:
        with ExitStack() as stack:

            def new_file() -> Path:
                path = self._files.staging.captions(secrets.token_hex(16), "txt")
                stack.callback(path.unlink, missing_ok=True)
                path.touch(exist_ok=False)
                return path

            try:
                original = blobs.original(upload.hash_path, upload.upload_id)
                source = stack.enter_context(self._files.blobs.fetch(original))
                return self._find(source, new_file, stop=stop)
            except FileNotFoundError:
                # The video was deleted at this moment.
                return Texts()
            except Refused as refused:
                # It was taken as a video once, by another version.
                log.warning("texts_not_found", error=refused.reason)
                return Texts()

    def _write(self, job: Job, upload: Upload, found: Texts) -> None:
        told = FilesChange(upload.hash_path)
        with self._captions.staged(upload.hash_path, found.tracks) as staged:

            def also(cursor: Cursor) -> None:
                chapters = found.chapters
                write_found(cursor, self._files, told, upload.upload_id, staged, chapters)

            try:
                self._queue.finish(job, also)
            except UploadGone:
                raise LeaseLost from None
            self._files.settle(upload.hash_path)
        if told.event_id:
            self._tell(told)

    def _tell(self, told: FilesChange) -> None:
        try:
            self._catalog.notify_files(told.files, told.event_id)
        except Failure as failure:
            if failure.code is Code.NOT_FOUND:
                # The video was deleted: what came after its deletion goes too.
                self._removal(told.files.hash_path)
