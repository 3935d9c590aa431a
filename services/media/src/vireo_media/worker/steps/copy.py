"""The step ``copy``: a film with the streams of a body that browsers play as it is."""

import threading

from vireo_media.core.inspection import Inspection
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import Film, Work


def copy(work: Work, inspection: Inspection, tools: Tools, ended: threading.Event) -> Film:
    """Make the film; ``ended`` is set when its bytes are there, or can't be.

    Raises:
        TranscodeFailed, NotMade: it looked as if it could be copied, and can't.
        DiskFull, and the errors of `sandbox`.
    """
    try:
        tools.copy_streams(work.source, work.results.video, inspection, stop=work.stop)
    finally:
        ended.set()
    made = tools.measure(work.results.video, stop=work.stop)
    return Film(made, "", copied=True, matrix=inspection.video.assumed_matrix)
