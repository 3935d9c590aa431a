"""Good clips, each made with ffmpeg, and what is true of each.

`CLIPS` is the table; `make(clip, folder)` builds one there, once. They are moving pictures with a
tone, two seconds long and small, so that the whole table is built in seconds.
"""

import contextlib
import os
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
    build: Callable[[Path], None]
    width: int = 320
    height: int = 180
    rotation: int = 0
    duration: float = SECONDS
    playable: bool = False
    private: bool = False


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg on files of our own. Raises CalledProcessError with its words."""
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=120, capture_output=True)


def picture(size: str = "320x180", rate: str = "25", seconds: float = SECONDS) -> list[str]:
    """Input arguments: a moving test picture."""
    # testsrc2 rounds odd sizes, so that those come from testsrc.
    odd = any(int(side) % 2 for side in size.split("x"))
    pattern = "testsrc" if odd else "testsrc2"
    return ["-f", "lavfi", "-i", f"{pattern}=size={size}:rate={rate}:duration={seconds}"]


def tone(seconds: float = SECONDS, layout: str = "stereo") -> list[str]:
    """Input arguments: a tone in the given channel layout."""
    source = f"sine=frequency=440:sample_rate=48000:duration={seconds}"
    return ["-f", "lavfi", "-i", f"{source},aformat=channel_layouts={layout}"]


H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25"]
AAC = ["-c:a", "aac", "-b:a", "64k"]


def _encode(*output: str, size: str = "320x180", sound: bool = True) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        ffmpeg(*picture(size), *(tone() if sound else []), *output, str(path))

    return build


def _piped(*output: str) -> Callable[[Path], None]:
    """Write through a pipe, as a browser's MediaRecorder does: no duration, no index."""

    def build(path: Path) -> None:
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", *picture(), *tone(), *output, "-"]
        done = subprocess.run(command, check=True, timeout=120, capture_output=True)
        path.write_bytes(done.stdout)

    return build


def _phone(*codec: str) -> Callable[[Path], None]:
    """Held upright, with the place and the maker in tags."""
    place = f"location={LATITUDE}+002.3514/"
    tags = (place, f"make={MAKER}", f"com.apple.quicktime.make={MAKER}")

    def build(path: Path) -> None:
        ffmpeg(
            *(*picture(), *tone(), *codec, *AAC),
            *(word for tag in tags for word in ("-metadata", tag)),
            *("-metadata:s:a", f"handler_name={MAKER}"),
            *("-movflags", "+use_metadata_tags", str(path)),
        )
        _turn(path)

    return build


def _turn(path: Path) -> None:
    """Let an MP4's first track be shown a quarter turn anticlockwise, by the matrix of its header.

    ffmpeg 5 does it for a tag, ffmpeg 6 and later for an option, and none of them for both.
    """
    data = bytearray(path.read_bytes())
    header = data.index(b"tkhd") - 4
    (width,) = struct.unpack_from(">I", data, header + 84)
    one = 1 << 16
    struct.pack_into(">9i", data, header + 48, *(0, -one, 0), *(one, 0, 0), *(0, width, 1 << 30))
    path.write_bytes(data)


def _black_then_picture(path: Path) -> None:
    """Nine seconds of black, then one of picture."""
    ffmpeg(
        *("-f", "lavfi", "-i", "color=black:size=320x180:rate=25:duration=9"),
        *picture(seconds=1),
        *("-filter_complex", "[0][1]concat=n=2:v=1:a=0", *H264, str(path)),
    )


def _variable_rate(path: Path) -> None:
    uneven = "select='not(mod(n\\,3))+gt(n\\,30)',setpts=PTS"
    ffmpeg(*picture(), *tone(), "-vf", uneven, "-fps_mode", "vfr", *H264, *AAC, str(path))


def _surround(path: Path) -> None:
    ffmpeg(*picture(), *tone(layout="5.1"), *H264, *AAC, str(path))


def _full_chroma(path: Path) -> None:
    output = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p"]
    ffmpeg(*picture(), *output, str(path))


def _late_start(path: Path) -> None:
    output = [*H264, *AAC, "-output_ts_offset", "5000", "-f", "mpegts"]
    ffmpeg(*picture(), *tone(), *output, str(path))


def _interrupted(*output: str) -> Callable[[Path], None]:
    """A recording whose last third never reached the disk."""

    def build(path: Path) -> None:
        whole = path.with_name("whole-" + path.name)
        ffmpeg(*picture(seconds=3), *tone(3), *output, str(whole))
        data = whole.read_bytes()
        path.write_bytes(data[: len(data) * 2 // 3])
        whole.unlink()

    return build


_TEN_BIT = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"]
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
    Clip("surround.mp4", "mp4", "h264", "aac", _surround, playable=True),
    Clip("uneven.mp4", "mp4", "h264", "aac", _variable_rate, playable=True),
    Clip(
        "phone.mp4", "mp4", "h264", "aac", _phone(*H264), 180, 320, 90, playable=True, private=True
    ),
    Clip("black.mp4", "mp4", "h264", None, _black_then_picture, duration=10.0, playable=True),
    Clip("camera.mov", "mp4", "h264", "aac", _encode(*H264, *AAC), playable=True),
    Clip("mp3-sound.mp4", "mp4", "h264", "mp3", _encode(*H264, "-c:a", "libmp3lame")),
    Clip("ten-bit.mp4", "mp4", "h264", "aac", _encode(*_TEN_BIT, *AAC)),
    Clip("full-chroma.mp4", "mp4", "h264", None, _full_chroma),
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
    Clip("broadcast.ts", "mpegts", "h264", "aac", _late_start),
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
    path = folder / clip.name
    if not path.exists():
        # Built beside, so that nobody sees half a clip; and never put in the place of another one,
        # for which a sandbox may have been opened already.
        part = folder / f"{os.getpid()}-{clip.name}"
        clip.build(part)
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    return path


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
