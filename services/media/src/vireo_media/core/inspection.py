"""Rules on what was measured in a file: taken or refused, and playable as it is or not.

Nothing here runs a program. `tools/probe.py` and `tools/packets.py` measure, these functions judge.
Those two refuse by themselves only what can't be measured to the end: a file that can't be read as
a video, or in which there is more than the bounds of the measuring let them see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

RefusalCode = Literal["unsupported_media", "too_large"]

# H.264 and HEVC level 6 end at 8192 x 4352. One such picture of 10 bits is 107 MB decoded.
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

# Honest files whose header may tell nonsense: the clock of these streams starts anew after 26
# hours, and an AVI that was streamed or interrupted tells a placeholder. Their packets decide.
HONEST_NONSENSE = frozenset({"mpegts", "mpeg", "avi"})

# One picture of these is a photo in a video's clothes; two or more are an old camera's video.
STILL_CODECS = frozenset(
    (
        *("apng", "bmp", "exr", "gif", "jpeg2000", "jpegls", "jpegxl", "mjpeg", "pam", "pbm"),
        *("pcx", "pgm", "png", "ppm", "sgi", "svg", "targa", "tiff", "webp"),
    )
)
# These carry no picture that can be shown.
_NO_PICTURE_CODECS = frozenset({"", "none", "unknown", "bin_data"})
_PLAYABLE_PROFILES = frozenset({"Constrained Baseline", "Baseline", "Main", "High"})
_PLAYABLE_PIXELS = frozenset({"yuv420p", "yuvj420p"})
# ffprobe tells no profile where no packet of sound lies near the start; browsers decode LC and HE.
_UNPLAYABLE_SOUND = frozenset({"Main", "SSR", "LTP", "LD", "ELD"})
_AVC_TAGS = frozenset({"avc1", "avc3"})


class Refused(Exception):
    """The file is not taken. `code` is the API's error code, `reason` one sentence for a person."""

    def __init__(self, code: RefusalCode, reason: str) -> None:
        super().__init__(reason)
        self.code: RefusalCode = code
        self.reason = reason


@dataclass(frozen=True)
class Stream:
    """What a file says about one of its streams. Rates are pictures a second, 0 if unknown."""

    index: int
    kind: str
    codec: str
    profile: str = ""
    tag: str = ""
    width: int = 0
    height: int = 0
    pixel_format: str = ""
    rotation: int = 0
    interlaced: bool = False
    frames: int = 0
    frame_rate: float = 0.0
    duration: float = 0.0
    channels: int = 0
    default: bool = False
    attached_picture: bool = False


@dataclass(frozen=True)
class Timing:
    """What the packets of the video stream show. Seconds; `pictures` counts up to a window."""

    start: float
    end: float
    pictures: int
    frame_rate: float

    @property
    def seconds(self) -> float:
        """From the first picture to the end of the last one."""
        return max(self.end - self.start, 0.0)

    def covers(self, promised: float) -> bool:
        """Whether (nearly) all of the seconds that a header promises are there."""
        return self.seconds >= promised * MIN_SHARE_PRESENT - _ROUNDING_SECONDS


@dataclass(frozen=True)
class Inspection:
    """A file that is taken, and what is in it.

    `width` and `height` are as displayed, after `rotation` (degrees, anticlockwise as ffmpeg
    tells it: 0, or quarter turns from -270 to 270). `duration` is seconds, measured by the
    packets and not believed from the header.
    `playable`: a browser plays it as it is, once its streams are copied into a fast-start MP4.
    `video_copies` and `audio_copies`: that stream need not be encoded for such an MP4.
    `packets`: how many packets of both streams the header promises, 0 if it does not say.
    """

    container: str
    demuxer: str
    video_index: int
    video_codec: str
    audio_index: int | None
    audio_codec: str | None
    width: int
    height: int
    duration: float
    frame_rate: float
    pixel_format: str
    rotation: int
    interlaced: bool
    video_copies: bool
    audio_copies: bool
    playable: bool
    packets: int = 0


def choose_video(streams: Sequence[Stream]) -> Stream:
    """Return the video stream to show: the largest, and of equal ones the default one.

    Raises Refused where the file has none (sound, subtitles, a cover picture).
    """
    videos = [
        stream
        for stream in streams
        if stream.kind == "video"
        and not stream.attached_picture
        and stream.codec not in _NO_PICTURE_CODECS
    ]
    if not videos:
        raise Refused("unsupported_media", "The file holds no video that can be decoded.")
    return max(videos, key=lambda each: (each.width * each.height, each.default, -each.index))


