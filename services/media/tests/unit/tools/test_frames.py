"""Frames of a film: the right one for a time, and good ones to choose from."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from vireo_media.tools import sandbox
from vireo_media.tools.frames import Run, candidates, run, sharpness, take_frame
from vireo_media.tools.measure import measure
from vireo_media.tools.thumbnail import NoFrame
from vireo_testing.clips import H264, QUICK, Library, ffmpeg, lavfi, picture
from vireo_testing.mp4_boxes import turn

# Ten colours, a second each: what is shown at a time can be told from a single pixel.
COLOURS = [(each * 25, 0, 255 - each * 25) for each in range(10)]


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of ten slides with one key frame, and a picture a second."""
    path = tmp_path_factory.mktemp("frames") / "colours.mp4"
    red = "geq=r='25*N':g=0:b='255-25*N'"
    source = lavfi(f"color=black:size=320x180:rate=1:duration=10,format=gbrp,{red}")
    ffmpeg(*source, *QUICK, "-g", "9999", "-pix_fmt", "yuv420p", str(path))
    return path


def colour_at(film: Path, at: float, folder: Path) -> tuple[float, ...]:
    target = folder / "frame.jpg"
    take_frame(film, target, at, "smpte170m")
    with Image.open(target) as image:
        return tuple(ImageStat.Stat(image.convert("RGB")).mean)


@pytest.mark.parametrize(
    ("at", "number"), [(0, 0), (0.5, 0), (3.0, 3), (3.9, 3), (9.99, 9), (10.0, 9), (25.0, 9)]
)
def test_the_frame_that_is_shown_then(
    colours: Path, tmp_path: Path, at: float, number: int
) -> None:
    """Of a slide that is shown for long it is that one, and not the next."""
    found = colour_at(colours, at, tmp_path)
    assert all(abs(a - b) < 8 for a, b in zip(found, COLOURS[number], strict=True)), found


def test_a_film_that_is_no_film_has_no_frame(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.mp4"
    nothing.write_bytes(b"\0" * 1000)
    with pytest.raises(NoFrame):
        take_frame(nothing, tmp_path / "frame.jpg", 0, "bt709")


def chosen(film: Path, folder: Path, runner: Run = run) -> dict[int, tuple[int, int]]:
    """The sizes of the candidates by their times."""
    made = measure(film)
    found = candidates(film, lambda what: folder / what, made, "smpte170m", runner=runner)
    sizes = {}
    for at, path in found.items():
        with Image.open(path) as image:
            assert image.format == "JPEG"
            sizes[at] = image.size
    return sizes


def test_six_from_all_parts(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    ffmpeg(*picture("640x360", seconds=12), *H264, str(film))
    found = chosen(film, tmp_path)
    assert [at // 2000 for at in sorted(found)] == [0, 1, 2, 3, 4, 5]
    assert set(found.values()) == {(640, 360)}


def test_key_frames_of_a_longer_film(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    ffmpeg(*picture("160x90", "10", seconds=66.5), *QUICK, "-g", "35", str(film))
    times = sorted(chosen(film, tmp_path))
    assert len(times) == 6
    assert [at % 3500 for at in times] == [0] * 6


def test_one_process_looks_at_all_of_a_small_film(tmp_path: Path) -> None:
    """The stacks of its threads fit into its address space (ffmpeg 7.1 has nine for each frame)."""
    film = tmp_path / "film.mp4"
    ffmpeg(*picture("160x90", "10", seconds=66.5), *QUICK, "-g", "35", str(film))
    looks = []

    def counted(argv: Sequence[str], *args: Any, **kwargs: Any) -> sandbox.Completed:
        looks.append(argv.count("-i"))
        return run(argv, *args, **kwargs)

    assert len(chosen(film, tmp_path, counted)) == 6
    assert looks == [12]


@pytest.mark.parametrize("error", [sandbox.Starved("threads"), sandbox.MemoryLimit("memory")])
def test_what_is_too_much_at_once_is_looked_at_alone(
    tmp_path: Path, error: sandbox.SandboxError
) -> None:
    film = tmp_path / "film.mp4"
    ffmpeg(*picture("160x90", "10", seconds=66.5), *QUICK, "-g", "35", str(film))

    def alone(argv: Sequence[str], *args: Any, **kwargs: Any) -> sandbox.Completed:
        if argv.count("-i") > 1:
            raise error
        return run(argv, *args, **kwargs)

    assert len(chosen(film, tmp_path, alone)) == 6


def test_what_is_black_or_blank_is_none(library: Library, tmp_path: Path) -> None:
    """Nine seconds of black, one of picture; and nothing at all."""
    found = chosen(library.path("black.mp4"), tmp_path)
    assert found
    assert all(at >= 9000 for at in found)
    blank = tmp_path / "blank.mp4"
    ffmpeg(*lavfi("color=white:size=320x180:rate=25:duration=4"), *H264, str(blank))
    assert chosen(blank, tmp_path) == {}


def test_a_still_has_one(tmp_path: Path) -> None:
    film = tmp_path / "still.mp4"
    still = ["-vf", "loop=loop=-1:size=1,trim=duration=6"]
    ffmpeg(*picture(seconds=1), *still, *H264, str(film))
    assert len(chosen(film, tmp_path)) == 1


def test_the_sharper_one(tmp_path: Path) -> None:
    """Of each part two frames are looked at; here every second one is blurred."""
    film = tmp_path / "film.mp4"
    # The second look into a part is two thirds behind its beginning.
    blurred = "gblur=sigma=12:enable='gt(mod(t-0.36,1.88),0.94)'"
    ffmpeg(*picture(seconds=12), "-vf", blurred, *H264, str(film))
    found = [(at / 1000 - 0.36) % 1.88 for at in chosen(film, tmp_path)]
    assert all(place < 0.94 for place in found), found


def test_sharpness() -> None:
    assert sharpness(bytes([0, 200] * 8)) > sharpness(bytes(range(0, 160, 10))) > 0
    assert sharpness(bytes(16)) == sharpness(b"") == 0


def test_upright_and_with_square_pixels(tmp_path: Path) -> None:
    """A phone that was turned, and a DVD."""
    turned, wide = tmp_path / "turned.mp4", tmp_path / "wide.mp4"
    ffmpeg(*picture(seconds=4), *H264, str(turned))
    turn(turned, (0, -1, 1, 0), down=320)
    ffmpeg(*picture("360x288", seconds=4), "-vf", "setsar=64/45", *H264, str(wide))
    assert set(chosen(turned, tmp_path).values()) == {(180, 320)}
    assert set(chosen(wide, tmp_path).values()) == {(512, 288)}
    take_frame(turned, tmp_path / "frame.jpg", 1, "bt709")
    with Image.open(tmp_path / "frame.jpg") as image:
        assert image.size == (180, 320)


def test_of_a_large_film_what_is_served_at_most(tmp_path: Path) -> None:
    film, target = tmp_path / "large.mp4", tmp_path / "frame.jpg"
    ffmpeg(*picture("1080x1920", seconds=1), *H264, str(film))
    take_frame(film, target, 0.5, "bt709")
    with Image.open(target) as image:
        assert image.size == (1080, 1920)
    ffmpeg(*picture("2560x1440", seconds=1), *H264, "-y", str(film))
    take_frame(film, target, 0.5, "bt709")
    with Image.open(target) as image:
        assert image.size == (1280, 720)
    told = subprocess.run(["ffprobe", "-v", "error", str(target)], capture_output=True, check=True)
    assert told.stderr == b""
