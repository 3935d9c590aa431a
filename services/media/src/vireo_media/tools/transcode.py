"""Make the MP4 that is published: metadata-free, fast-start, playable in every browser.

`copy_streams` takes what a browser plays already, `encode` makes the rest so. Both write to a
temporary name of the caller's and leave nothing there when they fail.

Errors: those of `sandbox`, and

    TranscodeFailed     ffmpeg gave up on this file; trying again will not help
        NoCopy          its frames can't be copied, but encoded
    DiskFull            the target's disk is full; trying again later may help
"""

import contextlib
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vireo_media.core.inspection import Inspection
from vireo_media.core.streams import family_of
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import quiet, source
from vireo_media.tools.filters import (
    BT709_TAGS,
    frame_filters,
    output_channels,
    sound_filters,
)
from vireo_media.tools.survey import Sound, Survey

log = logging.getLogger(__name__)

# Copying needs the index of twelve hours and little else.
_COPY_MEMORY = 1 << 30
# 8192 x 4320 HEVC of 10 bits and four reference frames took 979 MB; sixteen may be named.
_ENCODE_MEMORY = 3 << 30
# Copying runs at the disk's speed: two seconds for a GiB where it is fast.
_COPY_SECONDS = 1800.0
# That video, at 30 frames a second, takes some 6 s for each of its own on two cores. What takes
# longer than two days would keep a worker from everybody else's.
_ENCODE_SECONDS_BASE, _ENCODE_SECONDS_EACH, _ENCODE_SECONDS_MOST = 600.0, 30.0, 172_800.0
# A copy is never much larger than what it was copied from; the index of fragments grows a little.
_COPY_SLACK_BYTES = 64 << 20
# CRF 23 at 1920 x 1080 stays below 20 Mbit/s; noise, the worst there is, comes near this.
_ENCODED_BYTES_EACH_SECOND = 16 << 20
NO_SPACE = b"No space left on device"
# With "faststart" ffmpeg writes the whole file a second time to get the index before it. In a
# large file room for the index is kept instead: 0.9 CPU seconds for a GiB in place of 1.4, and half
# of the writing. A packet needs no more than its size, time, offset and place (4 + 8 + 8 + 8
# bytes), its mark as a keyframe (4) and a chunk of its own (12).
_ROOM_EACH_PACKET = 44
_MOST_ROOM = 32 << 20


class TranscodeFailed(Exception):
    """ffmpeg gave up on the file. The message is ffmpeg's last line, for the log alone."""


class NoCopy(TranscodeFailed):
    """The frames can't be taken as they are: players could not seek to all their keyframes."""


class DiskFull(Exception):
    """There is no room for the result."""


@dataclass(frozen=True)
class IndexRoom:
    """Room for the index before the frames: in files of which size, and beside the packets'."""

    from_bytes: int = 64 << 20
    beside_bytes: int = 64 << 10


_INDEX_ROOM = IndexRoom()


@dataclass
class _Keyframes:
    """How many keyframes there are, and how many of them are IDR frames.

    Lines of a framecrc with two streams: all keyframes, and what is IDR in each. A player that
    seeks to any other keyframe meets frames before it that refer to what it did not decode,
    and Chromium 156 ends there with MEDIA_ERR_DECODE.
    """

    keys: int = 0
    idr: int = 0

    def take(self, line: bytes) -> None:
        """Take one line."""
        self.keys += line.startswith(b"0,")
        self.idr += line.startswith(b"1,")

    def check(self) -> None:
        """Raises NoCopy where some are no IDR frames."""
        if self.keys != self.idr:
            raise NoCopy(f"{self.keys} keyframes, {self.idr} of them IDR")


def _watched(found: Inspection) -> list[str]:
    """A second output, for `_Keyframes`: it costs no second reading of the file."""
    video = f"0:{found.video.index}"
    return [
        *("-map", video, "-map", video, "-c", "copy", "-bsf:v:0", "noise=drop=not(key)"),
        *("-bsf:v:1", "noise=drop=not(key),filter_units=pass_types=5", "-f", "framecrc", "pipe:1"),
    ]


