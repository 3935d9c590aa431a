"""The jobs ``make_pictures`` and ``take_frame``: what is made of a video that is published already.

``make_pictures``: sizes of its thumbnail, candidates for another one, a storyboard, a preview.
``take_frame``: the frame that its owner wants, who waits for it.

Both may run twice, or die anywhere and run again. They write to names of their own (the lease is a
part of them), and put all of it in place as the last step of the transaction that checks the lease
and holds the row of the upload. What can't be made of a film is left out.
"""

import threading
from collections.abc import Mapping
from pathlib import Path

from pymysql.cursors import Cursor

from vireo_common.errors import Code, Failure
from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_common.logs import get_logger
from vireo_common.worker import Handler, TryLater
from vireo_media.core import storyboard
from vireo_media.core.refused import Refused
from vireo_media.core.thumbnails import (
    SIZED,
    WHOLE,
    AskState,
    Choice,
    Size,
    VideoGone,
    drafts_of_sizes,
)
from vireo_media.core.uploads import Upload
from vireo_media.storage import video_pictures as rows
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.picture_files import TransferredThumbnail
from vireo_media.storage.uploads import UploadTable
from vireo_media.storage.video_files import FilesChange
from vireo_media.storage.video_pictures import VideoPictureTable
from vireo_media.tools.encoder import DiskFull
from vireo_media.tools.frames import candidates, take_frame
from vireo_media.tools.measure import Made, NotMade, measure
from vireo_media.tools.picture import thumbnail_sizes
from vireo_media.tools.sandbox import LimitExceeded
from vireo_media.tools.storyboard import preview, sprites
from vireo_media.tools.thumbnail import NoFrame

log = get_logger()

DISK_FULL_SECONDS = 60.0
UNFIT = (NoFrame, NotMade, LimitExceeded, Refused)
# Of frames that name no matrix, where nobody knows better: as players take them.
HIGH_DEFINITION = 720
ROUNDING_SECONDS = 0.0006


