"""The size of a film, and which filters it takes."""

from dataclasses import replace

import pytest

from vireo_media.core.ladder import Size
from vireo_media.core.streams import Colour, Crop, Stream, Turn
from vireo_media.tools.filters import (
    canvas_of,
    counts_samples,
    frame_filters,
    output_channels,
    sound_filters,
)
from vireo_media.tools.survey import Shape, Sound, Survey

VIDEO = Stream(index=0, kind="video", codec="vp9", width=640, height=360, pixel_format="yuv420p")
SOUND = Sound(seconds=10.0, span=10.0, start=0.0, channels=frozenset({2}))


def shape(width: int, height: int, seconds: float, aspect: float = 1.0) -> Shape:
    return Shape(width, height, aspect, seconds)


@pytest.mark.parametrize(
    ("shapes", "canvas"),
    [
        ((shape(640, 360, 10),), Size(640, 360)),
        ((shape(641, 361, 10),), Size(640, 360)),
        ((shape(1, 1, 10),), Size(2, 2)),
        ((shape(3840, 2160, 10),), Size(3840, 2160)),
        ((shape(7680, 4320, 10),), Size(3840, 2160)),
        # What grows is as large as it is for a while, not as it is for a moment.
        ((shape(320, 180, 4), shape(640, 360, 2)), Size(640, 360)),
        ((shape(320, 180, 99), shape(1280, 720, 1)), Size(320, 180)),
        # Of a turned phone the longer part decides.
        ((shape(640, 360, 4), shape(360, 640, 6)), Size(360, 640)),
        ((shape(720, 576, 10, 64 / 45),), Size(1024, 576)),
    ],
)
def test_the_size_of_the_film(shapes: tuple[Shape, ...], canvas: Size) -> None:
    assert canvas_of(VIDEO, shapes) == canvas


def test_a_turned_film_is_upright() -> None:
    assert canvas_of(replace(VIDEO, rotation=90), (shape(640, 360, 10),)) == Size(360, 640)


def chain(video: Stream, colour: Colour, *shapes: Shape, interlaced: bool = False) -> list[str]:
    shapes = shapes or (shape(video.width, video.height, 10),)
    looked = Survey(
        shapes, colour, interlaced, unsaid=False, steady=True, sound=None, measured=None
    )
    return frame_filters(video, looked, canvas_of(video, looked.shapes)).split(",")


def test_a_plain_film_takes_no_more_than_it_needs() -> None:
    names = [each.partition("=")[0] for each in chain(VIDEO, Colour()) if "=" in each]
    for name in ("bwdif", "crop", "pad", "premultiply", "tonemap", "zscale"):
        assert name not in names


def test_fields_are_woven_apart_before_lines_are_cut_off() -> None:
    video = replace(VIDEO, crop=Crop(0, 17, 0, 3), turn=Turn(0, 1, -1, 0))
    names = [each.partition("=")[0] for each in chain(video, Colour(), interlaced=True)]
    assert names[:5] == ["transpose", "bwdif", "crop", "setsar", "transpose"]


def test_the_matrix_is_the_one_that_browsers_take() -> None:
    large = replace(VIDEO, width=1280, height=720)
    assert any("in_color_matrix=bt709" in each for each in chain(large, Colour()))
    assert any("in_color_matrix=bt601" in each for each in chain(VIDEO, Colour()))
    named = chain(large, Colour(matrix="smpte170m"))
    assert any("in_color_matrix=bt601" in each for each in named)


def test_sound_is_placed_where_its_channels_are_known() -> None:
    assert sound_filters(SOUND) == "aresample=async=1"
    assert sound_filters(replace(SOUND, channels=frozenset({2, 6}))) == "aresample=async=1"
    assert "pan=" in sound_filters(replace(SOUND, channels=frozenset({10})))
    for others in ({2}, {6}, {2, 6}):
        assert "volume=" in sound_filters(replace(SOUND, channels=frozenset({1, *others})))
    assert "volume=" not in sound_filters(replace(SOUND, channels=frozenset({1})))
    assert output_channels(SOUND) == 2
    assert output_channels(replace(SOUND, channels=frozenset({1}))) == 1


def test_only_an_impossible_clock_is_not_believed() -> None:
    assert not counts_samples(SOUND)
    # A call in which nobody speaks for a minute has fewer samples than time.
    assert not counts_samples(replace(SOUND, span=70.0))
    assert counts_samples(replace(SOUND, span=0.1))
