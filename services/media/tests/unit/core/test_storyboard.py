"""How many tiles a storyboard has, and which is where."""

import re
from itertools import pairwise

import pytest

from vireo_media.core.storyboard import plan


@pytest.mark.parametrize(
    ("seconds", "step", "count"),
    [
        (0.04, 1, 1),
        (1.0, 1, 1),
        (7.2, 1, 8),
        (400.0, 1, 400),
        (401.0, 2, 201),
        (3600.0, 10, 360),
        (12 * 3600.0, 60, 720),
    ],
)
def test_a_tile_each_few_seconds(seconds: float, step: int, count: int) -> None:
    board = plan(seconds, 1920, 1080)
    assert (board.step, board.count) == (step, count)
    assert board.sprites == -(-count // (board.columns * board.rows))


@pytest.mark.parametrize(
    ("size", "tile"),
    [
        ((1920, 1080), (160, 90)),
        ((1080, 1920), (90, 160)),
        ((64, 36), (64, 36)),
        ((2, 900), (2, 160)),
    ],
)
def test_a_tile_keeps_the_shape(size: tuple[int, int], tile: tuple[int, int]) -> None:
    board = plan(5, *size)
    assert (board.width, board.height) == tile


def test_a_sprite_is_no_larger_than_its_tiles() -> None:
    small, medium, large = (plan(seconds, 320, 180) for seconds in (3, 25, 150))
    assert (small.columns, small.rows, small.sprites) == (3, 1, 1)
    assert (medium.columns, medium.rows, medium.sprites) == (10, 3, 1)
    assert (large.columns, large.rows, large.sprites) == (10, 10, 2)


def test_the_webvtt() -> None:
    board = plan(112.4, 320, 180)
    text = board.webvtt(["x/a.jpg", "x/b.jpg"])
    assert text.startswith("WEBVTT\n\n")
    cues = re.findall(r"\n\n(\S+) --> (\S+)\n(\S+)", text)
    assert len(cues) == 113
    assert cues[0] == ("00:00:00.000", "00:00:01.000", "x/a.jpg#xywh=0,0,160,90")
    assert cues[11] == ("00:00:11.000", "00:00:12.000", "x/a.jpg#xywh=160,90,160,90")
    assert cues[101] == ("00:01:41.000", "00:01:42.000", "x/b.jpg#xywh=160,0,160,90")
    # Each begins where the one before ends, and the last one ends with the video or later.
    assert all(one[1] == other[0] for one, other in pairwise(cues))
    assert cues[-1][1] == "00:01:53.000"


def test_hours() -> None:
    text = plan(12 * 3600, 320, 180).webvtt([str(number) for number in range(8)])
    assert text.rstrip().splitlines()[-2] == "11:59:00.000 --> 12:00:00.000"