class Pictures:
    """Makes pictures of videos."""

    def __init__(
        self,
        made: JobQueue,
        asked: JobQueue,
        uploads: UploadTable,
        table: VideoPictureTable,
        files: MediaFiles,
    ) -> None:
        self._made = made
        self._asked = asked
        self._uploads = uploads
        self._table = table
        self._files = files

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What is done with both kinds of jobs."""
        return {
            rows.MAKE_PICTURES: Handler(self.make, self.give_up_make),
            rows.TAKE_FRAME: Handler(self.take, self.give_up_take),
        }

    # make_pictures

    def make(self, job: Job, stop: threading.Event) -> None:
        """Make what there is beside the thumbnail of a video."""
        upload = self._uploads.find(job.subject)
        if upload is None or upload.upload_id != job.payload["upload_id"]:
            self._made.finish(job)
            return
        try:
            with self._files.pictures.film(job.subject) as film:
                self._make(job, upload, film, stop)
        except DiskFull:
            raise TryLater("disk full", DISK_FULL_SECONDS) from None
        finally:
            self._files.staging.discard_drafts(job.subject, job.lease)

    def _make(self, job: Job, upload: Upload, film: Path, stop: threading.Event) -> None:
        hash_path, told = job.subject, FilesChange(job.subject)
        # It takes a moment, and every list wants them.
        self._publish_sizes(job, upload)
        try:
            measured = measure(film, stop=stop)
        except UNFIT as error:
            _require_in_place(film)
            self._not_made(job, "all", error)
            self._made.finish(job, lambda cursor: rows.set_failed(cursor, hash_path))
            return
        matrix = self._matrix(hash_path, measured)
        frames = self._candidates(job, film, measured, matrix, stop)
        parts, webvtt = self._storyboard(job, film, measured, matrix, stop)
        moving = self._preview(job, film, measured, matrix, stop)
        _require_in_place(film)
        pictures = self._files.pictures.transfer(hash_path, frames, parts, webvtt, moving)

        def also(cursor: Cursor) -> None:
            rows.lock(cursor, hash_path, upload.upload_id)
            rows.set_made(cursor, self._files, told, pictures)

        try:
            self._made.finish(job, also)
        except VideoGone:
            raise LeaseLost from None
        self._table.tell(told)

    def _matrix(self, hash_path: str, measured: Made) -> str:
        found = self._table.find(hash_path)
        if found is not None and found.matrix:
            return found.matrix
        return "bt709" if measured.height >= HIGH_DEFINITION else "bt601"

    def _publish_sizes(self, job: Job, upload: Upload) -> None:
        """Make sizes of the thumbnail that there is, if they can be made."""
        pictures, drafts = (
            self._files.pictures,
            drafts_of_sizes(self._files.staging.draft, job.subject, job.lease),
        )
        made = {size: drafts[size] for size in SIZED}
        version = pictures.version(job.subject)
        try:
            with pictures.whole(job.subject) as whole:
                _make_sizes(whole, made)
        except (FileNotFoundError, *UNFIT) as error:
            self._not_made(job, "sizes", error)
            return
        sized = pictures.transfer_thumbnail(job.subject, made, whole=None)

        def place(cursor: Cursor) -> None:
            rows.lock(cursor, job.subject, upload.upload_id)
            rows.place_sizes(cursor, self._files, job.subject, sized, version)

        try:
            self._made.while_held(job, place)
        except VideoGone:
            raise LeaseLost from None

    def _candidates(
        self, job: Job, film: Path, measured: Made, matrix: str, stop: threading.Event
    ) -> dict[int, Path]:
        def draft(what: str) -> Path:
            return self._files.staging.draft(job.subject, job.lease, f"candidate-{what}")

        try:
            return candidates(film, draft, measured, matrix, stop=stop)
        except UNFIT as error:
            self._not_made(job, "candidates", error)
            return {}

    def _storyboard(
        self, job: Job, film: Path, measured: Made, matrix: str, stop: threading.Event
    ) -> tuple[dict[str, Path], Path | None]:
        """The sprites by their names, and the WebVTT; nothing where there is none."""
        hash_path = job.subject
        board = storyboard.plan(measured.duration, measured.width, measured.height)
        # Another name with each content, so that browsers may keep them.
        names = [f"{job.lease[:16]}n{number}" for number in range(board.sprites)]
        made = [
            self._files.staging.draft(hash_path, job.lease, f"sprite-{number}.jpg")
            for number in range(board.sprites)
        ]
        try:
            sprites(film, made, board, matrix, stop=stop)
        except UNFIT as error:
            self._not_made(job, "storyboard", error)
            return {}, None
        webvtt = self._files.staging.draft(hash_path, job.lease, "vtt")
        webvtt.write_text(board.webvtt([f"{hash_path}/{name}.jpg" for name in names]))
        return dict(zip(names, made, strict=True)), webvtt

    def _preview(
        self, job: Job, film: Path, measured: Made, matrix: str, stop: threading.Event
    ) -> Path | None:
        target = self._files.staging.draft(job.subject, job.lease, "mp4")
        try:
            preview(film, target, measured, matrix, stop=stop)
        except UNFIT as error:
            self._not_made(job, "preview", error)
            return None
        return target

    def _not_made(self, job: Job, what: str, error: Exception) -> None:
        log.warning("picture_not_made", hash_path=job.subject, what=what, error=str(error))

    def give_up_make(self, job: Job, error: str) -> None:
        """A video whose pictures kill their workers has none."""

        def also(cursor: Cursor) -> None:
            rows.set_failed(cursor, job.subject)
            self._files.staging.discard_drafts(job.subject)

        self._made.quarantine(job, error, also)

    # take_frame

    def take(self, job: Job, stop: threading.Event) -> None:
        """Have the frame that somebody waits for become the thumbnail."""
        hash_path, ask_id = job.subject, str(job.payload["ask_id"])
        at, told = int(job.payload["at"]), FilesChange(hash_path)
        try:
            made = self._frame(job, at, stop)
        except DiskFull:
            raise TryLater("disk full", DISK_FULL_SECONDS) from None
        except (*UNFIT, FileNotFoundError) as error:
            self._not_made(job, "frame", error)
            made = AskState.FAILED

        def place(cursor: Cursor) -> None:
            # Its request has ended where nobody waits for it: then nothing changes.
            if not isinstance(made, AskState) and rows.is_awaited(cursor, hash_path, ask_id):
                rows.choose(cursor, self._files, told, made, Choice.FRAME, at)

        state = made if isinstance(made, AskState) else AskState.DONE
        try:
            self._asked.while_held(job, place)
            if told.event_id:
                # Who hears that it is done may look at once.
                self._table.tell(told)
            self._asked.finish(job, lambda cursor: _answer(cursor, job, state))
        except VideoGone:
            raise LeaseLost from None
        finally:
            self._files.staging.discard_drafts(hash_path, job.lease)

    def _frame(self, job: Job, at: int, stop: threading.Event) -> TransferredThumbnail | AskState:
        draft = self._files.staging.draft
        frame = draft(job.subject, job.lease, "frame.jpg")
        made = drafts_of_sizes(draft, job.subject, job.lease)
        with self._files.pictures.film(job.subject) as film:
            measured = measure(film, stop=stop)
            if at > measured.duration * 1000 + 1:
                return AskState.OUT_OF_RANGE
            # The time of a frame, in whole milliseconds, may be a little before it.
            shown_at = at / 1000 + ROUNDING_SECONDS
            take_frame(film, frame, shown_at, self._matrix(job.subject, measured), stop=stop)
        _make_sizes(frame, made)
        return self._files.pictures.transfer_thumbnail(job.subject, made, made[WHOLE])

    def give_up_take(self, job: Job, error: str) -> None:
        """Who waits for a frame that kills its workers is told so."""

        def also(cursor: Cursor) -> None:
            _answer(cursor, job, AskState.FAILED)
            self._files.staging.discard_drafts(job.subject)

        self._asked.quarantine(job, error, also)


def _answer(cursor: Cursor, job: Job, state: AskState) -> None:
    rows.answer(cursor, job.subject, str(job.payload["ask_id"]), state)


def _require_in_place(film: Path) -> None:
    """Raises FileNotFoundError where a moderator's decision moved it: what could not be made says
    nothing about it. The next attempt finds it, or sees that the video was deleted."""
    if not film.exists():
        raise FileNotFoundError(film)


def _make_sizes(source: Path, made: Mapping[Size, Path]) -> None:
    """Make the files of a thumbnail.

    Raises DiskFull, Refused, and Failure where the machine is too busy, which is tried again.
    """
    try:
        thumbnail_sizes(source, made)
    except Failure as failure:
        if failure.code is Code.DISK_FULL:
            raise DiskFull(str(source.parent)) from None
        raise
