"""Make the MP4 that is published: metadata-free, fast-start, playable in every browser.

`copy_streams` takes what a browser plays already, `encode` makes the rest so. Both write to a
temporary name of the caller's and leave nothing there when they fail.

Errors: those of `sandbox`, and

    TranscodeFailed     ffmpeg gave up on this file; trying again will not help
    DiskFull            the target's disk is full; trying again later may help
"""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from vireo_media.core.inspection import Inspection
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import quiet, source

MAX_ENCODED_SIDE = 1920
MAX_ENCODED_RATE = 60

# Copying needs the index of twelve hours and little else.
_COPY_MEMORY = 1 << 30
# 8192 x 4320 HEVC of 10 bits and four reference pictures took 979 MB; sixteen may be named.
_ENCODE_MEMORY = 3 << 30
# Copying runs at the disk's speed: two seconds for a GiB where it is fast.
_COPY_SECONDS = 1800.0
# That video, at 30 pictures a second, takes some 6 s for each of its own on two cores. What takes
# longer than two days would keep a worker from everybody else's.
_ENCODE_SECONDS_BASE, _ENCODE_SECONDS_EACH, _ENCODE_SECONDS_MOST = 600.0, 30.0, 172_800.0
# A copy is never much larger than what it was copied from; the index of fragments grows a little.
_COPY_SLACK_BYTES = 64 << 20
# CRF 23 at 1920 x 1080 stays below 20 Mbit/s; noise, the worst there is, comes near this.
_ENCODED_BYTES_EACH_SECOND = 16 << 20
_NO_SPACE = b"No space left on device"
# With "faststart" ffmpeg writes the whole file a second time to get the index before it. In a
# large file room for the index is kept instead: 0.9 CPU seconds for a GiB in place of 1.4, and half
# of the writing. A packet needs no more than its size, time, offset and place (4 + 8 + 8 + 8
# bytes), its mark as a key picture (4) and a chunk of its own (12).
_ROOM_FROM_BYTES = 64 << 20
_ROOM_EACH_PACKET = 44
_ROOM_BESIDE = 64 << 10
_MOST_ROOM = 32 << 20


class TranscodeFailed(Exception):
    """ffmpeg gave up on the file. The message is ffmpeg's last line, for the log alone."""


class DiskFull(Exception):
    """There is no room for the result."""


def copy_streams(
    path: Path, target: Path, inspection: Inspection, *, stop: threading.Event | None = None
) -> None:
    """Write a fast-start MP4 with the video and the sound of `path`, not encoded again.

    Everything else is left out: other streams, chapters, tags (the place of a phone's clip), the
    names of the camera and the encoder. The rotation, which is part of the picture, stays.

    Raises the errors of this module and of `sandbox`.
    """
    size = path.stat().st_size + _COPY_SLACK_BYTES
    limits = sandbox.Limits(_COPY_MEMORY, int(_COPY_SECONDS), _COPY_SECONDS, size)
    argv = [*_input(path, inspection), *_streams(inspection), "-c", "copy"]

    def write(index: Sequence[str]) -> None:
        wanted = [*argv, *_bare_mp4(target, index)]
        _run(wanted, limits, path, target, stop=stop, nice=sandbox.NICE_WAITED_FOR)

    room = _room_for_index(path, inspection)
    if room:
        # A later ffmpeg than Debian 12's says so where the room was too little.
        with contextlib.suppress(TranscodeFailed):
            write(("-moov_size", str(room)))
            if _index_fits(target):
                return
        # The header promised fewer packets than there are.
    write(_INDEX_MOVED)


