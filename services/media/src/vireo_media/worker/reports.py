"""What catalog is told of a video, at once or by the job ``tell``."""

import threading

import structlog

from vireo_common.errors import Code, Failure
from vireo_common.jobs import Job, JobQueue
from vireo_media.catalog import Catalog, Progress
from vireo_media.core.inspection import Inspection
from vireo_media.core.removal import Removal
from vireo_media.tools.measure import Made

log = structlog.get_logger()


class Reports:
    """Tells catalog; what it does not know any more is removed.

    Args:
        queue: where the jobs ``tell`` are.
    """

    def __init__(self, queue: JobQueue, catalog: Catalog, removal: Removal) -> None:
        self._queue = queue
        self._catalog = catalog
        self._removal = removal

    def told(self, hash_path: str, progress: Progress) -> bool:
        """Tell catalog now; ``False`` where it can't be reached."""
        try:
            self._tell(hash_path, progress)
        except Failure:
            return False
        return True

    def report(self, hash_path: str, progress: Progress) -> None:
        """Tell catalog now; where it can't be reached, the next report will do."""
        if not self.told(hash_path, progress):
            log.info("report_not_heard", state=progress.state)

    def tell(self, job: Job, stop: threading.Event) -> None:
        """Tell catalog what it could not be told before."""
        self._tell(job.subject, Progress(**job.payload["progress"]))
        self._queue.finish(job)

    def give_up(self, job: Job, error: str) -> None:
        """Put a job aside; the owner can look at the video all the same."""
        self._queue.quarantine(job, error, lambda cursor: None)

    def _tell(self, hash_path: str, progress: Progress) -> None:
        try:
            self._catalog.tell(hash_path, progress)
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                raise
            # The video was deleted: what came after its deletion goes too.
            self._removal(hash_path)


def progress_of(state: str, measured: Inspection | Made, note: str = "") -> Progress:
    """What catalog is told of a file that was measured."""
    return Progress(
        state,
        reason=note,
        duration=round(measured.duration, 3),
        width=measured.width,
        height=measured.height,
    )
