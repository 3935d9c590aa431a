"""Boxes of MP4 files, for clips that no muxer writes: found by their names, and changed."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Bytes = bytes | bytearray

# Of fixed-point numbers with 16 bits behind the point.
ONE = 1 << 16


def box(kind: bytes, *content: bytes) -> bytes:
    """One box."""
    data = b"".join(content)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def places(data: Bytes, kind: bytes) -> Iterator[int]:
    """Where the name of each box of a kind stands; its content begins 4 bytes later."""
    at = data.find(kind)
    while at >= 0:
        yield at
        at = data.find(kind, at + 4)


def number(data: Bytes, at: int) -> int:
    """A number of 32 bits."""
    return int.from_bytes(data[at : at + 4], "big")


def put(data: bytearray, at: int, *values: int) -> None:
    """Put numbers of 32 bits there, one after the other."""
    struct.pack_into(f">{len(values)}I", data, at, *values)


def add(data: bytearray, at: int, more: int) -> None:
    """Make a number of 32 bits larger."""
    put(data, at, number(data, at) + more)


@contextmanager
def edited(path: Path) -> Iterator[bytearray]:
    """The bytes of a file, which are written back at the end of the ``with``."""
    data = bytearray(path.read_bytes())
    yield data
    path.write_bytes(data)


def turn(path: Path, matrix: tuple[int, int, int, int], *, down: int = 0) -> None:
    """Have an MP4's first track shown turned: a, b, c, d of its header's matrix, of -1, 0 and 1.

    `down` moves it, in pixels. ffmpeg 5 does it for a tag, ffmpeg 6 and later for an option, and
    none of them for both.
    """
    a, b, c, d = (each * ONE for each in matrix)
    rows = (a, b, 0, c, d, 0, 0, down * ONE, 1 << 30)
    with edited(path) as data:
        struct.pack_into(">9i", data, data.index(b"tkhd") + 44, *rows)
