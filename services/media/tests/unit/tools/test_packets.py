"""Reading ffprobe's lines, the odd ones too."""

import pytest

from vireo_media.core.inspection import MAX_FRAMES
from vireo_media.core.refused import Refused
from vireo_media.core.streams import Colour
from vireo_media.tools.packets import FIRST_PACKETS, Probe, Scan

STREAM = b"stream|index=0|codec_name=h264|codec_type=video|width=320|height=180|duration=2.0"


def packet(at: float, index: int = 0, flags: str = "K_", position: int = 0) -> bytes:
    times = f"pts_time={at}|dts_time={at}|duration_time=0.04|pos={position}"
    return f"packet|stream_index={index}|{times}|flags={flags}".encode()


@pytest.mark.parametrize(
    ("lines", "rotation"),
    [
        ([STREAM], 0),
        ([STREAM + b"|side_data|rotation=90"], 90),
        ([STREAM + b"|side_data|", b"", b"side_data|rotation=-90", b""], -90),
        ([STREAM + b"|side_data|rotation=-2147483648"], 0),
        ([STREAM + b"|side_data|rotation=nan"], 0),
        ([STREAM + b"|side_data|rotation=45"], 0),
    ],
)
def test_rotation(lines: list[bytes], rotation: int) -> None:
    probe = Probe()
    for line in lines:
        probe.take(line)
    assert [stream.rotation for stream in probe.streams] == [rotation]


def test_a_stream_that_is_told_twice_counts_once() -> None:
    probe = Probe()
    probe.take(b"program|" + STREAM)
    probe.take(STREAM)
    assert len(probe.streams) == 1


def test_numbers_that_are_none() -> None:
    probe = Probe()
    probe.take(b"stream|index=0|codec_type=video|avg_frame_rate=0/0|duration=N/A|nb_frames=inf")
    (stream,) = probe.streams
    assert (stream.frame_rate, stream.duration, stream.frames) == (0.0, 0.0, 0)


def test_a_seek_that_leads_back_is_not_counted_twice() -> None:
    probe = Probe()
    for _ in range(2):
        for number in range(50):
            probe.take(packet(number / 25))
    probe.take(STREAM)
    timing = probe.timing(0)
    assert timing.frames == 50
    assert timing.seconds == pytest.approx(2.0)
    assert timing.frame_rate == pytest.approx(25)
    assert probe.reached_end(probe.streams[0])


def test_packets_after_the_first_window_are_the_last_ones() -> None:
    probe = Probe()
    for number in range(FIRST_PACKETS):
        probe.take(packet(number / 25))
    probe.take(packet(3600.0))
    assert probe.timing(0).end == pytest.approx(3600.04)


def test_the_end_is_not_reached_without_last_packets() -> None:
    probe = Probe()
    for number in range(FIRST_PACKETS):
        probe.take(packet(number / 25))
    probe.take(STREAM)
    assert not probe.reached_end(probe.streams[0])


def test_a_promise_that_is_not_kept_is_looked_into() -> None:
    probe = Probe()
    probe.take(packet(0.0))
    probe.take(STREAM)
    assert not probe.reached_end(probe.streams[0])


def test_what_an_edit_list_hides_is_not_counted() -> None:
    probe = Probe()
    probe.take(packet(-3.0, flags="_D"))
    probe.take(packet(0.0))
    assert (probe.timing(0).start, probe.timing(0).frames) == (0.0, 1)


def test_a_burst_of_packets_is_no_bomb_but_a_window_full_is() -> None:
    burst, bomb = Probe(), Probe()
    for number in range(5):
        burst.take(packet(number / 1000))
    for number in range(FIRST_PACKETS):
        bomb.take(packet(number / 5000))
    assert burst.timing(0).frame_rate < 60
    assert bomb.timing(0).frame_rate > 300


def test_a_scan_that_was_cut_short_tells_the_whole_by_its_share() -> None:
    scan = Scan(wrapping=False)
    for number in range(251):
        scan.take(packet(number / 25, position=number * 100))
    assert scan.timing().seconds == pytest.approx(10.04)
    assert scan.timing(share_of=250_000).seconds == pytest.approx(100.4)


def test_a_clock_that_jumps_is_added_up() -> None:
    scan = Scan(wrapping=True)
    for start in (90_000, 0, 50_000):
        for number in range(50):
            scan.take(packet(start + number / 25))
    assert scan.timing().seconds == pytest.approx(6.0, abs=0.1)
    assert scan.timing().frame_rate == pytest.approx(25, rel=0.05)


