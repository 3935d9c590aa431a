"""How every encode and copy runs ffmpeg: its input, its bounds, its progress, and how it fails.

Errors: those of `sandbox`, and

    TranscodeFailed     ffmpeg gave up on this file; trying again will not help
        NoCopy          its frames can't be copied, but encoded
    DiskFull            the target's disk is full; trying again later may help
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import SEGMENT_SECONDS, Rung
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import quiet, source
from vireo_media.tools.filters import BT709_TAGS
from vireo_media.tools.progress import Progress
from vireo_media.tools.survey import Survey

# Copying needs the index of twelve hours and little else.
COPY_MEMORY = 1 << 30
# 8192 x 4320 HEVC of 10 bits and four reference frames took 979 MB; sixteen may be named.
_ENCODE_MEMORY = 3 << 30
# Copying runs at the disk's speed: two seconds for a GiB where it is fast.
COPY_SECONDS = 1800.0
# That video, at 30 frames a second, takes some 6 s for each of its own on two cores. What takes
# longer than two days would keep a worker from everybody else's.
_ENCODE_SECONDS_BASE, _ENCODE_SECONDS_EACH, _ENCODE_SECONDS_MOST = 600.0, 30.0, 172_800.0
# A copy is never much larger than what it was copied from; the index of fragments grows a little.
COPY_SLACK_BYTES = 64 << 20
# CRF 23 at 1920 x 1080 stays below 20 Mbit/s; noise, the worst there is, comes near this.
_ENCODED_BYTES_EACH_SECOND = 16 << 20
NO_SPACE = b"No space left on device"


class TranscodeFailed(Exception):
    """ffmpeg gave up on the file. The message is ffmpeg's last line, for the log alone."""


class NoCopy(TranscodeFailed):
    """The frames can't be taken as they are: players could not seek to all their keyframes."""


class DiskFull(Exception):
    """There is no room for the result."""


@dataclass
class Keyframes:
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


def watched(found: Inspection) -> list[str]:
    """A second output, for `Keyframes`: it costs no second reading of the file."""
    video = f"0:{found.video.index}"
    return [
        *("-map", video, "-map", video, "-c", "copy", "-bsf:v:0", "noise=drop=not(key)"),
        *("-bsf:v:1", "noise=drop=not(key),filter_units=pass_types=5", "-f", "framecrc", "pipe:1"),
    ]


def encode_limits(path: Path, found: Inspection) -> sandbox.Limits:
    """The bounds of an encode, by how long the film is."""
    seconds = _ENCODE_SECONDS_BASE + _ENCODE_SECONDS_EACH * found.duration
    seconds = min(seconds, _ENCODE_SECONDS_MOST)
    size = int(max(found.duration, 60.0) * _ENCODED_BYTES_EACH_SECOND)
    size += path.stat().st_size + COPY_SLACK_BYTES
    # Two threads: CPU seconds pass twice as fast as the clock.
    return sandbox.Limits(_ENCODE_MEMORY, int(2 * seconds), seconds, size)


# ffmpeg's program corrects the clocks of these by guesses, which stretch an Ogg of 8 s to 102 s and
# a broadcast whose PIDs change by 4 s (5.1.9). Where the clock never jumps there is nothing to
# correct.
CORRECTED_CLOCKS = frozenset({"mpegts", "mpeg", "ogg"})
# ffmpeg's own decoders of these leave out the transparency, which is a layer of its own in WebM.
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def input_arguments(path: Path, found: Inspection, *, steady: bool = False) -> list[str]:
    """The beginning of a command line: this file, with what its format needs.

    Args:
        steady: its clock never jumps.
    """
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


INDEX_MOVED = ("-movflags", "+faststart")


def bare_mp4(target: Path, index: Sequence[str] = INDEX_MOVED) -> list[str]:
    """Output arguments: nothing but the streams, the index first."""
    return [
        *("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"),
        # No versions of the tools in the file.
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *(*index, "-f", "mp4", f"file:{target.absolute()}"),
    ]


def run(
    argv: Sequence[str],
    limits: sandbox.Limits,
    reads: Sequence[Path],
    targets: Sequence[Path],
    *,
    stop: threading.Event | None,
    nice: int = sandbox.NICE_BACKGROUND,
    copies: bool = False,
    progress: Progress | None = None,
) -> None:
    """Run ffmpeg, which writes to the targets; they are gone where it fails.

    Args:
        copies: frames are copied, with `watched` as one of the outputs.
        progress: hears how far it is.

    Raises the errors of this module and of `sandbox`.
    """
    keys = Keyframes()
    on_line = progress.take if progress else keys.take
    if progress:
        argv = [argv[0], *progress.arguments, *argv[1:]]
    with contextlib.ExitStack() as stack:
        for target in targets:
            stack.enter_context(_created(target))
        done = sandbox.run(
            argv,
            limits,
            files=sandbox.Files(reads=reads, writes=targets),
            stop=stop,
            nice=nice,
            on_line=on_line,
            look=progress.check if progress else None,
            paused=progress.must_wait if progress else None,
        )
        if done.returncode != 0 or not all(target.stat().st_size for target in targets):
            if NO_SPACE in done.stderr:
                raise DiskFull(str(targets[0].parent))
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


def frame_encoder(
    found: Inspection, looked: Survey, rung: Rung, keyframes: Sequence[float] = ()
) -> list[str]:
    """The arguments that encode frames as H.264, where they have been filtered.

    Args:
        keyframes: when segments begin, in seconds; without any, every `SEGMENT_SECONDS`.
    """
    # A frame's time is compared with these after rounding: each is a little earlier.
    times = ",".join(f"{max(each - 0.001, 0.0):.3f}" for each in keyframes)
    return [
        *("-c:v", "libx264", "-profile:v", "high", *BT709_TAGS, "-pix_fmt", "yuv420p"),
        *("-preset", "veryfast", "-crf", "23", "-threads:v", "2"),
        *("-maxrate", str(rung.most_bits), "-bufsize", str(2 * rung.most_bits)),
        # Times stay as they are: by default they are rounded to the rate of the beginning.
        *("-fps_mode", "vfr", "-enc_time_base:v", "1/90000"),
        # Keyframes where segments begin, and nowhere else: all renditions are cut at the same
        # frames.
        *("-force_key_frames", times or f"expr:gte(t,n_forced*{SEGMENT_SECONDS:g})"),
        *("-sc_threshold", "0", "-g", "1200"),
        # No B-frames: a fragmented MP4 with frames out of order begins at 0 by offsets below 0,
        # and ffmpeg (5.1 and 7.1) shows all of its frames later by the largest of them.
        *("-bf", "0"),
        *_held(found, looked),
    ]


# Longer than any steady rate has a frame shown.
_HELD_SECONDS = 0.5


def _held(found: Inspection, looked: Survey) -> list[str]:
    """The last slide of a talk stays for as long as it does: encoders give it no length.

    There are no B-frames, so the last one that is shown is also the last one in the file.
    """
    span = found.video_span
    if found.file_format.name in CORRECTED_CLOCKS and looked.measured is not None:
        span = looked.measured
    if span.held < _HELD_SECONDS or not looked.steady:
        return []
    begins = min([span.start, *([found.audio_span.start] if found.audio_span else [])])
    last = span.end - span.held - begins - 1 / 60
    chosen = f"if(gte(PTS*TB\\,{last:.6f})\\,{span.held:.6f}/TB\\,DURATION)"
    return ["-bsf:v", f"setts=duration={chosen}"]
