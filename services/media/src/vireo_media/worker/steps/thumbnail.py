"""The step ``thumbnail``: what is seen of a video before it is played."""

from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import Film, Work


def take_thumbnail(work: Work, film: Film, tools: Tools) -> None:
    """Take the thumbnail of a film.

    Raises:
        NoFrame: not one frame of it can be decoded.
        DiskFull, and the errors of `sandbox`.
    """
    results = work.results
    tools.thumbnail(results.video, results.thumbnail, film.made, film.matrix, stop=work.stop)
