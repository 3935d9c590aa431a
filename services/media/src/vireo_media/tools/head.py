"""The first bytes of a file, read in this process."""

from dataclasses import replace
from pathlib import Path
from typing import IO

from vireo_media.core.formats import HEAD_BYTES, MPEG_PS, MPEG_TS, FileFormat, recognise
from vireo_media.core.refused import Refused

# A receiver that starts before its signal, or a disk image of one, leaves zeros before the stream.
_MOST_ZEROS = 16 << 20
_FEW_ZEROS = 16
_PACK = b"\x00\x00\x01\xba"
_PIECE = 64 << 10


def format_of(path: Path) -> FileFormat:
    """Return which format a file has.

    Raises Refused where it is none that is taken, OSError where it can't be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        few = len(head) - len(head.lstrip(b"\0"))
        if few < _FEW_ZEROS and (few < 3 or head[few : few + 2] != _PACK[2:]):
            return recognise(head)
        zeros = _zeros(file)
        # The start code of a program stream begins with two zeros itself.
        start = max(zeros - 2, 0)
        file.seek(start)
        head = file.read(HEAD_BYTES)
    file_format = recognise(head)
    if file_format not in (MPEG_TS, MPEG_PS):
        raise Refused("unsupported_media", "The file begins with zeros: a part of it is missing.")
    return replace(file_format, leading_zeros=start)


def _zeros(file: IO[bytes]) -> int:
    """Count the zeros at the beginning, up to a bound."""
    file.seek(0)
    count = 0
    while count < _MOST_ZEROS and (piece := file.read(_PIECE)):
        rest = piece.lstrip(b"\0")
        count += len(piece) - len(rest)
        if rest:
            break
    return count
