"""Clips for the tests of media, tools that run no program, and a store that is no media folder."""

import contextlib
import hashlib
import io
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from vireo_media.core.formats import MATROSKA, MP4
from vireo_media.core.inspection import Inspection, Timing
from vireo_media.core.ladder import Rung, Size
from vireo_media.core.playlists import Fragments, Segment
from vireo_media.core.streams import Colour, Stream
from vireo_media.storage.blobs import Key, Kind, Transfer
from vireo_media.tools.measure import Made
from vireo_media.tools.progress import Progress
from vireo_media.tools.renditions import Beginning, Beginnings
from vireo_media.tools.survey import Shape, Sound, Survey
from vireo_media.worker.steps.tools import Tools
from vireo_testing.clips import Library

SPAN = Timing(start=0.0, end=10.0, frames=250, frame_rate=25.0)
FOUND = Inspection(
    file_format=MP4,
    video=Stream(index=0, kind="video", codec="h264", width=320, height=180),
    audio=Stream(index=1, kind="audio", codec="aac", channels=2),
    video_span=SPAN,
    audio_span=SPAN,
    duration=10.0,
    video_copies=True,
    audio_copies=True,
)
LOOKED = Survey(
    shapes=(Shape(320, 180, 1.0, 10.0),),
    colour=Colour(),
    interlaced=False,
    unsaid=False,
    steady=True,
    sound=Sound(seconds=10.0, span=10.0, start=0.0, channels=frozenset({2})),
    measured=None,
)
SEGMENTS = [Segment(10, 90, 0.0, 4.0, 20), Segment(100, 80, 4.0, 6.0, 20)]
MADE = Made(320, 180, 10.0, starts_at=0.0, video_seconds=10.0, sound_seconds=10.0)


