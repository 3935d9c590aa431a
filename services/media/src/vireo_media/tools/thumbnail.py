"""The thumbnail of a video: a random frame that shows something, as a JPEG, in bounded children.

ffmpeg makes the JPEG of a random frame, and a small grey copy by which it is judged. Where two of
them show nothing, OpenCV looks for a better one (`thumbnail_child.py`), which takes longer: it is
another program to start, and ffmpeg decodes the frame once more.

Errors: those of `sandbox`, NoFrame where not one frame can be decoded, and `encoder.DiskFull`.
"""

import random
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from vireo_media.core.formats import MP4
from vireo_media.core.inspection import Inspection
from vireo_media.tools import sandbox
from vireo_media.tools.encoder import NO_SPACE, DiskFull, input_arguments
from vireo_media.tools.ffmpeg import FORMATS, PROTOCOLS, quiet, source
from vireo_media.tools.filters import canvas_of, frame_filters, thumbnail_filters
from vireo_media.tools.measure import Made
from vireo_media.tools.survey import Survey

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
_RANDOM_FRAMES = 2
# A random frame is one of so many after a key frame. Films with few key frames (250 frames apart
# are usual for encoders, a recording of a screen may have one) are not decoded for longer.
_FRAMES_FROM_KEY = 120
# Of 255, in a grey copy of at most 160 pixels on a side. Film fades and night scenes lie above, a
# lens cap and encoder noise below.
_DARKEST_MEAN, _BRIGHTEST_MEAN = 20.0, 240.0
_LEAST_DEVIATION = 12.0
_SMALL_AND_GREY = (
    "scale=w='min(160,iw)':h='min(160,ih)':force_original_aspect_ratio=decrease:flags=area,"
    "format=gray"
)


class NoFrame(Exception):
    """Not one frame of the video could be decoded."""


def search(path: Path, stop: threading.Event | None) -> float:
    """Let OpenCV look for a frame that shows something; its time in seconds from the first one on.

    Raises NoFrame, and the errors of `sandbox`.
    """
    thresholds = (_DARKEST_MEAN, _BRIGHTEST_MEAN, _LEAST_DEVIATION)
    argv = [
        *(sys.executable, "-I", str(_CHILD), str(path.absolute())),
        *(str(number) for number in (_LOOKING_SECONDS, *thresholds)),
    ]
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


Search = Callable[[Path, threading.Event | None], float]


def thumbnail(
    path: Path,
    target: Path,
    made: Made,
    matrix: str,
    *,
    stop: threading.Event | None = None,
    search: Search = search,
) -> None:
    """Write a JPEG of a frame that shows something to `target`, a temporary name of the caller's.

    It is not black or empty where the video has better. The JPEG is as displayed (turned, mirrored,
    with square pixels), at most 1280 pixels on a side and without metadata. `path` should be the
    published MP4: OpenCV decodes no AV1 and can't seek in a browser's recording.

    Args:
        made: the published MP4's measures.
        matrix: of its colours, where its frames name none.
        search: asked where random frames show nothing.

    Raises NoFrame, DiskFull, and the errors of `sandbox`; `target` is gone then.
    """
    target.touch(exist_ok=True)
    try:
        for _ in range(_RANDOM_FRAMES):
            if _take_random(path, target, made, matrix, stop):
                return
        at = search(path, stop) + made.starts_at
        _take(path, target, max(at - _ROUNDING_SECONDS, 0.0), matrix, stop)
        if target.stat().st_size == 0:
            raise NoFrame(f"no frame at {at:.3f} s")
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def still(
    path: Path,
    target: Path,
    found: Inspection,
    looked: Survey,
    *,
    stop: threading.Event | None = None,
) -> bool:
    """Write a JPEG of a frame of an original to `target`, before there is a film of its size.

    As `thumbnail`, but where two random frames show nothing there is none: an original can't be
    searched, and may not even be sought in.

    Returns whether there is one.

    Raises DiskFull, and the errors of `sandbox`.
    """
    chain = frame_filters(found.video, looked, canvas_of(found.video, looked.shapes))
    words = input_arguments(path, found, steady=looked.steady)
    target.touch(exist_ok=True)
    try:
        for _ in range(_RANDOM_FRAMES):
            at = random.SystemRandom().uniform(0.0, found.video_span.seconds)
            argv = [*_before_input(words, ["-noaccurate_seek", "-ss", f"{at:.6f}"])]
            argv += _looked_at(
                f"[0:{found.video.index}]{chain},{thumbnail_filters('bt709')}", target
            )
            done = _run(argv, path, target, stop)
            if done.returncode == 0 and shows_something(done.stdout):
                return True
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    target.unlink(missing_ok=True)
    return False


