"""From a body to a published video: the order of the steps, and what becomes of who fails.

The job ``prepare``:  probe -> copy -> what is made of the film -> keep -> publish
                      probe -> keep -> a job ``encode``, where it can't be copied
The job ``encode``:   encode -> what is made of the film -> publish
What is published can be played; the job ``render`` makes the rest of its stream (renditions.py).

Every step can be done again by another worker after this one died in the middle of it. A worker
that stood still for longer than its lease may go on, and not know that another one has its job, or
that there is a second upload for the hash path. So it writes to names of its own, and touches what
counts (public names, a body that is refused) only as the last step of the transaction that checks
its lease. Files are in place before the database says so; what is in place without a row is swept
away.
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.errors import MESSAGES, Code
from vireo_common.events import VideoStateChanged
from vireo_common.jobs import Job, JobQueue
from vireo_common.logs import get_logger
from vireo_common.worker import TryLater
from vireo_media.core.encoding import cost_of
from vireo_media.core.inspection import Inspection
from vireo_media.core.refused import Refused
from vireo_media.core.uploads import Step, Upload, UploadState
from vireo_media.storage import blobs, renditions
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.renditions import RenditionTable
from vireo_media.storage.uploads import UploadTable
from vireo_media.tools.encoder import DiskFull, TranscodeFailed
from vireo_media.tools.fragments import BadFragments
from vireo_media.tools.measure import NotMade
from vireo_media.tools.sandbox import LimitExceeded
from vireo_media.tools.thumbnail import NoFrame
from vireo_media.worker.reports import Change, Reports, change_to
from vireo_media.worker.steps.copy import copy
from vireo_media.worker.steps.encode import choose_largest, choose_lowest, make_film
from vireo_media.worker.steps.keep import Early, Keep
from vireo_media.worker.steps.probe import probe
from vireo_media.worker.steps.progress_report import ProgressReport
from vireo_media.worker.steps.publish import Publish
from vireo_media.worker.steps.stream import parts_of
from vireo_media.worker.steps.thumbnail import take_thumbnail
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import Film, Part, Plan, StepOfFilm, Work

log = get_logger()

# What is made of every film, one after the other, before it is published.
OF_FILM: Sequence[StepOfFilm] = (take_thumbnail,)
# What a step raises about this file: doing the same again would end alike.
UNFIT = (TranscodeFailed, BadFragments, NotMade, NoFrame, LimitExceeded)

DISK_FULL_SECONDS = 60.0
# How many times the bytes of an original its stream may take.
STORAGE = 2.0
UNREADABLE = "The video could not be converted; the file may be damaged."


class Pipeline:
    """The jobs ``prepare`` and ``encode``.

    Args:
        media: the queue that somebody waits for.
        encodes: the slow queue.
        early: which uploads are answered before their copy is made.
        storage: how many times the bytes of an original its stream may take.
        of_film: what is made of every film.
    """

    def __init__(
        self,
        media: JobQueue,
        encodes: JobQueue,
        uploads: UploadTable,
        files: MediaFiles,
        reports: Reports,
        tools: Tools,
        early: Early,
        table: RenditionTable,
        *,
        storage: float = STORAGE,
        of_film: Sequence[StepOfFilm] = OF_FILM,
    ) -> None:
        self._media = media
        self._encodes = encodes
        self._uploads = uploads
        self._files = files
        self._reports = reports
        self._tools = tools
        self._of_film = of_film
        self._table = table
        self._storage = storage
        self._keep = Keep(media, uploads, files, reports, early)
        self._publish = Publish(uploads, files, reports)

    # prepare: from a complete body to a stored upload, and a published video where it can be copied

    def prepare(self, job: Job, stop: threading.Event) -> None:
        """Validate, sync and keep a body; publish it, or have it encoded."""
        upload = self._upload(job)
        if upload is None:
            self._media.finish(job)
            return
        with self._keep.body(upload) as body:
            if body is None:
                # Its request failed after the row was there, and took the body back.
                self._refuse(job, upload, Code.NO_BYTES, MESSAGES[Code.NO_BYTES])
            else:
                self._prepare(job, upload, body, stop)

    def _prepare(self, job: Job, upload: Upload, body: Path, stop: threading.Event) -> None:
        with ThreadPoolExecutor(1) as side, _setting() as given_up:
            # The disk works while the frame is decoded and the streams are copied.
            synced = side.submit(self._tools.sync, body)
            try:
                inspection = probe(body, self._tools, stop)
            except Refused as refused:
                if upload.state is UploadState.RECEIVED:
                    self._refuse(job, upload, Code(refused.code), refused.reason)
                else:
                    # It was taken before and acknowledged: it is never thrown away again.
                    waiting = VideoStateChanged(upload.hash_path, "waiting")
                    self._keep.leave_to_encode(job, upload, waiting)
                return
            if inspection.playable:
                results = self._files.staging.results(upload.hash_path, upload.upload_id, job.lease)
                work = Work(job, upload, body, results, stop)
                self._publish_copy(work, inspection, side, synced, given_up)
            else:
                synced.result()
                self._leave_to_encode(job, upload, inspection)

    def _publish_copy(
        self,
        work: Work,
        inspection: Inspection,
        side: ThreadPoolExecutor,
        synced: "Future[None]",
        given_up: threading.Event,
    ) -> None:
        ended = threading.Event()
        early = self._keep.is_early(work)
        if early:
            # There is one thread: this begins when the body is synced.
            synced = side.submit(self._keep.acknowledge, work, inspection, synced, ended)
        # And this when somebody who waits for a large one has an answer.
        digest = side.submit(self._tools.digest, work.source, given_up)
        try:
            with _leaving_no_results(work):
                film = copy(work, inspection, self._tools, ended)
                self._make_of(film, work)
        except UNFIT as error:
            # It looked as if it could be copied, and can't: it is encoded like the others.
            given_up.set()
            log.warning("copy_failed", error=str(error))
            synced.result()
            self._leave_to_encode(work.job, work.upload, inspection, may_copy=False)
            return
        except DiskFull:
            given_up.set()
            if early:
                synced.result()
            # What came in pieces was acknowledged piece by piece.
            kept = work.upload.state is not UploadState.RECEIVED or work.job.payload.get("is_kept")
            if early or kept:
                raise TryLater("disk full", DISK_FULL_SECONDS) from None
            self._refuse(work.job, work.upload, Code.DISK_FULL, MESSAGES[Code.DISK_FULL])
            return
        except OSError:
            if early:
                # It may have found that the upload is gone, and removed the file that is copied.
                synced.result()
            raise
        synced.result()
        self._keep.keep(work.upload)
        self._publish(self._media, work, film, sha256=digest.result())

    def _leave_to_encode(
        self, job: Job, upload: Upload, inspection: Inspection, *, may_copy: bool = True
    ) -> None:
        change, cost = change_to("waiting", upload.hash_path, inspection), cost_of(inspection)
        self._keep.leave_to_encode(job, upload, change, cost, may_copy=may_copy)

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
                self._set_failed(cursor, job.subject, upload_id, UNREADABLE)

        self._media.quarantine(job, error, also)

    # encode: from a stored upload to a published video

    def encode(self, job: Job, stop: threading.Event) -> None:
        """Make an MP4 that browsers play, and publish it."""
        upload = self._upload(job)
        if upload is None:
            self._encodes.finish(job)
            return
        original = blobs.original(upload.hash_path, upload.upload_id)
        with self._files.blobs.fetch(original) as source:
            self._encode(job, upload, source, stop)

    def _encode(self, job: Job, upload: Upload, source: Path, stop: threading.Event) -> None:
        # Of a worker that died: it takes the room that this one needs.
        self._files.staging.discard_results(upload.hash_path, upload.upload_id)
        results = self._files.staging.results(upload.hash_path, upload.upload_id, job.lease)
        work = Work(job, upload, source, results, stop)
        told = Change(VideoStateChanged(upload.hash_path, "processing"))

        def begin(cursor: Cursor) -> None:
            upload_rows.set_step(cursor, upload.hash_path, upload.upload_id, Step.FIRST)
            told.publish(cursor)

        self._encodes.while_held(job, begin)
        self._reports.notify(told)
        try:
            with ThreadPoolExecutor(1) as side, _setting() as given_up:
                digest = side.submit(self._tools.digest, source, given_up)
                with _leaving_no_results(work):
                    film, parts = self._make_first(work)
                sha256 = digest.result()
        except (Refused, *UNFIT) as error:
            log.warning("encode_failed", error=str(error))
            self._fail(job, upload, error.reason if isinstance(error, Refused) else UNREADABLE)
            return
        except DiskFull:
            raise TryLater("disk full", DISK_FULL_SECONDS) from None
        self._publish(self._encodes, work, film, parts, sha256=sha256)

    def _make_first(self, work: Work) -> tuple[Film, Sequence[Part]]:
        """What can be played first: the film, and the parts of its stream where it was encoded."""
        job, upload, tools, results = work.job, work.upload, self._tools, work.results
        report: ProgressReport | None = None

        def on_plan(plan: Plan) -> None:
            names = (upload.hash_path, upload.upload_id)
            self._encodes.while_held(
                job, lambda cursor: renditions.begin(cursor, *names, plan.rungs)
            )
            cost = plan.rung.cost
            behind = sum(rung.cost for rung in plan.rungs) - cost
            heights = [plan.rung.height]
            nonlocal report
            report = ProgressReport(self._table, upload, heights, cost=cost, behind=behind)

        def tell(share: float) -> None:
            if report:
                report(share)

        film = make_film(
            work.source,
            results.video,
            tools,
            choose_largest if job.payload.get("is_watched") else choose_lowest,
            may_copy=bool(job.payload.get("may_copy", True)),
            storage=self._storage,
            on_plan=on_plan,
            tell=tell,
            stop=work.stop,
        )
        self._make_of(film, work)
        return film, parts_of(film, work, tools)

    def give_up_encode(self, job: Job, error: str) -> None:
        """A video that can't be encoded has failed; its original is kept."""

        def also(cursor: Cursor) -> None:
            self._set_failed(cursor, job.subject, str(job.payload["upload_id"]), UNREADABLE)

        self._encodes.quarantine(job, error, also)

    # what they share

    def _upload(self, job: Job) -> Upload | None:
        """The job's upload; ``None`` where it was withdrawn, deleted or replaced."""
        upload = self._uploads.find(job.subject)
        if upload is None or upload.upload_id != job.payload["upload_id"]:
            return None
        return upload if upload.state is not UploadState.REFUSED else None

    def _make_of(self, film: Film, work: Work) -> None:
        for step in self._of_film:
            step(work, film, self._tools)

    def _refuse(self, job: Job, upload: Upload, code: Code, reason: str) -> None:
        def also(cursor: Cursor) -> None:
            upload_rows.refuse(cursor, upload.hash_path, upload.upload_id, code, reason)
            self._files.drop(upload.hash_path, upload.upload_id)

        self._media.finish(job, also)

    def _fail(self, job: Job, upload: Upload, reason: str) -> None:
        def also(cursor: Cursor) -> None:
            self._set_failed(cursor, upload.hash_path, upload.upload_id, reason)

        self._encodes.finish(job, also)

    def _set_failed(self, cursor: Cursor, hash_path: str, upload_id: str, reason: str) -> None:
        events.publish(cursor, _failed(hash_path, reason))
        upload_rows.set_failure(cursor, hash_path, upload_id, reason)
        renditions.set_unfinished(cursor, hash_path, upload_id, "failed")
        self._files.staging.discard(hash_path, upload_id)


@contextlib.contextmanager
def _setting() -> Iterator[threading.Event]:
    """An event that is set where the ``with`` fails: what works aside need not go on."""
    given_up = threading.Event()
    try:
        yield given_up
    except BaseException:
        given_up.set()
        raise


@contextlib.contextmanager
def _leaving_no_results(work: Work) -> Iterator[None]:
    """Remove what was made where not all of it could be: the next attempt has another lease, writes
    under other names, and needs the room."""
    try:
        yield
    except BaseException:
        work.results.remove()
        raise


def _failed(hash_path: str, reason: str = UNREADABLE) -> VideoStateChanged:
    return VideoStateChanged(hash_path, "failed", reason)
