"""What is there before the first person comes: a Vireo that is full, films, and clips at hand."""

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vireo_bench import clips, seed
from vireo_bench.seed import Corpus
from vireo_bench.vireo import Vireo
from vireo_load.plan import Clip, Film
from vireo_load.scale import Scale
from vireo_testing import clips as cameras
from vireo_testing.person import Person

# What cameras and phones give, small; and what a browser's recorder gives, which must be encoded.
_CLIP_SECONDS = 4
_FOREIGN = "recorder.webm"


@dataclass(frozen=True)
class Ground:
    """A Vireo with ``corpus`` and ``films`` in it; ``folder`` is for what the load needs."""

    vireo: Vireo
    folder: Path
    corpus: Corpus
    films: list[Film]
    playable: Clip
    foreign: Clip


@contextlib.contextmanager
def prepared(scale: Scale, parent: Path, step: Callable[[str], None]) -> Iterator[Ground]:
    """All of that, and its end; ``step`` is told what is being done."""
    folder = Path(tempfile.mkdtemp(prefix="vireo-load-", dir=parent))
    # Vireo's programs, which are another user where root starts them, pass through it.
    folder.chmod(0o755)
    (folder / "data").mkdir()
    vireo = Vireo(folder / "data")
    try:
        step("starting Vireo")
        vireo.up()
        step(f"seeding {scale.videos:,} videos")
        corpus = seed.fill(vireo, scale.videos, scale.channels)
        step("making clips")
        playable, foreign = _playable(folder), _foreign(folder)
        step("uploading films")
        films = _films(vireo, folder, scale.films)
        yield Ground(vireo, folder, corpus, films, playable, foreign)
    finally:
        # A second Ctrl-C must not leave anything running.
        with _deaf():
            step("taking it down")
            vireo.down()
            shutil.rmtree(folder)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    names = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(name, signal.SIG_IGN) for name in names]
    try:
        yield
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)


def _playable(folder: Path) -> Clip:
    path = clips.clip(folder / "clip.mp4", _CLIP_SECONDS)
    return Clip(file=path, width=1280, height=720, seconds=_CLIP_SECONDS)


def _foreign(folder: Path) -> Clip:
    (clip,) = [clip for clip in cameras.CLIPS if clip.name == _FOREIGN]
    path = cameras.make(clip, folder)
    return Clip(file=path, width=clip.width, height=clip.height, seconds=clip.duration)


def _films(vireo: Vireo, folder: Path, sizes: tuple[int, ...]) -> list[Film]:
    """Published through the API, and the files as the gateway serves them."""
    owner = Person(vireo.url).client
    films = []
    for number, size in enumerate(sizes):
        source = clips.sized(folder / "film.mp4", size)
        title = f"Film {number + 1}"
        hash_path = owner.upload(source, title, "It is watched")
        owner.wait(hash_path)
        source.unlink()
        public, below = vireo.layout.media / "public", f"{hash_path[:2]}/{hash_path}"
        film = Film(
            hash_path=hash_path,
            title=title,
            file=public / f"videos/{below}.mp4",
            thumbnail=public / f"thumbnails/{below}.jpg",
        )
        films.append(film)
    owner.close()
    # What is still to be written is not the load's.
    os.sync()
    return films
