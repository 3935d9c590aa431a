"""Rules on what was measured in a file: taken or refused, and playable as it is or not.

Nothing here runs a program. `tools/probe.py` and `tools/packets.py` measure, these functions judge.
Those two refuse by themselves only what can't be measured to the end: a file that can't be read as
a video, or in which there is more than the bounds of the measuring let them see.
"""

from dataclasses import dataclass, replace

from vireo_media.core.formats import FileFormat
from vireo_media.core.refused import Refused
from vireo_media.core.streams import Colour, Crop, Stream, family_of

# H.264 and HEVC level 6 end at 8192 x 4352. One such frame of 10 bits is 107 MB decoded.
MAX_SIDE = 8192
MAX_PIXELS = 8192 * 4352
# A long day's recording. Longer ones tie up an encoder for days.
MAX_SECONDS = 12 * 3600.0
# Phones film slow motion at 240; nothing on a screen needs more.
MAX_FRAME_RATE = 300.0
# Twelve hours at 30 a second, seven at 60. More of them, however small, keep an encoder busy.
MAX_FRAMES = 1_500_000
# An MP4 whose index promises more than a tenth that the file doesn't hold was cut while it was
# copied. (A recording that was interrupted has no such index, and is taken for what it holds.)
MIN_SHARE_PRESENT = 0.9
_ROUNDING_SECONDS = 0.25

# Honest files whose header may be wrong: the clock of these streams starts anew after 26
# hours, and an AVI that was streamed or interrupted has a placeholder. Their packets decide.
HONEST_NONSENSE = frozenset({"mpegts", "mpeg", "avi"})

# One frame of these is a photo in a video's clothes; two or more are an old camera's video.
STILL_CODECS = frozenset(
    (
        *("apng", "bmp", "exr", "gif", "jpeg2000", "jpegls", "jpegxl", "mjpeg", "pam", "pbm"),
        *("pcx", "pgm", "png", "ppm", "sgi", "svg", "targa", "tiff", "webp"),
    )
)
_PLAYABLE_PROFILES = frozenset({"Constrained Baseline", "Baseline", "Main", "High"})
_PLAYABLE_PIXELS = frozenset({"yuv420p", "yuvj420p"})
# ffprobe prints no profile where no packet of sound lies near the start; browsers decode LC and HE.
_UNPLAYABLE_SOUND = frozenset({"Main", "SSR", "LTP", "LD", "ELD"})
_AVC_TAGS = frozenset({"avc1", "avc3"})
# Its frames are coded in a space of their own, which nothing here turns into another.
_CLOSED_DOLBY_VISION = 5


@dataclass(frozen=True)
class Timing:
    """What the packets of a stream show. Seconds; `frames` counts packets up to a window.

    `held`: how long the last frame is shown; `held_by_header`: as the header alone says, so that
    a copy would lose it. `estimated`: not all of them were read, and the end is calculated from the
    share of bytes that was.
    """

    start: float
    end: float
    frames: int
    frame_rate: float
    held: float = 0.0
    held_by_header: bool = False
    estimated: bool = False

    @property
    def seconds(self) -> float:
        """From the beginning of the first one to the end of the last one."""
        return max(self.end - self.start, 0.0)

    def with_last_frame(self, video: Stream) -> "Timing":
        """Return the measure with the last frame shown until the header says that it ends.

        Where its frames are not in the order in which they are shown, an MP4 has that length of
        another one. That is believed where not one frame is missing.
        """
        more = video.duration - self.seconds
        if self.estimated or more <= 0 or not 0 < video.frames <= self.frames:
            return self
        held = self.held + more
        return replace(self, end=self.end + more, held=held, held_by_header=True)

    def covers(self, promised: float) -> bool:
        """Whether (nearly) all of the seconds that a header promises are there.

        The header of a fragmented MP4 counts from zero, also where its first fragment begins at an
        hour: there the end is what was promised.
        """
        return max(self.seconds, self.end) >= promised * MIN_SHARE_PRESENT - _ROUNDING_SECONDS


