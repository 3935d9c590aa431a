"""The job ``render``: the renditions of a stream that there are not, the lowest first.

Of a film that was copied, its own frames and sound join the stream at once, and the others are
encoded from it. Of any other the first rendition is there already, and the others are encoded from
the original; with the one that is right for it the MP4 is made anew.

What is ready joins the stream group by group. Where somebody else's job waits, the rest is left to
another job, behind it.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pymysql.cursors import Cursor

from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_common.logs import get_logger
from vireo_common.worker import TryLater
from vireo_media.core.encoding import cost_of
from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import GROUP_COST, Size, file_height, next_group
from vireo_media.core.refused import Refused
from vireo_media.core.uploads import Step, Upload, UploadState
from vireo_media.storage import blobs, figures, renditions
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.blobs import Transfer
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.renditions import RenditionRow, RenditionTable
from vireo_media.storage.uploads import UploadTable
from vireo_media.storage.video_files import FilesChange
from vireo_media.storage.video_pictures import add_pictures_job
from vireo_media.storage.visibility import is_hidden
from vireo_media.tools.encoder import DiskFull, TranscodeFailed
from vireo_media.tools.fragments import BadFragments
from vireo_media.tools.measure import NotMade
from vireo_media.tools.progress import Progress
from vireo_media.tools.renditions import Beginnings
from vireo_media.tools.sandbox import LimitExceeded
from vireo_media.tools.survey import Survey
from vireo_media.worker.encoder_turns import EncoderTurns
from vireo_media.worker.reports import Change, Reports, change_to
from vireo_media.worker.steps.fencing import dropping_what_is_lost, marking
from vireo_media.worker.steps.progress_report import ProgressReport
from vireo_media.worker.steps.publish_parts import place_files, place_rows, transfer_parts
from vireo_media.worker.steps.stream import copied_part, encoded_parts, rungs_of, sound_part
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import BT709, Part, Work

log = get_logger()

DISK_FULL_SECONDS, MOVED_SECONDS = 60.0, 1.0
UNFINISHED = ("waiting", "processing")
# What is raised about this file: doing the same again would end alike.
UNFIT = (TranscodeFailed, BadFragments, NotMade, LimitExceeded, Refused)


class Renderer:
    """Makes renditions.

    Args:
        is_waited_for: whether another job waits for the slot.
        turns: who encodes before it.
        storage: how many times the bytes of the original a stream may take.
        group_cost: pixels times frames that are encoded before what there is joins the stream.
    """

    def __init__(
        self,
        queue: JobQueue,
        uploads: UploadTable,
        table: RenditionTable,
        files: MediaFiles,
        reports: Reports,
        tools: Tools,
        is_waited_for: Callable[[], bool],
        turns: EncoderTurns,
        *,
        storage: float,
        group_cost: int = GROUP_COST,
    ) -> None:
        self._queue = queue
        self._uploads = uploads
        self._table = table
        self._files = files
        self._reports = reports
        self._tools = tools
        self._is_waited_for = is_waited_for
        self._turns = turns
        self._storage = storage
        self._group_cost = group_cost

    def render(self, job: Job, stop: threading.Event) -> None:
        """Make what there is not; the rest is left where others wait."""
        upload = self._uploads.find(job.subject)
        if upload is None or upload.upload_id != job.payload["upload_id"]:
            self._queue.finish(job)
            return
        of_film = bool(job.payload["of_film"])
        original = blobs.original(upload.hash_path, upload.upload_id)
        place = self._files.film(upload.hash_path) if of_film else original
        self._files.staging.discard_results(upload.hash_path, upload.upload_id)
        results = self._files.staging.results(upload.hash_path, upload.upload_id, job.lease)
        with self._files.blobs.fetch(place) as source:
            work = Work(job, upload, source, results, stop)
            try:
                self._render(work, of_film=of_film)
            except UNFIT as error:
                _require_in_place(source)
                log.warning("renditions_failed", error=str(error))
                self._fail(job, upload)
            except DiskFull:
                raise TryLater("disk full", DISK_FULL_SECONDS) from None
            finally:
                results.remove()

    def give_up(self, job: Job, error: str) -> None:
        """What can't be made has failed; what there is is played on."""
        upload_id = str(job.payload["upload_id"])

        def also(cursor: Cursor) -> None:
            self._set_failed(cursor, job.subject, upload_id)
            self._files.staging.discard(job.subject, upload_id)

        self._queue.quarantine(job, error, also)

    def _render(self, work: Work, *, of_film: bool) -> None:
        tools, stop, upload = self._tools, work.stop, work.upload
        found = tools.inspect(work.source, again=True, stop=stop)
        begins = tools.beginnings(work.source, stop=stop) if of_film else None
        if begins and not self._rows(upload):
            looked = self._begin(work, found, begins)
        else:
            looked = tools.survey(work.source, found, stop=stop)
        while waiting := [row for row in self._rows(upload) if row.state in UNFINISHED]:
            group = next_group([row.rung for row in waiting], self._group_cost)
            heights = [rung.height for rung in group]
            behind = [row.cost for row in waiting if row.height not in heights]
            ready = [row for row in self._rows(upload) if row.state == "ready" and row.height]
            start = ready[0].start if ready else _start(found, begins)
            keyframes = self._keyframes(work, begins, ready) if begins else ()
            with self._turns.rest() as turn:
                began = turn.seconds()
                report = ProgressReport(
                    self._table,
                    upload,
                    heights,
                    cost=sum(rung.cost for rung in group),
                    behind=sum(behind),
                    clock=turn.seconds,
                )
                parts = encoded_parts(
                    work.source,
                    group,
                    found,
                    looked,
                    work.results,
                    tools,
                    start=start,
                    keyframes=keyframes,
                    stop=stop,
                    progress=Progress(
                        *(found.video_span.seconds, report),
                        must_wait=turn.must_wait,
                        clock=turn.seconds,
                    ),
                )
                speed = found.video_span.seconds / max(turn.seconds() - began, 0.001)
            kept = self._within_storage(work, parts)
            self._publish(work, kept, of_film=of_film, made=heights, speed=speed)
            if behind and self._is_waited_for():
                self._leave_rest(work, sum(behind), of_film=of_film)
                return
        self._queue.finish(work.job, lambda cursor: self._set_done(cursor, upload))

    def _rows(self, upload: Upload) -> Sequence[RenditionRow]:
        rows = self._table.of_upload(upload.hash_path, upload.upload_id)
        return [row for row in rows if row.height or row.state == "ready"]

    def _within_storage(self, work: Work, parts: Sequence[Part]) -> Sequence[Part]:
        """Those of new parts that may be kept: always the lowest, the largest and that of the MP4,
        and of those between them what there is room for, the lowest first."""
        rows = self._rows(work.upload)
        heights = [row.height for row in rows if row.height]
        if not heights:
            # The video was deleted meanwhile.
            raise LeaseLost
        of_file = file_height(heights, Size(*_shown(rows[-1])))
        always = {min(heights), max(heights), of_file}
        original = blobs.original(work.upload.hash_path, work.upload.upload_id)
        room = (self._files.blobs.size(original) or 0) * self._storage
        room -= sum(row.size for row in rows)
        room -= sum(part.size for part in parts if part.made.height in always)
        made = {part.made.height for part in parts}
        if max(heights) not in made and rows[-1].state != "ready":
            seconds = parts[0].fragments.seconds
            room -= rows[-1].rung.most_bits * seconds / 8
        kept = []
        for part in parts:
            if part.made.height not in always:
                if part.size > room:
                    log.info("rendition_dropped", height=part.made.height)
                    continue
                room -= part.size
            kept.append(part)
        return kept

    def _begin(self, work: Work, found: Inspection, begins: Beginnings) -> Survey:
        """Of a film that was copied: plan its stream, and publish what need not be encoded.

        All of it is looked through meanwhile.
        """
        with ThreadPoolExecutor(1) as side:
            looking = side.submit(self._tools.survey, work.source, found, stop=work.stop)
            copied = copied_part(work, found, begins.video, self._tools)
            sound = sound_part(work, found, begins.sound, self._tools)
            looked = looking.result()
        if copied is None:
            _require_in_place(work.source)
        size = work.source.stat().st_size
        _, rungs = rungs_of(found, looked, size, self._storage, copied=copied is not None)
        if cost_of(found) > self._tools.max_cost:
            # It is played as it is; anything else would keep the encoder too long.
            rungs = ()
        names = (work.upload.hash_path, work.upload.upload_id)
        parts = [part for part in (sound, copied) if part]

        def plan(cursor: Cursor) -> None:
            renditions.plan(cursor, *names, rungs)

        self._publish(work, parts, of_film=True, before=plan)
        return looked

    def _keyframes(
        self, work: Work, begins: Beginnings, ready: Sequence[RenditionRow]
    ) -> Sequence[float]:
        """When the segments of the film's own frames begin, counted from where the film does, as
        encoders count; none where all were encoded."""
        own = next((row for row in ready if row.copied), None)
        if own is None:
            return ()
        key = self._files.part(work.upload.hash_path, own.part)
        with self._files.blobs.fetch(key) as file:
            segments = self._tools.fragments(file, None).segments
        return [each.start - begins.first for each in segments]

    def _publish(
        self,
        work: Work,
        parts: Sequence[Part],
        *,
        of_film: bool,
        made: Sequence[int] = (),
        speed: float = 0.0,
        before: Callable[[Cursor], None] | None = None,
    ) -> None:
        """Let parts join the stream; with the right one the MP4 is replaced.

        Args:
            made: the heights of all that were made, whether they are kept or not.
            speed: seconds of film that were encoded in a second; 0 where none were.

        Raises:
            LeaseLost: the upload is not this worker's any more.
        """
        upload = work.upload
        told_files = FilesChange(upload.hash_path)
        told, film, cost = self._new_file(work, parts, of_film=of_film)
        transfers = transfer_parts(self._files, work, parts)

        def place(cursor: Cursor) -> None:
            marking(upload, UploadState.PUBLISHED)(cursor)
            hidden = is_hidden(cursor, upload.hash_path)
            if before:
                before(cursor)
            for height in made:
                # What there was no room for.
                renditions.drop(cursor, upload.hash_path, upload.upload_id, height)
            master = place_rows(cursor, work, parts, of_film=of_film)
            if speed:
                figures.count(cursor, figures.ENCODE_SPEED, speed)
            if told:
                told.publish(cursor)
            told_files.publish(cursor)
            if film:
                # Those of the film before are smaller.
                names = (upload.hash_path, upload.upload_id, work.job.turn_of)
                add_pictures_job(cursor, *names, cost=cost, matrix=BT709)
            # After all statements: one that is the victim of a deadlock is run again, and files are
            # moved once.
            place_files(self._files, work, transfers, master, hidden=hidden)
            if film:
                self._files.publish_video(film, hidden=hidden)

        with dropping_what_is_lost(self._uploads, self._files, upload):
            self._queue.while_held(work.job, place)
            if told:
                self._reports.notify(told)
            self._reports.notify_files(told_files)
        self._files.settle(upload.hash_path)

    def _new_file(
        self, work: Work, parts: Sequence[Part], *, of_film: bool
    ) -> tuple[Change | None, Transfer | None, int]:
        """The MP4 that takes the place of the one there is, where the right part for it is among
        these; what catalog is to hear of it, and what its frames cost."""
        rows = [row for row in self._rows(work.upload) if row.height]
        if of_film or not rows:
            return None, None, 0
        largest = Size(*_shown(rows[-1]))
        wanted = file_height([row.height for row in rows], largest)
        part = next((part for part in parts if part.made.height == wanted), None)
        if part is None:
            return None, None, 0
        return *self._file_of(work, part, largest), rows[-1].cost

    def _file_of(self, work: Work, part: Part, largest: Size) -> tuple[Change, Transfer]:
        """The MP4 of a rendition and the sound, and what catalog is to hear of it."""
        upload, target = work.upload, work.results.video
        sound = next((row for row in self._rows(upload) if row.height == 0), None)
        if sound is None:
            self._tools.join(part.file, None, target, stop=work.stop)
        else:
            with self._files.blobs.fetch(self._files.part(upload.hash_path, sound.part)) as file:
                self._tools.join(part.file, file, target, stop=work.stop)
        made = self._tools.measure(target, stop=work.stop)
        note = str(work.job.payload.get("note", ""))
        told = Change(change_to("ready", upload.hash_path, made, note, largest))
        return told, self._files.blobs.transfer(blobs.video(upload.hash_path), target)

    def _leave_rest(self, work: Work, cost: int, *, of_film: bool) -> None:
        job, upload = work.job, work.upload
        names = (upload.hash_path, upload.upload_id, job.turn_of)
        note = str(job.payload.get("note", ""))

        def also(cursor: Cursor) -> None:
            upload_rows.add_render_job(cursor, *names, cost, of_film=of_film, note=note)
            # Nobody knows when its turn comes.
            upload_rows.set_step(cursor, upload.hash_path, upload.upload_id, Step.RENDITIONS)

        self._queue.finish(job, also)

    def _set_done(self, cursor: Cursor, upload: Upload) -> None:
        upload_rows.set_step(cursor, upload.hash_path, upload.upload_id, Step.DONE)
        upload_rows.set_failure(cursor, upload.hash_path, upload.upload_id, None)

    def _set_failed(self, cursor: Cursor, hash_path: str, upload_id: str) -> None:
        renditions.set_unfinished(cursor, hash_path, upload_id, "failed")
        upload_rows.set_step(cursor, hash_path, upload_id, Step.DONE)
        upload_rows.set_failure(cursor, hash_path, upload_id, NOT_ALL)

    def _fail(self, job: Job, upload: Upload) -> None:
        self._queue.finish(
            job, lambda cursor: self._set_failed(cursor, upload.hash_path, upload.upload_id)
        )


NOT_ALL = "Not all renditions could be made; the others are played."


def _start(found: Inspection, begins: Beginnings | None) -> float:
    """When the first frame is shown: of a film, or of an original."""
    if begins:
        return begins.video.start
    spans = [found.video_span, *([found.audio_span] if found.audio_span else [])]
    return found.video_span.start - min(span.start for span in spans)


def _shown(row: RenditionRow) -> tuple[int, int]:
    if row.state == "ready":
        return row.made.width, row.made.shown_height
    return row.rung.size.width, row.rung.size.height


def _require_in_place(source: Path) -> None:
    """Raises TryLater where a moderator's decision moved it: what could not be made says nothing
    about it. The next attempt finds it, or sees that the video was deleted."""
    if not source.exists():
        raise TryLater("the film was moved", MOVED_SECONDS)
