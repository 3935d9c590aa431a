"""The thumbnail: a frame that shows something, small, upright, without metadata."""

import subprocess
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from vireo_media.tools.measure import measure
from vireo_media.tools.thumbnail import NoFrame, shows_something, thumbnail
from vireo_testing.bait import Bait
from vireo_testing.clips import H264, QUICK, Library, ffmpeg, picture
from vireo_testing.hostile_files import HOSTILE_FILES, make


def shot(path: Path, target: Path) -> np.ndarray:
    """Take a thumbnail and return it decoded: height, width, 3."""
    thumbnail(path, target, measure(path), "smpte170m")
    taken = cv2.imread(str(target))
    assert taken is not None
    return np.asarray(taken)


@pytest.mark.parametrize("name", ["plain.mp4", "fragments.mp4", "camera.mov", "uneven.mp4"])
def test_a_frame_of_the_clip(name: str, library: Library, tmp_path: Path) -> None:
    taken = shot(library.path(name), tmp_path / "out.part")
    assert taken.shape == (180, 320, 3)
    assert taken.std() > 30


def test_nine_black_seconds_of_ten_are_passed_over(library: Library, tmp_path: Path) -> None:
    for _ in range(4):
        assert shot(library.path("black.mp4"), tmp_path / "out.jpg").mean() > 40


def test_a_scene_of_a_tenth_of_a_second_is_found(tmp_path: Path) -> None:
    path = tmp_path / "flash.mp4"
    dark = ["-f", "lavfi", "-i", "color=black:size=320x180:rate=25:duration=20"]
    shown = "overlay=enable='between(t,13.3,13.4)'"
    ffmpeg(*dark, *picture(seconds=20), "-filter_complex", f"[0][1]{shown}", *H264, str(path))
    assert shot(path, tmp_path / "out.jpg").mean() > 40


def test_opencv_is_asked_where_random_frames_show_nothing_and_nowhere_else(
    library: Library, tmp_path: Path
) -> None:
    asked: list[Path] = []

    def search(path: Path, stop: threading.Event | None) -> float:
        asked.append(path)
        return 9.5

    bright, dark = library.path("plain.mp4"), library.path("black.mp4")
    for path in (bright, dark):
        target = tmp_path / f"{path.stem}.jpg"
        thumbnail(path, target, measure(path), "smpte170m", search=search)
        taken = cv2.imread(str(target))
        assert taken is not None
        assert taken.std() > 30
    assert set(asked) <= {dark}


def test_where_opencv_finds_nothing_either_there_is_no_thumbnail(
    library: Library, tmp_path: Path
) -> None:
    path, target = tmp_path / "black.mp4", tmp_path / "out.jpg"
    ffmpeg("-f", "lavfi", "-i", "color=black:size=64x64:rate=25:duration=1", *H264, str(path))

    def search(path: Path, stop: threading.Event | None) -> float:
        raise NoFrame("nothing")

    with pytest.raises(NoFrame):
        thumbnail(path, target, measure(path), "smpte170m", search=search)
    assert not target.exists()


def test_a_film_with_one_key_frame_is_not_decoded_to_its_end(tmp_path: Path) -> None:
    """Of so long a film a frame near the key frame is taken, and not one an hour behind it."""
    path = tmp_path / "long.mp4"
    beginning = "drawbox=w=iw/2:color=white:t=fill:enable='lt(n,120)'"
    one_key_frame = [*QUICK, "-g", "9999", "-sc_threshold", "0"]
    ffmpeg(*picture(seconds=60), "-vf", beginning, *one_key_frame, str(path))
    for _ in range(4):
        assert shot(path, tmp_path / "out.jpg")[:, :150].mean() > 250


@pytest.mark.parametrize(
    ("grey", "shown"),
    [
        (b"", False),
        (bytes([0]) * 100, False),
        (bytes([128]) * 100, False),
        (bytes([255]) * 100, False),
        (bytes([0, 30]) * 50, False),
        (bytes([10, 34]) * 50, True),
        (bytes([225, 255]) * 50, True),
        (bytes([232, 255]) * 50, False),
        (bytes([100, 120]) * 50, False),
        (bytes(range(256)), True),
    ],
)
def test_what_shows_something(grey: bytes, shown: bool) -> None:
    assert shows_something(grey) is shown


def test_a_black_video_has_a_black_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "black.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=black:size=64x64:rate=25:duration=1", *H264, str(path))
    assert shot(path, tmp_path / "out.jpg").mean() < 5


def test_frames_differ_from_call_to_call(library: Library, tmp_path: Path) -> None:
    seen = {shot(library.path("plain.mp4"), tmp_path / "out.jpg").tobytes() for _ in range(5)}
    assert len(seen) > 1


def test_a_phone_clip_stands_upright(library: Library, tmp_path: Path) -> None:
    assert shot(library.path("phone.mp4"), tmp_path / "out.jpg").shape == (320, 180, 3)


@pytest.mark.parametrize(
    ("size", "shape"), [("2560x1440", (720, 1280, 3)), ("1080x2560", (1280, 540, 3))]
)
def test_at_most_1280_on_a_side(size: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    ffmpeg(*picture(size, seconds=0.2), *H264, str(path))
    assert shot(path, tmp_path / "out.jpg").shape == shape


def test_a_frame_of_two_pixels(tmp_path: Path) -> None:
    path = tmp_path / "tiny.mp4"
    ffmpeg(*picture("2x2"), *H264, str(path))
    assert shot(path, tmp_path / "out.jpg").shape == (2, 2, 3)


def test_no_metadata(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "out.jpg"
    path = library.path("phone.mp4")
    thumbnail(path, target, measure(path), "smpte170m")
    data = target.read_bytes()
    assert data.startswith(b"\xff\xd8\xff\xe0")
    assert b"Exif" not in data


def test_opencv_opens_no_playlist(
    library: Library, hostile_folder: Path, bait: Bait, tmp_path: Path
) -> None:
    """OpenCV is not asked about files that the inspection refused; it would refuse them too."""
    made = measure(library.path("plain.mp4"))
    target = tmp_path / "out.jpg"
    entries = {entry.name: entry for entry in HOSTILE_FILES}
    for name in ("hls-absolute.mp4", "concat-1.0.mp4", "dash.mp4", "hls-http.mp4"):
        path = make(entries[name], hostile_folder, bait)
        bait.touched()
        with pytest.raises(NoFrame):
            thumbnail(path, target, made, "smpte170m")
        assert not target.exists()
        assert bait.touched() == []


def test_the_calling_process_never_imports_opencv() -> None:
    program = (
        "import sys; from vireo_media.tools import probe, thumbnail, transcode;"
        "sys.exit('cv2' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0
