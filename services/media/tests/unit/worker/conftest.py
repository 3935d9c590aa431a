"""What the worker makes of a clip."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from vireo_media.tools.encoder import NoCopy
from vireo_media.tools.measure import Made, measure
from vireo_media.tools.probe import inspect
from vireo_media.tools.thumbnail import thumbnail
from vireo_media.tools.transcode import copy_streams
from vireo_media.worker.steps.encode import make_film
from vireo_media.worker.steps.tools import Tools
from vireo_testing import seen


@dataclass(frozen=True)
class Published:
    """What became of a clip."""

    path: Path
    made: Made
    copied: bool
    note: str
    matrix: str

    def shot(self) -> Path:
        """Take a thumbnail."""
        target = self.path.with_suffix(".jpg")
        thumbnail(self.path, target, self.made, self.matrix)
        return target

    def assert_every_frame(self, source: Path) -> None:
        """All frames of the source are there, at their times."""
        before, after = seen.times(source), seen.times(self.path)
        assert len(after) == len(before)
        late = [(b - before[0]) - (a - after[0]) for b, a in zip(before, after, strict=True)]
        assert max(map(abs, late)) <= 0.020


def _publish(source: Path) -> Published:
    target = source.with_name(f"published-{source.stem}.mp4")
    found = inspect(source)
    if found.playable:
        with contextlib.suppress(NoCopy):
            copy_streams(source, target, found)
            matrix = found.video.assumed_matrix
            return Published(target, measure(target), True, "", matrix)
    film = make_film(source, target, Tools())
    return Published(target, film.made, False, film.note, "bt709")


@pytest.fixture
def publish() -> Callable[[Path], Published]:
    """As the worker does: copied where it is playable as it is, else encoded."""
    return _publish
