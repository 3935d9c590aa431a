"""Clips for the tests of media, tools that run no program, and a store that is no media folder."""

import contextlib
import hashlib
import io
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from vireo_media.core.formats import MATROSKA, MP4
from vireo_media.core.inspection import Inspection, Timing
from vireo_media.core.streams import Colour, Stream
from vireo_media.storage.blobs import Key, Kind, Transfer
from vireo_media.tools.measure import Made
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
MADE = Made(320, 180, 10.0, starts_at=0.0, video_seconds=10.0, sound_seconds=10.0)


class Fakes:
    """What tools would say of a file, without a program that looks at it.

    ``found``, ``looked`` and ``made`` are their answers; where there are several ``measured``, one
    each time. ``errors`` are raised, one at each call of a tool; ``None`` lets the call go through.
    ``calls`` are the tools that were called, and ``encoded`` what the encoder was to make.
    """

    def __init__(self) -> None:
        self.found, self.looked, self.made = FOUND, LOOKED, MADE
        self.measured: list[Made] = []
        self.errors: dict[str, list[BaseException | None]] = {}
        self.calls: list[str] = []
        self.encoded: list[Inspection] = []
        self.stops: list[threading.Event | None] = []
        self.matrices: list[str] = []

    def needs_encoder(self) -> None:
        """Let the file be one that no browser plays."""
        file_format, frames = MATROSKA, replace(self.found.video, codec="vp8")
        self.found = replace(self.found, file_format=file_format, video=frames, video_copies=False)

    def tools(self) -> Tools:
        """For the steps; only the sync is a real one."""
        return Tools(
            inspect=self._inspect,
            survey=self._survey,
            copy_streams=self._copy,
            encode=self._encode,
            measure=self._measure,
            thumbnail=self._thumbnail,
        )

    def _called(self, name: str, stop: threading.Event | None) -> None:
        self.calls.append(name)
        self.stops.append(stop)
        errors = self.errors.get(name, [])
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error

    def _inspect(self, path: Path, *, stop: threading.Event | None = None) -> Inspection:
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
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self.encoded.append(found)
        self._called("encode", stop)
        target.write_bytes(b"encoded")

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
