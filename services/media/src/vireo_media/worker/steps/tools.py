"""What the steps work with: the programs on files, and how much may be asked of them.

They are handed to the steps, so that a test can hand in others.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vireo_media.core.encoding import MAX_COST
from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import Rung
from vireo_media.core.playlists import Fragments
from vireo_media.storage.disk_blobs import sync
from vireo_media.tools import fragments
from vireo_media.tools.digest import digest
from vireo_media.tools.measure import Made, measure
from vireo_media.tools.probe import inspect
from vireo_media.tools.progress import Progress
from vireo_media.tools.renditions import (
    Beginnings,
    beginnings,
    encode_rungs,
    encode_sound,
    join,
    split,
)
from vireo_media.tools.survey import Survey, survey
from vireo_media.tools.thumbnail import still, thumbnail
from vireo_media.tools.transcode import copy_streams, encode


class Inspects(Protocol):
    """`tools.probe.inspect`."""

    def __call__(
        self, path: Path, *, again: bool = False, stop: threading.Event | None = None
    ) -> Inspection: ...


class Surveys(Protocol):
    """`tools.survey.survey`."""

    def __call__(
        self, path: Path, found: Inspection, *, stop: threading.Event | None = None
    ) -> Survey: ...


class Copies(Protocol):
    """`tools.transcode.copy_streams`."""

    def __call__(
        self, path: Path, target: Path, found: Inspection, *, stop: threading.Event | None = None
    ) -> None: ...


class Encodes(Protocol):
    """`tools.transcode.encode`."""

    def __call__(
        self,
        path: Path,
        target: Path,
        found: Inspection,
        looked: Survey,
        rung: Rung,
        *,
        stop: threading.Event | None = None,
        progress: Progress | None = None,
    ) -> None: ...


class EncodesRungs(Protocol):
    """`tools.renditions.encode_rungs`."""

    def __call__(
        self,
        path: Path,
        targets: Sequence[tuple[Rung, Path]],
        found: Inspection,
        looked: Survey,
        *,
        keyframes: Sequence[float] = (),
        stop: threading.Event | None = None,
        progress: Progress | None = None,
    ) -> None: ...


class Splits(Protocol):
    """`tools.renditions.split`."""

    def __call__(
        self,
        film: Path,
        video: Path | None,
        sound: Path | None,
        *,
        stop: threading.Event | None = None,
    ) -> None: ...


class EncodesSound(Protocol):
    """`tools.renditions.encode_sound`."""

    def __call__(
        self, film: Path, target: Path, *, stop: threading.Event | None = None
    ) -> None: ...


class Joins(Protocol):
    """`tools.renditions.join`."""

    def __call__(
        self,
        video: Path,
        sound: Path | None,
        target: Path,
        *,
        stop: threading.Event | None = None,
    ) -> None: ...


class Begins(Protocol):
    """`tools.renditions.beginnings`."""

    def __call__(self, path: Path, *, stop: threading.Event | None = None) -> Beginnings: ...


class Measures(Protocol):
    """`tools.measure.measure`."""

    def __call__(self, path: Path, *, stop: threading.Event | None = None) -> Made: ...


class TakesThumbnails(Protocol):
    """`tools.thumbnail.thumbnail`."""

    def __call__(
        self,
        path: Path,
        target: Path,
        made: Made,
        matrix: str,
        *,
        stop: threading.Event | None = None,
    ) -> None: ...


class TakesStills(Protocol):
    """`tools.thumbnail.still`."""

    def __call__(
        self,
        path: Path,
        target: Path,
        found: Inspection,
        looked: Survey,
        *,
        stop: threading.Event | None = None,
    ) -> bool: ...


@dataclass(frozen=True)
class Tools:
    """The real ones, where no others are given.

    ``sync`` returns when a file is on the disk; ``digest`` gives its SHA-256, or ``""`` where the
    event was set before its end; ``max_cost`` is how long the encoder may be kept
    (``core/encoding.py``).
    """

    sync: Callable[[Path], None] = sync
    digest: Callable[[Path, threading.Event], str] = digest
    inspect: Inspects = inspect
    survey: Surveys = survey
    copy_streams: Copies = copy_streams
    encode: Encodes = encode
    measure: Measures = measure
    thumbnail: TakesThumbnails = thumbnail
    still: TakesStills = still
    split: Splits = split
    encode_sound: EncodesSound = encode_sound
    encode_rungs: EncodesRungs = encode_rungs
    join: Joins = join
    beginnings: Begins = beginnings
    fragments: Callable[[Path, float | None], Fragments] = fragments.read
    max_cost: int = MAX_COST