def _before_input(words: Sequence[str], more: Sequence[str]) -> list[str]:
    """A command line with options of its input put before it."""
    place = words.index("-protocol_whitelist")
    return [*words[:place], *more, *words[place:]]


def shows_something(grey: bytes) -> bool:
    """Whether a picture is neither black nor white nor empty, given its pixels from 0 to 255."""
    if not grey:
        return False
    mean = sum(grey) / len(grey)
    variance = sum(value * value for value in grey) / len(grey) - mean * mean
    return _DARKEST_MEAN <= mean <= _BRIGHTEST_MEAN and variance >= _LEAST_DEVIATION**2


def _take_random(
    path: Path, target: Path, made: Made, matrix: str, stop: threading.Event | None
) -> bool:
    """Take a random frame. Returns whether it shows something; at the end there may be none."""
    pick = random.SystemRandom()
    at = made.starts_at + pick.uniform(0.0, made.video_seconds)
    # Begins with the key frame before that time, which is 0 here.
    frame = f"select='gte(t,0)+gte(n,{pick.randrange(_FRAMES_FROM_KEY)})'"
    argv = [
        *(*quiet("ffmpeg"), "-y", "-threads", "1", "-noaccurate_seek", "-ss", f"{at:.6f}"),
        *source(path, MP4),
        *_looked_at(f"[0:v:0]{frame},{thumbnail_filters(matrix)}", target),
    ]
    done = _run(argv, path, target, stop)
    return done.returncode == 0 and shows_something(done.stdout)


def _looked_at(chain: str, target: Path) -> list[str]:
    """One frame of a chain as a JPEG, and as a small grey copy to standard output."""
    one = ("-fps_mode", "passthrough", "-frames:v", "1")
    return [
        *("-filter_complex", f"{chain},split[jpeg][look];[look]{_SMALL_AND_GREY}[small]"),
        *("-map", "[jpeg]", *one, *_as_jpeg(target)),
        *("-map", "[small]", *one, "-threads:v", "1", "-f", "rawvideo", "pipe:1"),
    ]


def _take(path: Path, target: Path, at: float, matrix: str, stop: threading.Event | None) -> None:
    argv = [
        *(*quiet("ffmpeg"), "-y", "-threads", "1", "-ss", f"{at:.6f}", *source(path, MP4)),
        *("-map", "0:v:0", "-frames:v", "1", "-vf", thumbnail_filters(matrix), *_as_jpeg(target)),
    ]
    done = _run(argv, path, target, stop)
    if done.returncode != 0:
        raise NoFrame(done.verdict)


def _as_jpeg(target: Path) -> Sequence[str]:
    coder = (
        "-c:v",
        "mjpeg",
        "-q:v",
        "3",
        "-threads:v",
        "1",
        "-flags:v",
        "+bitexact",
        "-f",
        "mjpeg",
    )
    return (*coder, f"file:{target.absolute()}")


def _run(
    argv: Sequence[str], path: Path, target: Path, stop: threading.Event | None
) -> sandbox.Completed:
    files = sandbox.Files(reads=[path], writes=[target])
    done = sandbox.run(argv, _LIMITS, files=files, stop=stop, nice=sandbox.NICE_WAITED_FOR)
    if done.returncode != 0 and NO_SPACE in done.stderr:
        raise DiskFull(str(target.parent))
    return done
