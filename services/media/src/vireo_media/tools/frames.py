"""Frames of a published film as pictures, and which of them could be its thumbnail.

Errors: those of `sandbox`, NoFrame where there is none, and DiskFull.
"""

import itertools
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vireo_media.core.formats import MP4
from vireo_media.core.thumbnails import MOST_CANDIDATES
from vireo_media.tools import sandbox
from vireo_media.tools.encoder import NO_SPACE, DiskFull
from vireo_media.tools.ffmpeg import quiet, source
from vireo_media.tools.filters import picture_filters
from vireo_media.tools.measure import Made
from vireo_media.tools.thumbnail import NoFrame, shows_something

# A frame of 8192 x 4352 in 8 bits has 54 MB, and its decoder holds up to 17.
_LIMITS = sandbox.Limits(2 << 30, 20, 20.0, 32 << 20)
# Of the frame at exactly that time: others wait for theirs behind it.
_EXACT_LIMITS = sandbox.Limits(2 << 30, 12, 6.0, 32 << 20)
# The widest thumbnail that is served, and what it may have in height.
_WIDTH, _HEIGHT = 1280, 2560
_CANDIDATE_SIDE = 640
# What a frame is judged by.
_LOOKED_AT_SIDE = 320
# So many frames are looked at for each candidate, apart from each other.
_TRIES = 2
# At both ends there are titles, fades and black.
_MARGIN = 0.03
# A film as short as this is decoded to the very frame; of a longer one key frames are looked at.
_SHORT_SECONDS = 60.0
# Two frames whose pixels differ by less than this on the average, of 255, show the same.
_LEAST_DIFFERENCE = 2.0
_SHOWN_AT = re.compile(rb"pts_time:(-?[0-9.]+)")


@dataclass(frozen=True)
class Look:
    """A frame that was looked at: the time at which it is shown, in seconds, and its pixels."""

    at: float
    grey: bytes
    file: Path


def run(
    argv: Sequence[str],
    limits: sandbox.Limits,
    path: Path,
    targets: Sequence[Path],
    stop: threading.Event | None,
    *,
    nice: int = sandbox.NICE_BACKGROUND,
) -> sandbox.Completed:
    """Run ffmpeg on a film.

    Raises NoFrame where it fails, DiskFull, and the errors of `sandbox`.
    """
    files = sandbox.Files(reads=[path], writes=targets)
    for target in targets:
        target.touch()
    done = sandbox.run(argv, limits, files=files, stop=stop, nice=nice)
    if done.returncode != 0 and NO_SPACE in done.stderr:
        raise DiskFull(str(path.parent))
    if done.returncode != 0:
        raise NoFrame(done.verdict)
    return done


def take_frame(
    path: Path, target: Path, at: float, matrix: str, *, stop: threading.Event | None = None
) -> None:
    """Write a JPEG of the frame that is shown at `at` seconds, as wide as a thumbnail may be.

    Where it takes too long to decode it (an hour after the last key frame), the key frame is taken.
    """
    try:
        _take(path, target, at, matrix, stop, key_frames=False)
    except sandbox.LimitExceeded:
        _take(path, target, at, matrix, stop, key_frames=True)


def _take(
    path: Path,
    target: Path,
    at: float,
    matrix: str,
    stop: threading.Event | None,
    *,
    key_frames: bool,
) -> None:
    argv = [
        *(*quiet("ffmpeg"), "-y", "-threads", "1", *_from(at, key_frames=key_frames)),
        *(*source(path, MP4), "-map", "0:v:0", "-frames:v", "1", "-fps_mode", "passthrough"),
        *("-vf", f"{_SHOWN_NOW},{picture_filters(matrix, _WIDTH, _HEIGHT)}"),
        *("-c:v", "mjpeg", "-q:v", "2", "-flags:v", "+bitexact"),
        *("-f", "mjpeg", f"file:{target.absolute()}"),
    ]
    limits = _LIMITS if key_frames else _EXACT_LIMITS
    run(argv, limits, path, [target], stop, nice=sandbox.NICE_WAITED_FOR)
    if target.stat().st_size == 0:
        raise NoFrame(f"no frame at {at:.3f} s")


# Every frame is repeated until the next one is shown, and the last one for ever; 0 is the time that
# is sought. The first one from there on would be the next frame of a slide that is being shown.
_SHOWN_NOW = "fps=100:round=up,tpad=stop=-1:stop_mode=clone,select='gte(t,-0.001)'"


