"""Read what `ffprobe -of compact` prints, line by line, in memory that does not grow."""

import math
import re
from dataclasses import dataclass, field, replace

from vireo_media.core.inspection import MAX_FRAMES, MAX_SECONDS, Timing
from vireo_media.core.refused import Refused
from vireo_media.core.streams import Colour, Stream, sane_aspect
from vireo_media.tools.display_matrix import turn_of

# Enough for some two seconds of video beside the sound.
FIRST_PACKETS = 400
# Their clock is 33 bits of 90 kHz and starts anew, so that a header's or a last packet's time
# shows nothing: ffprobe prints 26 hours of a clip in which the clock went back.
WRAPPING_CLOCKS = frozenset({"mpegts", "mpeg"})
_LONGEST_GAP = 10.0
_SHORTEST_MEASURE = 0.5
# How much two recordings one after the other may overlap, and the shortest that counts as one.
_SEAM = 0.5
_MOST_STREAMS = 64
# A packet with this is decrypted by its player; ffmpeg would decode it as noise.
_ENCRYPTED = b"Encryption info"
_STREAM = re.compile(rb"stream\|index=(\d{1,4})\b")


@dataclass
class _Span:
    """Times of one stream's packets: when the first and the last is shown, and its end."""

    start: float | None = None
    last: float = 0.0
    end: float = 0.0
    last_dts: float | None = None
    packets: int = 0
    jumped: bool = False

    def add(self, pts: float | None, dts: float | None, duration: float) -> None:
        self.packets += 1
        shown = pts if pts is not None else dts
        if shown is not None:
            self.start = shown if self.start is None else min(self.start, shown)
            self.last = max(self.last, shown)
            self.end = max(self.end, shown + duration)
        if dts is not None:
            self.jumped |= self.last_dts is not None and dts - self.last_dts > _LONGEST_GAP
            self.last_dts = dts

    @property
    def rate(self) -> float:
        # A burst of a few packets shows nothing; some cameras write two at one time.
        elapsed = max(self.last - (self.start or 0.0), _SHORTEST_MEASURE)
        return max(self.packets - 1, 0) / elapsed


@dataclass
class Probe:
    """What a probe of headers, first packets and last packets has shown so far.

    `wrapping`: the format is one of `WRAPPING_CLOCKS`.
    """

    wrapping: bool = False
    streams: list[Stream] = field(default_factory=list)
    duration: float = 0.0
    _packets: int = 0
    _programs: int = 0
    _program: int = 0
    _program_of: dict[int, int] = field(default_factory=dict)
    _sought: bool = False
    _first: dict[int, _Span] = field(default_factory=dict)
    _last: dict[int, _Span] = field(default_factory=dict)
    _encrypted: set[int] = field(default_factory=set)

    def take(self, line: bytes) -> None:
        """Take one line of output."""
        self._take_program(line)
        section, fields = parse(line.removeprefix(b"program|"))
        if section == "packet":
            index = _index(fields, "stream_index")
            if index is not None:
                self._take_packet(index, fields)
                if _ENCRYPTED in line:
                    self._encrypted.add(index)
        elif section == "stream":
            index = _index(fields, "index")
            if index is not None:
                self._take_stream(_stream(index, fields))
        elif section == "side_data" and self.streams:
            # Where another kind of side data comes first, this has a line of its own.
            self.streams[-1] = _with_side_data(self.streams[-1], fields)
        elif section == "format":
            self.duration = number(fields, "duration") or 0.0

    def _take_program(self, line: bytes) -> None:
        """Note which program a stream is of.

        A transport stream's streams are printed inside their programs, and then once more. ffprobe
        5.1 gives each a line and ends a program with an empty one, 7.1 puts all into one line.
        """
        if line.startswith(b"program|"):
            self._programs += 1
            self._program = self._programs
        elif not line.strip():
            self._program = 0
        if self._program:
            for index in _STREAM.findall(line):
                self._program_of.setdefault(int(index), self._program)

    def _take_packet(self, index: int, fields: dict[str, str]) -> None:
        if index >= _MOST_STREAMS:
            return
        if _hidden(fields):
            return
        pts, dts, duration = _times(fields)
        known = self._first.get(index)
        # In a short file the seek leads back into what was read already.
        back = (
            known is not None
            and known.last_dts is not None
            and dts is not None
            and dts <= known.last_dts
        )
        self._sought = self._sought or back or self._packets >= FIRST_PACKETS
        self._packets += 1
        window = self._last if self._sought else self._first
        window.setdefault(index, _Span()).add(pts, dts, duration)

    def _take_stream(self, stream: Stream) -> None:
        indexes = {each.index for each in self.streams}
        if stream.index not in indexes and len(indexes) < _MOST_STREAMS:
            encrypted = stream.index in self._encrypted
            program = self._program_of.get(stream.index, 0)
            self.streams.append(replace(stream, encrypted=encrypted, program=program))

    @property
    def frames(self) -> dict[int, int]:
        """How many packets of each stream were seen, by its index."""
        indexes = self._first.keys() | self._last.keys()
        return {each: self._seen(each).packets for each in indexes}

    def follows_another(self, video: Stream) -> bool:
        """Whether another moving video begins where this one ends, or ends where it begins.

        Two recordings in one transport stream: ffmpeg shows one of them and drops the other.
        """
        here = self.timing(video.index)
        others = [each for each in self.streams if each.kind == "video" and each != video]
        for other in (self.timing(each.index) for each in others):
            apart = other.start > here.end - _SEAM or other.end < here.start + _SEAM
            if other.seconds > _SEAM and apart:
                return True
        return False

    def _seen(self, index: int) -> _Span:
        first, last = self._first.get(index, _Span()), self._last.get(index, _Span())
        return _Span(packets=first.packets + last.packets)

    def timing(self, index: int) -> Timing:
        """Return what the first and the last packets of a stream show."""
        first = self._first.get(index, _Span())
        last = self._last.get(index, _Span())
        start = first.start if first.start is not None else last.start
        return Timing(
            start=start or 0.0,
            end=max(first.end, last.end),
            frames=first.packets,
            frame_rate=max(first.rate, last.rate),
            held=max(first.end, last.end) - max(first.last, last.last),
        )

    def reached_end(self, video: Stream) -> bool:
        """Whether the last packets are known: found by seeking, or the file has no more."""
        first = self._first.get(video.index)
        if first is None or not (self._packets < FIRST_PACKETS or video.index in self._last):
            return False
        timing = self.timing(video.index)
        if self.wrapping and (first.jumped or timing.seconds > MAX_SECONDS):
            # The clock was set anew on the way, so that the last time shows nothing.
            return False
        return timing.covers(video.duration or self.duration)


