"""Is this file a video, and what is in it? Measured in bounded children, at most 10 s in all.

Four steps, each cheaper than the next, so that most refusals cost nothing:

1. the first bytes, read here: which container, and so which single demuxer (core/containers.py);
2. ffprobe: headers, the first packets, and the last ones (by seeking, so that the size of the
   file doesn't matter);
3. where the last packets can't be found by seeking: all packets, as far as time allows;
4. ffmpeg decodes the first pictures. At least one must come out whole.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from vireo_media.core import inspection
from vireo_media.core.containers import HEAD_BYTES, Container, recognise
from vireo_media.core.inspection import Inspection, Refused, Stream, Timing
from vireo_media.tools import packets, sandbox
from vireo_media.tools.ffmpeg import quiet, source

_TOTAL_SECONDS = 9.5
# Reading 10 GiB takes about as long from memory; together they leave three seconds to decode.
_PROBE_SECONDS = 3.0
_SCAN_SECONDS = 3.5
_MEMORY_BYTES = 1 << 30
_LAST_PACKETS = "99999999%"
# The first pictures may be broken where a recording starts in mid-stream.
_DECODED_SECONDS = 15
_DECODED_PICTURES = 2
# ffmpeg's exit code when more than two of three packets can't be decoded (noise, encryption).
_MOSTLY_BROKEN = 69
_ENTRIES = (
    "packet=stream_index,pts_time,dts_time,duration_time,pos,flags"
    ":format=duration"
    ":stream=index,codec_name,codec_type,profile,codec_tag_string,width,height,pix_fmt,"
    "field_order,avg_frame_rate,duration,nb_frames,channels"
    ":stream_disposition=default,attached_pic:stream_side_data=rotation"
)


class _Clock:
    """The wall clock that all steps share."""

    def __init__(self) -> None:
        self._end = time.monotonic() + _TOTAL_SECONDS

    def limits(self, at_most: float = _TOTAL_SECONDS) -> sandbox.Limits:
        left = min(max(self._end - time.monotonic(), 0.1), at_most)
        return sandbox.Limits(_MEMORY_BYTES, int(left) + 1, left, file_bytes=0)


def inspect(path: Path, *, stop: threading.Event | None = None) -> Inspection:
    """Prove that a file is a video and return what is in it.

    Raises:
        Refused: it is not a video, or too large a one; with the reason.
        sandbox.Stopped: `stop` was set meanwhile.
        sandbox.Starved: the machine was too busy to tell; try again.
        sandbox.NotStarted: ffmpeg is not installed.
        OSError: the file itself can't be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    container = recognise(head)
    clock = _Clock()
    try:
        return _inspect(path, container, clock, stop)
    except sandbox.MemoryLimit:
        raise Refused("too_large", "Decoding the video takes more memory than it may.") from None
    except sandbox.LimitExceeded:
        raise Refused("too_large", "Looking into the file took longer than it may.") from None


def _inspect(
    path: Path, container: Container, clock: _Clock, stop: threading.Event | None
) -> Inspection:
    seen = _probe(path, container, clock, stop)
    video = inspection.choose_video(seen.streams)
    audio = inspection.choose_audio(seen.streams)
    inspection.check_claims(container.name, video, seen.duration)
    timing = seen.timing(video.index)
    if not seen.reached_end(video):
        timing = _scan(path, container, video, clock, stop)
    inspection.check_timing(container.name, video, timing)
    _decode(path, container, video, clock, stop)
    return inspection.conclude(container.name, container.demuxer, video, audio, timing)


def _probe(
    path: Path, container: Container, clock: _Clock, stop: threading.Event | None
) -> packets.Probe:
    """Headers, first and last packets."""
    seen = packets.Probe(wrapping=container.name in packets.WRAPPING_CLOCKS)
    argv = [
        *quiet("ffprobe"),
        *("-threads", "1", "-show_entries", _ENTRIES, "-of", "compact"),
        *("-read_intervals", f"%+#{packets.FIRST_PACKETS},{_LAST_PACKETS}"),
        *source(path, container.demuxer),
    ]
    try:
        _run(argv, clock.limits(_PROBE_SECONDS), path, stop, seen.take)
    except (sandbox.TimeLimit, sandbox.Starved):
        # A file whose end is one endless run of packets: the headers come last, and never came.
        if not seen.streams:
            seen = _headers(path, container, clock, stop)
    if not seen.streams:
        raise Refused("unsupported_media", "The file can't be read as a video.")
    return seen


def _headers(
    path: Path, container: Container, clock: _Clock, stop: threading.Event | None
) -> packets.Probe:
    """Headers and first packets alone."""
    seen = packets.Probe()
    argv = [
        *quiet("ffprobe"),
        *("-threads", "1", "-show_entries", _ENTRIES, "-of", "compact"),
        *("-read_intervals", f"%+#{packets.FIRST_PACKETS}"),
        *source(path, container.demuxer),
    ]
    _run(argv, clock.limits(), path, stop, seen.take)
    return seen


def _scan(
    path: Path,
    container: Container,
    video: Stream,
    clock: _Clock,
    stop: threading.Event | None,
) -> Timing:
    """Measure by all packets of the video; where time runs out, by the share that was read."""
    wrapping = container.name in packets.WRAPPING_CLOCKS
    scan = packets.Scan(wrapping=wrapping)
    argv = [
        *quiet("ffprobe"),
        *("-threads", "1", "-show_entries", _ENTRIES.partition(":")[0], "-of", "compact"),
        *("-select_streams", str(video.index)),
        *source(path, container.demuxer),
    ]
    limits = clock.limits(_SCAN_SECONDS)
    try:
        _run(argv, limits, path, stop, scan.take)
    except (sandbox.TimeLimit, sandbox.Starved):
        return scan.timing(share_of=path.stat().st_size)
    return scan.timing()


def _decode(
    path: Path,
    container: Container,
    video: Stream,
    clock: _Clock,
    stop: threading.Event | None,
) -> None:
    """Decode the first pictures. Raises Refused if none comes out whole."""
    argv = [
        *quiet("ffmpeg"),
        # A picture that the decoder had to invent, for want of data, does not count.
        *("-threads", "1", "-flags", "-output_corrupt"),
        *("-t", str(_DECODED_SECONDS)),
        *source(path, container.demuxer),
        *("-map", f"0:{video.index}", "-frames:v", str(_DECODED_PICTURES), "-f", "framecrc", "-"),
    ]
    done = _run(argv, clock.limits(), path, stop, None)
    pictures = _pictures(done.stdout.splitlines())
    # Decoders hide damage by inventing what is missing: a lone picture with a complaint is that.
    invented = pictures == 1 and done.stderr
    if pictures == 0 or invented or done.returncode == _MOSTLY_BROKEN:
        raise Refused("unsupported_media", "No picture of the video can be decoded.")


def _run(
    argv: Sequence[str],
    limits: sandbox.Limits,
    path: Path,
    stop: threading.Event | None,
    on_line: Callable[[bytes], None] | None,
) -> sandbox.Completed:
    """Run a tool that reads this one file and writes none."""
    return sandbox.run(
        argv,
        limits,
        files=sandbox.Files(reads=[path]),
        stop=stop,
        on_line=on_line,
        nice=sandbox.NICE_WAITED_FOR,
    )


def _pictures(lines: Sequence[bytes]) -> int:
    """Count the pictures in the output of ffmpeg's framecrc."""
    return sum(1 for line in lines if line and not line.startswith(b"#"))
