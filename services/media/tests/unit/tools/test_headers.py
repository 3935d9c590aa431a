"""Headers that are read in this process: whatever they say, it costs little and raises nothing."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from vireo_media.core.formats import AVI, MP4, MPEG_PS, MPEG_TS, OGG, FileFormat
from vireo_media.core.inspection import Layout
from vireo_media.core.refused import Refused
from vireo_media.core.streams import Crop, Stream
from vireo_media.tools.head import format_of
from vireo_media.tools.matroska_header import with_crops
from vireo_media.tools.mp4_boxes import Track, layout_of
from vireo_media.tools.recordings import are_several
from vireo_testing import kinds, patched_clips
from vireo_testing.clips import Library

VIDEO = Stream(index=0, kind="video", codec="h264", frames=50)
SOUND = Stream(index=1, kind="audio", codec="aac")


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def film(*, edits: bytes = b"", long: bool = False, length: int = 2000) -> bytes:
    """An index with one track of 2 s, of which both time scales are 1000."""
    if long:
        times = bytes([1, 0, 0, 0]) + bytes(16) + struct.pack(">IQ", 1000, length)
    else:
        times = bytes(12) + struct.pack(">II", 1000, length)
    track = box(b"mdia", box(b"mdhd", times))
    if edits:
        track = box(b"edts", box(b"elst", edits)) + track
    return box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", times) + box(b"trak", track))


def edit_list(*rows: tuple[int, int, int]) -> bytes:
    return struct.pack(">II", 0, len(rows)) + b"".join(struct.pack(">IiI", *row) for row in rows)


ONE = 1 << 16


@pytest.mark.parametrize(
    ("edits", "whole"),
    [
        (b"", True),
        (edit_list((2000, 0, ONE)), True),
        # A start that is cut off stays hidden in a copy.
        (edit_list((1000, 1000, ONE)), True),
        # Shown later, or until the end wherever that is.
        (edit_list((500, -1, ONE), (2000, 0, ONE)), True),
        (edit_list((0, 0, ONE)), True),
        # Rounded down by the scale of the film.
        (edit_list((1990, 0, ONE)), True),
        (edit_list((1900, 0, ONE)), False),
        (edit_list((1000, 0, ONE), (1000, 1000, ONE)), False),
        (edit_list((2000, -1, ONE)), False),
        # At another speed.
        (edit_list((2000, 0, 2 * ONE)), False),
        (edit_list((2000, 0, ONE // 2)), False),
        # More rows than there are bytes.
        (struct.pack(">II", 0, 1 << 30), False),
    ],
)
def test_what_an_edit_list_shows(tmp_path: Path, edits: bytes, whole: bool) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film(edits=edits))
    assert layout_of(path, VIDEO, None).whole is whole


@pytest.mark.parametrize(
    ("edits", "other_speed"),
    [
        (edit_list((2000, 0, ONE)), False),
        # What shows nothing has no speed.
        (edit_list((500, -1, 0), (2000, 0, ONE)), False),
        # Held as a still, slower, faster.
        (edit_list((1000, 0, ONE), (1000, 1000, 0)), True),
        (edit_list((2000, 0, ONE // 2)), True),
        (edit_list((1000, 0, 2 * ONE)), True),
        (edit_list((1000, 0, ONE + 1)), True),
    ],
)
def test_at_what_speed_an_edit_list_shows(tmp_path: Path, edits: bytes, other_speed: bool) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film(edits=edits))
    assert layout_of(path, VIDEO, None).other_speed is other_speed


def test_many_tracks_and_many_edits_are_not_held(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    for data in (
        film(edits=edit_list(*[(10, 0, ONE)] * 65)),
        film(edits=edit_list(*[(10, 0, ONE)] * 1_000)),
        box(b"moov", box(b"trak", b"") * 65),
    ):
        path.write_bytes(data)
        assert not layout_of(path, VIDEO, None).whole


def test_fragments_behind_the_index_are_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "day.mp4"
    path.write_bytes(film() + (box(b"moof", b"") + box(b"mdat", b"")) * 15_000)
    assert layout_of(path, VIDEO, None).whole


def test_the_padding_of_sound_is_no_cut() -> None:
    assert Track(1000, 2.05, edits=((2.0, 0.0, 1),)).is_whole(0.1)
    assert not Track(1000, 2.05, edits=((2.0, 0.0, 1),)).is_whole(0.02)


def test_lengths_that_nobody_knows(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    for data in (film(length=0xFFFFFFFF), film(length=0xFFFFFFFFFFFFFFFF, long=True)):
        path.write_bytes(data)
        assert layout_of(path, VIDEO, None) == Layout(whole=True, length_unknown=True)
    path.write_bytes(film(length=2_147_483_000))
    assert layout_of(path, VIDEO, None).promised == 2_147_483.0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        box(b"moov", b""),
        # Its boxes end before they begin, or never.
        struct.pack(">I4s", 3, b"moov"),
        struct.pack(">I4sQ", 1, b"moov", 2) + bytes(16),
        box(b"free", b"") * 25_000,
    ],
)
def test_boxes_that_do_not_fit_are_not_copied(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    assert not layout_of(path, VIDEO, SOUND).whole


def test_no_bytes_of_a_header_raise(tmp_path: Path) -> None:
    # It takes a second to load, which each worker would spend on collecting this file.
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    good, path = film(edits=edit_list((2000, 0, ONE))), tmp_path / "film"

    # Nothing is judged by how long it takes.
    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.binary(max_size=300), st.integers(0, 200))
    def check(noise: bytes, at: int) -> None:
        for data in (
            noise,
            good[:at] + noise + good[at + len(noise) :],
            b"\x1aE\xdf\xa3\x80\x18S\x80g\xff" + noise,
        ):
            path.write_bytes(data)
            assert layout_of(path, VIDEO, SOUND).promised >= 0
            assert [each.index for each in with_crops(path, [VIDEO, SOUND])] == [0, 1]

    check()


def test_the_crop_of_a_track(tmp_path: Path) -> None:
    path = tmp_path / "crop.mkv"
    patched_clips.cropped(path)
    video = Stream(index=0, kind="video", codec="vp9", width=320, height=240, aspect=4 / 3)
    (found,) = with_crops(path, [video])
    assert (found.crop, found.aspect, found.displayed) == (Crop(0, 30, 0, 30), 1.0, (320, 180))


def test_a_track_without_a_crop_is_left_alone(library: Library) -> None:
    assert with_crops(library.path("film.mkv"), [VIDEO, SOUND]) == [VIDEO, SOUND]


def test_a_chain_of_recordings(library: Library, tmp_path: Path) -> None:
    one = library.path("theora.ogv")
    assert not are_several(one, OGG)
    both = tmp_path / "both.ogv"
    kinds.joined(both, [one, one])
    assert are_several(both, OGG)
    # Where one piece of the reading ends and the next one begins.
    page = one.read_bytes()
    for gap in ((1 << 20) - 3, (1 << 20) - len(page) % (1 << 20) - 3):
        both.write_bytes(page + bytes(gap) + page)
        assert are_several(both, OGG)


def test_beginnings_without_an_end_are_looked_at_once(tmp_path: Path) -> None:
    path = tmp_path / "many.ogv"
    path.write_bytes(b"OggS\x00\x02" * 500_000)
    assert are_several(path, OGG)


def fragment(track: int, begins: int) -> bytes:
    header = box(b"tfhd", struct.pack(">II", 0, track))
    return box(b"moof", box(b"traf", header + box(b"tfdt", struct.pack(">IQ", 1 << 24, begins))))


@pytest.mark.parametrize(
    ("times", "several"),
    [
        ([(1, 0), (2, 0), (1, 9), (2, 8)], False),
        ([(1, 0), (1, 0), (1, 9)], False),
        ([(1, 0), (2, 0), (1, 9), (1, 5)], True),
    ],
)
def test_fragments_that_go_back_in_time(
    tmp_path: Path, times: list[tuple[int, int]], several: bool
) -> None:
    path, index = tmp_path / "saved.mp4", box(b"moov", box(b"mvex", b""))
    path.write_bytes(index + b"".join(fragment(*each) for each in times))
    assert are_several(path, MP4) is several
    path.write_bytes(index + fragment(1, 0) + index + fragment(1, 0))
    assert are_several(path, MP4)
    path.write_bytes(index + fragment(1, 0) + index + fragment(1, 5))
    assert not are_several(path, MP4)


@pytest.mark.parametrize(
    ("file_format", "part", "several"),
    [
        (MP4, box(b"ftyp", b"isom") + box(b"mdat", b"1") + box(b"moov", b""), True),
        # The same index before each fragment, as in a stream that was saved.
        (MP4, box(b"moov", box(b"mvex", b"")) + box(b"moof", b"") + box(b"mdat", b"1"), False),
        (AVI, b"RIFF\x05\x00\x00\x00AVI 1\x00", True),
        # Boxes of no size, of none that can be, and cut off.
        (MP4, struct.pack(">I4s", 0, b"moov"), False),
        (MP4, struct.pack(">I4sQ", 1, b"moov", 3), False),
        (MP4, struct.pack(">I4s", 1, b"moov"), False),
        (AVI, b"RIFF\xff\xff\xff\xffAVI ", False),
    ],
)
def test_a_second_recording_behind_the_first(
    tmp_path: Path, file_format: FileFormat, part: bytes, several: bool
) -> None:
    path = tmp_path / "joined"
    path.write_bytes(part)
    assert not are_several(path, file_format)
    path.write_bytes(part + part)
    assert are_several(path, file_format) is several


def test_what_extends_an_avi_is_no_other_one(tmp_path: Path) -> None:
    path = tmp_path / "long.avi"
    first, more = b"RIFF\x04\x00\x00\x00AVI ", b"RIFF\x04\x00\x00\x00AVIX"
    path.write_bytes(first + more + more)
    assert not are_several(path, AVI)
    path.write_bytes(first + more + first)
    assert are_several(path, AVI)


@pytest.mark.parametrize(
    ("start", "file_format"),
    [((b"\x47" + bytes(187)) * 10, MPEG_TS), (b"\x00\x00\x01\xba" + bytes(2000), MPEG_PS)],
)
def test_zeros_before_a_stream(tmp_path: Path, start: bytes, file_format: object) -> None:
    path = tmp_path / "late"
    for zeros in (100, 5000, 200_000):
        path.write_bytes(bytes(zeros) + start)
        found = format_of(path)
        assert (found.name, found.demuxer) == (file_format.name, file_format.demuxer)  # type: ignore[attr-defined]
        assert zeros - 2 <= found.leading_zeros <= zeros + 2


def test_a_few_zeros_before_a_pack(tmp_path: Path) -> None:
    path = tmp_path / "late.mpg"
    for zeros in range(1, 20):
        path.write_bytes(bytes(zeros) + b"\x00\x00\x01\xba" + bytes(2000))
        assert format_of(path) == replace(MPEG_PS, leading_zeros=zeros)


def test_zeros_before_anything_else(tmp_path: Path) -> None:
    path = tmp_path / "late"
    for rest in (b"", b"\x1aE\xdf\xa3" + bytes(2000)):
        path.write_bytes(bytes(5000) + rest)
        with pytest.raises(Refused):
            format_of(path)