def copy_streams(
    path: Path,
    target: Path,
    found: Inspection,
    *,
    stop: threading.Event | None = None,
    index_room: IndexRoom = _INDEX_ROOM,
) -> None:
    """Write a fast-start MP4 with the video and the sound of `path`, not encoded again.

    Everything else is left out: other streams, chapters, tags (the place of a phone's clip), the
    names of the camera and the encoder. The rotation, which is part of what is seen, stays.

    Raises the errors of this module and of `sandbox`.
    """
    size = path.stat().st_size + _COPY_SLACK_BYTES
    limits = sandbox.Limits(_COPY_MEMORY, int(_COPY_SECONDS), _COPY_SECONDS, size)
    argv = [*_input(path, found), *_streams(found), "-c", "copy", *_assumed_tags(found)]

    def write(index: Sequence[str]) -> None:
        wanted = [*argv, *_bare_mp4(target, index), *_watched(found)]
        _run(wanted, limits, [path], target, stop=stop, nice=sandbox.NICE_WAITED_FOR, copies=True)

    room = _room_for_index(path, found, index_room)
    if room:
        try:
            write(("-moov_size", str(room)))
            if _index_fits(target):
                return
        except NoCopy:
            raise
        except TranscodeFailed as error:
            # A later ffmpeg than Debian 12's says so where the room was too little.
            log.info("no_room_for_index: %s", error)
        # The header promised fewer packets than there are.
    write(_INDEX_MOVED)


def encode(
    path: Path,
    target: Path,
    found: Inspection,
    looked: Survey,
    *,
    stop: threading.Event | None = None,
) -> None:
    """Write a fast-start MP4 of H.264 (8 bits, 4:2:0, even sizes) and AAC, mono or stereo.

    Never scaled up, at most 1920 on a side and 60 frames a second; upright, square pixels, BT.709
    with all tags, deinterlaced where a frame is interlaced, no metadata. A stream that an MP4
    takes as it is is copied.

    Raises the errors of this module and of `sandbox`.
    """
    limits = _encode_limits(path, found)
    with contextlib.ExitStack() as stack:
        elementary = None
        if found.audio and found.audio.codec in _ELEMENTARY:
            elementary = Path(f"{target}.{_ELEMENTARY[found.audio.codec]}")
            stack.callback(elementary.unlink, missing_ok=True)
            _extract_sound(path, elementary, found, limits, stop)
        argv = [
            *_input(path, found, steady=looked.steady),
            *_second_input(found, elementary),
            *_streams(found, sound_input=1 if elementary else 0),
            *_video_codec(found, looked),
            *_audio_codec(found, looked.sound),
            *("-max_muxing_queue_size", "4096"),
            *_bare_mp4(target),
            *(_watched(found) if found.video_copies else []),
        ]
        reads = [path, elementary] if elementary else [path]
        _run(argv, limits, reads, target, stop=stop, copies=found.video_copies)


# A phone of 2005 puts 50 frames of AMR into one packet of a 3GP, and ffmpeg 5.1 decodes the first
# one of each. The packets one after the other are a file of their own, which it reads whole.
_ELEMENTARY = {"amr_nb": "amr", "amr_wb": "amr"}


def _extract_sound(
    path: Path,
    target: Path,
    found: Inspection,
    limits: sandbox.Limits,
    stop: threading.Event | None,
) -> None:
    index = found.audio.index if found.audio else 0
    argv = [*_input(path, found), "-map", f"0:{index}", "-c", "copy", "-f", "amr"]
    _run([*argv, f"file:{target.absolute()}"], limits, [path], target, stop=stop)


