"""How long an MP4 or QuickTime file says that it is, read from its movie header.

ffmpeg 5 tells the movie header's word as the length of the file, ffmpeg 7 adds up the tracks and
keeps it to itself. A player believes it, so it is a claim to be judged like the others, whichever
ffmpeg is there.
"""

import os
from pathlib import Path
from typing import BinaryIO

# Honest files have some ten boxes before the movie's and in it; fragments come after it.
_MOST_BOXES = 256


def promised_seconds(path: Path) -> float:
    """Return the seconds in the movie header, 0 where it tells none, or none can be found.

    Reads some bytes for each of the first boxes, whatever the size of the file.
    Raises OSError where the file can't be read.
    """
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        movie = _find(file, b"moov", 0, end)
        header = movie and _find(file, b"mvhd", *movie)
        if not header:
            return 0.0
        file.seek(header[0])
        return _seconds(file.read(min(header[1] - header[0], 32)))


def _find(file: BinaryIO, wanted: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Where the content of the first box of this kind begins and ends."""
    for _ in range(_MOST_BOXES):
        if end - start < 8:
            return None
        file.seek(start)
        head = file.read(16)
        size, kind, length = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:
            size, length = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - start
        if len(head) < length or size < length:
            return None
        if kind == wanted:
            return start + length, min(start + size, end)
        start += size
    return None


def _seconds(header: bytes) -> float:
    """Version and flags, two times, the units of a second, the length in such units."""
    wide = header[:1] == b"\x01"
    scale_at, width = (20, 8) if wide else (12, 4)
    scale = int.from_bytes(header[scale_at : scale_at + 4], "big")
    units = header[scale_at + 4 : scale_at + 4 + width]
    if len(units) < width or not scale or units == b"\xff" * width:
        return 0.0
    return int.from_bytes(units, "big") / scale