class Fakes:
    """What tools would say of a file, without a program that looks at it.

    ``found``, ``looked`` and ``made`` are their answers; where there are several ``measured``, one
    each time. ``rungs`` are the heights that were encoded together, with their ``keyframes``,
    and ``waited`` says of each time whether it had to wait for another encode;
    ``before_encode`` is called before they are made; ``begins`` and ``segment_seconds`` are when
    a film begins, and how long its segments are. ``shows_nothing``: no frame of an original is
    found for a thumbnail. ``errors`` are raised, one at each call of a tool; ``None`` lets the
    call go through. ``calls`` are the tools that were called, and ``encoded`` what the encoder was
    to make.
    """

    def __init__(self) -> None:
        self.found, self.looked, self.made = FOUND, LOOKED, MADE
        self.measured: list[Made] = []
        self.errors: dict[str, list[BaseException | None]] = {}
        self.calls: list[str] = []
        self.encoded: list[Inspection] = []
        self.stops: list[threading.Event | None] = []
        self.matrices: list[str] = []
        self.rungs: list[list[int]] = []
        self.keyframes: list[list[float]] = []
        self.waited: list[bool] = []
        self.shows_nothing = False
        self.begins = Beginning(0.0, cut=False)
        self.segment_seconds = 4.0
        self.before_encode: Callable[[], object] = lambda: None

    def needs_encoder(self) -> None:
        """Let the file be one that no browser plays."""
        file_format, frames = MATROSKA, replace(self.found.video, codec="vp8")
        self.found = replace(self.found, file_format=file_format, video=frames, video_copies=False)

    def grow(self, width: int, height: int) -> None:
        """Let its frames have this size."""
        self.found = replace(
            self.found, video=replace(self.found.video, width=width, height=height)
        )
        self.looked = replace(self.looked, shapes=(Shape(width, height, 1.0, 10.0),))

    def turn(self, rotation: int) -> None:
        """Let its frames be turned before they are shown."""
        self.found = replace(self.found, video=replace(self.found.video, rotation=rotation))

    def tools(self) -> Tools:
        """For the steps; only the sync is a real one."""
        return Tools(
            inspect=self._inspect,
            survey=self._survey,
            copy_streams=self._copy,
            encode=self._encode,
            measure=self._measure,
            thumbnail=self._thumbnail,
            still=self._still,
            split=self._split,
            encode_sound=self._encode_sound,
            encode_rungs=self._encode_rungs,
            join=self._join,
            beginnings=self._beginnings,
            fragments=self._fragments,
        )

    def _called(self, name: str, stop: threading.Event | None) -> None:
        self.calls.append(name)
        self.stops.append(stop)
        errors = self.errors.get(name, [])
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error

    def _inspect(
        self, path: Path, *, again: bool = False, stop: threading.Event | None = None
    ) -> Inspection:
        self._called("inspect", stop)
        return self.found

    def _survey(
        self, path: Path, found: Inspection, *, stop: threading.Event | None = None
    ) -> Survey:
        self._called("survey", stop)
        return self.looked

    def _copy(
        self, path: Path, target: Path, found: Inspection, *, stop: threading.Event | None = None
    ) -> None:
        self._called("copy_streams", stop)
        target.write_bytes(path.read_bytes())

    def _encode(
        self,
        path: Path,
        target: Path,
        found: Inspection,
        looked: Survey,
        rung: Rung,
        *,
        stop: threading.Event | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.encoded.append(found)
        self._called("encode", stop)
        target.write_bytes(b"encoded")

    def _encode_rungs(
        self,
        path: Path,
        targets: Sequence[tuple[Rung, Path]],
        found: Inspection,
        looked: Survey,
        *,
        keyframes: Sequence[float] = (),
        stop: threading.Event | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._called("encode_rungs", stop)
        self.rungs.append([rung.height for rung, _ in targets])
        self.keyframes.append(list(keyframes))
        self.waited.append(progress is not None and progress.must_wait())
        self.before_encode()
        for rung, target in targets:
            target.write_bytes(b"frames of " + str(rung.height).encode())

    def _split(
        self,
        film: Path,
        video: Path | None,
        sound: Path | None,
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self._called("split", stop)
        for target, what in ((video, b"frames of "), (sound, b"sound of ")):
            if target:
                target.write_bytes(what + film.read_bytes())

    def _encode_sound(
        self, film: Path, target: Path, *, stop: threading.Event | None = None
    ) -> None:
        self._called("encode_sound", stop)
        target.write_bytes(b"encoded sound of " + film.read_bytes())

    def _join(
        self,
        video: Path,
        sound: Path | None,
        target: Path,
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self._called("join", stop)
        parts = [video.read_bytes(), *([sound.read_bytes()] if sound else [])]
        target.write_bytes(b" and ".join(parts))

    def _beginnings(self, path: Path, *, stop: threading.Event | None = None) -> Beginnings:
        self._called("beginnings", stop)
        return Beginnings(self.begins, self.begins)

    def _fragments(self, path: Path, start: float | None) -> Fragments:
        self._called("fragments", None)
        if path.read_bytes().startswith((b"sound", b"encoded sound")):
            return Fragments("mp4a.40.2", 10, SEGMENTS, channels=2)
        height = int(path.name.rpartition(".v")[2].partition("x")[0])
        size = Size(height * 16 // 9, height)
        seconds = self.segment_seconds
        ends = Segment(100, 80, seconds, 10.0 - seconds, 20)
        segments = [Segment(10, 90, 0.0, seconds, 20), ends]
        return Fragments("avc1.64000c", 10, segments, 25.0, size=size)

    def _still(
        self,
        path: Path,
        target: Path,
        found: Inspection,
        looked: Survey,
        *,
        stop: threading.Event | None = None,
    ) -> bool:
        self._called("still", stop)
        if self.shows_nothing:
            return False
        target.write_bytes(b"still of " + path.read_bytes())
        return True

    def _measure(self, path: Path, *, stop: threading.Event | None = None) -> Made:
        self._called("measure", stop)
        assert path.exists()
        return self.measured.pop(0) if self.measured else self.made

    def _thumbnail(
        self,
        path: Path,
        target: Path,
        made: Made,
        matrix: str,
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self._called("thumbnail", stop)
        self.matrices.append(matrix)
        target.write_bytes(b"frame of " + path.read_bytes())


@dataclass(frozen=True)
class Stored:
    """A blob of ``ObjectStore``."""

    content: bytes
    at: float


class Reading:
    """A blob that is read: no file, and no way back."""

    def __init__(self, content: bytes) -> None:
        self._stream = io.BytesIO(content)
        self.size = len(content)

    def read(self, size: int, /) -> bytes:
        return self._stream.read(size)


class ObjectStore:
    """A store of blobs that can do no more than an object store: put, get and delete a whole one.

    It copies, so nothing works by it that needs a rename, a link or a path. ``done`` are its calls.
    """

    def __init__(self) -> None:
        self.blobs: dict[Key, Stored] = {}
        self.done: list[str] = []
        self._uploads: dict[Transfer, bytes] = {}

    def transfer(self, key: Key, source: Path, *, keep_source: bool = False) -> Transfer:
        transfer = Transfer(key, source, keep_source)
        self._uploads[transfer] = source.read_bytes()
        self.done.append(f"transfer {key.kind}")
        return transfer

    def commit(self, transfer: Transfer) -> str:
        self.blobs[transfer.key] = Stored(self._uploads.pop(transfer), time.time())
        self.done.append(f"commit {transfer.key.kind}")
        version = self.version(transfer.key)
        assert version
        return version

    def settle(self, *keys: Key) -> None:
        """What was committed is safe."""

    def put(self, key: Key, source: Path, *, keep_source: bool = False) -> None:
        self.commit(self.transfer(key, source, keep_source=keep_source))

    @contextlib.contextmanager
    def fetch(self, key: Key) -> Iterator[Path]:
        with self.open(key) as content, tempfile.NamedTemporaryFile() as file:
            file.write(content.read(content.size))
            file.flush()
            yield Path(file.name)

    @contextlib.contextmanager
    def open(self, key: Key) -> Iterator[Reading]:
        if key not in self.blobs:
            raise FileNotFoundError(key)
        yield Reading(self.blobs[key].content)

    def version(self, key: Key) -> str | None:
        found = self.blobs.get(key)
        return hashlib.sha256(found.content).hexdigest()[:16] if found else None

    def size(self, key: Key) -> int | None:
        found = self.blobs.get(key)
        return len(found.content) if found else None

    def keys(self, kind: Kind, *, prefix: str = "", older: float = 0.0) -> Iterator[Key]:
        before = time.time() - older
        for key, stored in list(self.blobs.items()):
            if key.kind is kind and key.name.startswith(prefix) and stored.at <= before:
                yield key

    def delete(self, key: Key) -> None:
        self.blobs.pop(key, None)


@pytest.fixture
def object_store() -> ObjectStore:
    return ObjectStore()


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Library:
    """The good clips, in a folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "clips"
    folder.mkdir(exist_ok=True)
    return Library(folder)
