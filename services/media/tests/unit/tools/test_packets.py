"""Reading ffprobe's lines, the odd ones too."""

import pytest

from vireo_media.core.inspection import MAX_FRAMES, Refused
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
    assert timing.pictures == 50
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
    assert (probe.timing(0).start, probe.timing(0).pictures) == (0.0, 1)


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
    assert Scan(wrapping=False).most_pictures == MAX_FRAMES
    scan = Scan(wrapping=False, most_pictures=100)
    for number in range(100):
        scan.take(packet(number / 25))
    with pytest.raises(Refused, match="more than 100") as refused:
        scan.take(packet(4.0))
    assert refused.value.code == "too_large"