def _from(at: float, *, key_frames: bool) -> list[str]:
    only = ["-skip_frame", "nokey"] if key_frames else []
    return [*only, "-noaccurate_seek", "-ss", f"{at:.3f}"]


def candidates(
    path: Path,
    draft: Callable[[str], Path],
    made: Made,
    matrix: str,
    *,
    stop: threading.Event | None = None,
) -> dict[int, Path]:
    """Frames that could be the thumbnail, as JPEGs by the times at which they are shown, in
    milliseconds.

    Of each sixth of the film the sharpest one of some that are neither black nor blank; where a
    sixth has none, the sharpest of all others. None looks like another one.

    Args:
        draft: gives a name for a file.
    """
    best, others = list[Look](), list[Look]()
    for part in range(MOST_CANDIDATES):
        looks = [
            look
            for number, at in enumerate(_times(part, made))
            if (look := _look(path, draft(f"{part}-{number}.jpg"), at, made, matrix, stop))
        ]
        looks.sort(key=lambda look: sharpness(look.grey), reverse=True)
        best += looks[:1]
        others += looks[1:]
    others.sort(key=lambda look: sharpness(look.grey), reverse=True)
    chosen: list[Look] = []
    for look in (*best, *others):
        if len(chosen) < MOST_CANDIDATES and all(_differ(look, other) for other in chosen):
            chosen.append(look)
    return {round(look.at * 1000): look.file for look in chosen}


def _times(part: int, made: Made) -> list[float]:
    """When to look in one part of a film, from its middle on."""
    whole = made.video_seconds * (1 - 2 * _MARGIN)
    begin = made.starts_at + made.video_seconds * _MARGIN + whole * part / MOST_CANDIDATES
    length = whole / MOST_CANDIDATES
    shares = [(1 + each) / (_TRIES + 1) for each in range(_TRIES)]
    # As ffmpeg is told them.
    return [round(begin + length * share, 3) for share in shares]


def _look(
    path: Path,
    target: Path,
    at: float,
    made: Made,
    matrix: str,
    stop: threading.Event | None,
) -> Look | None:
    """Make the picture of a frame; ``None`` where there is none, or it shows nothing."""
    exact = made.video_seconds <= _SHORT_SECONDS
    # A key frame is the first one that comes.
    frame = "select='gte(t,0)'" if exact else "null"
    small = f"scale=w='min({_LOOKED_AT_SIDE},iw)':h=-1:flags=area,format=gray"
    picture = picture_filters(matrix, _CANDIDATE_SIDE, _CANDIDATE_SIDE)
    # Only what has some metadata is printed, with its time.
    told = r"metadata=add:key=of:value=frame,metadata=print:file=pipe\\:2:direct=1"
    one = ("-fps_mode", "passthrough", "-frames:v", "1")
    argv = [
        *(*quiet("ffmpeg"), "-y", "-threads", "1", *_from(at, key_frames=not exact)),
        *(*source(path, MP4), "-filter_complex"),
        f"[0:v:0]{frame},{told},{picture},split[jpeg][look];[look]{small}[small]",
        *("-map", "[jpeg]", *one, "-c:v", "mjpeg", "-q:v", "3", "-flags:v", "+bitexact"),
        *("-f", "mjpeg", f"file:{target.absolute()}"),
        *("-map", "[small]", *one, "-f", "rawvideo", "pipe:1"),
    ]
    try:
        done = run(argv, _LIMITS, path, [target], stop)
    except (NoFrame, sandbox.LimitExceeded):
        return None
    shown = _SHOWN_AT.search(done.stderr)
    if shown is None or not shows_something(done.stdout):
        return None
    return Look(max(at + float(shown[1]), 0.0), done.stdout, target)


def sharpness(grey: bytes) -> float:
    """How much neighbouring pixels differ, on the average, of 255."""
    return sum(abs(a - b) for a, b in itertools.pairwise(grey)) / max(len(grey) - 1, 1)


def _differ(one: Look, other: Look) -> bool:
    if len(one.grey) != len(other.grey):
        return True
    pairs = zip(one.grey, other.grey, strict=True)
    return sum(abs(a - b) for a, b in pairs) >= _LEAST_DIFFERENCE * len(one.grey)
