"""The rules on what was measured."""

from dataclasses import replace

import pytest

from vireo_media.core import inspection
from vireo_media.core.formats import MATROSKA, MP4, FileFormat
from vireo_media.core.inspection import Layout, Timing
from vireo_media.core.refused import Refused
from vireo_media.core.streams import Colour, Crop, Stream, choose_audio, choose_video

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
TIMING = Timing(start=0.0, end=10.0, frames=250, frame_rate=25.0)


def test_the_largest_real_video_is_shown() -> None:
    small, cover = (
        replace(VIDEO, index=2, width=320),
        replace(VIDEO, attached_image=True, width=4000),
    )
    assert choose_video([small, cover, SOUND, VIDEO], {}) == VIDEO


@pytest.mark.parametrize(
    "streams",
    [
        [],
        [SOUND],
        [SOUND, replace(VIDEO, attached_image=True)],
        [replace(VIDEO, codec="unknown")],
        [replace(VIDEO, kind="data")],
    ],
)
def test_no_video(streams: list[Stream]) -> None:
    with pytest.raises(Refused, match="no video") as refused:
        choose_video(streams, {})
    assert refused.value.code == "unsupported_media"


def test_the_default_sound_wins_over_more_channels() -> None:
    comment = replace(SOUND, index=2, channels=6)
    chosen = replace(SOUND, default=True)
    assert choose_audio([comment, chosen], VIDEO) == chosen
    assert choose_audio([SOUND, comment], VIDEO) == comment
    assert choose_audio([VIDEO], VIDEO) is None


def test_the_sound_of_another_program_is_taken_only_where_there_is_no_other() -> None:
    first, second = replace(SOUND, program=1, channels=6), replace(SOUND, program=2)
    assert choose_audio([first, second], replace(VIDEO, program=2)) == second
    assert choose_audio([first], replace(VIDEO, program=2)) == first


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
        inspection.check_claims("mp4", video, 10.0, Layout())
        return
    with pytest.raises(Refused) as refused:
        inspection.check_claims("mp4", video, 10.0, Layout())
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("file_format", ["mp4", "matroska", "flv", "asf", "ogg"])
def test_a_header_that_promises_days_is_refused(file_format: str) -> None:
    inspection.check_claims(file_format, VIDEO, inspection.MAX_SECONDS, Layout())
    with pytest.raises(Refused, match="597 hours"):
        inspection.check_claims(file_format, VIDEO, 2_147_483.0, Layout())


@pytest.mark.parametrize("file_format", ["mpegts", "mpeg", "avi"])
def test_a_header_that_may_tell_nonsense_decides_nothing(file_format: str) -> None:
    inspection.check_claims(file_format, VIDEO, 2_147_483.0, Layout())


def test_too_many_frames_promised() -> None:
    with pytest.raises(Refused, match="1,500,001 frames"):
        inspection.check_claims(
            "mp4", replace(VIDEO, frames=inspection.MAX_FRAMES + 1), 10.0, Layout()
        )


@pytest.mark.parametrize(
    ("timing", "code"),
    [
        (replace(TIMING, frames=0), "unsupported_media"),
        (replace(TIMING, end=inspection.MAX_SECONDS + 1), "too_large"),
        (replace(TIMING, frame_rate=301.0), "too_large"),
        (replace(TIMING, frame_rate=250.0, end=7200.0), "too_large"),
        (replace(TIMING, end=8.0), "unsupported_media"),
    ],
)
def test_what_the_packets_show(timing: Timing, code: str) -> None:
    inspection.check_timing("mp4", VIDEO, TIMING, Layout())
    with pytest.raises(Refused) as refused:
        inspection.check_timing("mp4", VIDEO, timing, Layout())
    assert refused.value.code == code


def test_an_interrupted_recording_is_taken_but_a_cut_mp4_is_not() -> None:
    half = replace(TIMING, end=5.0)
    inspection.check_timing("matroska", VIDEO, half, Layout())
    with pytest.raises(Refused, match="cut off"):
        inspection.check_timing("mp4", VIDEO, half, Layout())


def test_a_photo_is_no_video_but_two_frames_are() -> None:
    photo, one = replace(VIDEO, codec="mjpeg", duration=0.04), Timing(0.0, 0.04, 1, 0.0)
    with pytest.raises(Refused, match="single image"):
        inspection.check_timing("avi", photo, one, Layout())
    inspection.check_timing("avi", photo, replace(one, frames=2), Layout())
    inspection.check_timing("mp4", replace(VIDEO, duration=0.04), one, Layout())


@pytest.mark.parametrize(
    ("file_format", "video", "sound", "playable"),
    [
        (MP4, VIDEO, SOUND, True),
        (MP4, VIDEO, None, True),
        (MP4, replace(VIDEO, pixel_format="yuvj420p", profile="Main"), SOUND, True),
        (MATROSKA, VIDEO, SOUND, False),
        (MP4, replace(VIDEO, codec="hevc"), SOUND, False),
        (MP4, replace(VIDEO, pixel_format="yuv420p10le", profile="High 10"), SOUND, False),
        (MP4, replace(VIDEO, pixel_format="yuv422p"), SOUND, False),
        (MP4, VIDEO, replace(SOUND, codec="mp3"), False),
        (MP4, VIDEO, replace(SOUND, profile="LTP"), False),
    ],
)
def test_playable_as_it_is(
    file_format: FileFormat, video: Stream, sound: Stream | None, playable: bool
) -> None:
    assert inspection.conclude(file_format, video, sound, TIMING).playable is playable


