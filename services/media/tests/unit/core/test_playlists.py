"""The playlists of a stream: what they say of its parts."""

import re

import pytest

from vireo_media.core.ladder import Size
from vireo_media.core.playlists import (
    Fragments,
    Rendition,
    Segment,
    Subtitles,
    keys_playlist,
    master_playlist,
    media_playlist,
    rendition,
)

FRAMES = Fragments(
    codec="avc1.64001f",
    head_size=800,
    segments=[
        Segment(800, 500_000, 0.0, 4.0, 40_000),
        Segment(500_800, 1_000_000, 4.0, 4.0, 30_000),
        Segment(1_500_800, 300_000, 8.0, 0.4, 30_000),
    ],
    frame_rate=30000 / 1001,
    size=Size(1280, 720),
)
SOUND = Fragments("mp4a.40.2", 700, [Segment(700, 64_000, 0.0, 4.0, 0)], channels=2)


def test_every_segment_is_a_range_of_the_file() -> None:
    lines = media_playlist("v720x1", FRAMES).splitlines()
    assert lines[0] == "#EXTM3U"
    assert '#EXT-X-MAP:URI="v720x1.mp4",BYTERANGE="800@0"' in lines
    ranges = [line.partition(":")[2] for line in lines if line.startswith("#EXT-X-BYTERANGE")]
    assert ranges == ["500000@800", "1000000@500800", "300000@1500800"]
    assert lines.count("v720x1.mp4") == 3
    assert lines[-1] == "#EXT-X-ENDLIST"


def test_no_segment_is_longer_than_the_target() -> None:
    text = media_playlist("v720x1", FRAMES)
    (target,) = map(int, re.findall(r"TARGETDURATION:(\d+)", text))
    lengths = list(map(float, re.findall(r"EXTINF:([\d.]+)", text)))
    assert lengths == [4.0, 4.0, 0.4]
    assert all(round(length) <= target for length in lengths)


def test_the_first_frames_are_ranges_too() -> None:
    lines = keys_playlist("v720x1", FRAMES).splitlines()
    assert "#EXT-X-I-FRAMES-ONLY" in lines
    assert "#EXT-X-BYTERANGE:30000@500800" in lines


def test_a_short_last_segment_says_nothing_about_the_rate() -> None:
    made = rendition(720, "v720x1", FRAMES)
    assert made.bits == 2_000_000
    assert made.average_bits == round(1_800_000 * 8 / 8.4)
    assert made.bits >= made.average_bits


def test_a_rate_is_never_below_the_average() -> None:
    odd = Fragments("mp4a.40.2", 0, [Segment(0, 100, 0, 4.0, 0), Segment(100, 900, 4.0, 1.0, 0)])
    made = rendition(0, "s", odd)
    assert made.bits >= made.average_bits


def attributes(text: str, tag: str) -> list[dict[str, str]]:
    lines = [line.removeprefix(tag) for line in text.splitlines() if line.startswith(tag)]
    pattern = re.compile(r'([A-Z-]+)=("[^"]*"|[^,]*)')
    return [{name: value.strip('"') for name, value in pattern.findall(line)} for line in lines]


@pytest.fixture
def made() -> list[Rendition]:
    low = Rendition(144, "v144x1", "avc1.64000c", 90_000, 80_000, 9_000, 256, 144, 25.0)
    return [rendition(720, "v720x1", FRAMES), low, rendition(0, "s0x1", SOUND)]


def test_the_master_names_all_there_is_the_lowest_first(made: list[Rendition]) -> None:
    text = master_playlist(made)
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in text
    low, high = attributes(text, "#EXT-X-STREAM-INF:")
    (sound,) = attributes(text, "#EXT-X-MEDIA:")
    assert (low["RESOLUTION"], high["RESOLUTION"]) == ("256x144", "1280x720")
    # With the sound, which is played beside it.
    assert int(high["BANDWIDTH"]) == 2_000_000 + 128_000
    assert int(low["AVERAGE-BANDWIDTH"]) == 80_000 + 128_000
    assert high["CODECS"] == "avc1.64001f,mp4a.40.2"
    assert high["FRAME-RATE"] == "29.970"
    assert high["CLOSED-CAPTIONS"] == "NONE"
    assert (sound["TYPE"], sound["GROUP-ID"], sound["URI"]) == ("AUDIO", high["AUDIO"], "s0x1.m3u8")
    keys = attributes(text, "#EXT-X-I-FRAME-STREAM-INF:")
    assert [each["URI"] for each in keys] == ["v144x1i.m3u8", "v720x1i.m3u8"]


def test_a_silent_film_has_no_sound(made: list[Rendition]) -> None:
    text = master_playlist(made[:2])
    assert "AUDIO" not in text
    assert attributes(text, "#EXT-X-STREAM-INF:")[1]["CODECS"] == "avc1.64001f"


def test_a_label_stays_within_its_quotes(made: list[Rendition]) -> None:
    hostile = Subtitles("en", 'A "quoted"\n#EXT-X-ENDLIST,URI="x"', "cen")
    text = master_playlist(made, [hostile])
    (words,) = [each for each in attributes(text, "#EXT-X-MEDIA:") if each["TYPE"] == "SUBTITLES"]
    assert words["URI"] == "cen.m3u8"
    assert "#EXT-X-ENDLIST" not in text.splitlines()
    assert all(each["SUBTITLES"] == "captions" for each in attributes(text, "#EXT-X-STREAM-INF:"))
