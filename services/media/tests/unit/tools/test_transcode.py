"""The published MP4: playable, bare, the index first, and nothing left behind on failure."""

import dataclasses
import json
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import Rung
from vireo_media.tools import sandbox, transcode
from vireo_media.tools.encoder import TranscodeFailed
from vireo_media.tools.probe import inspect
from vireo_media.tools.survey import Survey, survey
from vireo_media.worker.steps.encode import choose_largest
from vireo_media.worker.steps.stream import rungs_of
from vireo_testing.clips import (
    AAC,
    CLIPS,
    H264,
    LATITUDE,
    MAKER,
    Clip,
    Library,
    ffmpeg,
    picture,
    tone,
)
from vireo_testing.person import eventually

PLAYABLE = [clip for clip in CLIPS if clip.playable]
OTHERS = [clip for clip in CLIPS if not clip.playable]
# What the MP4 muxer itself writes.
PLAIN_TAGS = {
    *("major_brand", "minor_version", "compatible_brands", "language", "handler_name"),
    *("vendor_id", "encoder"),
}


def encode(path: Path, target: Path, source: Inspection) -> None:
    looked = survey(path, source)
    transcode.encode(path, target, source, looked, largest_rung(path, source, looked))


def largest_rung(path: Path, source: Inspection, looked: Survey) -> Rung:
    """What the MP4 for every browser is made of."""
    return choose_largest(*reversed(rungs_of(source, looked, path.stat().st_size, 2.0)))


