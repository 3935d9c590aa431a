"""The jobs ``show_or_hide`` and ``show_or_hide_all``: files of what moderators have decided about,
or whose owners show it to others than before.

What is closed is served by grants alone: its files are where no other address leads.
"""

import threading

from pymysql.cursors import Cursor

from vireo_common.jobs import Job, JobQueue
from vireo_common.worker import Interrupted
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.visibility import PAGE, VisibilityTable, add_job_of_rest


class Visibility:
    """Moves files to where they belong; doing so twice is doing so once.

    A job ends when that survives a power cut: nothing would do it again.
    """

    def __init__(self, queue: JobQueue, table: VisibilityTable, files: MediaFiles) -> None:
        self._queue = queue
        self._table = table
        self._files = files

    def of_video(self, job: Job, stop: threading.Event) -> None:
        """The files of one video."""
        self._table.apply(job.subject, self._files)
        self._files.settle(job.subject)
        self._files.pictures.settle(job.subject)
        self._queue.finish(job)

    def of_channel(self, job: Job, stop: threading.Event) -> None:
        """The files of a page of a channel's videos; another job does those behind it.

        So one video that is hidden meanwhile need not wait for all. Who stops in between does the
        page again.
        """
        # Jobs of an earlier version say nothing, and begin with the first.
        videos = self._table.of_channel(int(job.subject), int(job.payload.get("after", 0)))
        for _, hash_path in videos:
            if stop.is_set():
                raise Interrupted
            self._table.apply(hash_path, self._files)
        # All are moved first: the first sync has then written down the most of it.
        for _, hash_path in videos:
            self._files.settle(hash_path)
            self._files.pictures.settle(hash_path)

        def go_on(cursor: Cursor) -> None:
            if len(videos) == PAGE:
                add_job_of_rest(cursor, job.subject, after=videos[-1][0])

        self._queue.finish(job, go_on)

    def give_up(self, job: Job, error: str) -> None:
        """Leave the files, and the job to an operator."""
        self._queue.quarantine(job, error, lambda cursor: None)