@dataclass(frozen=True)
class Layout:
    """What the boxes of an MP4 say beside its streams; other formats have the defaults.

    `whole`: edit lists present every frame and all sound, but for a start that is cut off.
    `other_speed`: they show a part faster or slower than it is, or hold a frame. `promised`: how
    many seconds the header of the whole film says. `length_unknown`: the header of the video says
    that it does not know its length.
    """

    whole: bool = True
    other_speed: bool = False
    promised: float = 0.0
    length_unknown: bool = False


@dataclass(frozen=True)
class Inspection:
    """A file that is taken, and what is in it.

    `width` and `height` are as displayed, in square pixels, after the rotation. `duration` is the
    seconds of the whole film, video and sound, measured by packets and not believed from the
    header. `video_span` and `audio_span` are when each begins and ends in the file's own time.
    `playable`: a browser plays it as it is, once its streams are copied into a fast-start MP4.
    `video_copies` and `audio_copies`: that stream need not be encoded for such an MP4.
    `packets`: how many packets of both streams the header promises, 0 if it does not say.
    `silenced`: the file has sound, in a codec that nothing here decodes.
    """

    file_format: FileFormat
    video: Stream
    audio: Stream | None
    video_span: Timing
    audio_span: Timing | None
    duration: float
    video_copies: bool
    audio_copies: bool
    packets: int = 0
    silenced: bool = False

    @property
    def width(self) -> int:
        """Pixels, as displayed."""
        return self.video.displayed[0]

    @property
    def height(self) -> int:
        """Pixels, as displayed."""
        return self.video.displayed[1]

    @property
    def playable(self) -> bool:
        """Whether copying both streams is all that is needed."""
        return (
            self.file_format.name == "mp4"
            and self.video_copies
            and self.audio_copies
            and not self.silenced
        )

    def without_sound(self) -> "Inspection":
        """The same film without its sound."""
        return replace(self, audio=None, audio_span=None, audio_copies=True)


def check_claims(file_format: str, video: Stream, seconds: float, layout: Layout) -> None:
    """Refuse what the headers alone show to be too much; the decoder has seen nothing yet.

    `seconds` is the whole file's length. A header that promises days is refused even where the
    file holds less: players and our own tools would believe it.

    Raises Refused.
    """
    width, height = video.width, video.height
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise Refused("too_large", f"The video is {width} x {height}; 8192 x 4352 is the most.")
    if video.dolby_vision_profile == _CLOSED_DOLBY_VISION:
        raise Refused(
            "unsupported_media",
            "The video is Dolby Vision of profile 5, whose colours can't be converted.",
        )
    if layout.other_speed:
        raise Refused(
            "unsupported_media",
            "A part of the video is played at another speed or as a still, which is not converted; "
            "export it with the program that made it.",
        )
    if file_format in HONEST_NONSENSE or layout.length_unknown:
        return
    promised = max(seconds, video.duration, layout.promised)
    if promised > MAX_SECONDS:
        raise _too_long(promised)
    if video.frames > MAX_FRAMES:
        raise _too_many(video.frames)


def check_timing(file_format: str, video: Stream, timing: Timing, layout: Layout) -> None:
    """Judge what the packets showed against the limits and against the header's promise.

    Raises Refused.
    """
    if timing.frames == 0:
        raise Refused("unsupported_media", "The file holds no frame.")
    if timing.frames == 1 and video.codec in STILL_CODECS:
        raise Refused("unsupported_media", "The file is a single image, not a video.")
    if timing.seconds > MAX_SECONDS:
        raise _too_long(timing.seconds)
    if timing.frame_rate > MAX_FRAME_RATE:
        raise Refused(
            "too_large",
            f"The video has {timing.frame_rate:.0f} frames a second; "
            f"{MAX_FRAME_RATE:.0f} is the most.",
        )
    if timing.frame_rate * timing.seconds > MAX_FRAMES:
        raise _too_many(timing.frame_rate * timing.seconds)
    promised = 0.0 if layout.length_unknown else video.duration
    if file_format == "mp4" and not timing.covers(promised):
        raise Refused("unsupported_media", "The file is cut off: a part of the video is missing.")


