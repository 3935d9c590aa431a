"""Clips with captions and chapters in them: tracks of text, and closed captions between frames.

No encoder here writes closed captions, so they are put between the frames of a stream of H.264 by
hand, as ATSC A/53 (part 4) and CEA-608 have them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from vireo_ops.clips import AAC, QUICK, ffmpeg
from vireo_testing.clips import picture, tone

SRT = """1
00:00:00,500 --> 00:00:01,000
Fish & <i>chips</i> <3

2
00:00:01,200 --> 00:00:01,800
{\\an8}Above
"""
VTT = "WEBVTT\n\n00:00.500 --> 00:01.000 line:0\n<v Bob>Hallo & so</v>\n"
CHAPTERS = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=One \\; "two"
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=Zwei \U0001f600
"""
# "Hello", from 1 s to 2 s.
SCC = """Scenarist_SCC V1.0

00:00:01;00	9420 9420 94ae 94ae 9470 9470 c8e5 ecec ef80 942f 942f

00:00:02;00	942c 942c
"""
RATE = 25
# CEA-608, channel 1: the text is loaded unseen, shown at once, and taken away.
_RESUME_LOADING, _ERASE_UNSEEN = (0x14, 0x20), (0x14, 0x2E)
_SHOW, _ERASE = (0x14, 0x2F), (0x14, 0x2C)
# The last of 15 rows, and the first.
_BOTTOM_ROW, _TOP_ROW = (0x14, 0x70), (0x11, 0x50)
_NOTHING = (0, 0)


def with_tracks(path: Path) -> None:
    """English in SRT and German in WebVTT, with chapters: Matroska, or MP4 with both in its own
    form."""
    inputs: list[str | Path] = []
    texts = (("en.srt", SRT), ("de.vtt", VTT), ("chapters.txt", CHAPTERS))
    for name, text in texts:
        file = path.with_name(f"{path.stem}-{name}")
        file.write_text(text)
        inputs += ["-i", file]
    form = "mov_text" if path.suffix == ".mp4" else "copy"
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:s", "-map", "3:s")
    ffmpeg(
        *picture(),
        *tone(),
        *inputs,
        *maps,
        *("-map_metadata", "4", "-map_chapters", "4", *QUICK, *AAC, "-c:s", form),
        *("-metadata:s:s:0", "language=eng", "-metadata:s:s:0", "title=English (SDH)"),
        *("-metadata:s:s:1", "language=ger"),
        path,
    )


def with_closed_captions(path: Path, text: str, *, top: bool = False, late: float = 0.0) -> None:
    """H.264 with a closed caption from its first second on, in MPEG-TS or MP4; ``late`` is how much
    later than the sound it begins."""
    bare = path.with_name(f"{path.stem}.h264")
    ffmpeg(*picture(seconds=3), *QUICK, "-x264-params", "aud=1:bframes=0", "-f", "h264", bare)
    captioned = path.with_name(f"{path.stem}-captioned.h264")
    captioned.write_bytes(_captioned(bare.read_bytes(), _pairs(text, top=top)))
    # What has no times can't be late.
    timed = path.with_name(f"{path.stem}-timed.mp4")
    ffmpeg("-r", str(RATE), "-f", "h264", "-i", captioned, "-c", "copy", timed)
    sound = (*tone(3), "-metadata:s:a", "language=eng")
    ffmpeg(
        *("-itsoffset", str(late), "-i"),
        timed,
        *(*sound, "-map", "0:v", "-map", "1:a", "-c:v", "copy", *AAC),
        path,
    )


def with_a_caption_track(path: Path) -> None:
    """Closed captions in a track of their own (`c608`), in MOV."""
    file = path.with_name(f"{path.stem}.scc")
    file.write_text(SCC)
    ffmpeg(*picture(seconds=3), "-i", file, "-map", "0", "-map", "1", *QUICK, "-c:s", "copy", path)


def _pairs(text: str, *, top: bool) -> Iterator[tuple[int, int]]:
    """A pair of bytes for each frame, for ever."""
    # Commands are sent twice: the second one is for who missed the first.
    row = _TOP_ROW if top else _BOTTOM_ROW
    letters = text.encode("ascii") + b"\0" * (len(text) % 2)
    loading = [*[_RESUME_LOADING] * 2, *[_ERASE_UNSEEN] * 2, *[row] * 2]
    loading += [(letters[at], letters[at + 1]) for at in range(0, len(letters), 2)]
    assert len(loading) <= RATE
    yield from (*loading, *[_NOTHING] * (RATE - len(loading)))
    yield from (*[_SHOW] * 2, *[_NOTHING] * (RATE - 2), *[_ERASE] * 2)
    while True:
        yield _NOTHING


def _captioned(stream: bytes, pairs: Iterator[tuple[int, int]]) -> bytes:
    """A stream of H.264 with a message behind each delimiter of its frames."""
    start = b"\0\0\0\1"
    units = stream.split(start)[1:]
    out = bytearray()
    for unit in units:
        out += start + unit
        if unit[0] & 0x1F == 9:
            out += start + _message(next(pairs))
    return bytes(out)


def _message(pair: Sequence[int]) -> bytes:
    first, second = (_with_parity(each) for each in pair)
    data = bytes((0xC1, 0xFF, 0xFC, first, second, 0xFF))
    payload = b"\xb5\x00\x31GA94\x03" + data
    return b"\x06\x04" + bytes((len(payload),)) + payload + b"\x80"


def _with_parity(value: int) -> int:
    """Seven bits with an eighth that makes the number of ones odd."""
    return value | (0 if value.bit_count() % 2 else 0x80)
