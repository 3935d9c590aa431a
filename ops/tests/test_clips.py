"""The maker of clips."""

import threading
from pathlib import Path

import pytest

from vireo_ops.clips import QUICK, ffmpeg, lavfi, make_once
from vireo_ops.demo_clips import Clip, make_clip
from vireo_ops.errors import OperationError


def test_what_ffmpeg_says_is_the_reason(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"ffmpeg failed: .*nosuchsource"):
        ffmpeg(*lavfi("nosuchsource"), tmp_path / "clip.mp4")


def test_a_clip_of_the_demonstration_is_named_where_it_fails(tmp_path: Path) -> None:
    clip = Clip("Bars", "", "nosuchsource", "sine", "mp4", QUICK)
    with pytest.raises(OperationError, match="The clip 'Bars' could not be made: ffmpeg failed"):
        make_clip(clip, tmp_path)


def test_what_ffmpeg_writes_to_its_output_comes_back() -> None:
    frames = ffmpeg(*lavfi("color=black:s=2x2:r=1:d=1"), "-pix_fmt", "rgb24", "-f", "rawvideo", "-")
    assert len(frames) == 2 * 2 * 3


def test_a_clip_is_made_once(tmp_path: Path) -> None:
    path, made = tmp_path / "clip", list[Path]()

    def build(part: Path) -> None:
        made.append(part)
        part.write_text("a clip")

    assert make_once(path, build) == make_once(path, build) == path
    assert (path.read_text(), len(made)) == ("a clip", 1)
    assert list(tmp_path.iterdir()) == [path]


def test_nobody_sees_half_a_clip_and_none_is_replaced(tmp_path: Path) -> None:
    path, half, go_on = tmp_path / "clip", threading.Event(), threading.Event()

    def slowly(part: Path) -> None:
        part.write_text("half")
        half.set()
        assert go_on.wait(30)

    slow = threading.Thread(target=make_once, args=(path, slowly))
    slow.start()
    assert half.wait(30)
    assert not path.exists()
    # As another process would, which has another name for what it builds.
    path.write_text("another's")
    go_on.set()
    slow.join()
    assert path.read_text() == "another's"
    assert list(tmp_path.iterdir()) == [path]