@dataclass
class Scan:
    """What all packets of one stream show. `wrapping`: add up steps instead of trusting times."""

    wrapping: bool
    most_frames: int = MAX_FRAMES
    _span: _Span = field(default_factory=_Span)
    _steps: float = 0.0
    _position: int = 0

    def take(self, line: bytes) -> None:
        """Take one line of output. Raises Refused where there are too many packets."""
        section, fields = parse(line)
        if section != "packet" or _hidden(fields):
            return
        pts, dts, duration = _times(fields)
        before = self._span.last_dts
        self._span.add(pts, dts, duration)
        if before is not None and dts is not None:
            step = dts - before
            self._steps += step if 0.0 < step < _LONGEST_GAP else duration
        self._position = max(self._position, int(number(fields, "pos") or 0))
        if self._span.packets > self.most_frames:
            raise Refused("too_large", f"The video has more than {self.most_frames} frames.")

    def timing(self, share_of: int = 0) -> Timing:
        """Return the measure; if only a part of `share_of` bytes was read, the whole by it."""
        start = self._span.start or 0.0
        seconds = self._steps if self.wrapping else self._span.end - start
        if share_of and self._position:
            seconds *= share_of / self._position
        return Timing(
            start,
            start + seconds,
            self._span.packets,
            self._rate(seconds, share_of),
            held=self._span.end - self._span.last,
            estimated=bool(share_of),
        )

    def _rate(self, seconds: float, share_of: int) -> float:
        if not self.wrapping:
            return self._span.rate
        part = self._position / share_of if share_of else 1.0
        return self._span.packets / (seconds * part) if seconds > 0 and part > 0 else 0.0


# ffprobe puts a backslash before a "|" or a backslash in what a file says in words.
_FIELD = re.compile(r"(?:\\.|[^|\\])+", re.DOTALL)


def parse(line: bytes) -> tuple[str, dict[str, str]]:
    """Return the name of a line's section, and its fields; of what is there twice the first.

    Words of the file's own (a tag) come last, and can't take the place of what ffprobe found.
    """
    section, *words = _FIELD.findall(line.decode(errors="replace")) or [""]
    fields: dict[str, str] = {}
    for word in words:
        name, _, value = word.partition("=")
        fields.setdefault(name, value)
    return section, fields


def number(fields: dict[str, str], key: str) -> float | None:
    """Return a number, or None for what ffprobe doesn't know ("N/A", "0/0", nothing)."""
    text = fields.get(key, "")
    above, _, below = text.partition("/")
    try:
        number = float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def _index(fields: dict[str, str], key: str) -> int | None:
    """Return the number of a stream; None where a line was cut off."""
    text = fields.get(key, "")
    return int(text) if text.isascii() and text.isdigit() else None


