"""The step ``thumbnail``: what is seen of a video before it is played."""

from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import Film, Work


def take_thumbnail(work: Work, film: Film, tools: Tools) -> None:
    """Take the thumbnail of a film; of one that is small for now, of its original.

    Raises:
        NoFrame: not one frame of it can be decoded.
        DiskFull, and the errors of `sandbox`.
    """
    results, plan = work.results, film.plan
    if plan and tools.still(
        work.source, results.thumbnail, plan.found, plan.looked, stop=work.stop
    ):
        return
    tools.thumbnail(results.video, results.thumbnail, film.made, film.matrix, stop=work.stop)
