"""One table of hostile files, each built by code, named like a video and none to be trusted.

`HOSTILE_FILES` is the table; `make(entry, folder, bait)` builds one. Unit tests give them to the
inspection, end-to-end tests upload them: each must have its outcome within 10 s, in less than
1 GiB of memory, and leave the bait (see `bait.py`) untouched.
"""

from pathlib import Path

from vireo_ops.clips import make_once
from vireo_testing import hostile_bytes, hostile_media
from vireo_testing.bait import Bait
from vireo_testing.hostile_entry import Entry, Outcome

__all__ = ["HOSTILE_FILES", "Entry", "Outcome", "make"]

HOSTILE_FILES: tuple[Entry, ...] = (*hostile_bytes.ENTRIES, *hostile_media.ENTRIES)


def make(entry: Entry, folder: Path, bait: Bait) -> Path:
    """Build one hostile file in a folder; return its path.

    Its references lead to this bait, so that it can't be shared by test processes.
    """
    return make_once(folder / entry.name, lambda path: entry.build(path, bait))
