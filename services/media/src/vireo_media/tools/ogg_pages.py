"""Whether an Ogg file holds several recordings, one after the other ("chained", RFC 3533, 4).

ffmpeg 5.1 and 7.1 show the first one of a film and drop the others without a word.
"""

import threading
import time
from pathlib import Path
from typing import IO

from vireo_media.tools.sandbox import Stopped

_PAGE, _BEGINS = b"OggS\x00", b"OggS\x00\x02"
# The headers of all streams of a film stand in its first pages.
_HEAD_BYTES = 1 << 20
_PIECE_BYTES = 1 << 20
# A GiB that the machine has in memory takes half a second; a cold disk is waited for no longer.
_SECONDS = 3.0


def is_chained(path: Path, *, stop: threading.Event | None = None) -> bool:
    """Return whether a stream begins after the first page that is no beginning.

    In a file that takes too long to read, what is behind that is not looked at.

    Raises:
        Stopped: `stop` was set meanwhile.
        OSError: the file can't be read.
    """
    deadline = time.monotonic() + _SECONDS
    with path.open("rb") as file:
        file.seek(_end_of_beginnings(file))
        before = b""
        while piece := file.read(_PIECE_BYTES):
            if _BEGINS in before + piece:
                return True
            if stop is not None and stop.is_set():
                raise Stopped("looking for recordings")
            if time.monotonic() > deadline:
                return False
            before = piece[-len(_BEGINS) + 1 :]
    return False


def _end_of_beginnings(file: IO[bytes]) -> int:
    """Return where the first page stands that begins no stream; the end where there is none."""
    head = file.read(_HEAD_BYTES)
    at = 0
    while at >= 0 and head.startswith(_BEGINS, at):
        at = head.find(_PAGE, at + 1)
    return at if at >= 0 else len(head)
