"""Every sound and every moment: one clip of each kind that video services get wrong.

Each says what is right of what is published; docs/media.md says the same to people.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vireo_media.core.refused import Refused
from vireo_media.tools.decode import decodes
from vireo_media.tools.encoder import NoCopy
from vireo_media.tools.probe import inspect
from vireo_media.tools.transcode import copy_streams
from vireo_media.worker.steps.encode import NO_SOUND, make_film
from vireo_media.worker.steps.tools import Tools
from vireo_testing import kinds, patched_clips, seen
from vireo_testing.clips import AAC, ffmpeg
from vireo_testing.kinds import HEVC, QUICK, VP8, lavfi

Publish = Callable[[Path], Any]

# Times


def test_a_recording_that_speeds_up_keeps_every_frame(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "phone.mp4"
    timescale = ["-enc_time_base", "1/600"]
    kinds.slow_then_fast(path, *timescale, *HEVC, rate=30, slow=6, every=2, seconds=10)
    publish(path).assert_every_frame(path)


def test_a_shared_screen_that_comes_alive_keeps_every_frame(
    tmp_path: Path, publish: Publish
) -> None:
    path = tmp_path / "screen.webm"
    timescale = ["-enc_time_base", "1/1000"]
    kinds.slow_then_fast(path, *timescale, *VP8, rate=60, slow=4, every=12, seconds=6)
    patched_clips.without_default_duration(path)
    publish(path).assert_every_frame(path)


@pytest.mark.parametrize("rate", [90, 120, 240])
def test_frames_above_sixty_a_second_are_thinned_evenly(
    tmp_path: Path, publish: Publish, rate: int
) -> None:
    path = tmp_path / "slow-motion.mkv"
    ffmpeg(*lavfi(f"testsrc2=s=64x36:r={rate}:d=2"), "-c:v", "mpeg4", str(path))
    times = seen.times(publish(path).path)
    assert len(times) == pytest.approx(120, abs=2)
    gaps = np.diff(times)
    assert gaps.max() <= 2 / 60 - 1 / rate + 0.001


# Sound


@pytest.mark.parametrize(
    ("codec", "before", "after"),
    [("mp2", "mono", "stereo"), ("mp2", "stereo", "mono"), ("ac3", "stereo", "5.1")],
)
def test_sound_goes_on_when_its_channels_change(
    tmp_path: Path, publish: Publish, codec: str, before: str, after: str
) -> None:
    path = tmp_path / "broadcast.ts"
    kinds.channels_change(path, codec, before, after)
    result = publish(path).path
    heard = seen.sound(result)
    for at, tone in ((1.0, 400), (2.4, 800), (4.0, 800)):
        part = heard[int(at * seen.RATE) : int((at + 0.2) * seen.RATE)]
        assert seen.pitch(part) == pytest.approx(tone, abs=20)
    assert seen.first_loud(result) == pytest.approx(seen.first_bright(result), abs=0.1)


@pytest.mark.parametrize("channels", [9, 10, 15, 16, 18, 32])
def test_sound_of_many_channels_is_heard(tmp_path: Path, publish: Publish, channels: int) -> None:
    path = tmp_path / "many.mov"
    kinds.many_channels(path, channels)
    result = publish(path)
    assert result.note == ""
    assert seen.loudness(seen.sound(result.path))[0] > 0.02


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("mono.webm", [*VP8, "-c:a", "libvorbis"]),
        ("mono.avi", ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
    ],
)
def test_mono_is_as_loud_as_it_was(
    tmp_path: Path, publish: Publish, name: str, output: list[str]
) -> None:
    path = tmp_path / name
    kinds.mono(path, *output)
    heard = seen.sound(publish(path).path)
    assert seen.loudness(heard[24_000:72_000]) == pytest.approx([0.177] * heard.shape[1], abs=0.012)


def test_mono_before_a_cinemas_sound_is_as_loud_as_it_was(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "broadcast.ts"
    kinds.channels_change(path, "ac3", "mono", "5.1")
    heard = seen.sound(publish(path).path)[seen.RATE // 2 : seen.RATE]
    # A tone of an eighth.
    assert seen.loudness(heard) == pytest.approx([0.088, 0.088], abs=0.008)


def test_the_sound_is_that_of_the_same_program(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "broadcast.ts"
    kinds.two_programs(path)
    result = publish(path)
    assert (result.made.width, result.made.height) == (128, 72)
    heard = seen.sound(result.path)[seen.RATE // 2 : seen.RATE]
    assert seen.pitch(heard) == pytest.approx(800, abs=20)


def test_a_film_whose_sound_nobody_can_decode_is_published_without(
    tmp_path: Path, publish: Publish
) -> None:
    path = tmp_path / "unknown.mov"
    kinds.unknown_sound(path)
    result = publish(path)
    assert result.note == NO_SOUND
    assert [each["codec_type"] for each in seen.streams(result.path)] == ["video"]
    assert len(seen.times(result.path)) == 10


def test_the_samples_count_where_a_header_lies_about_them(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "camera.avi"
    patched_clips.lying_avi(path)
    result = publish(path)
    assert result.made.sound_seconds == pytest.approx(2.0, abs=0.1)
    assert result.note == ""


def test_all_frames_of_a_phones_packets_are_heard(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "phone.3gp"
    patched_clips.amr_packets(path, seconds=3)
    result = publish(path)
    assert result.note == ""
    heard = seen.sound(result.path)[: 3 * seen.RATE, 0]
    assert len(heard) == 3 * seen.RATE
    blocks = np.abs(heard.reshape(-1, seen.RATE // 10)).max(axis=1)
    assert (blocks > 0.001).mean() > 0.9


# Edit lists, lengths, parts


@pytest.mark.parametrize(
    ("shown", "seconds", "frames"),
    [
        ([(2, 0)], 2.0, 50),
        ([(1, 0), (1, 4)], 2.0, 50),
        ([(2, 2.5)], 2.0, 50),
    ],
    ids=["end", "parts", "middle"],
)
def test_what_an_owner_cut_off_is_not_published(
    tmp_path: Path,
    publish: Publish,
    shown: list[tuple[float, float]],
    seconds: float,
    frames: int,
) -> None:
    path = tmp_path / "cut.mp4"
    patched_clips.with_edits(path, {b"vide": shown, b"soun": shown})
    result = publish(path)
    assert not result.copied
    assert result.made.duration == pytest.approx(seconds, abs=0.1)
    assert len(seen.times(result.path)) == pytest.approx(frames, abs=1)


def test_what_stands_between_two_parts_is_not_published(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "hole.mp4"
    parts = [(1.0, 0.0), (2.0, 2.5)]
    patched_clips.with_edits(path, {b"vide": parts, b"soun": parts})
    result = publish(path).path
    assert seen.first_bright(result) == pytest.approx(1.52, abs=0.08)
    assert seen.first_loud(result) == pytest.approx(1.5, abs=0.08)


def test_a_late_frame_keeps_its_place_and_is_still_copied(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "late.mp4"
    patched_clips.with_edits(path, {b"vide": [(1.5, -1), (6, 0)], b"soun": [(6, 0)]})
    result = publish(path)
    assert result.copied
    assert result.made.duration == pytest.approx(7.5, abs=0.1)
    assert seen.first_bright(result.path) == pytest.approx(4.5, abs=0.08)
    assert seen.first_loud(result.path) == pytest.approx(3.0, abs=0.08)


def test_a_film_lasts_as_long_as_what_is_heard(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "slides.mkv"
    ffmpeg(*lavfi("testsrc2=s=64x36:r=1:d=3"), *lavfi("sine=440:d=8"), *HEVC, str(path))
    result = publish(path)
    assert result.made.duration == pytest.approx(8.0, abs=0.1)


@pytest.mark.parametrize("name", ["slides.mkv", "slides.mp4"])
def test_the_last_slide_is_shown_for_as_long_as_it_was(
    tmp_path: Path, publish: Publish, name: str
) -> None:
    path = tmp_path / name
    kinds.held(path)
    result = publish(path)
    result.assert_every_frame(path)
    assert result.made.duration == pytest.approx(inspect(path).duration, abs=0.1)


@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_slide_that_is_held_at_the_end_is_held(
    tmp_path: Path, publish: Publish, b_frames: int
) -> None:
    """ffmpeg 5.1 and 7.0 make 4 s of it, also by ``-c copy`` where there are B-frames."""
    path = tmp_path / "held.mp4"
    patched_clips.held_slide(path, b_frames=b_frames)
    result = publish(path)
    assert result.made.duration == pytest.approx(8, abs=0.1)
    assert seen.times(result.path)[:4] == pytest.approx([0, 1, 2, 3], abs=0.02)


@pytest.mark.parametrize("speed", [0.0, 0.5, 2.0])
def test_another_speed_is_refused_and_said(tmp_path: Path, speed: float) -> None:
    path = tmp_path / "fast.mp4"
    patched_clips.with_edits(path, {b"vide": [(2, 0)], b"soun": [(2, 0)]}, speed=speed)
    with pytest.raises(Refused, match="another speed"):
        inspect(path)


@pytest.mark.parametrize("unknown_length", [False, True])
def test_fragments_of_a_live_stream_are_taken(
    tmp_path: Path, publish: Publish, unknown_length: bool
) -> None:
    path = tmp_path / "live.mp4"
    patched_clips.live_fragments(path, unknown_length=unknown_length)
    result = publish(path)
    assert result.made.duration == pytest.approx(3.1, abs=0.1)
    assert len(seen.times(result.path)) == 75


def test_a_broadcast_whose_pids_change_is_published_whole(tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "pids.ts"
    kinds.new_pids(path)
    result = publish(path)
    assert result.made.video_seconds == pytest.approx(5.0, abs=0.1)
    assert result.made.sound_seconds == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize("offset", [0, 3000], ids=["back", "forward"])
def test_recordings_whose_clock_jumps_are_published_whole(
    tmp_path: Path, publish: Publish, offset: int
) -> None:
    """A recorder that was paused, dash cameras joined, the cells of a DVD: same streams."""
    path = tmp_path / "joined.ts"
    parts = [tmp_path / "1.ts", tmp_path / "2.ts"]
    for part, at in zip(parts, (0, offset), strict=True):
        ffmpeg(
            *(*lavfi("testsrc2=s=64x36:r=25:d=20"), *lavfi("sine=400:d=20:r=48000")),
            *(*QUICK, "-g", "25", "-c:a", "mp2", "-output_ts_offset", str(at), str(part)),
        )
    kinds.joined(path, parts)
    result = publish(path)
    assert result.made.video_seconds == pytest.approx(40.0, abs=1.0)
    assert result.note == ""


def test_several_recordings_in_one_file_are_refused_and_said(tmp_path: Path) -> None:
    path = tmp_path / "chained.ogv"
    kinds.chained(path)
    with pytest.raises(Refused, match="several recordings"):
        inspect(path)


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("two.mp4", [*QUICK, *AAC]),
        ("two.mov", ["-c:v", "mpeg4", "-c:a", "pcm_s16le"]),
        ("saved.mp4", [*QUICK, *AAC, "-movflags", "frag_keyframe+empty_moov+default_base_moof"]),
        ("two.avi", ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
        ("two.mkv", [*QUICK, *AAC]),
        ("recorder.webm", [*VP8, "-c:a", "libopus", "-live", "1"]),
        ("two.flv", ["-c:v", "flv1", "-c:a", "libmp3lame", "-ar", "44100"]),
        ("two.wmv", ["-c:v", "wmv2", "-c:a", "wmav2"]),
    ],
)
def test_a_file_behind_a_file_is_refused_and_said(
    tmp_path: Path, name: str, output: list[str]
) -> None:
    one, path = tmp_path / f"one{Path(name).suffix}", tmp_path / name
    ffmpeg(*lavfi("testsrc2=s=64x36:r=25:d=1"), *lavfi("sine=400:d=1"), *output, str(one))
    inspect(one)
    kinds.joined(path, [one, one])
    with pytest.raises(Refused, match="several recordings"):
        inspect(path)


def test_short_cells_of_a_dvd_are_published_whole(tmp_path: Path, publish: Publish) -> None:
    path, parts = tmp_path / "dvd.vob", [tmp_path / "1.vob", tmp_path / "2.vob"]
    for number, part in enumerate(parts, 1):
        ffmpeg(
            *(*lavfi("testsrc2=s=64x36:r=25:d=3"), *lavfi(f"sine={400 * number}:d=3:r=44100")),
            *("-c:v", "mpeg2video", "-c:a", "ac3", "-f", "vob", str(part)),
        )
    kinds.joined(path, parts)
    result = publish(path)
    assert result.made.video_seconds == pytest.approx(6.0, abs=0.2)
    assert result.note == ""


@pytest.mark.parametrize(
    ("name", "zeros", "output"),
    [
        ("late.ts", 4096, [*QUICK, "-f", "mpegts"]),
        ("later.mpg", 5, ["-c:v", "mpeg2video", "-f", "mpeg"]),
        ("late.mpg", 70_000, ["-c:v", "mpeg2video", "-f", "mpeg"]),
        ("m2ts.m2ts", 5000, [*QUICK, "-f", "mpegts", "-mpegts_m2ts_mode", "1"]),
    ],
)
def test_zeros_before_a_stream_are_passed_over(
    tmp_path: Path, publish: Publish, name: str, zeros: int, output: list[str]
) -> None:
    path = tmp_path / name
    ffmpeg(*lavfi("testsrc2=s=64x36:r=25:d=1"), *output, str(path))
    path.write_bytes(bytes(zeros) + path.read_bytes())
    assert publish(path).made.duration == pytest.approx(1.0, abs=0.1)


# What players can't seek to, or not play to the end


def test_open_groups_of_frames_are_not_copied(tmp_path: Path, publish: Publish) -> None:
    """Chromium's player ends where somebody seeks into one."""
    path, target = tmp_path / "open.mp4", tmp_path / "copy.mp4"
    ffmpeg(
        *(*lavfi("testsrc2=s=64x36:r=25:d=4"), "-c:v", "libx264", "-pix_fmt", "yuv420p"),
        *("-x264-params", "open-gop=1:keyint=25:bframes=3:scenecut=0", str(path)),
    )
    with pytest.raises(NoCopy):
        copy_streams(path, target, inspect(path))
    assert not target.exists()
    result = publish(path)
    assert not result.copied
    result.assert_every_frame(path)


def test_a_damaged_packet_is_found_by_decoding_all(tmp_path: Path, publish: Publish) -> None:
    whole, path = tmp_path / "whole.mp4", tmp_path / "damaged.mp4"
    ffmpeg(*lavfi("testsrc2=s=320x180:r=25:d=4"), *lavfi("sine=400:d=4"), *QUICK, str(whole))
    assert decodes(whole, 4.0)
    kinds.damaged(path)
    copy = publish(path)
    assert copy.copied
    assert not decodes(copy.path, 4.0)
    encoded = tmp_path / "encoded.mp4"
    film = make_film(path, encoded, Tools(), may_copy=False)
    assert film.made.duration == pytest.approx(4.0, abs=0.2)
    assert not film.copied
    assert decodes(encoded, 4.0)


def test_frames_that_turn_out_to_be_interlaced_are_found_by_decoding_all(tmp_path: Path) -> None:
    path = tmp_path / "tv.mp4"
    kinds.interlaced(path, *QUICK, "-flags", "+ilme+ildct", "-x264-params", "tff=1")
    assert not decodes(path, 1.0)
