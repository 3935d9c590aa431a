"""Films that are watched, and clips that members upload."""

import os
from pathlib import Path

from vireo_harness import clips
from vireo_harness.testbed import Testbed, upload_film
from vireo_harness.vireo import path_of
from vireo_load.plan import Clip, Film
from vireo_testing.clips import Library
from vireo_testing.person import Person

_CLIP_SECONDS = 4
_FOREIGN = "recorder.webm"


def playable_clip(folder: Path) -> Clip:
    """What cameras and phones give, small."""
    path = clips.clip(folder / "clip.mp4", _CLIP_SECONDS)
    return Clip(file=path, width=1280, height=720, seconds=_CLIP_SECONDS)


def foreign_clip(folder: Path) -> Clip:
    """What a browser's recorder gives, which must be encoded."""
    library = Library(folder)
    clip, path = library.clip(_FOREIGN), library.path(_FOREIGN)
    return Clip(file=path, width=clip.width, height=clip.height, seconds=clip.duration)


def published(testbed: Testbed, sizes: tuple[int, ...]) -> list[Film]:
    """Films of these sizes, uploaded through the API, and the files that the gateway serves."""
    owner = Person(testbed.vireo.url).client
    films = []
    for number, size in enumerate(sizes, start=1):
        title = f"Film {number}"
        hash_path = upload_film(owner, testbed.folder, size, title)
        film, thumbnail = (
            testbed.vireo.public / path_of(kind, hash_path) for kind in ("videos", "thumbnails")
        )
        films.append(Film(hash_path=hash_path, title=title, file=film, thumbnail=thumbnail))
    owner.close()
    # What is still to be written is not the load's.
    os.sync()
    return films
