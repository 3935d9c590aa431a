"""The janitor: removes what killed processes left in the media folder."""

import contextlib
import threading

from vireo_common.errors import Failure
from vireo_common.logs import get_logger
from vireo_media.core.exports import ExportState
from vireo_media.core.playlists import KEYS
from vireo_media.core.tus import Locked, TusKind
from vireo_media.core.uploads import Step, UploadState
from vireo_media.storage import blobs
from vireo_media.storage.blobs import HIDDEN_KINDS, OF_PICTURES, Kind
from vireo_media.storage.captions import CaptionTable
from vireo_media.storage.exports import ExportTable
from vireo_media.storage.files import CAPTIONS_KINDS, MASTER, MediaFiles
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.pictures import PictureTable
from vireo_media.storage.renditions import RenditionTable
from vireo_media.storage.tus import TusTable
from vireo_media.storage.tus_files import TusFiles
from vireo_media.storage.uploads import UploadTable
from vireo_media.storage.video_pictures import VideoPictureTable

log = get_logger()

EVERY_SECONDS = 30.0
# The gateway writes what arrives in pieces of 64 kB, so a body that grows more slowly than 36 bytes
# a second looks left behind. A body that has arrived is linked at once.
INCOMING_SECONDS = 1800.0
# The whole store is scanned in the first sweep, and in each of so many after it.
WHOLE_EVERY = 120
# A body gets its row in the same request, and so does a picture; a result belongs to a row for as
# long as it is made.
STAGING_SECONDS = 60.0
OF_VIDEOS = (Kind.VIDEO, Kind.THUMBNAIL, Kind.HIDDEN_VIDEO, Kind.HIDDEN_THUMBNAIL)
OF_STREAMS = [each for kind in blobs.OF_STREAM for each in (kind, blobs.HIDDEN_KINDS[kind])]
# A part is there before its row. Who watches goes on with the parts that an earlier master named.
PART_SECONDS = 6 * 3600.0
AT_ONCE = 500
# Nothing is written for so long to an upload that is joined.
JOIN_SECONDS = 3600.0
# An export gets its row before its file.
EXPORT_SECONDS = 60.0


