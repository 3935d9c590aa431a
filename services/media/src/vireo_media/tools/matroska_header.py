"""The crop that a Matroska file asks for, which ffprobe 5.1 does not print (7.1 does, and crops).

RFC 9559, 5.1.4.1.28: PixelCropTop and its like cut pixels off before the frame is scaled to
DisplayWidth x DisplayHeight, so the shape of a pixel follows from the size that is left; ffmpeg
5.1.9 and 7.0.2 and MediaInfo (pymediainfo 7.0.1) take the size before the crop for it
(findings/crop-and-shape.sh). Only the elements before the first cluster are read, in this process
and in bounded memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vireo_media.core.streams import Crop, Stream, sane_aspect

# Where a file keeps its tracks: a recorder writes them first.
_HEADER_BYTES = 1 << 20
_MOST_ELEMENTS = 20_000
_SEGMENT, _TRACKS, _TRACK, _VIDEO, _CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0xE0, 0x1F43B675
_TYPE, _TYPE_VIDEO = 0x83, 1
_WIDTH, _HEIGHT, _DISPLAY_WIDTH, _DISPLAY_HEIGHT, _UNIT = 0xB0, 0xBA, 0x54B0, 0x54BA, 0x54B2
# ContentEncodings, of which each says whether it compresses or encrypts (5.1.4.1.31).
_ENCODINGS, _ENCODING, _ENCRYPTION = 0x6D80, 0x6240, 0x5035
_LEFT, _TOP, _RIGHT, _BOTTOM = 0x54CC, 0x54BB, 0x54DD, 0x54AA
_PARENTS = (_SEGMENT, _TRACKS, _TRACK, _VIDEO, _ENCODINGS, _ENCODING, _ENCRYPTION)
# Pixels, or a ratio: with both the two numbers give the shape.
_UNITS_WITH_SHAPE = (0, 3)


def with_crops(path: Path, streams: Sequence[Stream]) -> list[Stream]:
    """Return the streams, those of video with the crop that the file asks for.

    Raises OSError: the file can't be read.
    """
    with path.open("rb") as file:
        data = file.read(_HEADER_BYTES)
    tracks = iter(_video_tracks(data))
    return [
        _cropped(each, next(tracks, {}))
        if each.kind == "video" and not each.attached_image
        else each
        for each in streams
    ]


def _cropped(stream: Stream, fields: dict[int, int]) -> Stream:
    crop = Crop(*(fields.get(each, 0) for each in (_LEFT, _TOP, _RIGHT, _BOTTOM)))
    width = fields.get(_WIDTH, 0) - crop.left - crop.right
    height = fields.get(_HEIGHT, 0) - crop.top - crop.bottom
    if crop == Crop() or width <= 0 or height <= 0:
        return stream
    aspect = 1.0
    shape = fields.get(_DISPLAY_WIDTH, width), fields.get(_DISPLAY_HEIGHT, height)
    if all(shape) and fields.get(_UNIT, 0) in _UNITS_WITH_SHAPE:
        aspect = sane_aspect(shape[0] * height / (shape[1] * width))
    return replace(stream, crop=crop, aspect=aspect)


def _video_tracks(data: bytes) -> list[dict[int, int]]:
    """Return the numbers of each video track, by the identifier of their element."""
    tracks: list[dict[int, int]] = []
    kind = 0
    for name, value in _elements(data):
        if name == _TRACK:
            kind = 0
        elif name == _TYPE:
            kind = value
        elif name == _VIDEO:
            tracks.append({_TYPE: kind})
        elif tracks:
            tracks[-1][name] = value
    return [each for each in tracks if each[_TYPE] in (0, _TYPE_VIDEO)]


def has_encrypted_track(data: bytes) -> bool:
    """Return whether the beginning of a file names a track that is encrypted."""
    return any(name == _ENCRYPTION for name, _ in _elements(data))


def _elements(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield identifiers and numbers on the way to the fields of the tracks."""
    position = 0
    for _ in range(_MOST_ELEMENTS):
        name, position = _number(data, position, keep_marker=True)
        size, position = _number(data, position, keep_marker=False)
        if name in (0, _CLUSTER) or position > len(data):
            return
        if name in _PARENTS:
            yield name, 0
            continue
        if 0 < size <= 8:
            yield name, int.from_bytes(data[position : position + size], "big")
        position += size


def _number(data: bytes, position: int, *, keep_marker: bool) -> tuple[int, int]:
    """Return a number of variable length and where it ends; 0 where there is none."""
    first = data[position] if position < len(data) else 0
    length = 9 - first.bit_length()
    if first == 0 or position + length > len(data):
        return 0, len(data) + 1
    value = int.from_bytes(data[position : position + length], "big")
    if not keep_marker:
        value &= (1 << 7 * length) - 1
    return value, position + length
