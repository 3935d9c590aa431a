"""Fragmented MP4s of ours: where their segments are, and at what times.

ffmpeg 5.1 and 7.1 begin each stream of a fragmented MP4 at 0, and put what it begins later into an
edit list, which Media Source Extensions ignore (Chromium 156). So edit lists are left out, and the
times of the fragments (``tfdt``) are moved to where the stream begins (ISO/IEC 14496-12, 8.8.12).

Only files that our own ffmpeg wrote are read here, in bounded memory: the boxes before the first
fragment, and the head of each.
"""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from vireo_media.core.ladder import SEGMENT_SECONDS, Size
from vireo_media.core.playlists import Fragments, Segment

# Twelve hours in segments of four seconds take 240 kB each at the most.
_MOST_HEAD = 16 << 20
_HEAD = struct.Struct(">I4s")
# `tfhd` and `trun`: which fields there are (8.8.7, 8.8.8).
_BASE_OFFSET, _DESCRIPTION = 0x1, 0x2
_DURATION, _SIZE = 0x8, 0x10
_DATA_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_OF_SAMPLE = {"duration": 0x100, "size": 0x200, "flags": 0x400, "shift": 0x800}
_AAC = "mp4a.40.2"


class BadFragments(Exception):
    """It is not a fragmented MP4 with one stream, as ours are."""


@dataclass
class _Track:
    """What the boxes before the first fragment say."""

    head_size: int = 0
    scale: int = 1
    codec: str = ""
    size: Size | None = None
    channels: int = 0


@dataclass
class _Fragment:
    """One fragment; times are in the track's scale. ``time_at``: where its time stands in the
    file."""

    offset: int
    size: int
    time: int
    time_at: int
    long_time: bool
    shift: int
    durations: Sequence[int] = field(default_factory=list)
    key_size: int = 0

    @property
    def duration(self) -> int:
        return sum(self.durations)


def read(path: Path, start: float | None = None) -> Fragments:
    """Where the segments of a file are; several fragments of sound make one segment.

    Args:
        start: when the first sample is shown, in seconds; the file is changed so that it says so.
            ``None``: it is right already.

    Raises:
        BadFragments: there is no fragment, or more than one stream.
        OSError: the file can't be read or changed.
    """
    with path.open("rb" if start is None else "r+b") as file:
        track, fragments = _read(file)
        if not fragments:
            raise BadFragments("no fragment")
        if start is not None:
            _move(file, track, fragments, start)
    counted = Counter(each for one in fragments for each in one.durations if each > 0)
    usual = counted.most_common(1)[0][0] if counted else 0
    return Fragments(
        codec=track.codec,
        head_size=track.head_size,
        segments=list(_segments(track, fragments)),
        frame_rate=track.scale / usual if usual and track.size else 0.0,
        channels=track.channels,
        size=track.size,
    )


def _segments(track: _Track, fragments: Sequence[_Fragment]) -> Iterator[Segment]:
    """Those of sound are put together to about the length of a segment."""
    group: list[_Fragment] = []
    for each, behind in zip(fragments, [*fragments[1:], None], strict=True):
        group.append(each)
        first, end = group[0], (each.time + each.duration) / track.scale
        # Sound is cut near to where the frames are: at the multiples of the length.
        number = round(first.time / track.scale / SEGMENT_SECONDS) + 1
        half = each.duration / track.scale / 2
        full = track.size is not None or end + half >= number * SEGMENT_SECONDS
        if behind is not None and not full:
            continue
        yield Segment(
            offset=first.offset,
            size=each.offset + each.size - first.offset,
            start=(first.time + first.shift) / track.scale,
            seconds=sum(one.duration for one in group) / track.scale,
            key_size=first.key_size,
        )
        group = []


def _move(file: IO[bytes], track: _Track, fragments: Sequence[_Fragment], start: float) -> None:
    by = round(start * track.scale) - fragments[0].time - fragments[0].shift
    # A first frame that is shown before it would be decoded: there is no time before 0.
    by = max(by, -fragments[0].time)
    if by == 0:
        return
    for each in fragments:
        each.time += by
        file.seek(each.time_at)
        file.write(struct.pack(">Q" if each.long_time else ">I", each.time))


def _read(file: IO[bytes]) -> tuple[_Track, list[_Fragment]]:
    track, fragments = _Track(), []
    end, at = file.seek(0, 2), 0
    while at < end:
        file.seek(at)
        size, name = _head(file)
        if name == b"moov":
            track = _track(_body(file, size))
            track.head_size = at + size
        elif name == b"moof":
            fragments.append(_fragment(_body(file, size), at, size))
        elif name == b"mdat" and fragments:
            fragments[-1].size += size
            fragments[-1].key_size += 8
        at += size
    return track, fragments


def _head(file: IO[bytes]) -> tuple[int, bytes]:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise BadFragments("cut off")
    size, name = _HEAD.unpack(head)
    if size < _HEAD.size:
        raise BadFragments("a box of another kind")
    return size, name