def choose_audio(streams: Sequence[Stream]) -> Stream | None:
    """Return the sound to play: the default one, else the one with the most channels."""
    sounds = [
        stream
        for stream in streams
        if stream.kind == "audio" and stream.codec not in _NO_PICTURE_CODECS and stream.channels
    ]
    if not sounds:
        return None
    return max(sounds, key=lambda each: (each.default, each.channels, -each.index))


def check_claims(container: str, video: Stream, seconds: float) -> None:
    """Refuse what the headers alone show to be too much; the decoder has seen nothing yet.

    `seconds` is the whole file's length. A header that promises days is refused even where the
    file holds less: players and our own tools would believe it.

    Raises Refused.
    """
    width, height = video.width, video.height
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise Refused("too_large", f"The picture is {width} x {height}; 8192 x 4352 is the most.")
    if container in HONEST_NONSENSE:
        return
    if max(seconds, video.duration) > MAX_SECONDS:
        raise _too_long(max(seconds, video.duration))
    if video.frames > MAX_FRAMES:
        raise _too_many(video.frames)


def check_timing(container: str, video: Stream, timing: Timing) -> None:
    """Judge what the packets showed against the limits and against the header's promise.

    Raises Refused.
    """
    if timing.pictures == 0:
        raise Refused("unsupported_media", "The file holds no picture.")
    if timing.pictures == 1 and video.codec in STILL_CODECS:
        raise Refused("unsupported_media", "The file is a single picture, not a video.")
    if timing.seconds > MAX_SECONDS:
        raise _too_long(timing.seconds)
    if timing.frame_rate > MAX_FRAME_RATE:
        raise Refused(
            "too_large",
            f"The video has {timing.frame_rate:.0f} pictures a second; "
            f"{MAX_FRAME_RATE:.0f} is the most.",
        )
    if timing.frame_rate * timing.seconds > MAX_FRAMES:
        raise _too_many(timing.frame_rate * timing.seconds)
    if container == "mp4" and not timing.covers(video.duration):
        raise Refused("unsupported_media", "The file is cut off: a part of the video is missing.")


def conclude(
    container: str, demuxer: str, video: Stream, audio: Stream | None, timing: Timing
) -> Inspection:
    """Put together what is known of a file whose first picture was decoded."""
    turned = video.rotation % 180 != 0
    video_copies = _video_copies(container, video)
    audio_copies = audio is None or (
        audio.codec == "aac" and audio.profile not in _UNPLAYABLE_SOUND
    )
    return Inspection(
        container=container,
        demuxer=demuxer,
        video_index=video.index,
        video_codec=video.codec,
        audio_index=None if audio is None else audio.index,
        audio_codec=None if audio is None else audio.codec,
        width=video.height if turned else video.width,
        height=video.width if turned else video.height,
        duration=timing.seconds,
        frame_rate=timing.frame_rate,
        pixel_format=video.pixel_format,
        rotation=video.rotation,
        interlaced=video.interlaced,
        video_copies=video_copies,
        audio_copies=audio_copies,
        playable=container == "mp4" and video_copies and audio_copies,
        packets=_packets(video, audio),
    )


def _packets(video: Stream, audio: Stream | None) -> int:
    if not video.frames or (audio and not audio.frames):
        return 0
    return video.frames + (audio.frames if audio else 0)


def _video_copies(container: str, video: Stream) -> bool:
    """H.264 of 8 bits and 4:2:0, from a container whose packets and times an MP4 can take.

    A transport or program stream may change its parameters and jump in time, an AVI has no
    display times at all: those are encoded.
    """
    return (
        container in ("mp4", "matroska", "flv")
        and video.codec == "h264"
        and video.pixel_format in _PLAYABLE_PIXELS
        and video.profile in _PLAYABLE_PROFILES
        and (container != "mp4" or video.tag in _AVC_TAGS)
    )


def _too_many(pictures: float) -> Refused:
    return Refused(
        "too_large", f"The video has {pictures:,.0f} pictures; {MAX_FRAMES:,} is the most."
    )


def _too_long(seconds: float) -> Refused:
    hours = MAX_SECONDS / 3600
    return Refused(
        "too_large", f"The video lasts {seconds / 3600:,.0f} hours; {hours:.0f} is the most."
    )