def check_encryption(*streams: Stream | None, header: bool = False) -> None:
    """Refuse a film whose frames or sound are encrypted: it would be published as noise.

    `header`: the file says so by itself.

    Raises Refused.
    """
    if header or any(stream is not None and stream.encrypted for stream in streams):
        raise Refused(
            "unsupported_media",
            "The file is encrypted (DRM) and can't be decoded; upload it without the protection.",
        )


def conclude(
    file_format: FileFormat,
    video: Stream,
    audio: Stream | None,
    timing: Timing,
    audio_timing: Timing | None = None,
    *,
    layout: Layout | None = None,
    silenced: bool = False,
) -> Inspection:
    """Put together what is known of a file whose first frame was decoded.

    Raises Refused where sound goes on for longer than a film may.
    """
    layout = layout or Layout()
    video_copies = (
        layout.whole and not timing.held_by_header and _video_copies(file_format.name, video)
    )
    audio_copies = audio is None or (
        audio.codec == "aac" and audio.profile not in _UNPLAYABLE_SOUND
    )
    duration = _whole(timing, audio_timing)
    if duration > MAX_SECONDS:
        raise _too_long(duration)
    return Inspection(
        file_format=file_format,
        video=video,
        audio=audio,
        video_span=timing,
        audio_span=audio_timing,
        duration=duration,
        video_copies=video_copies,
        audio_copies=audio_copies,
        packets=_packets(video, audio),
        silenced=silenced,
    )


def _whole(video: Timing, audio: Timing | None) -> float:
    """Seconds from where a player begins to where video and sound have both ended."""
    if audio is None or audio.seconds == 0:
        return video.seconds
    return max(video.end, audio.end) - min(video.start, audio.start)


def _packets(video: Stream, audio: Stream | None) -> int:
    if not video.frames or (audio and not audio.frames):
        return 0
    return video.frames + (audio.frames if audio else 0)


def _video_copies(file_format: str, video: Stream) -> bool:
    """H.264 of 8 bits and 4:2:0, from a format whose packets and times an MP4 can take.

    A transport or program stream may change its parameters and jump in time, an AVI has no
    display times at all: those are encoded. So is what a browser would show wrongly: interlaced
    frames, a crop of the file's, HDR, and colours of which only a part is named.
    """
    return (
        file_format in ("mp4", "matroska", "flv")
        and video.codec == "h264"
        and video.pixel_format in _PLAYABLE_PIXELS
        and video.profile in _PLAYABLE_PROFILES
        and (file_format != "mp4" or video.tag in _AVC_TAGS)
        and not video.interlaced
        and video.crop == Crop()
        and not video.crops_itself
        and _colours_copy(video)
    )


def _colours_copy(video: Stream) -> bool:
    """Whether a browser shows the colours of a copy as they are meant."""
    colour = video.colour
    if colour.high_dynamic_range or colour.primaries == "bt2020":
        return False
    if colour.complete:
        return True
    # Browsers ignore incomplete colour tags: those present must equal the defaults.
    assumed = family_of(replace(video, colour=Colour()).assumed_matrix)
    parts = (colour.matrix, colour.transfer, colour.primaries)
    return all(family_of(each) == assumed for each in parts if each)


def _too_many(frames: float) -> Refused:
    return Refused("too_large", f"The video has {frames:,.0f} frames; {MAX_FRAMES:,} is the most.")


def _too_long(seconds: float) -> Refused:
    hours = MAX_SECONDS / 3600
    return Refused(
        "too_large", f"The video lasts {seconds / 3600:,.0f} hours; {hours:.0f} is the most."
    )