def describe(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-loglevel", "error", "-show_format", "-show_streams", "-show_chapters"]
    done = subprocess.run(
        [*command, "-of", "json", str(path)], capture_output=True, check=True, timeout=30
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def assert_published(path: Path, source: Inspection) -> Inspection:
    """Check what must be true of every published file."""
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert MAKER.encode() not in data
    assert LATITUDE.encode() not in data
    told = describe(path)
    tags = {tag for part in (told["format"], *told["streams"]) for tag in part.get("tags", {})}
    assert tags <= PLAIN_TAGS
    assert told["chapters"] == []
    kinds = [stream["codec_type"] for stream in told["streams"]]
    assert kinds == (["video"] if source.audio is None else ["video", "audio"])
    result = inspect(path)
    assert result.playable
    assert result.duration == pytest.approx(source.duration, abs=0.15)
    decoded = subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(path), "-f", "null", "-"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert decoded.stderr == b""
    return result


@pytest.mark.parametrize("clip", PLAYABLE, ids=lambda clip: clip.name)
def test_copies(clip: Clip, library: Library, tmp_path: Path) -> None:
    source = inspect(library.path(clip.name))
    target = tmp_path / "out.part"
    transcode.copy_streams(library.path(clip.name), target, source)
    result = assert_published(target, source)
    assert (result.width, result.height) == (clip.width, clip.height)
    assert result.video.rotation == clip.rotation


# Every file counts as large.
LARGE = transcode.IndexRoom(from_bytes=1)


@pytest.mark.parametrize("clip", PLAYABLE, ids=lambda clip: clip.name)
def test_copies_with_room_for_the_index(clip: Clip, library: Library, tmp_path: Path) -> None:
    source = inspect(library.path(clip.name))
    target = tmp_path / "out.part"
    transcode.copy_streams(library.path(clip.name), target, source, index_room=LARGE)
    assert_published(target, source)


def test_a_large_file_is_written_once(library: Library, tmp_path: Path) -> None:
    path, target = library.path("plain.mp4"), tmp_path / "out.mp4"
    source = inspect(path)
    assert source.packets > 0
    transcode.copy_streams(path, target, source, index_room=LARGE)
    data = target.read_bytes()
    # What is left of the room stands between the index and the frames.
    assert data.index(b"moov") < data.index(b"free") < data.index(b"mdat")
    assert target.stat().st_size < path.stat().st_size + (64 << 10) + 44 * source.packets


@pytest.mark.parametrize("promised", [0, 1])
def test_an_index_without_enough_room_is_moved(
    promised: int, library: Library, tmp_path: Path
) -> None:
    little = dataclasses.replace(LARGE, beside_bytes=8)
    path, target = library.path("plain.mp4"), tmp_path / "out.mp4"
    source = dataclasses.replace(inspect(path), packets=promised)
    transcode.copy_streams(path, target, source, index_room=little)
    assert_published(target, source)
    assert target.stat().st_size < path.stat().st_size + 100


@pytest.mark.parametrize("clip", OTHERS, ids=lambda clip: clip.name)
def test_encodes(clip: Clip, library: Library, tmp_path: Path) -> None:
    source = inspect(library.path(clip.name))
    target = tmp_path / "out.part"
    encode(library.path(clip.name), target, source)
    result = assert_published(target, source)
    # Odd sides lose a pixel; nothing is scaled up.
    assert (result.width, result.height) == (clip.width // 2 * 2, clip.height // 2 * 2)
    assert result.video.pixel_format in ("yuv420p", "yuvj420p")


def test_the_secrets_are_in_the_source(library: Library) -> None:
    """Otherwise the tests above would find none in any target."""
    data = library.path("phone.mp4").read_bytes()
    assert MAKER.encode() in data
    assert LATITUDE.encode() in data


def test_only_the_best_streams_are_copied(tmp_path: Path) -> None:
    path, target = tmp_path / "many.mp4", tmp_path / "out.mp4"
    chapters = tmp_path / "chapters.txt"
    chapters.write_text(
        ";FFMETADATA1\ntitle=secret\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=secret\n"
    )
    inputs = [*picture("64x64"), *picture(), *tone(), *tone(layout="mono")]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map_metadata", "4"]
    ffmpeg(*inputs, "-i", str(chapters), *maps, *H264, *AAC, str(path))
    source = inspect(path)
    assert (source.width, source.playable) == (320, True)
    transcode.copy_streams(path, target, source)
    assert_published(target, source)
    assert b"secret" not in target.read_bytes()


def test_a_large_frame_is_scaled_down_upright_too(tmp_path: Path) -> None:
    for size, expected in (("2560x1442", (1918, 1080)), ("722x2600", (480, 1728))):
        path, target = tmp_path / "large.mkv", tmp_path / "out.mp4"
        ffmpeg(*picture(size, seconds=0.4), "-c:v", "mpeg4", "-q:v", "9", str(path))
        encode(path, target, inspect(path))
        result = inspect(target)
        assert (result.width, result.height) == expected


def test_fast_frames_are_thinned_out(tmp_path: Path) -> None:
    path, target = tmp_path / "fast.mkv", tmp_path / "out.mp4"
    ffmpeg(*picture("64x64", "240", 1), "-c:v", "mpeg4", str(path))
    encode(path, target, inspect(path))
    assert inspect(target).video_span.frame_rate == pytest.approx(60, abs=1)


def test_sound_becomes_stereo(tmp_path: Path) -> None:
    path, target = tmp_path / "film.mkv", tmp_path / "out.mp4"
    ffmpeg(*picture(), *tone(layout="5.1"), "-c:v", "mpeg4", "-c:a", "ac3", str(path))
    encode(path, target, inspect(path))
    (sound,) = [each for each in describe(target)["streams"] if each["codec_type"] == "audio"]
    assert (sound["codec_name"], sound["channels"]) == ("aac", 2)


def test_a_failure_leaves_nothing(library: Library, tmp_path: Path) -> None:
    path, target = tmp_path / "broken.mp4", tmp_path / "out.mp4"
    source = inspect(library.path("plain.mp4"))
    path.write_bytes(library.path("plain.mp4").read_bytes()[:2000])
    for make in (transcode.copy_streams, encode):
        with pytest.raises(TranscodeFailed):
            make(path, target, source)
        assert not target.exists()


def test_stopping_an_encoder_leaves_nothing(tmp_path: Path) -> None:
    path, target = tmp_path / "long.mkv", tmp_path / "out.mp4"
    ffmpeg(*picture("1280x720", "25", 8), "-c:v", "mpeg4", "-q:v", "5", str(path))
    source = dataclasses.replace(inspect(path), video_copies=False)
    looked = survey(path, source)
    rung, stop = largest_rung(path, source, looked), threading.Event()

    def stop_at_work() -> None:
        eventually(target.exists)
        stop.set()

    stopper = threading.Thread(target=stop_at_work)
    stopper.start()
    with pytest.raises(sandbox.Stopped):
        transcode.encode(path, target, source, looked, rung, stop=stop)
    stopper.join()
    assert not target.exists()
