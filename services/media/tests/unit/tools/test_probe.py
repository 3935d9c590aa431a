"""What the inspection finds in good clips, and that it takes them all."""

import shutil
import threading
from pathlib import Path

import pytest

from vireo_media.core.refused import Refused
from vireo_media.tools import sandbox
from vireo_media.tools.probe import inspect
from vireo_testing.clips import CLIPS, H264, Clip, Library, ffmpeg, picture


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_facts_of_good_clips(clip: Clip, library: Library) -> None:
    found = inspect(library.path(clip.name))
    assert found.file_format.name == clip.container
    assert (found.video.codec, found.audio and found.audio.codec) == (clip.video, clip.audio)
    assert (found.width, found.height) == (clip.width, clip.height)
    assert found.video.rotation == clip.rotation
    assert found.duration == pytest.approx(clip.duration, abs=0.1)
    assert found.playable is clip.playable
    assert 10 < found.video_span.frame_rate < 60


def test_interlaced_frames_are_known(library: Library) -> None:
    assert inspect(library.path("interlaced.ts")).video.interlaced
    assert not inspect(library.path("broadcast.ts")).video.interlaced


def test_what_an_edit_list_cuts_away_does_not_count(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    ffmpeg(*picture(seconds=4), *H264, "-g", "250", str(whole))
    ffmpeg("-ss", "2.52", "-i", str(whole), "-c", "copy", str(cut))
    assert inspect(cut).duration == pytest.approx(1.48, abs=0.1)


def test_a_recording_that_starts_between_key_frames_is_taken(tmp_path: Path) -> None:
    whole, late = tmp_path / "whole.ts", tmp_path / "late.ts"
    ffmpeg(*picture(seconds=6), *H264, "-g", "50", str(whole))
    late.write_bytes(whole.read_bytes()[100_001:])
    assert inspect(late).video.codec == "h264"


def test_a_long_clip_without_duration_is_measured(tmp_path: Path) -> None:
    """More packets than the first window, no header, no index."""
    long, bare = tmp_path / "long.mkv", tmp_path / "bare.flv"
    ffmpeg(*picture("16x16", "25", 90), *H264, "-live", "1", str(long))
    ffmpeg("-i", str(long), "-c", "copy", "-flvflags", "no_duration_filesize", str(bare))
    assert inspect(long).duration == pytest.approx(90, abs=0.2)
    assert inspect(bare).duration == pytest.approx(90, abs=0.2)


def test_a_clock_that_goes_back_is_added_up(tmp_path: Path) -> None:
    """Two recordings one after the other in one transport stream."""
    first, both = tmp_path / "first.ts", tmp_path / "both.ts"
    ffmpeg(*picture(), *H264, "-output_ts_offset", "90000", str(first))
    second = tmp_path / "second.ts"
    ffmpeg(*picture(), *H264, str(second))
    both.write_bytes(first.read_bytes() + second.read_bytes())
    found = inspect(both)
    assert 1.5 < found.duration < 5


def test_names_that_look_like_options_or_protocols(library: Library, tmp_path: Path) -> None:
    for name in ("-i.mp4", "concat:a|b.mp4", "http:x.mp4", "%d.mp4", "ü 'quoted' \n.mp4"):
        path = tmp_path / name
        shutil.copy(library.path("plain.mp4"), path)
        assert inspect(path).playable


def test_a_relative_path(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    path = library.path("plain.mp4")
    monkeypatch.chdir(path.parent)
    assert inspect(Path(path.name)).playable


def test_one_real_frame_is_a_video(tmp_path: Path) -> None:
    path = tmp_path / "one.mp4"
    ffmpeg(*picture(seconds=0.04), *H264, str(path))
    assert inspect(path).duration == pytest.approx(0.04, abs=0.01)


def test_stop(library: Library) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(sandbox.Stopped):
        inspect(library.path("plain.mp4"), stop=stop)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inspect(tmp_path / "none.mp4")


def test_the_size_of_a_file_does_not_matter(library: Library, tmp_path: Path) -> None:
    """An MP4 with 4 TB of (sparse) rubbish in the middle: reading them would take too long."""
    path = tmp_path / "large.mp4"
    data = library.path("plain.mp4").read_bytes()
    at = data.index(b"moov") - 4
    rubbish = 4 << 40
    with path.open("wb") as file:
        file.write(data[:at])
        file.write((1).to_bytes(4, "big") + b"free" + rubbish.to_bytes(8, "big"))
        file.seek(at + rubbish)
        file.write(data[at:])
    assert inspect(path).playable


def test_refusals_have_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"hello")
    with pytest.raises(Refused) as refused:
        inspect(path)
    assert refused.value.reason.endswith(".")
    assert str(path) not in refused.value.reason
