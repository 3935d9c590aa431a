"""Frames: one clip of each kind that video services get wrong.

Each says what is right of what is published; docs/media.md says the same to people.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vireo_media.core.refused import Refused
from vireo_media.tools.decode import decodes
from vireo_media.tools.probe import inspect
from vireo_media.worker.steps.encode import make_film
from vireo_media.worker.steps.tools import Tools
from vireo_testing import kinds, patched_clips, seen
from vireo_testing.clips import ffmpeg
from vireo_testing.kinds import QUICK, VP9, lavfi
from vireo_testing.mp4_boxes import turn

Publish = Callable[[Path], Any]
# Of 255; HDR has no single right answer.
COLOUR, TONE_MAPPED = 12, 60

# Which track


@pytest.mark.parametrize(("name", "stills"), [("poster.mkv", 1), ("chapters.mov", 2)])
def test_the_film_is_taken_and_not_a_larger_still(
    tmp_path: Path, publish: Publish, name: str, stills: int
) -> None:
    path = tmp_path / name
    kinds.with_a_larger_still(path, stills=stills)
    result = publish(path)
    assert (result.made.width, result.made.height) == (160, 90)
    assert len(seen.times(result.path)) == 25


def test_an_encrypted_film_is_refused_and_said(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    kinds.encrypted(path)
    with pytest.raises(Refused, match="encrypted"):
        inspect(path)


# Colours


def off(path: Path, size: tuple[int, int], matrix: str) -> int:
    """The most by which a channel of a bar differs from what it is."""
    width, height = size
    frame = seen.frames(path, width, height, matrix)[0]
    bar = width // 8
    rows = slice(height // 2 - 10, height // 2 + 10)
    means = [
        frame[rows, each * bar + bar // 3 : each * bar + bar * 2 // 3].mean(axis=(0, 1))
        for each in range(8)
    ]
    return int(np.abs(np.array(means) - np.array(kinds.BARS)).max())


BT601 = "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p"
BT709 = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"


@pytest.mark.parametrize(
    ("name", "filters", "output"),
    [
        ("rgb.mov", "format=rgb24", ["-c:v", "qtrle"]),
        ("rgb.mkv", "null", ["-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast"]),
        ("planar.mkv", "format=gbrp", ["-c:v", "ffv1"]),
        (
            "camera.avi",
            "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p",
            ["-c:v", "mjpeg", "-q:v", "2"],
        ),
        ("call.webm", BT601, [*VP9, "-colorspace", "smpte170m"]),
        ("half-tagged.mp4", BT601, [*QUICK, "-crf", "10", "-colorspace", "smpte170m"]),
        ("untagged.mp4", BT709, [*QUICK, "-crf", "10"]),
        ("matrix-alone.mp4", BT709, [*QUICK, "-crf", "10", "-colorspace", "bt709"]),
    ],
)
def test_colours_are_what_they_were(
    tmp_path: Path, publish: Publish, name: str, filters: str, output: list[str]
) -> None:
    path = tmp_path / name
    kinds.bars(path, *output, filters=filters)
    result = publish(path)
    size = (1280, 720)
    assert off(result.path, size, "bt709") <= COLOUR
    assert off(result.shot(), size, "bt601") <= COLOUR
    video = seen.video_stream(result.path)
    assert {video.get(f"color_{each}") for each in ("space", "transfer", "primaries")} == {"bt709"}


def test_colours_of_standard_definition_are_what_they_were(
    tmp_path: Path, publish: Publish
) -> None:
    path = tmp_path / "old.avi"
    kinds.bars(path, "-c:v", "mpeg4", "-q:v", "2", filters=BT601, size="640x360")
    result = publish(path)
    assert off(result.path, (640, 360), "bt601") <= COLOUR
    assert off(result.shot(), (640, 360), "bt601") <= COLOUR


@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
def test_high_dynamic_range_is_tone_mapped(tmp_path: Path, publish: Publish, transfer: str) -> None:
    path = tmp_path / "hdr.mp4"
    kinds.hdr(path, transfer)
    result = publish(path)
    assert off(result.path, (1280, 720), "bt709") <= TONE_MAPPED
    assert off(result.shot(), (1280, 720), "bt601") <= TONE_MAPPED
    assert seen.video_stream(result.path)["color_transfer"] == "bt709"


def test_the_colours_of_a_phone_are_not_paler(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "phone.mov"
    kinds.wide_gamut(path)
    result = publish(path)
    assert off(result.path, (1280, 720), "bt709") <= COLOUR
    assert off(result.shot(), (1280, 720), "bt601") <= COLOUR


def test_high_dynamic_range_of_rgb_is_tone_mapped(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "graded.mkv"
    kinds.hdr_in_rgb(path)
    assert off(publish(path).path, (1280, 720), "bt709") <= TONE_MAPPED


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("title.mov", ["-c:v", "qtrle", "-pix_fmt", "argb"]),
        ("title.webm", [*VP9, "-vf", "format=yuva420p", "-auto-alt-ref", "0"]),
        ("title.mkv", ["-c:v", "ffv1", "-pix_fmt", "bgra"]),
    ],
)
def test_what_is_transparent_is_black(
    tmp_path: Path, publish: Publish, name: str, output: list[str]
) -> None:
    path = tmp_path / name
    kinds.transparent(path, *output)
    frame = seen.frames(publish(path).path, 320, 180)[0]
    assert frame[20, 20].max() < 40
    assert abs(frame[90, 160] - np.array([0, 255, 0])).max() < 40


# Interlaced


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("tv.mp4", [*QUICK, "-flags", "+ilme+ildct", "-x264-params", "tff=1"]),
        ("tv.mkv", [*QUICK, "-flags", "+ilme+ildct", "-x264-params", "tff=1"]),
        ("tv.avi", ["-c:v", "mpeg4", "-flags", "+ilme+ildct", "-top", "1", "-q:v", "3"]),
    ],
)
def test_no_combs(tmp_path: Path, publish: Publish, name: str, output: list[str]) -> None:
    path = tmp_path / name
    kinds.interlaced(path, *output)
    assert seen.combs(path) > 1
    assert seen.combs(publish(path).path) < 1


def test_no_combs_of_a_camera_that_does_not_say_it(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "dv.avi"
    kinds.interlaced(path, "-c:v", "dvvideo", size="720x576", top=False)
    assert not inspect(path).video.interlaced
    assert seen.combs(publish(path).path) < 1


@pytest.mark.parametrize("top", [True, False])
def test_no_combs_where_the_header_alone_says_it(
    tmp_path: Path, publish: Publish, top: bool
) -> None:
    path = tmp_path / "archive.mov"
    kinds.interlaced(path, "-c:v", "png", "-field_order", "tt" if top else "bb", top=top)
    assert seen.combs(publish(path).path) < 1


@pytest.mark.parametrize("matrix", [(0, 1, -1, 0), (0, -1, 1, 0), (0, 1, 1, 0)])
def test_no_combs_of_a_camera_that_was_turned(
    tmp_path: Path, publish: Publish, matrix: tuple[int, int, int, int]
) -> None:
    path = tmp_path / "turned.mov"
    kinds.interlaced(path, "-c:v", "mpeg4", "-flags", "+ilme+ildct", "-top", "1", "-q:v", "3")
    turn(path, matrix)
    result = publish(path)
    assert (result.made.width, result.made.height) == (288, 352)
    assert seen.combs(result.path, turned=True) < 1


# Shape


@pytest.mark.parametrize(
    ("size", "aspect", "shown"),
    [("720x576", "64/45", (1024, 576)), ("640x360", "9/16", (360, 360))],
)
@pytest.mark.parametrize("name", ["wide.mp4", "wide.mkv"])
def test_pixels_that_are_not_square(
    tmp_path: Path, publish: Publish, name: str, size: str, aspect: str, shown: tuple[int, int]
) -> None:
    path = tmp_path / name
    output = QUICK if name.endswith("mp4") else VP9
    ffmpeg(*lavfi(f"testsrc2=s={size}:r=5:d=0.4,setsar={aspect}"), *output, str(path))
    result = publish(path)
    assert result.copied == name.endswith("mp4")
    assert (result.made.width, result.made.height) == shown
    frame = seen.video_stream(result.shot())
    assert (frame["width"], frame["height"]) == shown


def test_a_crop_of_the_header_is_kept(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "crop.mkv"
    patched_clips.cropped(path)
    result = publish(path)
    assert (result.made.width, result.made.height) == (320, 180)
    assert seen.frames(result.path, 320, 180)[0][:, :, 0].min() > 150


# By roll: what is above, and below.
TURNED = {
    90: [[(0, 255, 0), (255, 255, 255)], [(255, 0, 0), (0, 0, 255)]],
    -90: [[(0, 0, 255), (255, 0, 0)], [(255, 255, 255), (0, 255, 0)]],
    180: [[(255, 255, 255), (0, 0, 255)], [(0, 255, 0), (255, 0, 0)]],
}


@pytest.mark.parametrize("roll", TURNED)
def test_a_crop_of_a_turned_film_is_cut_off_at_its_sides(
    tmp_path: Path, publish: Publish, roll: int
) -> None:
    path = tmp_path / "turned.mkv"
    patched_clips.cropped_and_turned(path, roll)
    result = publish(path)
    width, height = (320, 180) if roll == 180 else (180, 320)
    assert (result.made.width, result.made.height) == (width, height)
    frame = seen.frames(result.path, width, height)[0]
    shown = frame[[height // 12, -height // 12]][:, [width // 12, -width // 12]]
    assert np.abs(shown - np.array(TURNED[roll])).max() < 60


def test_a_mirrored_film_has_a_mirrored_thumbnail(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "mirror.mp4"
    patched_clips.mirrored(path)
    result = publish(path)
    # Mirrored: green and red above, white and blue below.
    wanted = np.array([[(0, 255, 0), (255, 0, 0)], [(255, 255, 255), (0, 0, 255)]])
    for shown in (result.path, result.shot()):
        frame = seen.frames(shown, 320, 180, "bt601")[0]
        assert np.abs(frame[[18, 162]][:, [32, 288]] - wanted).max() < 60


def test_a_call_that_grows_is_as_large_as_most_of_it(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "call.webm"
    kinds.sizes_change(path, "testsrc2=s=160x90:r=10:d=1", "testsrc2=s=320x180:r=10:d=2")
    made = publish(path).made
    assert (made.width, made.height, made.duration) == (320, 180, pytest.approx(3.0, abs=0.2))


def test_a_copy_of_many_sizes_is_found_by_decoding_all(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "joined.mp4"
    kinds.grows_within(path)
    copy = publish(path)
    assert copy.copied
    assert not decodes(copy.path, 3.0)
    made = make_film(path, tmp_path / "encoded.mp4", Tools(), may_copy=False).made
    assert (made.width, made.height) == (320, 180)


def test_a_phone_that_is_turned_keeps_its_circles(tmp_path: Path, publish: Publish) -> None:
    square = "drawbox=w=50:h=50:c=white:t=fill"
    path = tmp_path / "turned.webm"
    kinds.sizes_change(
        path,
        f"color=black:s=320x180:r=10:d=1,{square}:x=100:y=50",
        f"color=black:s=180x320:r=10:d=2,{square}:x=50:y=100",
    )
    made = publish(path)
    for frame in seen.frames(made.path, made.made.width, made.made.height)[[2, -2]]:
        rows, columns = np.nonzero(frame.mean(axis=2) > 200)
        assert np.ptp(columns) + 1 == pytest.approx(np.ptp(rows) + 1, rel=0.1)
