"""The Vireo that is measured: started, filled and, whatever happens, taken down."""

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vireo_client import Client
from vireo_harness import clips, seed
from vireo_harness.seed import Corpus
from vireo_harness.vireo import Vireo

Step = Callable[[str], None]
"""Shows what is being done."""


@dataclass(frozen=True)
class Testbed:
    """A Vireo with ``corpus`` in it; ``folder`` is for temporary files."""

    folder: Path
    vireo: Vireo
    corpus: Corpus


@contextmanager
def running_testbed(
    name: str, parent: Path, videos: int, channels: int, step: Step
) -> Iterator[Testbed]:
    """Start it in a folder below ``parent``, seed it; at the end stop it and remove the folder."""
    folder = Path(tempfile.mkdtemp(prefix=f"vireo-{name}-", dir=parent))
    # Vireo's programs, which are another user where root starts them, pass through it.
    folder.chmod(0o755)
    (folder / "data").mkdir()
    vireo = Vireo(folder / "data")
    try:
        step("starting Vireo")
        vireo.up()
        step(f"seeding {videos:,} videos")
        yield Testbed(folder, vireo, seed.fill(vireo, videos, channels))
    finally:
        with _uninterrupted():
            step("taking it down")
            vireo.down()
            shutil.rmtree(folder)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A second Ctrl-C must not leave anything running."""
    names = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(name, signal.SIG_IGN) for name in names]
    try:
        yield
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)


def upload_film(owner: Client, folder: Path, size: int, title: str) -> str:
    """Publish a film of ``size`` bytes through the API; its hash path."""
    source = clips.sized(folder / "film.mp4", size)
    hash_path = owner.upload(source, title, "It is watched")
    owner.wait(hash_path)
    source.unlink()
    return hash_path
