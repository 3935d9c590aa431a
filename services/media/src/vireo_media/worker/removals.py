"""The jobs ``remove`` and ``remove_picture``: files of what has no row any more."""

import threading

from vireo_common.jobs import Job, JobQueue
from vireo_media.core.removal import Removal
from vireo_media.storage.files import MediaFiles


class Remover:
    """Removes files; removing what is gone already does nothing."""

    def __init__(self, queue: JobQueue, removal: Removal, files: MediaFiles) -> None:
        self._queue = queue
        self._removal = removal
        self._files = files

    def remove(self, job: Job, stop: threading.Event) -> None:
        """Remove everything that there is of a video."""
        self._removal(job.subject)
        self._queue.finish(job)

    def remove_picture(self, job: Job, stop: threading.Event) -> None:
        """Remove the file of a picture."""
        self._files.remove_picture(job.subject)
        self._queue.finish(job)

    def give_up(self, job: Job, error: str) -> None:
        """Leave the files, and the job to an operator."""
        self._queue.quarantine(job, error, lambda cursor: None)
