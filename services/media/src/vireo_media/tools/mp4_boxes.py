"""What the boxes of an MP4 or QuickTime file say that ffprobe does not: its edit lists.

An edit list names the parts of a track that are shown (ISO/IEC 14496-12, 8.6.6). ffmpeg 5.1 and 7.1
decode just those, but copy what is cut off at the end, or between two parts, as frames like all
others (seen with 5.1.9). So such a file is not copied.

The length that the whole film promises (`mvhd`) is read here too: ffprobe 5.1 prints it, while 7.1
prints the length of the longest track.

Only the headers of boxes and a few small boxes are read, in this process and in bounded memory.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vireo_media.core.inspection import Layout
from vireo_media.core.streams import Stream

_MOST_BOXES = 20_000
_MOST_BYTES = 1 << 20
_MOST_TRACKS = 64
# More than one part is never copied, however many there are.
_MOST_EDITS = 64
_PARENTS = (b"moov", b"trak", b"mdia", b"edts")
_WANTED = (b"mvhd", b"mdhd", b"elst")
# Encoders of sound fill up their last packet, and say so in the edit list.
_SOUND_PADDING = 0.1
_UNKNOWN_LENGTHS = (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)


@dataclass
class Track:
    """One track. Lengths are seconds; `edits` are (seconds shown, begins at, rate).

    An edit that begins at -1 shows nothing. A rate that is no whole number is 0 here; ffmpeg 5.1
    and 7.1 play all of them as 1.
    """

    scale: int = 1
    length: float = 0.0
    length_unknown: bool = False
    edits: tuple[tuple[float, float, int], ...] = ()

    def set_times(self, body: bytes) -> None:
        """Take time scale and length from an `mvhd` or `mdhd`; both begin alike."""
        long = body[:1] == b"\1"
        scale, length = struct.unpack_from(">IQ" if long else ">II", body, 20 if long else 12)
        self.scale = max(scale, 1)
        self.length_unknown = length in _UNKNOWN_LENGTHS
        self.length = 0.0 if self.length_unknown else length / self.scale

    @property
    def other_speed(self) -> bool:
        """Whether a part is shown faster or slower than it is, or held as a still."""
        return any(begins >= 0 and rate != 1 for _, begins, rate in self.edits)

    def is_whole(self, padding: float) -> bool:
        """Whether all of it is shown up to its end, in one piece and at its own speed."""
        edits = list(self.edits)
        while edits and edits[0][1] < 0:
            del edits[0]
        while edits and edits[-1][1] < 0:
            del edits[-1]
        if not edits:
            return not self.edits
        if len(edits) > 1 or self.other_speed:
            return False
        shown, begins, _ = edits[0]
        # Fragments and live recordings say 0: to the end, wherever it will be.
        return shown == 0 or self.length_unknown or begins + shown >= self.length - padding


class _Broken(Exception):
    """The boxes don't fit into each other."""


def layout_of(path: Path, video: Stream, audio: Stream | None) -> Layout:
    """Return what the boxes say about the two chosen streams.

    What can't be read is not whole: it is encoded and not copied.

    Raises OSError: the file can't be read.
    """
    try:
        with path.open("rb") as file:
            film, tracks = _read(file)
        shown = tracks[video.index]
        sound = tracks[audio.index] if audio else None
        promised = film.length
    except (_Broken, IndexError, struct.error):
        return Layout(whole=False)
    half_a_frame = shown.length / max(video.frames, 1) / 2 if video.frames else 0.02
    whole = shown.is_whole(half_a_frame + 0.002)
    if sound is not None:
        whole &= sound.is_whole(_SOUND_PADDING)
    return Layout(
        whole=whole,
        other_speed=shown.other_speed or (sound is not None and sound.other_speed),
        promised=promised,
        length_unknown=shown.length_unknown,
    )


def _read(file: IO[bytes]) -> tuple[Track, list[Track]]:
    """Return the film as a whole, and its tracks in the order in which ffmpeg numbers them."""
    film = Track()
    tracks: list[Track] = []
    for name, body in _boxes(file):
        if name == b"trak":
            if len(tracks) == _MOST_TRACKS:
                raise _Broken
            tracks.append(Track())
        elif name == b"mvhd":
            film.set_times(body)
        elif tracks and name == b"mdhd":
            tracks[-1].set_times(body)
        elif tracks and name == b"elst":
            tracks[-1].edits = tuple(_edits(body, film.scale))
    for track in tracks:
        track.edits = tuple(
            (shown, begins / track.scale if begins >= 0 else -1.0, rate)
            for shown, begins, rate in track.edits
        )
    return film, tracks


def _boxes(file: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names of the boxes on the way to the edit lists, with the bytes of those wanted.

    Nothing behind the index is looked at: a day of fragments is tens of thousands of boxes.
    """
    ends = [file.seek(0, 2)]
    position = 0
    behind_index = ends[0]
    for _ in range(_MOST_BOXES):
        while ends and position >= ends[-1]:
            ends.pop()
        if not ends or position >= behind_index:
            return
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            return
        size, name = struct.unpack(">I4s", head[:8])
        start = 8
        if size == 1:
            (size,) = struct.unpack(">Q", head[8:16])
            start = 16
        elif size == 0:
            size = ends[-1] - position
        if size < start:
            raise _Broken
        if name in _PARENTS:
            yield name, b""
            ends.append(min(position + size, ends[-1]))
            if name == b"moov":
                behind_index = ends[-1]
            position += start
            continue
        if name in _WANTED:
            file.seek(position + start)
            yield name, file.read(min(size - start, _MOST_BYTES))
        position += size
    raise _Broken


def _edits(body: bytes, film_scale: int) -> Iterator[tuple[float, int, int]]:
    layout = struct.Struct(">Qqi" if body[:1] == b"\1" else ">Iii")
    (count,) = struct.unpack(">I", body[4:8])
    if count > _MOST_EDITS or len(body) < 8 + count * layout.size:
        raise _Broken
    for number in range(count):
        shown, begins, rate = layout.unpack_from(body, 8 + number * layout.size)
        # The rate is 16.16.
        yield shown / film_scale, begins, rate >> 16 if rate & 0xFFFF == 0 else 0