def _times(fields: dict[str, str]) -> tuple[float | None, float | None, float]:
    duration = number(fields, "duration_time") or 0.0
    return number(fields, "pts_time"), number(fields, "dts_time"), duration


def _hidden(fields: dict[str, str]) -> bool:
    """Whether an edit list hides a packet: it is decoded for others, and not shown."""
    return "D" in fields.get("flags", "")


def _rotation(text: str) -> int:
    """Return quarter turns in degrees; players show nothing else (a broken matrix prints -2^31)."""
    try:
        degrees = int(float(text))
    except (ValueError, OverflowError):
        return 0
    return degrees if degrees in (-270, -180, -90, 90, 180, 270) else 0


def _with_side_data(stream: Stream, fields: dict[str, str]) -> Stream:
    """Return a stream with what its side data say.

    ffprobe 5.1 prints ``rotation=90``, 7.1 ``side_datum/display_matrix:rotation=90``.
    """
    for name, value in fields.items():
        field_name = name.rpartition(":")[2]
        if field_name == "rotation":
            stream = replace(stream, rotation=_rotation(value))
        elif field_name == "displaymatrix":
            stream = replace(stream, turn=turn_of(value))
        elif field_name == "dv_profile":
            profile = int(value) if value.isascii() and value.isdigit() else 0
            stream = replace(stream, dolby_vision_profile=profile)
        elif field_name == "side_data_type" and value == "Frame Cropping":
            # From ffmpeg 7.1 on.
            stream = replace(stream, crops_itself=True)
    return stream


def ratio(text: str) -> float:
    """Return ``64:45`` as a number, 1 where it is unknown or absurd."""
    above, _, below = text.partition(":")
    try:
        return sane_aspect(float(above) / float(below))
    except (ValueError, ZeroDivisionError):
        return 1.0


# What is none of these is unknown: names become words of ffmpeg's filters later.
_COLOUR_NAMES = {
    "color_range": frozenset({"tv", "pc"}),
    "color_space": frozenset(
        (
            *("gbr", "bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "ycgco"),
            *("bt2020nc", "bt2020c", "ictcp", "chroma-derived-nc", "chroma-derived-c"),
        )
    ),
    "color_transfer": frozenset(
        (
            *("bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "linear", "log100"),
            *("log316", "iec61966-2-4", "bt1361e", "iec61966-2-1", "bt2020-10", "bt2020-12"),
            *("smpte2084", "smpte428", "arib-std-b67"),
        )
    ),
    "color_primaries": frozenset(
        (
            *("bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "film", "bt2020"),
            *("smpte428", "smpte431", "smpte432", "ebu3213"),
        )
    ),
}


def colour_of(fields: dict[str, str]) -> Colour:
    """Return the tags of a stream's or a frame's colours, of those that there are."""

    def known(key: str) -> str:
        name = fields.get(key, "")
        return name if name in _COLOUR_NAMES[key] else ""

    return Colour(
        matrix=known("color_space"),
        transfer=known("color_transfer"),
        primaries=known("color_primaries"),
        range=known("color_range"),
    )


_NOT_MOVING = ("attached_pic", "still_image", "timed_thumbnails")


def _stream(index: int, fields: dict[str, str]) -> Stream:
    stream = Stream(
        index=index,
        kind=fields.get("codec_type", ""),
        codec=fields.get("codec_name", ""),
        profile=fields.get("profile", ""),
        tag=fields.get("codec_tag_string", ""),
        width=int(number(fields, "width") or 0),
        height=int(number(fields, "height") or 0),
        pixel_format=fields.get("pix_fmt", ""),
        aspect=ratio(fields.get("sample_aspect_ratio", "")),
        colour=colour_of(fields),
        has_alpha_layer="1" in (fields.get("tag:alpha_mode"), fields.get("tag:ALPHA_MODE")),
        interlaced=fields.get("field_order", "") in ("tt", "bb", "tb", "bt"),
        bottom_first=fields.get("field_order", "") in ("bb", "tb"),
        frames=int(number(fields, "nb_frames") or 0),
        frame_rate=number(fields, "avg_frame_rate") or 0.0,
        start=number(fields, "start_time") or 0.0,
        duration=number(fields, "duration") or 0.0,
        channels=int(number(fields, "channels") or 0),
        default=fields.get("disposition:default") == "1",
        attached_image=any(fields.get(f"disposition:{each}") == "1" for each in _NOT_MOVING),
    )
    return _with_side_data(stream, fields)
