"""What a movie header promises, whichever ffmpeg is there."""

import struct
from pathlib import Path

import pytest

from vireo_media.tools.movie_header import promised_seconds
from vireo_testing.bait import Bait
from vireo_testing.clips import Library
from vireo_testing.hostile_media import ENTRIES


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def header(scale: int, units: int, wide: bool = False) -> bytes:
    times = bytes(16 if wide else 8)
    length = struct.pack(">IQ" if wide else ">II", scale, units)
    return box(b"mvhd", bytes([wide, 0, 0, 0]) + times + length + bytes(80))


PLAIN = box(b"moov", header(1000, 2500))


@pytest.mark.parametrize("name", ["plain.mp4", "faststart.mp4", "camera.mov", "phone.mp4"])
def test_good_clips(library: Library, name: str) -> None:
    assert promised_seconds(library.path(name)) == pytest.approx(2.0, abs=0.1)


def test_days(tmp_path: Path, bait: Bait) -> None:
    path = tmp_path / "days.mp4"
    next(entry for entry in ENTRIES if entry.name == "days-promised.mp4").build(path, bait)
    assert promised_seconds(path) > 2_000_000


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        (PLAIN, 2.5),
        (box(b"ftyp", b"isom") + box(b"free", bytes(99)) + PLAIN, 2.5),
        (box(b"moov", box(b"free", b"x") + header(1000, 2500)), 2.5),
        (box(b"moov", header(1000, 86_400_000_000, wide=True)), 86_400_000.0),
        # A box of 64 bits, and one that goes on to the end.
        (struct.pack(">I4sQ", 1, b"mdat", 20) + b"abcd" + PLAIN, 2.5),
        (struct.pack(">I4s", 0, b"moov") + header(1000, 2500), 2.5),
        # Nothing is promised.
        (box(b"moov", header(1000, 0xFFFFFFFF)), 0.0),
        (box(b"moov", header(1000, 2**64 - 1, wide=True)), 0.0),
        (box(b"moov", header(0, 2500)), 0.0),
        (box(b"moov", box(b"mvhd", bytes(15))), 0.0),
        (box(b"moov", b""), 0.0),
        (PLAIN[:20], 0.0),
        (b"", 0.0),
        # Sizes that lead nowhere, back, or beyond the end; and boxes without an end to them.
        (struct.pack(">I4s", 3, b"free") + PLAIN, 0.0),
        (struct.pack(">I4sQ", 1, b"free", 0) + PLAIN, 0.0),
        (struct.pack(">I4sQ", 1, b"free", 2**64 - 1) + PLAIN, 0.0),
        (box(b"free", b"") * 10_000 + PLAIN, 0.0),
    ],
)
def test_boxes(tmp_path: Path, content: bytes, seconds: float) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    assert promised_seconds(path) == seconds
