"""The playlists of a stream: HLS (RFC 8216 and its second edition) over fragmented MP4 (CMAF).

ffmpeg's own master playlists are not used: 5.1 names no codec of H.264 that was copied, measures no
rate, and lists the sound as a variant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vireo_media.core.ladder import Size

_VERSION = 7
KEYS = "i"
# A last segment that is shorter than this share of the longest one says nothing about the rate.
_SHORT = 0.5


@dataclass(frozen=True)
class Segment:
    """A part of a file that is decoded by itself: where it is, and how long it is shown.

    ``start`` and ``seconds`` are times in the film. ``key_size`` are the bytes up to the end of the
    first frame.
    """

    offset: int
    size: int
    start: float
    seconds: float
    key_size: int


@dataclass(frozen=True)
class Fragments:
    """A fragmented MP4 with one stream: ``head_size`` bytes, then the segments.

    ``codec`` is as RFC 6381 has it; ``frame_rate`` is 0 of sound, ``size`` is ``None``.
    """

    codec: str
    head_size: int
    segments: Sequence[Segment]
    frame_rate: float = 0.0
    channels: int = 0
    size: Size | None = None

    @property
    def seconds(self) -> float:
        """Of all segments together."""
        return sum(each.seconds for each in self.segments)

    @property
    def average_bits(self) -> int:
        """Bits a second of the whole."""
        return _rate(sum(each.size for each in self.segments), self.seconds)

    @property
    def peak_bits(self) -> int:
        """Bits a second of the largest segment."""
        return max(_rate(each.size, each.seconds) for each in _telling(self.segments))

    @property
    def key_bits(self) -> int:
        """The same of the first frames alone."""
        return max(_rate(each.key_size, each.seconds) for each in _telling(self.segments))


@dataclass(frozen=True)
class Rendition:
    """What the master says of a rendition, or of the sound (``height`` 0); rates in bits a second.

    ``part`` is its name in the store, from which those of its playlists follow.
    """

    height: int
    part: str
    codec: str
    bits: int
    average_bits: int
    key_bits: int = 0
    width: int = 0
    shown_height: int = 0
    frame_rate: float = 0.0
    channels: int = 0


@dataclass(frozen=True)
class Subtitles:
    """Captions of a stream; ``part`` is the name of their playlist."""

    language: str
    label: str
    part: str


def rendition(height: int, part: str, found: Fragments) -> Rendition:
    """What the master says of these fragments."""
    size = found.size or Size(0, 0)
    return Rendition(
        height=height,
        part=part,
        codec=found.codec,
        # The segment that was left out may have the highest rate of all.
        bits=max(found.peak_bits, found.average_bits),
        average_bits=found.average_bits,
        key_bits=found.key_bits,
        width=size.width,
        shown_height=size.height,
        frame_rate=round(found.frame_rate, 3),
        channels=found.channels,
    )


def keys_part(part: str) -> str:
    """The name of the playlist of a rendition's I-frames."""
    return f"{part}{KEYS}"


def media_playlist(part: str, found: Fragments) -> str:
    """The playlist of a rendition, or of the sound."""
    lines = _beginning(part, found)
    for each in found.segments:
        lines += _range(part, each.seconds, each.offset, each.size)
    return _text([*lines, "#EXT-X-ENDLIST"])


def keys_playlist(part: str, found: Fragments) -> str:
    """The playlist of a rendition's I-frames: the first frame of each segment."""
    lines = [*_beginning(part, found), "#EXT-X-I-FRAMES-ONLY"]
    for each in found.segments:
        lines += _range(part, each.seconds, each.offset, each.key_size)
    return _text([*lines, "#EXT-X-ENDLIST"])


def master_playlist(renditions: Iterable[Rendition], captions: Sequence[Subtitles] = ()) -> str:
    """The master playlist, the lowest rendition first: a player may begin with the first one."""
    ordered = sorted(renditions, key=lambda each: each.height)
    sounds = [each for each in ordered if each.height == 0]
    sound = sounds[0] if sounds else None
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="{sound.channels}",URI="{sound.part}.m3u8"'
        )
    lines += [
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="{_quoted(text.label)}",'
        f'LANGUAGE="{text.language}",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="{text.part}.m3u8"'
        for text in captions
    ]
    videos = [each for each in ordered if each.height]
    for each in videos:
        lines += _variant(each, sound, with_captions=bool(captions))
    lines += [
        f"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={each.key_bits},{_picture(each)},"
        f'CODECS="{each.codec}",URI="{keys_part(each.part)}.m3u8"'
        for each in videos
    ]
    return _text(lines)


def _variant(video: Rendition, sound: Rendition | None, *, with_captions: bool) -> list[str]:
    codecs = ",".join([video.codec, *([sound.codec] if sound else [])])
    bits = video.bits + (sound.bits if sound else 0)
    average = video.average_bits + (sound.average_bits if sound else 0)
    words = [
        f"BANDWIDTH={bits},AVERAGE-BANDWIDTH={average}",
        f'CODECS="{codecs}",{_picture(video)},FRAME-RATE={video.frame_rate:.3f}',
        # What stands in the frames is served as captions; without this hls.js shows a track
        # without a cue.
        "CLOSED-CAPTIONS=NONE",
        *(['AUDIO="sound"'] if sound else []),
        *(['SUBTITLES="captions"'] if with_captions else []),
    ]
    return [f"#EXT-X-STREAM-INF:{','.join(words)}", f"{video.part}.m3u8"]


def _picture(video: Rendition) -> str:
    return f"RESOLUTION={video.width}x{video.shown_height}"


def _beginning(part: str, found: Fragments) -> list[str]:
    longest = max(each.seconds for each in found.segments)
    return [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{max(int(longest + 0.5), 1)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{part}.mp4",BYTERANGE="{found.head_size}@0"',
    ]


def _range(part: str, seconds: float, offset: int, size: int) -> list[str]:
    return [f"#EXTINF:{seconds:.6f},", f"#EXT-X-BYTERANGE:{size}@{offset}", f"{part}.mp4"]


def _telling(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Those whose rates say something: not a last one of a few frames."""
    longest = max(each.seconds for each in segments)
    last = segments[-1]
    if len(segments) > 1 and last.seconds < longest * _SHORT:
        return segments[:-1]
    return segments


def _rate(size: int, seconds: float) -> int:
    return int(size * 8 / seconds + 0.5) if seconds > 0 else size * 8


def _quoted(text: str) -> str:
    """A text in an attribute: it has no quotes and no line ends (RFC 8216, 4.2).

    Apostrophes may be in it: hls.js and video.js read them right, hls-parser 0.16.1 of npm loses
    what follows (findings/playlist-apostrophe.sh).
    """
    return "".join("'" if each == '"' else each for each in text if each.isprintable())


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
