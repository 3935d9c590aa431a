"""Is this file a video, and what is in it? Measured in bounded children, at most 10 s in all.

Four steps, each cheaper than the next, so that most refusals cost nothing:

1. the first bytes, read here: which format, and so which single demuxer (core/formats.py);
2. ffprobe: headers, the first packets, and the last ones (by seeking, so that the size of the
   file doesn't matter), and what ffprobe does not print of headers (mp4_boxes, matroska_header);
3. where the last packets can't be found by seeking: all packets, as far as time allows;
4. ffmpeg decodes the first frames. At least one must come out whole.

What takes a look at the whole file is `survey`, which a worker does before it encodes.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from vireo_media.core import inspection
from vireo_media.core.formats import FileFormat
from vireo_media.core.inspection import Inspection, Layout, Timing
from vireo_media.core.refused import Refused
from vireo_media.core.streams import Stream, choose_audio, choose_video
from vireo_media.tools import matroska_header, mp4_boxes, packets, recordings, sandbox
from vireo_media.tools.encryption import is_encrypted
from vireo_media.tools.ffmpeg import quiet, source
from vireo_media.tools.head import format_of

_TOTAL_SECONDS = 9.5
# Reading 10 GiB takes about as long from memory; together they leave three seconds to decode.
_PROBE_SECONDS = 3.0
_SCAN_SECONDS = 3.5
_MEMORY_BYTES = 1 << 30
# Both ends are named: with an open one ffprobe 5.1 and 7.1 read memory that was never set, and
# stop early at times (seen with MALLOC_PERTURB_=85).
_LAST_PACKETS = "99999999%199999999"
# The first frames may be broken where a recording starts in mid-stream.
_DECODED_SECONDS = 15
_DECODED_FRAMES = 2
# ffmpeg's exit code when more than two of three packets can't be decoded (noise, encryption).
_MOSTLY_BROKEN = 69
_ENTRIES = (
    "packet=stream_index,pts_time,dts_time,duration_time,pos,flags"
    ":packet_side_data=side_data_type"
    ":format=duration"
    ":stream=index,codec_name,codec_type,profile,codec_tag_string,width,height,pix_fmt,"
    "sample_aspect_ratio,color_range,color_space,color_transfer,color_primaries,"
    "field_order,avg_frame_rate,start_time,duration,nb_frames,channels"
    ":stream_disposition=default,attached_pic,still_image,timed_thumbnails"
    ":stream_tags=alpha_mode,ALPHA_MODE"
    ":stream_side_data=displaymatrix,rotation,side_data_type,dv_profile"
)

# `sandbox.run`.
Run = Callable[..., sandbox.Completed]


class _Clock:
    """The wall clock that all tools share."""

    def __init__(self, run: Run) -> None:
        self._sandbox = run
        self._end = time.monotonic() + _TOTAL_SECONDS

    def run(
        self,
        argv: Sequence[str],
        path: Path,
        stop: threading.Event | None,
        on_line: Callable[[bytes], None] | None,
        at_most: float = _TOTAL_SECONDS,
    ) -> sandbox.Completed:
        """Run a tool that reads this one file and writes none."""
        left = min(max(self._end - time.monotonic(), 0.1), at_most)
        return self._sandbox(
            argv,
            sandbox.Limits(_MEMORY_BYTES, int(left) + 1, left, file_bytes=0),
            files=sandbox.Files(reads=[path]),
            stop=stop,
            on_line=on_line,
            nice=sandbox.NICE_WAITED_FOR,
        )


def inspect(
    path: Path,
    *,
    again: bool = False,
    stop: threading.Event | None = None,
    run: Run = sandbox.run,
) -> Inspection:
    """Validate that a file is a video and return what is in it.

    Args:
        again: it was inspected before, so that its first frames need not be decoded.
        run: runs each tool; it is `sandbox.run`, or watches it.

    Raises:
        Refused: it is not a video, or too large a one; with the reason.
        sandbox.Stopped: `stop` was set meanwhile.
        sandbox.Starved: the machine was too busy to say; try again.
        sandbox.NotStarted: ffmpeg is not installed.
        OSError: the file itself can't be read.
    """
    file_format = format_of(path)
    clock = _Clock(run)
    try:
        return _inspect(path, file_format, clock, stop, decode=not again)
    except sandbox.MemoryLimit:
        raise Refused("too_large", "Decoding the video takes more memory than it may.") from None
    except sandbox.LimitExceeded:
        raise Refused("too_large", "Looking into the file took longer than it may.") from None


def _inspect(
    path: Path,
    file_format: FileFormat,
    clock: _Clock,
    stop: threading.Event | None,
    *,
    decode: bool,
) -> Inspection:
    seen = _probe(path, file_format, clock, stop)
    streams: Sequence[Stream] = seen.streams
    if file_format.name == "matroska":
        streams = matroska_header.with_crops(path, streams)
    video = choose_video(streams, seen.frames)
    audio = choose_audio(streams, video)
    inspection.check_encryption(video, audio, header=is_encrypted(path, file_format))
    layout = Layout()
    if file_format.name == "mp4":
        layout = mp4_boxes.layout_of(path, video, audio)
    inspection.check_claims(file_format.name, video, seen.duration, layout)
    _check_one_recording(path, file_format, seen, video, stop)
    timing = seen.timing(video.index)
    scanned = not seen.reached_end(video)
    if scanned:
        timing = _scan(path, file_format, video, clock, stop).with_last_frame(video)
    inspection.check_timing(file_format.name, video, timing, layout)
    if decode:
        _decode(path, file_format, video, clock, stop)
    return inspection.conclude(
        file_format,
        video,
        audio,
        timing,
        _audio_timing(file_format, seen, audio, scanned=scanned) if audio else None,
        layout=layout,
        silenced=audio is None and any(each.kind == "audio" for each in streams),
    )


def _audio_timing(
    file_format: FileFormat, seen: packets.Probe, audio: Stream, *, scanned: bool
) -> Timing | None:
    """When the sound begins and ends; None where that is not known before all is decoded."""
    measured = seen.timing(audio.index)
    if file_format.name == "ogg":
        # ffprobe 5.1 prints hours of some packets of Vorbis; the header is made of whole pages.
        return replace(measured, start=audio.start, end=audio.start + audio.duration)
    # A clock that was set anew on the way says nothing about when the sound ends.
    return None if scanned and seen.wrapping else measured


def _check_one_recording(
    path: Path,
    file_format: FileFormat,
    seen: packets.Probe,
    video: Stream,
    stop: threading.Event | None,
) -> None:
    """Refuse two recordings in one file, of which only one would be shown."""
    several = seen.wrapping and seen.follows_another(video)
    if several or recordings.are_several(path, file_format, stop=stop):
        raise Refused(
            "unsupported_media",
            "The file holds several recordings, one after the other; upload them one by one.",
        )


def _probe(
    path: Path, file_format: FileFormat, clock: _Clock, stop: threading.Event | None
) -> packets.Probe:
    """Headers, first and last packets."""
    seen = packets.Probe(wrapping=file_format.name in packets.WRAPPING_CLOCKS)
    argv = [
        *quiet("ffprobe"),
        *("-threads", "1", "-show_entries", _ENTRIES, "-of", "compact"),
        *("-read_intervals", f"%+#{packets.FIRST_PACKETS},{_LAST_PACKETS}"),
        *source(path, file_format),
    ]
    try:
        clock.run(argv, path, stop, seen.take, _PROBE_SECONDS)
    except (sandbox.TimeLimit, sandbox.Starved):
        # A file whose end is one endless run of packets: the headers come last, and never came.
        if not seen.streams:
            seen = _headers(path, file_format, clock, stop)
    if not seen.streams:
        raise Refused("unsupported_media", "The file can't be read as a video.")
    return seen


def _headers(
    path: Path, file_format: FileFormat, clock: _Clock, stop: threading.Event | None
) -> packets.Probe:
    """Headers and first packets alone."""
    seen = packets.Probe(wrapping=file_format.name in packets.WRAPPING_CLOCKS)
    argv = [
        *quiet("ffprobe"),
        *("-threads", "1", "-show_entries", _ENTRIES, "-of", "compact"),
        *("-read_intervals", f"%+#{packets.FIRST_PACKETS}"),
        *source(path, file_format),
    ]
    clock.run(argv, path, stop, seen.take)
    return seen


def _scan(
    path: Path,
    file_format: FileFormat,
    video: Stream,
    clock: _Clock,
    stop: threading.Event | None,
) -> Timing:
    """Measure by all packets of the video; where time runs out, by the share that was read."""
    wrapping = file_format.name in packets.WRAPPING_CLOCKS
    scan = packets.Scan(wrapping=wrapping)
    argv = [
        *quiet("ffprobe"),
        *("-threads", "1", "-show_entries", _ENTRIES.partition(":")[0], "-of", "compact"),
        *("-select_streams", str(video.index)),
        *source(path, file_format),
    ]
    try:
        clock.run(argv, path, stop, scan.take, _SCAN_SECONDS)
    except (sandbox.TimeLimit, sandbox.Starved):
        return scan.timing(share_of=path.stat().st_size)
    return scan.timing()


def _decode(
    path: Path,
    file_format: FileFormat,
    video: Stream,
    clock: _Clock,
    stop: threading.Event | None,
) -> None:
    """Decode the first frames. Raises Refused if none comes out whole."""
    argv = [
        *quiet("ffmpeg"),
        # A frame that the decoder had to invent, for want of data, does not count.
        *("-threads", "1", "-flags", "-output_corrupt"),
        *("-t", str(_DECODED_SECONDS)),
        *source(path, file_format),
        *("-map", f"0:{video.index}", "-frames:v", str(_DECODED_FRAMES), "-f", "framecrc", "-"),
    ]
    done = clock.run(argv, path, stop, None)
    frames = _frames(done.stdout.splitlines())
    # Decoders hide damage by inventing what is missing: a lone frame with a complaint is that.
    invented = frames == 1 and done.stderr
    if frames == 0 or invented or done.returncode == _MOSTLY_BROKEN:
        raise Refused("unsupported_media", "No frame of the video can be decoded.")


def _frames(lines: Sequence[bytes]) -> int:
    """Count the frames in the output of ffmpeg's framecrc."""
    return sum(1 for line in lines if line and not line.startswith(b"#"))
