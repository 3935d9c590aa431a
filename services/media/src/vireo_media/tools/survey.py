"""Look through a whole file before it is encoded: what changes on the way?

Every keyframe and all sound is decoded once, in bounded children. A header says only how a
file begins: a recording of a call grows from 320 x 180 to 640 x 360, a broadcast goes from one
channel to two, and a header may lie about how long its sound is.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vireo_media.core.inspection import Inspection, Timing
from vireo_media.core.streams import Colour, Stream
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import quiet, source
from vireo_media.tools.packets import Scan, colour_of, number, parse, ratio

# As for an encode (transcode.py), which decodes more.
_MEMORY_BYTES = 3 << 30
_SECONDS_BASE, _SECONDS_EACH, _SECONDS_MOST = 300.0, 3.0, 43_200.0
# Every frame of these is a keyframe: their beginning is enough.
_INTRA_CODECS = frozenset(
    (
        *("cfhd", "dnxhd", "dvvideo", "ffv1", "ffvhuff", "hap", "huffyuv", "jpeg2000"),
        *("magicyuv", "mjpeg", "png", "prores", "rawvideo", "utvideo", "v210"),
    )
)
_INTRA_PACKETS = 100
# Frames of these can't say themselves that they are interlaced; QuickTime's header does.
_SILENT_CODECS = frozenset(
    ("ffvhuff", "huffyuv", "jpeg2000", "magicyuv", "png", "qtrle", "utvideo")
)
# A step of the clock that is not a gap but another recording, or a clock that was set anew. A few
# packets may come late: ffmpeg hands out the last one of a PID that ended at the end of the file.
_FORWARD, _BACK, _MOST_LATE = 10.0, 0.5, 8
_MOST_SHAPES = 64


@dataclass(frozen=True)
class Shape:
    """Frames of one size: coded pixels, the aspect of a pixel, and for how many seconds."""

    width: int
    height: int
    aspect: float
    seconds: float


@dataclass(frozen=True)
class Sound:
    """What was decoded of the sound.

    `seconds` counts samples; `span` is from the first one's time to the end of the last one, by
    the file's clock. `channels` are all numbers of channels there were.
    """

    seconds: float
    span: float
    start: float
    channels: frozenset[int]


@dataclass(frozen=True)
class Survey:
    """What changes on the way. `steady`: the clock never jumps.

    `interlaced`: a frame says so, or of a codec whose frames can't the header (`unsaid`).

    `measured`: by all packets of the frames; None where not all of them were read.
    """

    shapes: tuple[Shape, ...]
    colour: Colour
    interlaced: bool
    unsaid: bool
    steady: bool
    sound: Sound | None
    measured: Timing | None


def survey(path: Path, found: Inspection, *, stop: threading.Event | None = None) -> Survey:
    """Look through a file that was inspected.

    Raises the errors of `sandbox`.
    """
    limits = _limits(found)
    frames = _Frames(found.video)
    interval = ["-read_intervals", f"%+#{_INTRA_PACKETS}"]
    intra = found.video.codec in _INTRA_CODECS
    argv = [
        *(*quiet("ffprobe"), "-threads", "2", "-skip_frame:v", "nokey", *(interval * intra)),
        *("-select_streams", str(found.video.index), "-of", "compact", "-show_entries"),
        "packet=pts_time,dts_time,duration_time,flags:frame=best_effort_timestamp_time,width,height,sample_aspect_ratio,"
        "interlaced_frame,color_range,color_space,color_transfer,color_primaries",
        *source(path, found.file_format),
    ]
    _run(argv, limits, path, stop, frames.take)
    sound = _listen(path, found.audio, found, limits, stop) if found.audio else None
    return Survey(
        shapes=frames.shapes(found.video_span.end),
        colour=frames.colour,
        interlaced=frames.interlaced or found.video.interlaced,
        unsaid=found.video.interlaced and found.video.codec in _SILENT_CODECS,
        steady=frames.steady,
        sound=sound,
        measured=None if intra else frames.measured(),
    )


def _listen(
    path: Path,
    audio: Stream,
    found: Inspection,
    limits: sandbox.Limits,
    stop: threading.Event | None,
) -> Sound:
    heard = _Heard()
    argv = [
        *(*quiet("ffprobe"), "-threads", "1", "-select_streams", str(audio.index)),
        *("-of", "compact", "-show_entries"),
        "frame=best_effort_timestamp_time,nb_samples,channels:stream=sample_rate",
        *source(path, found.file_format),
    ]
    _run(argv, limits, path, stop, heard.take)
    return heard.sound()


def _limits(found: Inspection) -> sandbox.Limits:
    seconds = min(_SECONDS_BASE + _SECONDS_EACH * found.duration, _SECONDS_MOST)
    return sandbox.Limits(_MEMORY_BYTES, int(2 * seconds), seconds, file_bytes=0)


def _run(
    argv: Sequence[str],
    limits: sandbox.Limits,
    path: Path,
    stop: threading.Event | None,
    on_line: Callable[[bytes], None],
) -> None:
    """Run ffprobe. Its exit code says nothing: it is the same for a file that is cut off."""
    sandbox.run(argv, limits, files=sandbox.Files(reads=[path]), stop=stop, on_line=on_line)


@dataclass
class _Frames:
    """Keyframes, line by line, in memory that does not grow."""

    video: Stream
    colour: Colour = field(default_factory=Colour)
    interlaced: bool = False
    steady: bool = True
    _scan: Scan = field(default_factory=lambda: Scan(wrapping=False))
    _dts: float | None = None
    _late: int = 0
    _shape: tuple[int, int, float] | None = None
    _since: float = 0.0
    _last: float = 0.0
    _shown: dict[tuple[int, int, float], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.colour = self.video.colour

    def take(self, line: bytes) -> None:
        """Take one line of ffprobe's output."""
        section, fields = parse(line)
        if section == "packet":
            self._scan.take(line)
            self._take_packet(number(fields, "dts_time"))
        elif section == "frame":
            self._take_frame(fields)

    def _take_packet(self, dts: float | None) -> None:
        if dts is None:
            return
        before = dts if self._dts is None else self._dts
        if dts < before - _BACK:
            self._late += 1
            self.steady &= self._late <= _MOST_LATE
            return
        self.steady &= dts <= before + _FORWARD
        self._dts, self._late = max(dts, before), 0

    def _take_frame(self, fields: dict[str, str]) -> None:
        width, height = int(number(fields, "width") or 0), int(number(fields, "height") or 0)
        if not width or not height:
            return
        at = number(fields, "best_effort_timestamp_time")
        self._last = at if at is not None else self._last
        self.interlaced |= fields.get("interlaced_frame") == "1"
        shape = (width, height, ratio(fields.get("sample_aspect_ratio", "")))
        if self._shape is None:
            # The frames say what the header left out: a JPEG or VP9 names its matrix itself.
            shown = colour_of(fields)
            self.colour = Colour(
                self.colour.matrix or shown.matrix,
                self.colour.transfer or shown.transfer,
                self.colour.primaries or shown.primaries,
                self.colour.range or shown.range,
            )
        if shape != self._shape:
            self._close(self._last)
            self._shape, self._since = shape, self._last

    def _close(self, until: float) -> None:
        if self._shape is not None and (
            self._shape in self._shown or len(self._shown) < _MOST_SHAPES
        ):
            before = self._shown.get(self._shape, 0.0)
            self._shown[self._shape] = before + max(until - self._since, 0.0)

    def measured(self) -> Timing:
        """Return the measure: by its clock, or where that jumps by its steps."""
        self._scan.wrapping = not self.steady
        return self._scan.timing()

    def shapes(self, end: float) -> tuple[Shape, ...]:
        """Return the sizes there were; without any frame, what the header says."""
        self._close(max(end, self._last))
        self._shape = None
        if not self._shown:
            video = self.video
            self._shown[video.width, video.height, video.aspect] = end
        return tuple(Shape(*shape, seconds) for shape, seconds in self._shown.items())


@dataclass
class _Heard:
    """Decoded sound, line by line."""

    _samples: int = 0
    _rate: float = 0.0
    _start: float | None = None
    _last: tuple[float, int] = (0.0, 0)
    _channels: set[int] = field(default_factory=set)

    def take(self, line: bytes) -> None:
        """Take one line of ffprobe's output."""
        section, fields = parse(line.removeprefix(b"program|"))
        if section == "stream":
            self._rate = number(fields, "sample_rate") or self._rate
        if section != "frame":
            return
        samples = int(number(fields, "nb_samples") or 0)
        self._samples += samples
        self._channels.add(int(number(fields, "channels") or 0))
        at = number(fields, "best_effort_timestamp_time")
        if at is not None:
            self._start = at if self._start is None else self._start
            self._last = (at, samples)

    def sound(self) -> Sound:
        """Return what was heard; no sample at all has no seconds."""
        rate = self._rate or 1.0
        start = self._start or 0.0
        end = self._last[0] + self._last[1] / rate
        return Sound(
            seconds=self._samples / rate if self._rate else 0.0,
            span=max(end - start, 0.0),
            start=start,
            channels=frozenset(self._channels - {0}),
        )
