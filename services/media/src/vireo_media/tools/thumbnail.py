"""The thumbnail of a video. OpenCV runs in a bounded child, never in the calling process.

Errors: those of `sandbox`, and NoFrame where not one frame can be decoded.
"""

import sys
import threading
from pathlib import Path

from vireo_media.core.inspection import Inspection
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import FORMATS, PROTOCOLS

MAX_SIDE = 1280

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


class NoFrame(Exception):
    """Not one frame of the video could be decoded."""


def thumbnail(
    path: Path, target: Path, inspection: Inspection, *, stop: threading.Event | None = None
) -> None:
    """Write a JPEG of a random frame to `target`, a temporary name of the caller's.

    The frame is not black or empty where the video has better, turned as displayed, at most 1280
    pixels on a side and without metadata. `path` should be the published MP4: OpenCV decodes no
    AV1 and can't seek in a browser's recording.

    Raises NoFrame and the errors of `sandbox`; `target` is gone then.
    """
    limits = sandbox.Limits(_MEMORY_BYTES, int(_WALL_SECONDS), _WALL_SECONDS, _FILE_BYTES)
    argv = [
        *(sys.executable, "-I", str(_CHILD), str(path.absolute()), str(target.absolute())),
        *(str(MAX_SIDE), str(_LOOKING_SECONDS)),
    ]
    python = [Path(sys.prefix), Path(sys.base_prefix), _CHILD]
    target.touch(exist_ok=True)
    try:
        done = sandbox.run(
            argv,
            limits,
            files=sandbox.Files(reads=[path], writes=[target], programs=python),
            stop=stop,
            nice=sandbox.NICE_WAITED_FOR,
            env={
                "OPENCV_FFMPEG_CAPTURE_OPTIONS": _CAPTURE_OPTIONS,
                "OPENCV_LOG_LEVEL": "ERROR",
                "OPENBLAS_NUM_THREADS": "1",
            },
        )
        _check(done, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _check(done: sandbox.Completed, target: Path) -> None:
    if done.returncode != 0 or target.stat().st_size == 0:
        raise NoFrame(done.verdict)