def encode(
    path: Path, target: Path, inspection: Inspection, *, stop: threading.Event | None = None
) -> None:
    """Write a fast-start MP4 of H.264 (8 bits, 4:2:0, even sizes) and AAC stereo.

    Never scaled up, at most 1920 on a side and 60 pictures a second; rotated as displayed,
    deinterlaced where a picture is interlaced, no metadata. A stream that an MP4 takes as it is
    is copied.

    Raises the errors of this module and of `sandbox`.
    """
    seconds = _ENCODE_SECONDS_BASE + _ENCODE_SECONDS_EACH * inspection.duration
    seconds = min(seconds, _ENCODE_SECONDS_MOST)
    size = int(max(inspection.duration, 60.0) * _ENCODED_BYTES_EACH_SECOND)
    size += path.stat().st_size + _COPY_SLACK_BYTES
    # Two threads: CPU seconds pass twice as fast as the clock.
    limits = sandbox.Limits(_ENCODE_MEMORY, int(2 * seconds), seconds, size)
    argv = [
        *_input(path, inspection),
        *_streams(inspection),
        *_video_codec(inspection),
        *_audio_codec(inspection),
        *("-max_muxing_queue_size", "4096"),
        *_bare_mp4(target),
    ]
    _run(argv, limits, path, target, stop=stop)


def _input(path: Path, inspection: Inspection) -> list[str]:
    return [*quiet("ffmpeg"), "-y", "-threads", "2", *source(path, inspection.demuxer)]


def _streams(inspection: Inspection) -> list[str]:
    maps = ["-map", f"0:{inspection.video_index}"]
    if inspection.audio_index is not None:
        maps += ["-map", f"0:{inspection.audio_index}"]
    return [*maps, "-sn", "-dn"]


def _room_for_index(path: Path, inspection: Inspection) -> int:
    """Bytes to keep for the index; 0 where it is better moved to its place at the end."""
    if path.stat().st_size < _ROOM_FROM_BYTES or not inspection.packets:
        return 0
    room = _ROOM_BESIDE + _ROOM_EACH_PACKET * inspection.packets
    return room if room <= _MOST_ROOM else 0


def _index_fits(target: Path) -> bool:
    """Whether something of the room is left behind the index.

    ffmpeg 5 says that there was too little, and ends with 0 all the same, the index written over
    the first pictures: then no box begins where it ends.
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


def _video_codec(inspection: Inspection) -> list[str]:
    if inspection.video_copies:
        return ["-c:v", "copy"]
    side = MAX_ENCODED_SIDE
    # The larger side decides; "2" keeps a picture of one pixel from becoming one of none.
    scale = (
        f"scale=w='max(2,trunc(iw*min(1,{side}/max(iw,ih))/2)*2)'"
        f":h='max(2,trunc(ih*min(1,{side}/max(iw,ih))/2)*2)'"
    )
    filters = ["bwdif=mode=send_frame:deint=interlaced"] if inspection.interlaced else []
    filters += [scale, "format=yuv420p"]
    return [
        *("-vf", ",".join(filters), "-c:v", "libx264", "-profile:v", "high"),
        *("-preset", "veryfast", "-crf", "23", "-threads:v", "2"),
        # Times stay as they are; only what is faster than a screen is thinned out.
        *("-fps_mode", "vfr", "-fpsmax", str(MAX_ENCODED_RATE)),
        # A key picture at least every five seconds, so that seeking works.
        *("-force_key_frames", "expr:gte(t,n_forced*5)"),
    ]


def _audio_codec(inspection: Inspection) -> list[str]:
    if inspection.audio_index is None:
        return []
    if inspection.audio_copies and inspection.video_copies:
        return ["-c:a", "copy"]
    # The filter fills the gaps of broken recordings, so that sound and picture stay together.
    resample = "aresample=async=1000:first_pts=0"
    return ["-c:a", "aac", "-ac", "2", "-ar", "48000", "-b:a", "160k", "-af", resample]


def _run(
    argv: Sequence[str],
    limits: sandbox.Limits,
    path: Path,
    target: Path,
    *,
    stop: threading.Event | None,
    nice: int = sandbox.NICE_BACKGROUND,
) -> None:
    with _created(target):
        files = sandbox.Files(reads=[path], writes=[target])
        done = sandbox.run(argv, limits, files=files, stop=stop, nice=nice)
        if done.returncode != 0 or target.stat().st_size == 0:
            if _NO_SPACE in done.stderr:
                raise DiskFull(str(target.parent))
            raise TranscodeFailed(done.verdict)


@contextlib.contextmanager
def _created(target: Path) -> Iterator[None]:
    """Make the empty file that the child may write; it may make none itself."""
    target.touch(exist_ok=True)
    try:
        yield
    except BaseException:
        target.unlink(missing_ok=True)
        raise
