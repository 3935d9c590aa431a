"""Good clips, each made with ffmpeg, and what is true of each.

`CLIPS` is the table; `make(clip, folder)` builds one there, once. They are test patterns with a
tone, two seconds long and small, so that the whole table is built in seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vireo_ops.clips import AAC, QUICK, ffmpeg, lavfi, make_once
from vireo_testing.mp4_boxes import edited, turn

Builder = Callable[[Path], object]

SECONDS = 2.0
LATITUDE = "+48.8577"
MAKER = "Vireophone"


@dataclass(frozen=True)
class Clip:
    """One good clip.

    `width` and `height` are as displayed; `playable` means that a browser plays it as it is;
    `audio` is the codec or None; `private` says that it carries a position and a camera's name.
    """

    name: str
    container: str
    video: str
    audio: str | None
    build: Builder
    width: int = 320
    height: int = 180
    rotation: int = 0
    duration: float = SECONDS
    playable: bool = False
    private: bool = False


def picture(size: str = "320x180", rate: str = "25", seconds: float = SECONDS) -> list[str]:
    """Input arguments: a moving test pattern."""
    # testsrc2 rounds odd sizes, so that those come from testsrc.
    odd = any(int(side) % 2 for side in size.split("x"))
    return lavfi(f"testsrc{'' if odd else 2}=size={size}:rate={rate}:duration={seconds}")


def tone(seconds: float = SECONDS, layout: str = "stereo") -> list[str]:
    """Input arguments: a tone in the given channel layout."""
    sine = f"sine=frequency=440:sample_rate=48000:duration={seconds}"
    return lavfi(f"{sine},aformat=channel_layouts={layout}")


H264 = (*QUICK, "-g", "25")


def _encode(
    *output: str, size: str = "320x180", sound: bool = True, layout: str = "stereo"
) -> Builder:
    heard = tone(layout=layout) if sound else []
    return lambda path: ffmpeg(*picture(size), *heard, *output, path)


def _piped(*output: str) -> Builder:
    """Write through a pipe, as a browser's MediaRecorder does: no duration, no index."""

    return lambda path: path.write_bytes(ffmpeg(*picture(), *tone(), *output, "-"))


def _phone(*codec: str) -> Builder:
    """Held upright (a quarter turn anticlockwise), with the place and the maker in tags."""
    place = f"location={LATITUDE}+002.3514/"
    tags = (place, f"make={MAKER}", f"com.apple.quicktime.make={MAKER}")

    def build(path: Path) -> None:
        ffmpeg(
            *(*picture(), *tone(), *codec, *AAC),
            *(word for tag in tags for word in ("-metadata", tag)),
            *("-metadata:s:a", f"handler_name={MAKER}"),
            *("-movflags", "+use_metadata_tags", path),
        )
        turn(path, (0, -1, 1, 0), down=320)

    return build


def _black_then_picture(path: Path) -> None:
    """Nine seconds of black, then one of picture."""
    black = lavfi("color=black:size=320x180:rate=25:duration=9")
    joined = ("-filter_complex", "[0][1]concat=n=2:v=1:a=0")
    ffmpeg(*black, *picture(seconds=1), *joined, *H264, path)


def _interrupted(*output: str) -> Builder:
    """A recording whose last third never reached the disk."""

    def build(path: Path) -> None:
        ffmpeg(*picture(seconds=3), *tone(3), *output, path)
        with edited(path) as data:
            del data[len(data) * 2 // 3 :]

    return build


_TEN_BIT = [*QUICK, "-pix_fmt", "yuv420p10le"]
_FULL_CHROMA = [*QUICK, "-pix_fmt", "yuv444p"]
_UNEVEN = ["-vf", "select='not(mod(n\\,3))+gt(n\\,30)',setpts=PTS", "-fps_mode", "vfr"]
_LATE_START = ["-output_ts_offset", "5000", "-f", "mpegts"]
_VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]
_VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]
_HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"]
_AV1 = ["-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=2"]
_THEORA = ["-c:v", "libtheora", "-c:a", "libvorbis"]
_FFV1 = ["-c:v", "ffv1"]
_FLV1 = ["-c:v", "flv1", "-c:a", "libmp3lame", "-ar", "44100"]
_WMV = ["-c:v", "wmv2", "-c:a", "wmav2"]
_MJPEG = ["-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-c:a", "pcm_s16le"]
_MPEG2 = ["-c:v", "mpeg2video", "-q:v", "5", "-c:a", "mp2"]
_FRAGMENTS = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
_TOP_FIRST = ["-flags", "+ildct+ilme", "-top", "1", "-vf", "setfield=tff"]
_FAST_START = ["-movflags", "+faststart"]