def test_a_scan_ends_at_too_many_packets() -> None:
    assert Scan(wrapping=False).most_frames == MAX_FRAMES
    scan = Scan(wrapping=False, most_frames=100)
    for number in range(100):
        scan.take(packet(number / 25))
    with pytest.raises(Refused, match="more than 100") as refused:
        scan.take(packet(4.0))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    "line",
    [
        STREAM + b"|side_data|side_data_type=Display Matrix|rotation=-90",
        # ffprobe 7.1
        STREAM + b"|side_datum/display_matrix:side_data_type=Display Matrix"
        b"|side_datum/display_matrix:rotation=-90",
    ],
)
def test_side_data_of_both_ffprobes(line: bytes) -> None:
    probe = Probe()
    probe.take(line)
    assert probe.streams[0].rotation == -90


@pytest.mark.parametrize(
    "end",
    [
        b"|side_data|side_data_type=Encryption info",
        b"|side_datum/encryption_info:side_data_type=Encryption info",
    ],
)
def test_encrypted_packets_are_seen(end: bytes) -> None:
    probe = Probe()
    probe.take(packet(0.0))
    probe.take(packet(1.0, index=1) + end)
    probe.take(STREAM)
    probe.take(STREAM.replace(b"index=0", b"index=1"))
    assert [stream.encrypted for stream in probe.streams] == [False, True]


def test_pixels_and_colours() -> None:
    probe = Probe()
    probe.take(
        STREAM + b"|sample_aspect_ratio=64:45|color_space=bt470bg|color_transfer=unknown"
        b"|color_primaries=N/A|color_range=tv|tag:alpha_mode=1|disposition:still_image=1"
    )
    (stream,) = probe.streams
    assert stream.aspect == pytest.approx(64 / 45)
    assert stream.colour == Colour(matrix="bt470bg", range="tv")
    assert (stream.has_alpha_layer, stream.attached_image) == (True, True)


@pytest.mark.parametrize("ratio", ["N/A", "0:1", "1:0", "1:4000", "x"])
def test_absurd_pixels_are_square(ratio: str) -> None:
    probe = Probe()
    probe.take(STREAM + f"|sample_aspect_ratio={ratio}".encode())
    assert probe.streams[0].aspect == 1.0


def test_two_recordings_one_after_the_other() -> None:
    after, beside = Probe(wrapping=True), Probe(wrapping=True)
    for number in range(100):
        after.take(packet(number / 25))
        after.take(packet(4 + number / 25, index=1))
        beside.take(packet(number / 25))
        beside.take(packet(number / 25, index=1))
    for probe in (after, beside):
        probe.take(STREAM)
        probe.take(STREAM.replace(b"index=0", b"index=1"))
    assert after.follows_another(after.streams[0])
    assert after.follows_another(after.streams[1])
    assert not beside.follows_another(beside.streams[0])


@pytest.mark.parametrize(
    "words",
    [
        rb"x\|index=a",
        rb"x\|index=7\|width=9\|dv_profile=5",
        rb"x\\\|width=9",
        b"x|width=9",
        "²|dv_profile=²".encode(),
    ],
)
def test_words_of_a_file_take_the_place_of_nothing(words: bytes) -> None:
    """ffprobe escapes what separates its fields; what it says itself comes first."""
    probe = Probe()
    probe.take(STREAM + b"|dv_profile=0|tag:alpha_mode=" + words)
    (stream,) = probe.streams
    assert (stream.index, stream.width, stream.dolby_vision_profile) == (0, 320, 0)
    assert not stream.has_alpha_layer


@pytest.mark.parametrize(
    "line",
    [
        b"packet|stre",
        b"packet|stream_index=",
        b"stream|index=",
        b"stream",
        b"",
        b"packet|stream_index=-1",
    ],
)
def test_a_line_that_was_cut_off_says_nothing(line: bytes) -> None:
    probe = Probe()
    probe.take(line)
    assert (probe.streams, probe.frames) == ([], {})


def test_only_names_of_colours_are_colours() -> None:
    probe = Probe()
    probe.take(STREAM + b"|color_range=tv[a];color=c=red|color_space=bt709,|color_primaries=bt709")
    assert probe.streams[0].colour == Colour(primaries="bt709")
