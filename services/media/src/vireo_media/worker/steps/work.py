"""What is handed from step to step."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vireo_common.jobs import Job
from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import Rung, Size
from vireo_media.core.playlists import Fragments, Rendition
from vireo_media.core.uploads import Upload
from vireo_media.storage.staging import Results
from vireo_media.tools.measure import Made
from vireo_media.tools.survey import Survey
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
class Part:
    """A part of a stream, in a file of its own: a rendition, or the sound.

    ``start``: when it begins, in seconds; ``copied``: its frames are the film's own.
    """

    made: Rendition
    file: Path
    fragments: Fragments
    start: float
    copied: bool = False

    @property
    def size(self) -> int:
        """In bytes."""
        return self.fragments.head_size + sum(each.size for each in self.fragments.segments)


@dataclass(frozen=True)
class Plan:
    """What an encoder makes of a file: the renditions that there are to be, lowest first, the size
    of the largest, and the one that is made first."""

    found: Inspection
    looked: Survey
    largest: Size
    rungs: Sequence[Rung]
    rung: Rung


@dataclass(frozen=True)
class Film:
    """The MP4 that was made, and a sentence for its owner about what is missing (empty: nothing).

    ``plan``: of a film that was encoded, as one of the renditions of its stream.

    ``copied``: its frames are those of the original, of which only the first were decoded.
    ``matrix``: of its colours, where its frames name none.
    """

    made: Made
    note: str
    copied: bool
    matrix: str = BT709
    plan: Plan | None = None


# Makes something of the film, at a name in ``Work.results``.
StepOfFilm = Callable[[Work, Film, Tools], None]
