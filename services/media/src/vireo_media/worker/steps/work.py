"""What is handed from step to step."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vireo_common.jobs import Job
from vireo_media.core.uploads import Upload
from vireo_media.storage.staging import Results
from vireo_media.tools.measure import Made
from vireo_media.worker.steps.tools import Tools

# Of everything that is encoded here.
BT709 = "bt709"


@dataclass(frozen=True)
class Work:
    """An upload that becomes a video.

    ``source`` is its body or its original, ``results`` are names that are this worker's alone.
    ``stop`` is set when the work must end early.
    """

    job: Job
    upload: Upload
    source: Path
    results: Results
    stop: threading.Event


@dataclass(frozen=True)
class Film:
    """The MP4 that was made, and a sentence for its owner about what is missing (empty: nothing).

    ``copied``: its frames are those of the original, of which only the first were decoded.
    ``matrix``: of its colours, where its frames name none.
    """

    made: Made
    note: str
    copied: bool
    matrix: str = BT709


# Makes something of the film, at a name in ``Work.results``.
StepOfFilm = Callable[[Work, Film, Tools], None]
