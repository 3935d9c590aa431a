"""What one line of the table of hostile files says."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from vireo_ops.clips import ffmpeg
from vireo_testing.bait import Bait

Builder = Callable[[Path, Bait], object]


class Outcome(StrEnum):
    """What must become of the file when it is uploaded."""

    UNSUPPORTED = "unsupported_media"
    """415."""
    TOO_LARGE = "too_large"
    """413."""
    REFUSED = "refused"
    """415 or 413: it is too much and broken, and the first to see it decides."""
    EITHER = "either"
    """Real frames with something odd about them: refused, or taken for the frames alone."""


@dataclass(frozen=True)
class Entry:
    """A hostile file: its name, how to build it at a path, and its outcome."""

    name: str
    build: Builder
    outcome: Outcome = Outcome.UNSUPPORTED


def raw(data: bytes) -> Builder:
    """A file of these bytes."""
    return lambda path, _: path.write_bytes(data)


def made(*arguments: str) -> Builder:
    """A file that ffmpeg makes; its name is the last argument."""
    return lambda path, _: ffmpeg(*arguments, path)
