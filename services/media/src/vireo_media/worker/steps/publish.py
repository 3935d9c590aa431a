"""The step ``publish``: files to where the gateway finds them; catalog is notified."""

from collections.abc import Sequence
from dataclasses import replace

from pymysql.cursors import Cursor

from vireo_common.jobs import JobQueue
from vireo_media.core.uploads import Step, UploadState
from vireo_media.storage import renditions
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import UploadTable
from vireo_media.storage.video_files import FilesChange
from vireo_media.storage.video_pictures import add_pictures_job, is_chosen
from vireo_media.storage.visibility import is_hidden
from vireo_media.worker.reports import Change, Reports, change_to
from vireo_media.worker.steps.fencing import dropping_what_is_lost, marking
from vireo_media.worker.steps.publish_parts import place_files, place_rows, transfer_parts
from vireo_media.worker.steps.work import Film, Part, Work


class Publish:
    """Publishes what the steps before have made."""

    def __init__(self, uploads: UploadTable, files: MediaFiles, reports: Reports) -> None:
        self._uploads = uploads
        self._files = files
        self._reports = reports

    def __call__(
        self,
        queue: JobQueue,
        work: Work,
        film: Film,
        parts: Sequence[Part] = (),
        *,
        sha256: str = "",
    ) -> None:
        """Put the files in place, notify catalog, and finish the job, which is one of ``queue``.

        The files are synced after they are published: they can be made again from the original.
        The rest of the stream is left to another job.

        Args:
            parts: the first of the stream; ``sha256`` is the original's.

        Raises:
            LeaseLost: the upload is not this worker's any more.
        """
        job, upload = work.job, work.upload
        size = film.plan.largest if film.plan else None
        told = Change(change_to("ready", upload.hash_path, film.made, film.note, size, sha256))
        told_files = FilesChange(upload.hash_path)
        # Before the transaction, for it may take long where the store is elsewhere.
        transferred = self._files.transfer(upload.hash_path, work.results)
        transfers = transfer_parts(self._files, work, parts)

        def place(cursor: Cursor) -> None:
            # The rows stay locked until the files are moved: neither a deletion nor another worker
            # comes between.
            marking(upload, UploadState.PLACED)(cursor)
            hidden = is_hidden(cursor, upload.hash_path)
            keep = is_chosen(cursor, upload.hash_path)
            if not job.payload.get("is_watched"):
                upload_rows.set_first_play(cursor, upload.hash_path, upload.upload_id)
            if film.plan:
                # In place of a stream of before, whose parts go with the master that names them.
                names = (upload.hash_path, upload.upload_id)
                renditions.plan(cursor, *names, film.plan.rungs)
            master = place_rows(cursor, work, parts, of_film=film.plan is None, note=film.note)
            if parts:
                told_files.publish(cursor)
            place_files(self._files, work, transfers, master, hidden=hidden)
            version = self._files.publish(transferred, hidden=hidden, keep_thumbnail=keep)
            told.change = replace(told.change, thumbnail_version=version)
            told.publish(cursor)

        with dropping_what_is_lost(self._uploads, self._files, upload):
            queue.while_held(job, place)
            if parts:
                self._reports.notify_files(told_files)
            self._reports.notify(told)
            # Now its request is answered.
            queue.while_held(job, marking(upload, UploadState.PUBLISHED))
            self._files.settle(upload.hash_path)
            # What is left begins when this job has ended: neither is done twice.
            queue.finish(job, lambda cursor: self._leave(cursor, work, film))
            self._files.staging.discard_body(upload.hash_path, upload.upload_id)
            work.results.remove()

    def _leave(self, cursor: Cursor, work: Work, film: Film) -> None:
        """Have done what is left."""
        job, upload = work.job, work.upload
        marking(upload, UploadState.PUBLISHED)(cursor)
        upload_rows.set_failure(cursor, upload.hash_path, upload.upload_id, None)
        names = (upload.hash_path, upload.upload_id, job.turn_of)
        made = film.made
        cost = int(made.duration * made.width * made.height)
        add_pictures_job(cursor, *names, cost=cost, matrix=film.matrix)
        if film.copied:
            upload_rows.add_verify_job(cursor, *names, cost=cost)
        rows = renditions.of_upload(cursor, upload.hash_path, upload.upload_id)
        left = sum(row.cost for row in rows if row.state != "ready")
        of_film = film.plan is None
        step = Step.RENDITIONS if of_film or left else Step.DONE
        upload_rows.set_step(cursor, upload.hash_path, upload.upload_id, step)
        if step is Step.RENDITIONS:
            upload_rows.add_render_job(cursor, *names, left, of_film=of_film, note=film.note)
