"""What a file says about its streams, and which of them are shown and heard.

Nothing here runs a program: `tools/probe.py` and `tools/packets.py` fill these in.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vireo_media.core.refused import Refused

# These carry no frame and no sound that can be decoded.
_NO_CODECS = frozenset({"", "none", "unknown", "bin_data"})
# Beside a film, a stream with less than a tenth of the frames of the fullest one is a poster, a
# preview or a chapter's image. Two moving streams (other angles, other sizes) are closer.
_STILLS_SHARE = 0.1
# Wider or taller pixels than any camera or broadcaster uses are a broken header.
_MOST_ASPECT = 8.0


@dataclass(frozen=True)
class Crop:
    """Pixels to be cut off at each side."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


@dataclass(frozen=True)
class Turn:
    """How a frame is turned and mirrored before it is shown: the signs of its matrix.

    A pixel at (x, y) is shown at (a x + c y, b x + d y).
    """

    a: int = 1
    b: int = 0
    c: int = 0
    d: int = 1


@dataclass(frozen=True)
class Colour:
    """Tags of a frame's colours, as ffprobe names them; empty where there is none."""

    matrix: str = ""
    transfer: str = ""
    primaries: str = ""
    range: str = ""

    @property
    def high_dynamic_range(self) -> bool:
        """Whether the transfer is PQ or HLG."""
        return self.transfer in ("smpte2084", "arib-std-b67")

    @property
    def complete(self) -> bool:
        """Whether all three are named: Chromium 156 ignores a matrix that stands alone."""
        return bool(self.matrix and self.transfer and self.primaries)


@dataclass(frozen=True)
class Stream:
    """What a file says about one of its streams.

    Rates are frames a second, 0 if unknown; times are seconds. `aspect` is the width of a pixel
    by its height. `crop` is what the file cuts off; `crops_itself`: ffmpeg does it unless it
    is set not to. `bottom_first`: of interlaced frames, by the header. `program`: which one of a
    broadcast, 0 for none.
    """

    index: int
    kind: str
    codec: str
    profile: str = ""
    tag: str = ""
    width: int = 0
    height: int = 0
    pixel_format: str = ""
    aspect: float = 1.0
    rotation: int = 0
    turn: Turn = Turn()
    crop: Crop = Crop()
    crops_itself: bool = False
    colour: Colour = Colour()
    has_alpha_layer: bool = False
    dolby_vision_profile: int = 0
    interlaced: bool = False
    bottom_first: bool = False
    frames: int = 0
    frame_rate: float = 0.0
    start: float = 0.0
    duration: float = 0.0
    channels: int = 0
    default: bool = False
    attached_image: bool = False
    encrypted: bool = False
    program: int = 0

    @property
    def displayed(self) -> tuple[int, int]:
        """Width and height in square pixels, cropped and turned as a player shows them."""
        return displayed_size(self, self.width, self.height, self.aspect)

    @property
    def assumed_matrix(self) -> str:
        """The matrix of the colours; where none is named, the one that browsers take.

        Chromium 156 takes BT.709 from 720 lines on, and BT.601 below.
        """
        if self.colour.matrix:
            return self.colour.matrix
        return "bt709" if self.height >= 720 else "smpte170m"


def displayed_size(stream: Stream, width: int, height: int, aspect: float) -> tuple[int, int]:
    """Return how large a frame of a stream is shown, in square pixels.

    `width`, `height` and `aspect` are of this one frame: they may change on the way.
    """
    crop = stream.crop
    if crop.left + crop.right < width and crop.top + crop.bottom < height:
        width, height = width - crop.left - crop.right, height - crop.top - crop.bottom
    width = max(1, round(width * sane_aspect(aspect)))
    return (height, width) if stream.rotation % 180 else (width, height)


def sane_aspect(aspect: float) -> float:
    """Return the aspect of a pixel, 1 where it is unknown or absurd."""
    if not math.isfinite(aspect) or not 1 / _MOST_ASPECT <= aspect <= _MOST_ASPECT:
        return 1.0
    return aspect


def family_of(matrix: str) -> str:
    """Return one name for matrices that are the same in numbers."""
    return "smpte170m" if matrix in ("bt470bg", "smpte170m") else matrix


def choose_video(streams: Sequence[Stream], frames: Mapping[int, int]) -> Stream:
    """Return the video stream to show: of those that move the largest, then the default one.

    Args:
        frames: how many frames of each stream were seen or are promised, by index.

    Raises Refused where the file has none (sound, subtitles, a cover image).
    """
    videos = [
        stream
        for stream in streams
        if stream.kind == "video" and not stream.attached_image and stream.codec not in _NO_CODECS
    ]
    if not videos:
        raise Refused("unsupported_media", "The file holds no video that can be decoded.")
    counts = {each.index: max(each.frames, frames.get(each.index, 0)) for each in videos}
    fullest = max(counts.values())
    moving = [each for each in videos if counts[each.index] >= fullest * _STILLS_SHARE]
    return max(moving, key=lambda each: (each.width * each.height, each.default, -each.index))


def choose_audio(streams: Sequence[Stream], video: Stream) -> Stream | None:
    """Return the sound to play: the default one, else the one with the most channels.

    Of a broadcast with several programs that of the video's, where it has one.
    """
    sounds = [
        stream
        for stream in streams
        if stream.kind == "audio" and stream.codec not in _NO_CODECS and stream.channels
    ]
    if not sounds:
        return None
    sounds = [each for each in sounds if each.program == video.program] or sounds
    return max(sounds, key=lambda each: (each.default, each.channels, -each.index))
