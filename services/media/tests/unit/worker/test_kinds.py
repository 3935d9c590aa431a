"""Every picture and every sound: one clip of each kind that video services get wrong.

Each says what is right of what is published; docs/media.md says the same to people.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from vireo_media.core.refused import Refused
from vireo_media.tools.decode import decodes
from vireo_media.tools.measure import Made, measure
from vireo_media.tools.probe import inspect
from vireo_media.tools.thumbnail import thumbnail
from vireo_media.tools.transcode import NoCopy, copy_streams
from vireo_media.worker.encoding import NO_SOUND, make_film
from vireo_testing import kinds, seen
from vireo_testing.clips import ffmpeg
from vireo_testing.kinds import HEVC, QUICK, VP8, VP9, lavfi

# Of 255, as the issue of every colour has it; HDR has no single right answer.
COLOUR, TONE_MAPPED = 12, 60


@dataclass(frozen=True)
class Published:
    """What became of a clip."""

    path: Path
    made: Made
    copied: bool
    note: str
    matrix: str

    def shot(self) -> Path:
        target = self.path.with_suffix(".jpg")
        thumbnail(self.path, target, self.made, self.matrix)
        return target


def publish(source: Path) -> Published:
    """As the worker does: copied where it is playable as it is, else encoded."""
    target = source.with_name(f"published-{source.stem}.mp4")
    found = inspect(source)
    if found.playable:
        try:
            copy_streams(source, target, found)
        except NoCopy:
            pass
        else:
            matrix = found.video.assumed_matrix
            return Published(target, measure(target), True, "", matrix)
    film = make_film(source, target)
    return Published(target, film.made, False, film.note, "bt709")


def assert_every_picture(source: Path, result: Path) -> None:
    before, after = seen.times(source), seen.times(result)
    assert len(after) == len(before)
    late = [(b - before[0]) - (a - after[0]) for b, a in zip(before, after, strict=True)]
    assert max(map(abs, late)) <= 0.020


# Times


def test_a_recording_that_speeds_up_keeps_every_picture(tmp_path: Path) -> None:
    path = tmp_path / "phone.mp4"
    timescale = ["-enc_time_base", "1/600"]
    kinds.slow_then_fast(path, *timescale, *HEVC, rate=30, slow=6, every=2, seconds=10)
    assert_every_picture(path, publish(path).path)


def test_a_shared_screen_that_comes_alive_keeps_every_picture(tmp_path: Path) -> None:
    path = tmp_path / "screen.webm"
    timescale = ["-enc_time_base", "1/1000"]
    kinds.slow_then_fast(path, *timescale, *VP8, rate=60, slow=4, every=12, seconds=6)
    kinds.without_default_duration(path)
    assert_every_picture(path, publish(path).path)


@pytest.mark.parametrize("rate", [90, 120, 240])
def test_pictures_above_sixty_a_second_are_thinned_evenly(tmp_path: Path, rate: int) -> None:
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
    tmp_path: Path, codec: str, before: str, after: str
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
def test_sound_of_many_channels_is_heard(tmp_path: Path, channels: int) -> None:
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
def test_mono_is_as_loud_as_it_was(tmp_path: Path, name: str, output: list[str]) -> None:
    path = tmp_path / name
    kinds.mono(path, *output)
    heard = seen.sound(publish(path).path)
    assert seen.loudness(heard[24_000:72_000]) == pytest.approx([0.177] * heard.shape[1], abs=0.012)


def test_a_film_whose_sound_nobody_can_decode_is_published_without(tmp_path: Path) -> None:
    path = tmp_path / "unknown.mov"
    kinds.unknown_sound(path)
    result = publish(path)
    assert result.note == NO_SOUND
    assert [each["codec_type"] for each in seen.streams(result.path)] == ["video"]
    assert len(seen.times(result.path)) == 10


def test_the_samples_count_where_a_header_lies_about_them(tmp_path: Path) -> None:
    path = tmp_path / "camera.avi"
    kinds.lying_avi(path)
    result = publish(path)
    assert result.made.sound_seconds == pytest.approx(2.0, abs=0.1)
    assert result.note == ""


def test_all_frames_of_a_phones_packets_are_heard(tmp_path: Path) -> None:
    path = tmp_path / "phone.3gp"
    kinds.amr_packets(path, seconds=3)
    result = publish(path)
    assert result.note == ""
    heard = seen.sound(result.path)[: 3 * seen.RATE, 0]
    assert len(heard) == 3 * seen.RATE
    blocks = np.abs(heard.reshape(-1, seen.RATE // 10)).max(axis=1)
    assert (blocks > 0.001).mean() > 0.9


# Edit lists, lengths, parts


@pytest.mark.parametrize(
    ("shown", "seconds", "pictures"),
    [
        ([(2, 0)], 2.0, 50),
        ([(1, 0), (1, 4)], 2.0, 50),
        ([(2, 2.5)], 2.0, 50),
    ],
    ids=["end", "parts", "middle"],
)
def test_what_an_owner_cut_off_is_not_published(
    tmp_path: Path, shown: list[tuple[float, float]], seconds: float, pictures: int
) -> None:
    path = tmp_path / "cut.mp4"
    kinds.with_edits(path, {b"vide": shown, b"soun": shown})
    result = publish(path)
    assert not result.copied
    assert result.made.duration == pytest.approx(seconds, abs=0.1)
    assert len(seen.times(result.path)) == pytest.approx(pictures, abs=1)


def test_what_stands_between_two_parts_is_not_published(tmp_path: Path) -> None:
    path = tmp_path / "hole.mp4"
    parts = [(1.0, 0.0), (2.0, 2.5)]
    kinds.with_edits(path, {b"vide": parts, b"soun": parts})
    result = publish(path).path
    assert seen.first_bright(result) == pytest.approx(1.52, abs=0.08)
    assert seen.first_loud(result) == pytest.approx(1.5, abs=0.08)


def test_a_late_picture_keeps_its_place_and_is_still_copied(tmp_path: Path) -> None:
    path = tmp_path / "late.mp4"
    kinds.with_edits(path, {b"vide": [(1.5, -1), (6, 0)], b"soun": [(6, 0)]})
    result = publish(path)
    assert result.copied
    assert result.made.duration == pytest.approx(7.5, abs=0.1)
    assert seen.first_bright(result.path) == pytest.approx(4.5, abs=0.08)
    assert seen.first_loud(result.path) == pytest.approx(3.0, abs=0.08)


def test_a_film_lasts_as_long_as_what_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "slides.mkv"
    ffmpeg(*lavfi("testsrc2=s=64x36:r=1:d=3"), *lavfi("sine=440:d=8"), *HEVC, str(path))
    result = publish(path)
    assert result.made.duration == pytest.approx(8.0, abs=0.1)


@pytest.mark.parametrize("unknown_length", [False, True])
def test_fragments_of_a_live_stream_are_taken(tmp_path: Path, unknown_length: bool) -> None:
    path = tmp_path / "live.mp4"
    kinds.live_fragments(path, unknown_length=unknown_length)
    result = publish(path)
    assert result.made.duration == pytest.approx(3.1, abs=0.1)
    assert len(seen.times(result.path)) == 75


def test_a_broadcast_whose_pids_change_is_published_whole(tmp_path: Path) -> None:
    path = tmp_path / "pids.ts"
    kinds.new_pids(path)
    result = publish(path)
    assert result.made.picture_seconds == pytest.approx(5.0, abs=0.1)
    assert result.made.sound_seconds == pytest.approx(5.0, abs=0.1)


def test_several_recordings_in_one_file_are_refused_and_said(tmp_path: Path) -> None:
    path = tmp_path / "chained.ogv"
    kinds.chained(path)
    with pytest.raises(Refused, match="several recordings"):
        inspect(path)


@pytest.mark.parametrize(
    ("name", "zeros", "output"),
    [
        ("late.ts", 4096, [*QUICK, "-f", "mpegts"]),
        ("late.mpg", 70_000, ["-c:v", "mpeg2video", "-f", "mpeg"]),
        ("m2ts.m2ts", 5000, [*QUICK, "-f", "mpegts", "-mpegts_m2ts_mode", "1"]),
    ],
)
def test_zeros_before_a_stream_are_passed_over(
    tmp_path: Path, name: str, zeros: int, output: list[str]
) -> None:
    path = tmp_path / name
    ffmpeg(*lavfi("testsrc2=s=64x36:r=25:d=1"), *output, str(path))
    path.write_bytes(bytes(zeros) + path.read_bytes())
    assert publish(path).made.duration == pytest.approx(1.0, abs=0.1)


# Which track


@pytest.mark.parametrize(("name", "stills"), [("poster.mkv", 1), ("chapters.mov", 2)])
def test_the_film_is_taken_and_not_a_larger_still(tmp_path: Path, name: str, stills: int) -> None:
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
    picture = seen.pictures(path, width, height, matrix)[0]
    bar = width // 8
    rows = slice(height // 2 - 10, height // 2 + 10)
    means = [
        picture[rows, each * bar + bar // 3 : each * bar + bar * 2 // 3].mean(axis=(0, 1))
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
    tmp_path: Path, name: str, filters: str, output: list[str]
) -> None:
    path = tmp_path / name
    kinds.bars(path, *output, filters=filters)
    result = publish(path)
    size = (1280, 720)
    assert off(result.path, size, "bt709") <= COLOUR
    assert off(result.shot(), size, "bt601") <= COLOUR
    video = seen.video_stream(result.path)
    assert {video.get(f"color_{each}") for each in ("space", "transfer", "primaries")} == {"bt709"}


def test_colours_of_standard_definition_are_what_they_were(tmp_path: Path) -> None:
    path = tmp_path / "old.avi"
    kinds.bars(path, "-c:v", "mpeg4", "-q:v", "2", filters=BT601, size="640x360")
    result = publish(path)
    assert off(result.path, (640, 360), "bt601") <= COLOUR
    assert off(result.shot(), (640, 360), "bt601") <= COLOUR


@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
def test_high_dynamic_range_is_tone_mapped(tmp_path: Path, transfer: str) -> None:
    path = tmp_path / "hdr.mp4"
    kinds.hdr(path, transfer)
    result = publish(path)
    assert off(result.path, (1280, 720), "bt709") <= TONE_MAPPED
    assert off(result.shot(), (1280, 720), "bt601") <= TONE_MAPPED
    assert seen.video_stream(result.path)["color_transfer"] == "bt709"


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("title.mov", ["-c:v", "qtrle", "-pix_fmt", "argb"]),
        ("title.webm", [*VP9, "-vf", "format=yuva420p", "-auto-alt-ref", "0"]),
        ("title.mkv", ["-c:v", "ffv1", "-pix_fmt", "bgra"]),
    ],
)
def test_what_is_transparent_is_black(tmp_path: Path, name: str, output: list[str]) -> None:
    path = tmp_path / name
    kinds.transparent(path, *output)
    picture = seen.pictures(publish(path).path, 320, 180)[0]
    assert picture[20, 20].max() < 40
    assert abs(picture[90, 160] - np.array([0, 255, 0])).max() < 40


# Interlaced


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("tv.mp4", [*QUICK, "-flags", "+ilme+ildct", "-x264-params", "tff=1"]),
        ("tv.mkv", [*QUICK, "-flags", "+ilme+ildct", "-x264-params", "tff=1"]),
        ("tv.avi", ["-c:v", "mpeg4", "-flags", "+ilme+ildct", "-top", "1", "-q:v", "3"]),
    ],
)
def test_no_combs(tmp_path: Path, name: str, output: list[str]) -> None:
    path = tmp_path / name
    kinds.interlaced(path, *output)
    assert seen.combs(path) > 1
    assert seen.combs(publish(path).path) < 1


def test_no_combs_of_a_camera_that_does_not_say_it(tmp_path: Path) -> None:
    path = tmp_path / "dv.avi"
    kinds.interlaced(path, "-c:v", "dvvideo", size="720x576", top=False)
    assert not inspect(path).video.interlaced
    assert seen.combs(publish(path).path) < 1


# Shape


@pytest.mark.parametrize(
    ("size", "aspect", "shown"),
    [("720x576", "64/45", (1024, 576)), ("640x360", "9/16", (360, 360))],
)
@pytest.mark.parametrize("name", ["wide.mp4", "wide.mkv"])
def test_pixels_that_are_not_square(
    tmp_path: Path, name: str, size: str, aspect: str, shown: tuple[int, int]
) -> None:
    path = tmp_path / name
    output = QUICK if name.endswith("mp4") else VP9
    ffmpeg(*lavfi(f"testsrc2=s={size}:r=5:d=0.4,setsar={aspect}"), *output, str(path))
    result = publish(path)
    assert result.copied == name.endswith("mp4")
    assert (result.made.width, result.made.height) == shown
    picture = seen.video_stream(result.shot())
    assert (picture["width"], picture["height"]) == shown


def test_a_crop_of_the_header_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "crop.mkv"
    kinds.cropped(path)
    result = publish(path)
    assert (result.made.width, result.made.height) == (320, 180)
    assert seen.pictures(result.path, 320, 180)[0][:, :, 0].min() > 150


def test_a_mirrored_film_has_a_mirrored_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "mirror.mp4"
    kinds.mirrored(path)
    result = publish(path)
    # Mirrored: green and red above, white and blue below.
    wanted = np.array([[(0, 255, 0), (255, 0, 0)], [(255, 255, 255), (0, 0, 255)]])
    for shown in (result.path, result.shot()):
        picture = seen.pictures(shown, 320, 180, "bt601")[0]
        assert np.abs(picture[[18, 162]][:, [32, 288]] - wanted).max() < 60


def test_a_call_that_grows_is_as_large_as_most_of_it(tmp_path: Path) -> None:
    path = tmp_path / "call.webm"
    kinds.sizes_change(path, "testsrc2=s=160x90:r=10:d=1", "testsrc2=s=320x180:r=10:d=2")
    made = publish(path).made
    assert (made.width, made.height, made.duration) == (320, 180, pytest.approx(3.0, abs=0.2))


def test_a_phone_that_is_turned_keeps_its_circles(tmp_path: Path) -> None:
    square = "drawbox=w=50:h=50:c=white:t=fill"
    path = tmp_path / "turned.webm"
    kinds.sizes_change(
        path,
        f"color=black:s=320x180:r=10:d=1,{square}:x=100:y=50",
        f"color=black:s=180x320:r=10:d=2,{square}:x=50:y=100",
    )
    made = publish(path)
    for picture in seen.pictures(made.path, made.made.width, made.made.height)[[2, -2]]:
        rows, columns = np.nonzero(picture.mean(axis=2) > 200)
        assert np.ptp(columns) + 1 == pytest.approx(np.ptp(rows) + 1, rel=0.1)


# What players can't seek to, or not play to the end


def test_open_groups_of_pictures_are_not_copied(tmp_path: Path) -> None:
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
    assert_every_picture(path, result.path)


def test_a_damaged_packet_is_found_by_decoding_all(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.mp4", tmp_path / "damaged.mp4"
    ffmpeg(*lavfi("testsrc2=s=320x180:r=25:d=4"), *lavfi("sine=400:d=4"), *QUICK, str(whole))
    assert decodes(whole, 4.0)
    kinds.damaged(path)
    copy = publish(path)
    assert copy.copied
    assert not decodes(copy.path, 4.0)
    encoded = tmp_path / "encoded.mp4"
    film = make_film(path, encoded, may_copy=False)
    assert film.made.duration == pytest.approx(4.0, abs=0.2)
    assert not film.copied
    assert decodes(encoded, 4.0)


def test_pictures_that_turn_out_to_be_interlaced_are_found_by_decoding_all(tmp_path: Path) -> None:
    path = tmp_path / "tv.mp4"
    kinds.interlaced(path, *QUICK, "-flags", "+ilme+ildct", "-x264-params", "tff=1")
    assert not decodes(path, 1.0)
