"""The step ``publish``: files to where the gateway finds them; catalog is notified."""

from dataclasses import replace

from pymysql.cursors import Cursor

from vireo_common.jobs import JobQueue
from vireo_media.core.uploads import UploadState
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import UploadTable
from vireo_media.storage.video_pictures import add_pictures_job, is_chosen
from vireo_media.storage.visibility import is_hidden
from vireo_media.worker.reports import Change, Reports, change_to
from vireo_media.worker.steps.fencing import dropping_what_is_lost, marking
from vireo_media.worker.steps.work import Film, Work


class Publish:
    """Publishes what the steps before have made."""

    def __init__(self, uploads: UploadTable, files: MediaFiles, reports: Reports) -> None:
        self._uploads = uploads
        self._files = files
        self._reports = reports

    def __call__(self, queue: JobQueue, work: Work, film: Film) -> None:
        """Put the files in place, notify catalog, and finish the job, which is one of ``queue``.

        The files are synced after they are published: they can be made again from the original,
        and are, where the machine stops before the job is finished.

        Raises:
            LeaseLost: the upload is not this worker's any more.
        """
        job, upload = work.job, work.upload
        told = Change(change_to("ready", upload.hash_path, film.made, film.note))
        # Before the transaction, for it may take long where the store is elsewhere.
        transferred = self._files.transfer(upload.hash_path, work.results)

        def place(cursor: Cursor) -> None:
            # The rows stay locked until the files are moved: neither a deletion nor another worker
            # comes between.
            marking(upload, UploadState.PLACED)(cursor)
            hidden = is_hidden(cursor, upload.hash_path)
            keep = is_chosen(cursor, upload.hash_path)
            version = self._files.publish(transferred, hidden=hidden, keep_thumbnail=keep)
            told.change = replace(told.change, thumbnail_version=version)
            told.publish(cursor)

        with dropping_what_is_lost(self._uploads, self._files, upload):
            queue.while_held(job, place)
            self._reports.notify(told)

            def mark(cursor: Cursor) -> None:
                marking(upload, UploadState.PUBLISHED)(cursor)
                names, made = (upload.hash_path, upload.upload_id, job.turn_of), film.made
                cost = int(made.duration * made.width * made.height)
                add_pictures_job(cursor, *names, cost=cost, matrix=film.matrix)
                if film.copied:
                    upload_rows.add_verify_job(cursor, *names, cost=cost)

            queue.while_held(job, mark)
            self._files.settle(upload.hash_path)
            queue.finish(job)
            self._files.staging.discard(upload.hash_path, upload.upload_id)