class Janitor(threading.Thread):
    """Sweeps now and then; several workers may do so at once."""

    def __init__(
        self,
        files: MediaFiles,
        uploads: UploadTable,
        exports: ExportTable,
        pictures: PictureTable,
        captions: CaptionTable,
        video_pictures: VideoPictureTable,
        open_uploads: OpenUploadTable,
        renditions: RenditionTable,
        tus: TusTable,
        tus_files: TusFiles,
        stopping: threading.Event,
    ) -> None:
        super().__init__(name="janitor")
        self._files = files
        self._uploads = uploads
        self._exports = exports
        self._pictures = pictures
        self._captions = captions
        self._video_pictures = video_pictures
        self._open_uploads = open_uploads
        self._renditions = renditions
        self._tus = tus
        self._tus_files = tus_files
        self._stopping = stopping
        self._sweeps = 0

    def run(self) -> None:
        """Sweep until ``stopping`` is set."""
        while not self._stopping.is_set():
            try:
                self.sweep()
            except Failure:
                log.info("sweep_postponed")
            self._stopping.wait(EVERY_SECONDS)

    def sweep(self) -> None:
        """Remove every file that no upload and no export needs.

        Raises:
            Failure: the database or the spool is not there; what can't be asked for is kept.
        """
        for path in self._files.staging.left_in_incoming(INCOMING_SECONDS):
            self._files.staging.remove_left(path)
            log.info("left_body_removed")
        for path, hash_path, upload_id in self._files.staging.left_in_staging(STAGING_SECONDS):
            if not self._needed(hash_path, upload_id):
                path.unlink(missing_ok=True)
                log.info("left_file_removed", hash_path=hash_path)
        self._sweep_drafts()
        self._sweep_tus()
        self._sweep_exports()
        if self._sweeps % WHOLE_EVERY == 0:
            self._sweep_kept()
        self._sweeps += 1
        self._uploads.sweep()
        self._open_uploads.sweep()
        self._video_pictures.fill()

    def _sweep_drafts(self) -> None:
        """Remove pictures of videos whose maker died; a request has ended after so long."""
        for path, maker in self._files.staging.left_drafts(STAGING_SECONDS):
            if not self._video_pictures.is_making(maker):
                path.unlink(missing_ok=True)
                log.info("left_draft_removed")

    def _sweep_tus(self) -> None:
        """Remove the bytes of uploads in pieces that have expired, or were removed or handed on."""
        self._tus.sweep()
        left = list(self._tus_files.left(STAGING_SECONDS))
        unjoined = set(self._tus_files.left(JOIN_SECONDS))
        for start in range(0, len(left), AT_ONCE):
            found = self._tus.find_all(left[start : start + AT_ONCE])
            for tus_id in left[start : start + AT_ONCE]:
                upload = found.get(tus_id)
                if upload is None or upload.is_expired or upload.upload_id:
                    self._remove_tus(tus_id)
                elif upload.kind is TusKind.FINAL and tus_id in unjoined:
                    # Who joined its parts died; they are still there.
                    self._tus.remove(tus_id)
                    self._remove_tus(tus_id)

    def _remove_tus(self, tus_id: str) -> None:
        # Not while somebody has it, who looks for the row when they are done.
        with contextlib.suppress(Locked), contextlib.ExitStack() as held:
            with contextlib.suppress(FileNotFoundError):
                held.enter_context(self._tus_files.hold(tus_id))
            self._tus_files.remove(tus_id)
            log.info("left_tus_upload_removed")

    def _sweep_exports(self) -> None:
        """Forget exports that have expired, and remove what has no row any more."""
        self._exports.sweep()
        for path, name in self._files.staging.left_parts(EXPORT_SECONDS):
            if self._state_of(name) is not ExportState.WAITING:
                path.unlink(missing_ok=True)
                log.info("left_export_removed")
        for key in self._files.blobs.keys(Kind.EXPORT, older=EXPORT_SECONDS):
            if self._state_of(key.name) not in {ExportState.WAITING, ExportState.READY}:
                self._files.blobs.delete(key)
                log.info("left_export_removed")

    def _sweep_kept(self) -> None:
        """Remove what a worker put in place for a video that was deleted, and died.

        A row is there before its files, and leaves before them: a file without one is nobody's.
        """
        store = self._files.blobs
        for key in store.keys(Kind.ORIGINAL):
            hash_path, upload_id = blobs.upload_of(key)
            if not self._stopping.is_set() and not self._owned(hash_path, upload_id):
                store.delete(key)
                log.info("left_original_removed", hash_path=hash_path)
        for kind in OF_VIDEOS:
            for key in store.keys(kind):
                if not self._stopping.is_set() and self._uploads.find(key.name) is None:
                    store.delete(key)
                    log.info("left_public_file_removed", hash_path=key.name)
        self._sweep_captions()
        self._uploads.take_over()
        self._sweep_streams()
        self._sweep_pictures()
        for key in store.keys(Kind.PICTURE, older=STAGING_SECONDS):
            if not self._stopping.is_set() and not self._pictures.has(key.name):
                store.delete(key)
                log.info("left_picture_removed")

    def _sweep_captions(self) -> None:
        """Remove captions whose row was never written, or is gone."""
        for kind in CAPTIONS_KINDS:
            for key in self._files.blobs.keys(kind, older=STAGING_SECONDS):
                if self._stopping.is_set() or self._captions.has(*blobs.part_of(key)):
                    continue
                if self._captions.remove_left(*blobs.part_of(key)):
                    log.info("left_captions_removed")

    def _state_of(self, name: str) -> ExportState | None:
        export = self._exports.find(name)
        return export.state if export else None

    def _owned(self, hash_path: str, upload_id: str) -> bool:
        upload = self._uploads.find(hash_path)
        return upload is not None and upload.upload_id == upload_id

    def _sweep_streams(self) -> None:
        """Remove parts of streams that no master names any more."""
        store = self._files.blobs
        for kind in OF_STREAMS:
            for key in store.keys(kind, older=PART_SECONDS):
                if not self._stopping.is_set() and not self._named(*blobs.part_of(key)):
                    store.delete(key)
                    log.info("left_part_removed", hash_path=key.name)

    def _sweep_pictures(self) -> None:
        """Remove pictures of videos that were deleted."""
        store = self._files.blobs
        for kind in (*OF_PICTURES, *(HIDDEN_KINDS[each] for each in OF_PICTURES), Kind.CANDIDATE):
            for key in store.keys(kind):
                hash_path = key.name.partition(".")[0]
                if not self._stopping.is_set() and self._uploads.find(hash_path) is None:
                    store.delete(key)
                    log.info("left_public_file_removed", hash_path=hash_path)

    def _named(self, hash_path: str, part: str) -> bool:
        """Whether a part of a stream is named by a playlist."""
        if self._uploads.find(hash_path) is None:
            return False
        # Of a rendition there are two lists.
        parts = self._renditions.parts(hash_path)
        return part == MASTER or part in parts or part.removesuffix(KEYS) in parts

    def _needed(self, hash_path: str, upload_id: str) -> bool:
        upload = self._uploads.find(hash_path)
        if upload is None or upload.upload_id != upload_id:
            return False
        if upload.state is UploadState.PUBLISHED:
            # Its stream is made after it is published.
            return upload.step is not Step.DONE
        return upload.state is not UploadState.REFUSED