def _body(file: IO[bytes], size: int) -> bytes:
    if size > _MOST_HEAD:
        raise BadFragments("a head that is too large")
    return file.read(size - _HEAD.size)


def _boxes(data: bytes, at: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Names of boxes, with where their bodies begin and end in the data."""
    end = len(data)
    while at + _HEAD.size <= end:
        size, name = _HEAD.unpack_from(data, at)
        if size < _HEAD.size or at + size > end:
            raise BadFragments("boxes that don't fit")
        yield name, at + _HEAD.size, at + size
        at += size


def _inside(data: bytes, *path: bytes) -> bytes:
    """The body of a box, by the names on the way to it; empty where there is none."""
    for name in path:
        found = next((body for body in _boxes(data) if body[0] == name), None)
        if found is None:
            return b""
        data = data[found[1] : found[2]]
    return data


def _track(moov: bytes) -> _Track:
    if sum(name == b"trak" for name, _, _ in _boxes(moov)) != 1:
        raise BadFragments("not one stream")
    media = _inside(moov, b"trak", b"mdia")
    times = _inside(media, b"mdhd")
    (scale,) = struct.unpack_from(">I", times, 20 if times[:1] == b"\1" else 12)
    described = _inside(media, b"minf", b"stbl", b"stsd")
    # Version, flags and number of entries before the first one (8.5.2).
    name, begins, ends = next(_boxes(described, 8))
    entry = described[begins:ends]
    track = _Track(scale=scale)
    if name in (b"avc1", b"avc3"):
        track.size = Size(*struct.unpack_from(">HH", entry, 24))
        found = next(_boxes(entry, 78), None)
        while found is not None and found[0] != b"avcC":
            found = next(_boxes(entry, found[2]), None)
        if found is None:
            raise BadFragments("H.264 without its parameters")
        profile = entry[found[1] + 1 : found[1] + 4]
        track.codec = f"{name.decode()}.{profile.hex()}"
    else:
        track.codec = _AAC
        (track.channels,) = struct.unpack_from(">H", entry, 16)
    return track


def _fragment(moof: bytes, at: int, size: int) -> _Fragment:
    trafs = [body for body in _boxes(moof) if body[0] == b"traf"]
    if len(trafs) != 1:
        raise BadFragments("not one stream")
    _, begins, ends = trafs[0]
    traf, defaults = moof[begins:ends], (0, 0)
    made = _Fragment(at, size, 0, 0, long_time=False, shift=0)
    durations: list[int] = []
    for name, begin, _ in _boxes(traf):
        if name == b"tfhd":
            defaults = _defaults(traf, begin)
        elif name == b"tfdt":
            made.long_time = traf[begin] == 1
            form = ">Q" if made.long_time else ">I"
            (made.time,) = struct.unpack_from(form, traf, begin + 4)
            made.time_at = at + _HEAD.size + begins + begin + 4
        elif name == b"trun":
            first = not durations
            lengths, first_size, shift = _run(traf, begin, defaults)
            if first:
                made.shift, made.key_size = shift, size + first_size
            durations += lengths
    made.durations = durations
    return made


def _defaults(traf: bytes, at: int) -> tuple[int, int]:
    """The duration and the size of samples of which nothing else is said."""
    flags = int.from_bytes(traf[at + 1 : at + 4], "big")
    at += 8 + 8 * bool(flags & _BASE_OFFSET) + 4 * bool(flags & _DESCRIPTION)
    duration = length = 0
    if flags & _DURATION:
        (duration,) = struct.unpack_from(">I", traf, at)
        at += 4
    if flags & _SIZE:
        (length,) = struct.unpack_from(">I", traf, at)
    return duration, length


def _run(traf: bytes, at: int, defaults: tuple[int, int]) -> tuple[list[int], int, int]:
    """The durations of a run of samples, the size of the first, and how much later it is shown."""
    flags = int.from_bytes(traf[at + 1 : at + 4], "big")
    (count,) = struct.unpack_from(">I", traf, at + 4)
    at += 8 + 4 * bool(flags & _DATA_OFFSET) + 4 * bool(flags & _FIRST_FLAGS)
    there = [name for name, bit in _OF_SAMPLE.items() if flags & bit]
    form = struct.Struct(">" + "".join("i" if name == "shift" else "I" for name in there))
    samples = list(form.iter_unpack(traf[at : at + count * form.size])) if there else []
    if there and len(samples) != count:
        raise BadFragments("a run that is cut off")

    def of(name: str, default: int) -> list[int]:
        if name not in there:
            return [default] * count
        place = there.index(name)
        return [sample[place] for sample in samples]

    durations, sizes, shifts = of("duration", defaults[0]), of("size", defaults[1]), of("shift", 0)
    return durations, (sizes or [0])[0], (shifts or [0])[0]