def _second_input(found: Inspection, elementary: Path | None) -> list[str]:
    if elementary is None or found.audio_span is None:
        return []
    first = min(found.video_span.start, found.audio_span.start)
    late = found.audio_span.start - first
    return ["-itsoffset", f"{late:.6f}", "-f", "amr", "-i", f"file:{elementary.absolute()}"]


def _encode_limits(path: Path, found: Inspection) -> sandbox.Limits:
    seconds = _ENCODE_SECONDS_BASE + _ENCODE_SECONDS_EACH * found.duration
    seconds = min(seconds, _ENCODE_SECONDS_MOST)
    size = int(max(found.duration, 60.0) * _ENCODED_BYTES_EACH_SECOND)
    size += path.stat().st_size + _COPY_SLACK_BYTES
    # Two threads: CPU seconds pass twice as fast as the clock.
    return sandbox.Limits(_ENCODE_MEMORY, int(2 * seconds), seconds, size)


# ffmpeg's program corrects the clocks of these by guesses, which stretch an Ogg of 8 s to 102 s and
# a broadcast whose PIDs change by 4 s (5.1.9). Where the clock never jumps there is nothing to
# correct.
CORRECTED_CLOCKS = frozenset({"mpegts", "mpeg", "ogg"})
# ffmpeg's own decoders of these leave out the transparency, which is a layer of its own in WebM.
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def _input(path: Path, found: Inspection, *, steady: bool = False) -> list[str]:
    words = [*quiet("ffmpeg"), "-y", "-threads", "2"]
    if found.file_format.name in CORRECTED_CLOCKS:
        # Where it jumps, sound of before the jump may come after frames of behind it. That is a
        # jump too, and one that is not corrected moves all that follows.
        words += ["-copyts", "-start_at_zero"] if steady else ["-dts_delta_threshold", "1"]
    if found.video.crops_itself:
        # The crop of a Matroska file is one of the filters; that of QuickTime no browser heeds.
        words += ["-apply_cropping", "codec"]
    if found.video.has_alpha_layer and found.video.codec in _ALPHA_DECODERS:
        words += ["-c:v", _ALPHA_DECODERS[found.video.codec]]
    # What is damaged is compared with what was found, after it was made.
    return [*words, "-max_error_rate", "1", *source(path, found.file_format)]


def _streams(found: Inspection, sound_input: int = 0) -> list[str]:
    maps = ["-map", f"0:{found.video.index}"]
    if found.audio is not None:
        index = found.audio.index if sound_input == 0 else 0
        maps += ["-map", f"{sound_input}:{index}"]
    return [*maps, "-sn", "-dn"]


def _room_for_index(path: Path, found: Inspection, wanted: IndexRoom) -> int:
    """Bytes to keep for the index; 0 where it is better moved to its place at the end."""
    if path.stat().st_size < wanted.from_bytes or not found.packets:
        return 0
    room = wanted.beside_bytes + _ROOM_EACH_PACKET * found.packets
    return room if room <= _MOST_ROOM else 0


def _index_fits(target: Path) -> bool:
    """Whether something of the room is left behind the index.

    ffmpeg 5 says that there was too little, and ends with 0 all the same, the index written over
    the first frames: then no box begins where it ends.
    """
    with target.open("rb") as file:
        names = []
        for _ in range(3):
            head = file.read(8)
            names.append(head[4:])
            file.seek(int.from_bytes(head[:4], "big") - len(head), os.SEEK_CUR)
    return names == [b"ftyp", b"moov", b"free"]


_INDEX_MOVED = ("-movflags", "+faststart")


def _bare_mp4(target: Path, index: Sequence[str] = _INDEX_MOVED) -> list[str]:
    """Output arguments: nothing but the streams, the index first."""
    return [
        *("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"),
        # No versions of the tools in the file.
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *(*index, "-f", "mp4", f"file:{target.absolute()}"),
    ]


