"""The step ``probe``: is it a video that can be published, and what is in it?"""

import threading
from pathlib import Path

from vireo_media.core.encoding import check_cost
from vireo_media.core.inspection import Inspection
from vireo_media.worker.steps.tools import Tools


def probe(body: Path, tools: Tools, stop: threading.Event) -> Inspection:
    """What is in a body.

    Raises:
        Refused: it is no video, or would keep the encoder too long.
    """
    inspection = tools.inspect(body, stop=stop)
    if not inspection.playable:
        check_cost(inspection, most=tools.max_cost)
    return inspection
