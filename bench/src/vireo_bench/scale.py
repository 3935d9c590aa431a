"""How much is measured: the whole benchmark, or the short form that only checks the answers."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Scale:
    """Sizes in bytes, times in seconds.

    ``burst`` is one turn of what is asked for as often as can be, ``long_burst`` one where less
    happens in a second. ``page`` is the page of the lists that is compared to the first.
    """

    rounds: int
    judge: bool
    burst: int
    long_burst: int
    videos: int
    channels: int
    page: int
    video_bytes: int
    upload_bytes: int
    clip_seconds: int
    asked: int
    """How often one turn of lists and search asks each thing, one after the other."""


FULL = Scale(
    rounds=5,
    judge=True,
    burst=2,
    long_burst=3,
    videos=100_000,
    channels=2_000,
    page=10_000,
    video_bytes=200_000_000,
    upload_bytes=1 << 30,
    clip_seconds=60,
    asked=30,
)
SHORT = Scale(
    rounds=1,
    judge=False,
    burst=1,
    long_burst=1,
    videos=2_000,
    channels=50,
    page=100,
    video_bytes=8 * MIB,
    upload_bytes=16 * MIB,
    clip_seconds=4,
    asked=3,
)
