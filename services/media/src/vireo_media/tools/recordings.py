"""Whether a file holds several recordings, one after the other.

People join files by writing one behind the other, and recorders go on in a file that they have
ended. ffmpeg 5.1 and 7.1 show the first one and drop the others without a word, or show all of
them at the same time.
"""

import re
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from vireo_media.core.formats import FileFormat
from vireo_media.tools.sandbox import Stopped

_PAGE, _BEGINS = b"OggS\x00", b"OggS\x00\x02"
# The headers of all streams of an Ogg film stand in its first pages.
_HEAD_BYTES = 1 << 20
_PIECE_BYTES = 1 << 20
# A GiB that the machine has in memory takes half a second; a cold disk is waited for no longer.
_SECONDS = 3.0
_MOST_BOXES = 20_000
# Which track a fragment is of, and when it begins, stand before the list of its packets.
_FRAGMENT_BYTES = 256
# How each of these begins; none of it is found within the frames or the sound of a film.
_BEGINNINGS = {
    "ogg": re.compile(re.escape(_BEGINS)),
    "flv": re.compile(b"FLV\x01[\x00-\x07]\x00\x00\x00\x09\x00\x00\x00\x00", re.DOTALL),
    "asf": re.compile(re.escape(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"))),
}
# EBML, and its document's name soon after.
_MATROSKA = re.compile(b"\x1aE\xdf\xa3.{1,60}?\x42\x82.(?:webm|matroska)", re.DOTALL)
_SEGMENT = b"\x18S\x80g"
_LONGEST_BEGINNING = 80


def are_several(
    path: Path, file_format: FileFormat, *, stop: threading.Event | None = None
) -> bool:
    """Return whether a recording begins after the first one.

    In a file that takes too long to read, what is behind that is not looked at.

    Raises:
        Stopped: `stop` was set meanwhile.
        OSError: the file can't be read.
    """
    with path.open("rb") as file:
        if file_format.name == "mp4":
            return _has_two_indexes(file)
        if file_format.name == "avi":
            return _has_two_riffs(file)
        if file_format.name == "matroska":
            return _matroska_goes_on(file, stop)
        if file_format.name not in _BEGINNINGS:
            return False
        start = _end_of_beginnings(file) if file_format.name == "ogg" else 1
        return _begins_again(file, start, _BEGINNINGS[file_format.name], stop)


def _begins_again(
    file: IO[bytes], start: int, beginning: re.Pattern[bytes], stop: threading.Event | None
) -> bool:
    deadline = time.monotonic() + _SECONDS
    file.seek(start)
    before = b""
    while piece := file.read(_PIECE_BYTES):
        if beginning.search(before + piece):
            return True
        if stop is not None and stop.is_set():
            raise Stopped("looking for recordings")
        if time.monotonic() > deadline:
            return False
        before = piece[-_LONGEST_BEGINNING:]
    return False


def _end_of_beginnings(file: IO[bytes]) -> int:
    """Return where the first page stands that begins no stream; the end where there is none."""
    head = file.read(_HEAD_BYTES)
    at = 0
    while at >= 0 and head.startswith(_BEGINS, at):
        at = head.find(_PAGE, at + 1)
    return at if at >= 0 else len(head)


def _has_two_indexes(file: IO[bytes]) -> bool:
    """Whether an MP4 has a second `moov`, or fragments of which a later one goes back in time.

    Each fragment of a stream that was saved may have the same `moov` before it.
    """
    indexes, repeated = 0, -1
    times: dict[bytes, int] = {}
    for name, body, size in _boxes(file):
        file.seek(body)
        if name == b"moov":
            indexes += b"mvex" not in file.read(min(size, _HEAD_BYTES))
            repeated += 1
        elif name == b"moof":
            track, begins = _fragment(file.read(min(size, _FRAGMENT_BYTES)))
            before = times.get(track, -1)
            if track and (begins < before or (repeated > 0 and begins == before)):
                return True
            times[track] = begins
        if indexes == 2:
            return True
    return False


def _fragment(head: bytes) -> tuple[bytes, int]:
    """Return the track of a fragment's first part, and when it begins; no track if unsaid."""
    track, at = head.find(b"tfhd"), head.find(b"tfdt")
    if track < 0 or at < 0:
        return b"", 0
    end = at + (16 if head[at + 4 : at + 5] == b"\1" else 12)
    return head[track + 8 : track + 12], int.from_bytes(head[at + 8 : end], "big")


def _boxes(file: IO[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Yield the outer boxes: name, where the body begins, and its size."""
    end = file.seek(0, 2)
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        size, name = struct.unpack(">I4s", head[:8])
        start = 8
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack(">Q", head[8:])
            start = 16
        elif size == 0:
            size = end - at
        if size < start:
            return
        yield name, at + start, size - start
        at += size


def _has_two_riffs(file: IO[bytes]) -> bool:
    """Whether behind an AVI and what extends it (`AVIX`) stands another AVI."""
    at = 0
    for number in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF":
            return False
        if number and head[8:] == b"AVI ":
            return True
        size = int.from_bytes(head[4:8], "little")
        at += 8 + size + size % 2
    return False


def _matroska_goes_on(file: IO[bytes], stop: threading.Event | None) -> bool:
    """Whether another document stands behind the first segment; a live one does not say its end."""
    head = file.read(_LONGEST_BEGINNING)
    at = head.find(_SEGMENT)
    if at < 0:
        return False
    first = head[at + 4] if at + 4 < len(head) else 0
    length = 9 - first.bit_length()
    size = int.from_bytes(head[at + 4 : at + 4 + length], "big") & (1 << 7 * length) - 1
    if size == (1 << 7 * length) - 1:
        return _begins_again(file, 1, _MATROSKA, stop)
    file.seek(at + 4 + length + size)
    return _MATROSKA.match(file.read(_LONGEST_BEGINNING)) is not None
