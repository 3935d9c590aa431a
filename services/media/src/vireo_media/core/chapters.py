"""Chapters that a file names, as they are shown."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from vireo_media.core.cue_texts import visible

MOST_CHAPTERS = 500
LONGEST_TITLE = 200
# All titles as JSON, with escapes: they are a part of one event, which has 64 KiB.
MOST_BYTES = 30_000


@dataclass(frozen=True)
class Chapter:
    """A part of a video that begins at ``start``, in seconds; the title may be empty."""

    start: float
    title: str


def sane_chapters(found: Iterable[Chapter]) -> list[Chapter]:
    """Chapters in their order, one a time, with titles in one line; none where there is but one:
    that is the whole video."""
    kept: dict[float, Chapter] = {}
    for chapter in sorted(found, key=lambda each: each.start):
        start = round(max(chapter.start, 0.0), 3)
        title = " ".join(visible(chapter.title).split())[:LONGEST_TITLE].strip()
        kept.setdefault(start, Chapter(start, title))
    chapters = list(kept.values())[:MOST_CHAPTERS]
    for longest in (100, 50, 25, 10, 0):
        if sum(len(json.dumps(each.title)) for each in chapters) <= MOST_BYTES:
            break
        chapters = [Chapter(each.start, each.title[:longest].strip()) for each in chapters]
    return chapters if len(chapters) > 1 else []