def test_sides_are_as_displayed() -> None:
    turned = inspection.conclude(MP4, replace(VIDEO, rotation=-90), SOUND, TIMING)
    assert (turned.width, turned.height) == (1080, 1920)
    upside_down = inspection.conclude(MP4, replace(VIDEO, rotation=180), SOUND, TIMING)
    assert (upside_down.width, upside_down.height) == (1920, 1080)


def test_a_poster_is_not_the_film_however_large_it_is() -> None:
    poster = replace(VIDEO, index=3, width=6000, codec="mjpeg")
    assert choose_video([poster, VIDEO], {0: 250, 3: 1}) == VIDEO
    # Two frames of a chapter beside a film of which the header counts the frames.
    chapters, film = replace(poster, frames=2), replace(VIDEO, frames=250)
    assert choose_video([chapters, film], {}) == film
    # A slide show alone is a film.
    assert choose_video([chapters], {3: 2}) == chapters


def test_of_two_films_the_larger_one_is_shown() -> None:
    small = replace(VIDEO, index=2, width=640)
    assert choose_video([small, VIDEO], {0: 200, 2: 250}) == VIDEO


def test_an_encrypted_film_is_refused_with_its_reason() -> None:
    inspection.check_encryption(VIDEO, SOUND, None)
    for streams in (
        (replace(VIDEO, encrypted=True), SOUND),
        (VIDEO, replace(SOUND, encrypted=True)),
    ):
        with pytest.raises(Refused, match="encrypted") as refused:
            inspection.check_encryption(*streams)
        assert refused.value.code == "unsupported_media"


def test_a_fragment_that_begins_at_an_hour_is_whole() -> None:
    live = Timing(start=3600.0, end=3606.0, frames=150, frame_rate=25.0)
    inspection.check_timing("mp4", replace(VIDEO, duration=3606.0), live, Layout())
    with pytest.raises(Refused, match="cut off"):
        inspection.check_timing("mp4", replace(VIDEO, duration=7200.0), live, Layout())


def test_a_header_that_does_not_know_its_length_promises_nothing() -> None:
    unknown = replace(VIDEO, duration=143_165.0)
    with pytest.raises(Refused, match="hours"):
        inspection.check_claims("mp4", unknown, 143_165.0, Layout())
    layout = Layout(length_unknown=True)
    inspection.check_claims("mp4", unknown, 143_165.0, layout)
    inspection.check_timing("mp4", unknown, TIMING, layout)


def test_a_film_lasts_as_long_as_its_sound() -> None:
    talk = Timing(start=0.0, end=20.0, frames=900, frame_rate=0.0)
    slides = inspection.conclude(MATROSKA, VIDEO, SOUND, replace(TIMING, end=5.0), talk)
    assert slides.duration == 20.0
    late = inspection.conclude(MP4, VIDEO, SOUND, replace(TIMING, start=1.5, end=7.5), talk)
    assert late.duration == 20.0
    with pytest.raises(Refused, match="hours"):
        inspection.conclude(
            MP4, VIDEO, SOUND, TIMING, replace(talk, end=inspection.MAX_SECONDS + 60)
        )


@pytest.mark.parametrize(
    "video",
    [
        replace(VIDEO, interlaced=True),
        replace(VIDEO, crop=Crop(top=30, bottom=30)),
        replace(VIDEO, colour=Colour("bt2020nc", "arib-std-b67", "bt2020", "tv")),
        replace(VIDEO, colour=Colour("bt2020nc", "bt709", "bt2020", "tv")),
        # Browsers ignore a matrix that stands alone, and take 709 from 720 lines on.
        replace(VIDEO, colour=Colour(matrix="smpte170m")),
        replace(VIDEO, height=480, colour=Colour(matrix="bt709")),
    ],
)
def test_what_a_browser_would_show_wrongly_is_encoded(video: Stream) -> None:
    assert not inspection.conclude(MP4, video, SOUND, TIMING).playable


@pytest.mark.parametrize(
    "colour",
    [Colour(), Colour(matrix="bt709"), Colour("smpte170m", "smpte170m", "smpte170m", "tv")],
)
def test_colours_that_a_browser_shows_right_are_copied(colour: Colour) -> None:
    assert inspection.conclude(MP4, replace(VIDEO, colour=colour), SOUND, TIMING).playable


def test_what_an_edit_list_cut_off_is_not_copied() -> None:
    found = inspection.conclude(MP4, VIDEO, SOUND, TIMING, layout=Layout(whole=False))
    assert not found.playable


@pytest.mark.parametrize(
    ("video", "size"),
    [
        (replace(VIDEO, width=720, height=576, aspect=64 / 45), (1024, 576)),
        (replace(VIDEO, width=640, height=360, aspect=9 / 16), (360, 360)),
        (replace(VIDEO, width=320, height=240, crop=Crop(top=30, bottom=30)), (320, 180)),
        (replace(VIDEO, width=720, height=576, aspect=64 / 45, rotation=90), (576, 1024)),
    ],
)
def test_sizes_are_in_square_pixels(video: Stream, size: tuple[int, int]) -> None:
    assert video.displayed == size
