"""The job ``notice``: word to somebody that an archive of their data was asked for."""

import threading

from vireo_common.errors import Code, Failure
from vireo_common.jobs import Job, JobQueue
from vireo_media.auth import Auth


class Notices:
    """Has people told."""

    def __init__(self, queue: JobQueue, auth: Auth) -> None:
        self._queue = queue
        self._auth = auth

    def notice(self, job: Job, stop: threading.Event) -> None:
        """Have somebody told; auth sends a mail only once, however often it is asked."""
        try:
            self._auth.tell_asked(job.payload["channel_id"], job.payload["mail_id"])
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                raise
            # The account was deleted meanwhile: there is nobody to tell.
        self._queue.finish(job)

    def give_up(self, job: Job, error: str) -> None:
        """Put a job aside; the archive is made all the same."""
        self._queue.quarantine(job, error, lambda cursor: None)
