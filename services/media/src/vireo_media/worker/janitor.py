"""The janitor: removes what killed processes left in the media folder."""

import threading

import structlog

from vireo_common.errors import Failure
from vireo_media.core.uploads import UploadState
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import UploadTable

log = structlog.get_logger()

EVERY_SECONDS = 30.0
# The gateway ends an upload that brings nothing for 60 s, and a body that has arrived gets its
# second name at once.
INCOMING_SECONDS = 180.0
# A body gets its row in the same request; a result belongs to a row for as long as it is made.
STAGING_SECONDS = 60.0


class Janitor(threading.Thread):
    """Sweeps now and then; several workers may do so at once."""

    def __init__(self, files: MediaFiles, uploads: UploadTable, stopping: threading.Event) -> None:
        super().__init__(name="janitor")
        self._files = files
        self._uploads = uploads
        self._stopping = stopping

    def run(self) -> None:
        """Sweep until ``stopping`` is set."""
        while not self._stopping.is_set():
            try:
                self.sweep()
            except Failure:
                log.info("sweep_postponed")
            self._stopping.wait(EVERY_SECONDS)

    def sweep(self) -> None:
        """Remove every file that no upload needs.

        Raises:
            Failure: the database is not there; what can't be asked for is kept.
        """
        for path in self._files.left_in_incoming(INCOMING_SECONDS):
            path.unlink(missing_ok=True)
            log.info("left_body_removed")
        for path, hash_path, upload_id in self._files.left_in_staging(STAGING_SECONDS):
            if not self._needed(hash_path, upload_id):
                path.unlink(missing_ok=True)
                log.info("left_file_removed", hash_path=hash_path)
        self._uploads.sweep()

    def _needed(self, hash_path: str, upload_id: str) -> bool:
        upload = self._uploads.find(hash_path)
        if upload is None or upload.upload_id != upload_id:
            return False
        return upload.state in {UploadState.RECEIVED, UploadState.STORED}