def _assumed_tags(found: Inspection) -> list[str]:
    """Name the colours of a copy that does not name them all, as browsers take them.

    Other players guess otherwise. What the frames name themselves counts more than the header, so
    where they name a part it is completed there.
    """
    colour = found.video.colour
    if colour.complete:
        return []
    matrix = family_of(found.video.assumed_matrix)
    tags = ["-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix]
    if not (colour.matrix or colour.transfer or colour.primaries):
        return tags
    number = _NUMBERS[matrix]
    parts = f"colour_primaries={number}:transfer_characteristics={number}"
    return [*tags, "-bsf:v", f"h264_metadata={parts}:matrix_coefficients={number}"]


# ITU-T H.273.
_NUMBERS = {"bt709": 1, "smpte170m": 6}


def _video_codec(found: Inspection, looked: Survey) -> list[str]:
    if found.video_copies:
        return ["-c:v", "copy", *_assumed_tags(found)]
    filters = frame_filters(found.video, looked)
    return [
        *("-vf", filters, "-c:v", "libx264", "-profile:v", "high", *BT709_TAGS),
        *("-preset", "veryfast", "-crf", "23", "-threads:v", "2"),
        # Times stay as they are: by default they are rounded to the rate of the beginning.
        *("-fps_mode", "vfr", "-enc_time_base:v", "1/90000"),
        # A keyframe at least every five seconds, so that seeking works.
        *("-force_key_frames", "expr:gte(t,n_forced*5)"),
        *_held(found, looked),
    ]


# Longer than any steady rate has a frame shown.
_HELD_SECONDS = 0.5


def _held(found: Inspection, looked: Survey) -> list[str]:
    """The last slide of a talk stays for as long as it does: encoders give it no length.

    Without B-frames the last one that is shown is also the last one in the file.
    """
    span = found.video_span
    if found.file_format.name in CORRECTED_CLOCKS and looked.measured is not None:
        span = looked.measured
    if span.held < _HELD_SECONDS or not looked.steady:
        return []
    begins = min([span.start, *([found.audio_span.start] if found.audio_span else [])])
    last = span.end - span.held - begins - 1 / 60
    chosen = f"if(gte(PTS*TB\\,{last:.6f})\\,{span.held:.6f}/TB\\,DURATION)"
    return ["-bf", "0", "-bsf:v", f"setts=duration={chosen}"]


def _audio_codec(found: Inspection, sound: Sound | None) -> list[str]:
    if found.audio is None or sound is None:
        return []
    if found.audio_copies and found.video_copies:
        return ["-c:a", "copy"]
    channels = output_channels(sound)
    if found.audio_span is not None:
        # ffmpeg counts from where the file begins.
        begins = min(found.video_span.start, found.audio_span.start)
        sound = replace(sound, start=max(sound.start - begins, 0.0))
    return [
        *("-c:a", "aac", "-ac", str(channels), "-ar", "48000"),
        *("-b:a", "160k" if channels == 2 else "96k", "-af", sound_filters(sound)),
    ]


def _run(
    argv: Sequence[str],
    limits: sandbox.Limits,
    reads: Sequence[Path],
    target: Path,
    *,
    stop: threading.Event | None,
    nice: int = sandbox.NICE_BACKGROUND,
    copies: bool = False,
) -> None:
    keys = _Keyframes()
    with _created(target):
        files = sandbox.Files(reads=reads, writes=[target])
        done = sandbox.run(argv, limits, files=files, stop=stop, nice=nice, on_line=keys.take)
        if done.returncode != 0 or target.stat().st_size == 0:
            if NO_SPACE in done.stderr:
                raise DiskFull(str(target.parent))
            raise TranscodeFailed(done.verdict)
        if copies:
            keys.check()


@contextlib.contextmanager
def _created(target: Path) -> Iterator[None]:
    """Make the empty file that the child may write; it may make none itself."""
    target.touch(exist_ok=True)
    try:
        yield
    except BaseException:
        target.unlink(missing_ok=True)
        raise
