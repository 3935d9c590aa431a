"""Which renditions a stream has, how large they are, and how many bits they may take."""

import itertools

import pytest

from vireo_media.core.ladder import (
    HEIGHTS,
    Rung,
    Size,
    Source,
    file_height,
    ladder,
    largest,
    next_group,
)


def source(width: int, height: int, bits: float = 8_000_000, **more: object) -> Source:
    values = {"frame_rate": 25.0, "seconds": 60.0, "storage": 2.0, **more}
    return Source(Size(width, height), bits=bits, **values)  # type: ignore[arg-type]


def heights(of: Source) -> list[int]:
    return [rung.height for rung in ladder(of)]


@pytest.mark.parametrize(
    ("width", "height", "wanted"),
    [
        (1920, 1080, [144, 240, 360, 480, 720, 1080]),
        # Portrait films by their shorter side.
        (1080, 1920, [144, 240, 360, 480, 720, 1080]),
        (3840, 2160, list(HEIGHTS)),
        (720, 576, [144, 240, 360, 576]),
        # A step that is worth nothing is none: 720 of 800, 480 of 486.
        (1280, 800, [144, 240, 360, 480, 800]),
        (720, 486, [144, 240, 360, 486]),
        (256, 144, [144]),
        (64, 48, [48]),
        (2, 2, [2]),
    ],
)
def test_nothing_is_scaled_up(width: int, height: int, wanted: list[int]) -> None:
    assert heights(source(width, height)) == wanted


def test_frames_keep_their_shape() -> None:
    for width, height in ((1920, 1080), (1080, 1920), (720, 576), (400, 170), (4096, 300)):
        for rung in ladder(source(width, height)):
            assert rung.size.width % 2 == rung.size.height % 2 == 0
            assert rung.size.shorter == rung.height
            assert rung.size.width / rung.size.height == pytest.approx(width / height, rel=0.02)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((641, 361), (640, 360)),
        ((7680, 4320), (3840, 2160)),
        ((4320, 7680), (2160, 3840)),
        # A panorama is bounded by its longer side.
        ((8192, 1024), (4096, 512)),
        ((1, 1), (2, 2)),
    ],
)
def test_the_largest_is_even_and_bounded(given: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert largest(*given) == Size(*wanted)


def test_what_is_copied_is_not_made() -> None:
    assert heights(source(1280, 720, copied=True)) == [144, 240, 360, 480]
    assert heights(source(256, 144, copied=True)) == []


def test_more_pixels_may_take_more_bits() -> None:
    for rungs in (ladder(source(3840, 2160, 60e6)), ladder(source(3840, 2160, 1e6))):
        for low, high in itertools.pairwise(rungs):
            assert low.most_bits < high.most_bits


@pytest.mark.parametrize("bits", [3_000_000, 6_000_000, 50_000_000])
@pytest.mark.parametrize("copied", [True, False])
def test_a_stream_takes_no_more_than_it_may(bits: float, copied: bool) -> None:
    rungs = ladder(source(1920, 1080, bits, copied=copied))
    taken = sum(rung.most_bits for rung in rungs) + (bits if copied else 0)
    least = sum(rung.size.width * rung.size.height * 25 * 0.03 for rung in rungs)
    assert taken <= max(2.0 * bits, least + (bits if copied else 0)) * 1.01


def test_frugal_codecs_are_given_more() -> None:
    def top(codec: str) -> int:
        return ladder(source(1920, 1080, 2_000_000, codec=codec))[-1].most_bits

    assert top("hevc") > top("h264")


def test_fast_frames_may_take_more() -> None:
    def top(rate: float) -> int:
        return ladder(source(1920, 1080, 50_000_000, frame_rate=rate))[-1].most_bits

    assert top(60.0) > top(30.0) == top(24.0)


def rung(height: int, cost: int) -> Rung:
    return Rung(height, Size(height, height), 1, cost)


@pytest.mark.parametrize(
    ("costs", "most", "wanted"),
    [
        ([1, 2, 3], 10, [1, 2, 3]),
        ([1, 2, 30], 10, [1, 2]),
        # At least one, however dear.
        ([30, 40], 10, [30]),
        ([], 10, []),
    ],
)
def test_the_lowest_are_encoded_together(costs: list[int], most: int, wanted: list[int]) -> None:
    waiting = [rung(144 + number, cost) for number, cost in enumerate(costs)]
    assert [each.cost for each in next_group(waiting, most)] == wanted


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        (Size(1920, 1080), 1080),
        (Size(1080, 1920), 1080),
        (Size(3840, 2160), 1080),
        # Nothing is small enough: what there is.
        (Size(4096, 300), 144),
        (Size(256, 144), 144),
    ],
)
def test_the_file_for_every_browser_is_of_the_largest_that_fits(size: Size, wanted: int) -> None:
    made = [each.height for each in ladder(source(size.width, size.height))]
    height = file_height(made, size)
    assert height == wanted