CLIPS: tuple[Clip, ...] = (
    Clip("plain.mp4", "mp4", "h264", "aac", _encode(*H264, *AAC), playable=True),
    Clip("faststart.mp4", "mp4", "h264", "aac", _encode(*H264, *AAC, *_FAST_START), playable=True),
    Clip("silent.mp4", "mp4", "h264", None, _encode(*H264, sound=False), playable=True),
    Clip("fragments.mp4", "mp4", "h264", "aac", _encode(*H264, *AAC, *_FRAGMENTS), playable=True),
    Clip("surround.mp4", "mp4", "h264", "aac", _encode(*H264, *AAC, layout="5.1"), playable=True),
    Clip("uneven.mp4", "mp4", "h264", "aac", _encode(*_UNEVEN, *H264, *AAC), playable=True),
    Clip(
        "phone.mp4", "mp4", "h264", "aac", _phone(*H264), 180, 320, 90, playable=True, private=True
    ),
    Clip("black.mp4", "mp4", "h264", None, _black_then_picture, duration=10.0, playable=True),
    Clip("camera.mov", "mp4", "h264", "aac", _encode(*H264, *AAC), playable=True),
    Clip("mp3-sound.mp4", "mp4", "h264", "mp3", _encode(*H264, "-c:a", "libmp3lame")),
    Clip("ten-bit.mp4", "mp4", "h264", "aac", _encode(*_TEN_BIT, *AAC)),
    Clip("full-chroma.mp4", "mp4", "h264", None, _encode(*_FULL_CHROMA, sound=False)),
    Clip("phone.mov", "mp4", "hevc", "aac", _phone(*_HEVC), 180, 320, 90, private=True),
    Clip("hevc.mp4", "mp4", "hevc", "aac", _encode(*_HEVC, *AAC)),
    Clip("av1.mp4", "mp4", "av1", "aac", _encode(*_AV1, *AAC)),
    Clip("tiny.mp4", "mp4", "mpeg4", None, _encode("-c:v", "mpeg4", size="2x2", sound=False), 2, 2),
    Clip("odd.mkv", "matroska", "ffv1", None, _encode(*_FFV1, size="33x17", sound=False), 33, 17),
    Clip("old-camera.mov", "mp4", "mjpeg", "pcm_s16le", _encode(*_MJPEG)),
    Clip("old-camera.avi", "avi", "mjpeg", "pcm_s16le", _encode(*_MJPEG)),
    Clip("xvid.avi", "avi", "mpeg4", "mp3", _encode("-c:v", "mpeg4", "-c:a", "libmp3lame")),
    Clip("film.mkv", "matroska", "h264", "aac", _encode(*H264, *AAC)),
    Clip("vp8.webm", "matroska", "vp8", "opus", _encode(*_VP8)),
    Clip("vp9.webm", "matroska", "vp9", "opus", _encode(*_VP9)),
    Clip("recorder.webm", "matroska", "vp8", "opus", _piped(*_VP8, "-f", "webm", "-live", "1")),
    Clip("interrupted.mkv", "matroska", "h264", "aac", _interrupted(*H264, *AAC)),
    Clip("program.mpg", "mpeg", "mpeg2video", "mp2", _encode(*_MPEG2, size="320x181"), height=181),
    Clip("broadcast.ts", "mpegts", "h264", "aac", _encode(*H264, *AAC, *_LATE_START)),
    Clip("interlaced.ts", "mpegts", "mpeg2video", "mp2", _encode(*_MPEG2, *_TOP_FIRST)),
    Clip("interrupted.ts", "mpegts", "h264", "aac", _interrupted(*H264, *AAC)),
    Clip("blu-ray.m2ts", "mpegts", "h264", "aac", _encode(*H264, *AAC)),
    Clip("flash.flv", "flv", "flv1", "mp3", _encode(*_FLV1)),
    Clip("stream.flv", "flv", "h264", "aac", _encode(*H264, *AAC)),
    Clip("theora.ogv", "ogg", "theora", "vorbis", _encode(*_THEORA)),
    Clip("windows.wmv", "asf", "wmv2", "wmav2", _encode(*_WMV)),
)


def make(clip: Clip, folder: Path) -> Path:
    """Build a clip in a folder that several test processes may share, once; return its path."""
    return make_once(folder / clip.name, clip.build)


class Library:
    """The clips by name, each built when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clips = {clip.name: clip for clip in CLIPS}

    def clip(self, name: str) -> Clip:
        """What is true of a clip."""
        return self._clips[name]

    def path(self, name: str) -> Path:
        """The clip's file."""
        return make(self._clips[name], self._folder)
