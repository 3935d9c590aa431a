"""Whether an Ogg file holds several recordings, one after the other ("chained", RFC 3533, 4).

ffmpeg 5.1 and 7.1 show the first one of a film and drop the others without a word.
"""

import mmap
from pathlib import Path

_BEGINS = b"OggS\x00\x02"
_PAGE = b"OggS\x00"
# Looking takes half a second for a GiB; no honest Ogg film is larger than this.
_MOST_BYTES = 4 << 30


def is_chained(path: Path) -> bool:
    """Return whether a stream begins after the first page that is no beginning.

    Raises OSError: the file can't be read.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        first = 0
        while data[first : first + len(_BEGINS)] == _BEGINS:
            first = data.find(_PAGE, first + 1)
            if first < 0:
                return False
        return data.find(_BEGINS, first, _MOST_BYTES) >= 0
