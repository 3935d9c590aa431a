"""Which renditions a stream has: by the size, the frame rate and the bytes of its source.

A rendition is named by its height, the shorter side of its frames: a portrait film of 1080 x 1920
has a rendition 1080 as one of 1920 x 1080 has.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

SEGMENT_SECONDS = 4.0
# Nothing is scaled up, and a step to the next one is worth its bytes.
HEIGHTS = (144, 240, 360, 480, 720, 1080, 1440, 2160)
_LARGEST_SHARE = 0.8
MAX_HEIGHT, MAX_SIDE = 2160, 4096
# The MP4 that every browser plays has at most this longer side.
MAX_FILE_SIDE = 1920
# What a rendition may take at the most, in bits a second, at 30 frames a second; a half more above
# 32. Between two of them it is in proportion to the pixels.
_MOST_BITS = {
    **{144: 200_000, 240: 400_000, 360: 800_000, 480: 1_400_000, 720: 2_800_000},
    **{1080: 5_000_000, 1440: 9_000_000, 2160: 18_000_000},
}
_FAST, _MORE_FOR_FAST = 32.0, 1.5
# Bits grow more slowly than pixels: of the same film four times as many pixels take some three
# times as many bits.
_PIXELS_TO_BITS = 0.75
# Fewer show nothing of a film that moves, whatever its source made of them.
_LEAST_BITS, _LEAST_BITS_A_PIXEL = 24_000, 0.03
# Codecs that need half of H.264's bits: their own rate would be too little.
_FRUGAL = frozenset({"hevc", "vp9", "av1", "vvc"})
# Pixels times frames that are encoded before what there is joins the stream: about a minute's work
# of two cores.
GROUP_COST = 4 * 10**9


@dataclass(frozen=True)
class Size:
    """Width and height in pixels, both even."""

    width: int
    height: int

    @property
    def shorter(self) -> int:
        """The shorter side."""
        return min(self.width, self.height)

    @property
    def longer(self) -> int:
        """The longer side."""
        return max(self.width, self.height)


@dataclass(frozen=True)
class Rung:
    """A rendition to be made: at most ``most_bits`` a second; ``cost`` is pixels times frames."""

    height: int
    size: Size
    most_bits: int
    cost: int


@dataclass(frozen=True)
class Source:
    """What a ladder is made for.

    ``size`` is as displayed; ``bits`` are the whole file's a second, ``seconds`` its length.
    ``storage`` is how many times its bytes the stream may take. ``copied``: its own frames are the
    largest rendition, with all of its bits.
    """

    size: Size
    frame_rate: float
    seconds: float
    bits: float
    storage: float
    copied: bool = False
    codec: str = "h264"

    @property
    def worth(self) -> float:
        """The bits a second that H.264 needs for as good a picture."""
        return self.bits * (2.0 if self.codec in _FRUGAL else 1.0)


def largest(width: float, height: float) -> Size:
    """The largest rendition of frames of this size."""
    factor = min(1.0, MAX_HEIGHT / min(width, height), MAX_SIDE / max(width, height))
    return Size(even(width * factor), even(height * factor))


def ladder(source: Source) -> Sequence[Rung]:
    """The renditions to be made, the lowest first; without the one that is copied."""
    heights = _heights(source.size.shorter)
    frames = max(source.frame_rate, 1.0) * source.seconds
    sizes = {height: _fitted(source.size, height) for height in heights}
    most = {height: _most_bits(source, sizes[height]) for height in heights}
    made = heights[:-1] if source.copied else heights
    if source.copied:
        most[heights[-1]] = int(source.bits)
    left = source.bits * source.storage - (most[heights[-1]] if source.copied else 0)
    share = min(1.0, left / max(sum(most[height] for height in made), 1))
    rungs = []
    for height in made:
        size = sizes[height]
        least = size.width * size.height * source.frame_rate * _LEAST_BITS_A_PIXEL
        bits = max(int(most[height] * share), int(least), _LEAST_BITS)
        rungs.append(Rung(height, size, bits, int(size.width * size.height * frames)))
    return rungs


def next_group(waiting: Sequence[Rung], most: int = GROUP_COST) -> Sequence[Rung]:
    """Those of the renditions that are encoded together next: the lowest ones.

    Together, because the source is decoded once for all of them; not all, because who watches a
    long film is not to wait for the dearest one.

    Args:
        most: what they may cost together.
    """
    costs = itertools.accumulate(rung.cost for rung in waiting)
    return [
        rung
        for number, (rung, cost) in enumerate(zip(waiting, costs, strict=True))
        if number == 0 or cost <= most
    ]


def file_height(heights: Sequence[int], size: Size) -> int:
    """Of these renditions the one that the MP4 for every browser is made of.

    Args:
        size: of the largest one.
    """
    fit = [each for each in heights if _fitted(size, each).longer <= MAX_FILE_SIDE]
    return max(fit, default=min(heights))


def even(side: float) -> int:
    """A side in pixels as encoders of 4:2:0 take it."""
    return max(2, int(side + 1e-6) // 2 * 2)


def _heights(shorter: int) -> list[int]:
    return [each for each in HEIGHTS if each <= shorter * _LARGEST_SHARE] + [shorter]


def _fitted(size: Size, height: int) -> Size:
    if height == size.shorter:
        return size
    factor = height / size.shorter
    longer = max(2, round(size.longer * factor / 2) * 2)
    return Size(longer, height) if size.width >= size.height else Size(height, longer)


def _most_bits(source: Source, size: Size) -> int:
    """At the most what is usual for its pixels, and its share of what the source has."""
    pixels = size.width * size.height
    usual = _usual_bits(pixels) * (_MORE_FOR_FAST if source.frame_rate > _FAST else 1.0)
    whole = source.size.width * source.size.height
    return int(min(usual, source.worth * (pixels / whole) ** _PIXELS_TO_BITS))


def _usual_bits(pixels: int) -> float:
    """By the pixels of frames of 16:9, so that a narrow film has no more than it needs."""
    known = [(height * height * 16 / 9, bits) for height, bits in _MOST_BITS.items()]
    if pixels <= known[0][0]:
        return known[0][1]
    for (less, few), (more, many) in itertools.pairwise(known):
        if pixels <= more:
            return few + (many - few) * (pixels - less) / (more - less)
    return known[-1][1]
