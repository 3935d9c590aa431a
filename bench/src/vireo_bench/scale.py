"""How much is measured: the whole benchmark, or the short form that only checks the answers."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Scale:
    """Sizes in bytes, times in seconds; as they are, those of the whole benchmark.

    ``burst`` is one turn of what is asked for as often as can be, ``long_burst`` one where less
    happens in a second. ``page`` is the page of the lists that is compared to the first. One turn
    of lists and search asks each thing ``asked`` times, one after the other. The video of the owner
    has ``comments``, and they follow ``followed`` channels; a seeded channel has ``followers``.
    """

    rounds: int = 5
    judge: bool = True
    burst: int = 2
    long_burst: int = 3
    videos: int = 100_000
    channels: int = 2_000
    page: int = 10_000
    video_bytes: int = 200_000_000
    upload_bytes: int = 1 << 30
    clip_seconds: int = 60
    asked: int = 30
    comments: int = 1_000_000
    comments_page: int = 1_000
    followers: int = 100_000
    followed: int = 1_000
    streams: int = 1_000


FULL = Scale()
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
    comments=2_000,
    comments_page=10,
    followers=1_200,
    followed=40,
    streams=50,
)
