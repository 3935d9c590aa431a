"""The rules on what was measured."""

from dataclasses import replace

import pytest

from vireo_media.core import inspection
from vireo_media.core.inspection import Refused, Stream, Timing

VIDEO = Stream(
    index=0,
    kind="video",
    codec="h264",
    profile="High",
    tag="avc1",
    width=1920,
    height=1080,
    pixel_format="yuv420p",
    duration=10.0,
)
SOUND = Stream(index=1, kind="audio", codec="aac", profile="LC", channels=2)
TIMING = Timing(start=0.0, end=10.0, pictures=250, frame_rate=25.0)


def test_the_largest_real_video_is_shown() -> None:
    small, cover = (
        replace(VIDEO, index=2, width=320),
        replace(VIDEO, attached_picture=True, width=4000),
    )
    assert inspection.choose_video([small, cover, SOUND, VIDEO]) == VIDEO


@pytest.mark.parametrize(
    "streams",
    [
        [],
        [SOUND],
        [SOUND, replace(VIDEO, attached_picture=True)],
        [replace(VIDEO, codec="unknown")],
        [replace(VIDEO, kind="data")],
    ],
)
def test_no_video(streams: list[Stream]) -> None:
    with pytest.raises(Refused, match="no video") as refused:
        inspection.choose_video(streams)
    assert refused.value.code == "unsupported_media"


def test_the_default_sound_wins_over_more_channels() -> None:
    comment = replace(SOUND, index=2, channels=6)
    assert inspection.choose_audio([comment, replace(SOUND, default=True)]) is not None
    assert inspection.choose_audio([comment, replace(SOUND, default=True)]) == replace(
        SOUND, default=True
    )
    assert inspection.choose_audio([SOUND, comment]) == comment
    assert inspection.choose_audio([VIDEO]) is None


@pytest.mark.parametrize(
    ("width", "height", "taken"),
    [
        (8192, 4352, True),
        (4352, 8192, True),
        (8193, 16, False),
        (16, 8193, False),
        (8192, 4353, False),
    ],
)
def test_most_pixels(width: int, height: int, taken: bool) -> None:
    video = replace(VIDEO, width=width, height=height)
    if taken:
        inspection.check_claims("mp4", video, 10.0)
        return
    with pytest.raises(Refused) as refused:
        inspection.check_claims("mp4", video, 10.0)
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("container", ["mp4", "matroska", "flv", "asf", "ogg"])
def test_a_header_that_promises_days_is_refused(container: str) -> None:
    inspection.check_claims(container, VIDEO, inspection.MAX_SECONDS)
    with pytest.raises(Refused, match="597 hours"):
        inspection.check_claims(container, VIDEO, 2_147_483.0)


@pytest.mark.parametrize("container", ["mpegts", "mpeg", "avi"])
def test_a_header_that_may_tell_nonsense_decides_nothing(container: str) -> None:
    inspection.check_claims(container, VIDEO, 2_147_483.0)


def test_too_many_pictures_promised() -> None:
    with pytest.raises(Refused, match="1,500,001 pictures"):
        inspection.check_claims("mp4", replace(VIDEO, frames=inspection.MAX_FRAMES + 1), 10.0)


@pytest.mark.parametrize(
    ("timing", "code"),
    [
        (replace(TIMING, pictures=0), "unsupported_media"),
        (replace(TIMING, end=inspection.MAX_SECONDS + 1), "too_large"),
        (replace(TIMING, frame_rate=301.0), "too_large"),
        (replace(TIMING, frame_rate=250.0, end=7200.0), "too_large"),
        (replace(TIMING, end=8.0), "unsupported_media"),
    ],
)
def test_what_the_packets_show(timing: Timing, code: str) -> None:
    inspection.check_timing("mp4", VIDEO, TIMING)
    with pytest.raises(Refused) as refused:
        inspection.check_timing("mp4", VIDEO, timing)
    assert refused.value.code == code


def test_an_interrupted_recording_is_taken_but_a_cut_mp4_is_not() -> None:
    half = replace(TIMING, end=5.0)
    inspection.check_timing("matroska", VIDEO, half)
    with pytest.raises(Refused, match="cut off"):
        inspection.check_timing("mp4", VIDEO, half)


def test_a_photo_is_no_video_but_two_pictures_are() -> None:
    photo, one = replace(VIDEO, codec="mjpeg", duration=0.04), Timing(0.0, 0.04, 1, 0.0)
    with pytest.raises(Refused, match="single picture"):
        inspection.check_timing("avi", photo, one)
    inspection.check_timing("avi", photo, replace(one, pictures=2))
    inspection.check_timing("mp4", replace(VIDEO, duration=0.04), one)


@pytest.mark.parametrize(
    ("container", "video", "sound", "playable"),
    [
        ("mp4", VIDEO, SOUND, True),
        ("mp4", VIDEO, None, True),
        ("mp4", replace(VIDEO, pixel_format="yuvj420p", profile="Main"), SOUND, True),
        ("matroska", VIDEO, SOUND, False),
        ("mp4", replace(VIDEO, codec="hevc"), SOUND, False),
        ("mp4", replace(VIDEO, pixel_format="yuv420p10le", profile="High 10"), SOUND, False),
        ("mp4", replace(VIDEO, pixel_format="yuv422p"), SOUND, False),
        ("mp4", VIDEO, replace(SOUND, codec="mp3"), False),
        ("mp4", VIDEO, replace(SOUND, profile="LTP"), False),
    ],
)
def test_playable_as_it_is(
    container: str, video: Stream, sound: Stream | None, playable: bool
) -> None:
    assert inspection.conclude(container, "mov", video, sound, TIMING).playable is playable


def test_sides_are_as_displayed() -> None:
    turned = inspection.conclude("mp4", "mov", replace(VIDEO, rotation=-90), SOUND, TIMING)
    assert (turned.width, turned.height) == (1080, 1920)
    upside_down = inspection.conclude("mp4", "mov", replace(VIDEO, rotation=180), SOUND, TIMING)
    assert (upside_down.width, upside_down.height) == (1920, 1080)
