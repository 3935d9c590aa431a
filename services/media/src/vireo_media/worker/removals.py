"""The jobs ``remove`` and ``remove_picture``: files of what was deleted."""

import threading

from vireo_common.jobs import Job, JobQueue
from vireo_media.core.removal import Removal
from vireo_media.storage.files import MediaFiles


class Removals:
    """Removes files."""

    def __init__(self, queue: JobQueue, removal: Removal, files: MediaFiles) -> None:
        self._queue = queue
        self._removal = removal
        self._files = files

    def remove(self, job: Job, stop: threading.Event) -> None:
        """Remove what is left of a deleted video."""
        self._removal(job.subject)
        self._queue.finish(job)

    def remove_picture(self, job: Job, stop: threading.Event) -> None:
        """Remove a picture that its channel has no more."""
        self._files.remove_picture(job.subject)
        self._queue.finish(job)

    def give_up(self, job: Job, error: str) -> None:
        """Put a job aside; the janitor removes what has no row."""
        self._queue.quarantine(job, error, lambda cursor: None)
