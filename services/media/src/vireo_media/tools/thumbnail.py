"""The thumbnail of a video: OpenCV picks a frame, ffmpeg makes the JPEG, in bounded children.

Errors: those of `sandbox`, NoFrame where not one frame can be decoded, and `transcode.DiskFull`.
"""

import sys
import threading
from pathlib import Path

from vireo_media.core.formats import MP4
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import FORMATS, PROTOCOLS, quiet, source
from vireo_media.tools.filters import thumbnail_filters
from vireo_media.tools.measure import Made
from vireo_media.tools.transcode import NO_SPACE, DiskFull

_CHILD = Path(__file__).with_name("thumbnail_child.py")
# OpenCV and numpy map 450 MB; a video of 8192 x 4320 took 501 MB resident.
_MEMORY_BYTES = 2 << 30
# The child stops looking for a better frame after the first; the rest is for one last slow seek.
_LOOKING_SECONDS, _WALL_SECONDS = 12.0, 60.0
_FILE_BYTES = 16 << 20
# The same lists as ffmpeg's own command line has. One thread: two would double the memory.
_CAPTURE_OPTIONS = (
    f"protocol_whitelist;{PROTOCOLS}|format_whitelist;{FORMATS}|threads;1|loglevel;16"
)
# A frame's time in its file is a little before or after the one that OpenCV gives.
_ROUNDING_SECONDS = 0.002
_LIMITS = sandbox.Limits(_MEMORY_BYTES, int(_WALL_SECONDS), _WALL_SECONDS, _FILE_BYTES)


class NoFrame(Exception):
    """Not one frame of the video could be decoded."""


def thumbnail(
    path: Path, target: Path, made: Made, matrix: str, *, stop: threading.Event | None = None
) -> None:
    """Write a JPEG of a frame that shows something to `target`, a temporary name of the caller's.

    How it is chosen: `thumbnail_child.py`. It is not black or empty where the video has better. The
    JPEG is as displayed (turned, mirrored, with square pixels), at most 1280 pixels on a side and
    without metadata. `path` should be the
    published MP4: OpenCV decodes no AV1 and can't seek in a browser's recording.

    Args:
        made: the published MP4's measures.
        matrix: of its colours, where its frames name none.

    Raises NoFrame, DiskFull, and the errors of `sandbox`; `target` is gone then.
    """
    at = _pick(path, stop) + made.starts_at
    target.touch(exist_ok=True)
    try:
        _take(path, target, max(at - _ROUNDING_SECONDS, 0.0), matrix, stop)
        if target.stat().st_size == 0:
            raise NoFrame(f"no frame at {at:.3f} s")
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _pick(path: Path, stop: threading.Event | None) -> float:
    argv = [sys.executable, "-I", str(_CHILD), str(path.absolute()), str(_LOOKING_SECONDS)]
    python = [Path(sys.prefix), Path(sys.base_prefix), _CHILD]
    done = sandbox.run(
        argv,
        _LIMITS,
        files=sandbox.Files(reads=[path], programs=python),
        stop=stop,
        nice=sandbox.NICE_WAITED_FOR,
        env={
            "OPENCV_FFMPEG_CAPTURE_OPTIONS": _CAPTURE_OPTIONS,
            "OPENCV_LOG_LEVEL": "ERROR",
            "OPENBLAS_NUM_THREADS": "1",
        },
    )
    if done.returncode != 0:
        raise NoFrame(done.verdict)
    return max(float(done.stdout), 0.0)


def _take(path: Path, target: Path, at: float, matrix: str, stop: threading.Event | None) -> None:
    argv = [
        *(*quiet("ffmpeg"), "-y", "-threads", "1", "-ss", f"{at:.6f}", *source(path, MP4)),
        *("-map", "0:v:0", "-frames:v", "1", "-vf", thumbnail_filters(matrix)),
        *("-c:v", "mjpeg", "-q:v", "3", "-flags:v", "+bitexact", "-f", "mjpeg"),
        f"file:{target.absolute()}",
    ]
    done = sandbox.run(
        argv,
        _LIMITS,
        files=sandbox.Files(reads=[path], writes=[target]),
        stop=stop,
        nice=sandbox.NICE_WAITED_FOR,
    )
    if done.returncode != 0:
        if NO_SPACE in done.stderr:
            raise DiskFull(str(target.parent))
        raise NoFrame(done.verdict)
