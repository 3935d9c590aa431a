"""Sprites with a tile for each few seconds, and the preview."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from vireo_media.core.storyboard import plan
from vireo_media.tools.measure import measure
from vireo_media.tools.storyboard import preview, sprites
from vireo_testing.clips import AAC, H264, QUICK, ffmpeg, lavfi, picture, tone
from vireo_testing.mp4_boxes import turn


def board_of(film: Path, folder: Path) -> list[Image.Image]:
    """The tiles of a film's storyboard, in their order."""
    made = measure(film)
    board = plan(made.duration, made.width, made.height)
    targets = [folder / f"sprite-{number}.jpg" for number in range(board.sprites)]
    sprites(film, targets, board, "smpte170m")
    tiles = []
    for number in range(board.count):
        sprite, place = divmod(number, board.columns * board.rows)
        row, column = divmod(place, board.columns)
        with Image.open(targets[sprite]) as image:
            assert image.size == (board.columns * board.width, board.rows * board.height)
            left, top = column * board.width, row * board.height
            box = (left, top, left + board.width, top + board.height)
            tiles.append(image.convert("L").crop(box))
    return tiles


def slides(path: Path, seconds: int, *more: str, rate: int = 1) -> None:
    """A film that becomes lighter with each second."""
    grey = f"geq=lum='30+1.5*floor(N/{rate})':cb=128:cr=128"
    source = lavfi(f"color=black:size=320x180:rate={rate}:duration={seconds},format=yuv420p,{grey}")
    ffmpeg(*source, *QUICK, *more, str(path))


def second_of(tile: Image.Image) -> float:
    """The second of `slides` that a tile shows."""
    return float((ImageStat.Stat(tile).mean[0] * 219 / 255 + 16 - 30) / 1.5)


@pytest.mark.parametrize("seconds", [1, 7, 12, 110])
def test_a_tile_shows_its_seconds(seconds: int, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    slides(film, seconds)
    shown = [second_of(tile) for tile in board_of(film, tmp_path)]
    assert len(shown) == seconds
    # The frame that begins in the middle of a second may be the next one.
    assert all(-0.9 < at - number < 1.9 for number, at in enumerate(shown)), shown


def test_of_a_longer_film_key_frames(tmp_path: Path) -> None:
    """Each tile is the key frame before it, at most."""
    film = tmp_path / "film.mp4"
    slides(film, 125, "-g", "20", "-sc_threshold", "0", rate=5)
    shown = [second_of(tile) for tile in board_of(film, tmp_path)]
    assert len(shown) == 125
    assert all(-4.9 < at - number < 1.9 for number, at in enumerate(shown)), shown


def test_tiles_stand_upright_with_square_pixels(tmp_path: Path) -> None:
    turned, wide = tmp_path / "turned.mp4", tmp_path / "wide.mp4"
    ffmpeg(*picture(seconds=2), *H264, str(turned))
    turn(turned, (0, -1, 1, 0), down=320)
    ffmpeg(*picture("360x288", seconds=2), "-vf", "setsar=64/45", *H264, str(wide))
    assert {tile.size for tile in board_of(turned, tmp_path)} == {(90, 160)}
    assert {tile.size for tile in board_of(wide, tmp_path)} == {(160, 90)}


def streams(path: Path) -> list[dict[str, Any]]:
    told = subprocess.run(
        [*("ffprobe", "-v", "error", "-of", "json", "-count_frames"), "-show_streams", str(path)],
        capture_output=True,
        check=True,
    )
    return list(json.loads(told.stdout)["streams"])


@pytest.mark.parametrize(("seconds", "lasts"), [(20, 3.0), (5, 3.0), (1, 1.0)])
def test_a_preview_is_short_small_and_silent(seconds: int, lasts: float, tmp_path: Path) -> None:
    film, target = tmp_path / "film.mp4", tmp_path / "preview.mp4"
    ffmpeg(*picture("640x360", seconds=seconds), *tone(seconds), *H264, *AAC, str(film))
    preview(film, target, measure(film), "bt709")
    [video] = streams(target)
    assert (video["codec_name"], video["width"], video["height"]) == ("h264", 320, 180)
    assert abs(float(video["duration"]) - lasts) < 0.2
    assert target.stat().st_size < 150_000


def test_a_preview_of_what_is_upright_and_tiny(tmp_path: Path) -> None:
    film, target = tmp_path / "film.mp4", tmp_path / "preview.mp4"
    ffmpeg(*picture("34x18", seconds=1), *H264, str(film))
    turn(film, (0, -1, 1, 0), down=34)
    preview(film, target, measure(film), "bt709")
    [video] = streams(target)
    assert (video["width"], video["height"]) == (18, 34)
