"""Frames of a published film as pictures, and which of them could be its thumbnail.

Errors: those of `sandbox`, NoFrame where there is none, and DiskFull.
"""

import itertools
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
_SHORT_SECONDS = 30.0
# Two frames whose pixels differ by less than this on the average, of 255, show the same.
_LEAST_DIFFERENCE = 2.0
# A frame in the output of framecrc.
_SHOWN_AT = re.compile(rb"^0,\s*-?\d+,\s*(-?\d+),", re.MULTILINE)
_CLOCK_RATE = 90_000
# How many frames a decoder of H.264 holds at most, and what else each frame takes that is looked
# at: ffmpeg 7.1 has nine threads for it (demuxer, decoder, filters, three encoders, three muxers),
# each with a stack of 8 MiB.
_DECODED_FRAMES, _LOOK_BYTES = 17, 96 << 20
# The program and its libraries.
_PROGRAM_BYTES = 640 << 20
_MOST_AT_ONCE = 12

Run = Callable[..., sandbox.Completed]


@dataclass(frozen=True)
class Look:
    """A frame that was looked at: the time at which it is shown, in seconds, and its pixels."""

    at: float
    grey: bytes
    file: Path


@dataclass(frozen=True)
class _Wanted:
    """A frame that is to be looked at, of a part of the film, and the files about it: the picture,
    its pixels in grey, and when it is shown."""

    part: int
    at: float
    jpeg: Path
    grey: Path
    crc: Path


def run(
    argv: Sequence[str],
    limits: sandbox.Limits,
    path: Path,
    targets: Sequence[Path],
    *,
    stop: threading.Event | None,
    nice: int = sandbox.NICE_LAST,
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
        *("-c:v", "mjpeg", "-q:v", "2", "-threads:v", "1", "-flags:v", "+bitexact"),
        *("-f", "mjpeg", f"file:{target.absolute()}"),
    ]
    limits = _LIMITS if key_frames else _EXACT_LIMITS
    run(argv, limits, path, [target], stop=stop, nice=sandbox.NICE_WAITED_FOR)
    if target.stat().st_size == 0:
        raise NoFrame(f"no frame at {at:.3f} s")


# Every frame is repeated until the next one is shown, and the last one for ever; 0 is the time that
# is sought. The first one from there on, which "-ss" gives (ffmpeg 5.1.9, 7.0.2), would be the next
# frame of a slide that is being shown, or none (findings/seek-next-slide.sh).
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
    runner: Run = run,
) -> dict[int, Path]:
    """Frames that could be the thumbnail, as JPEGs by the times at which they are shown, in
    milliseconds.

    Of each sixth of the film the sharpest one of some that are neither black nor blank; where a
    sixth has none, the sharpest of all others. None looks like another one.

    Args:
        draft: gives a name for a file.
        runner: as ``run``.
    """
    started = partial(runner, stop=stop)
    wanted = [
        _Wanted(part, at, *(draft(f"{part}-{number}.{each}") for each in ("jpg", "grey", "crc")))
        for part in range(MOST_CANDIDATES)
        for number, at in enumerate(_times(part, made))
    ]
    each = _at_once(made)
    found = [
        pair
        for first in range(0, len(wanted), each)
        for pair in _look(path, wanted[first : first + each], made, matrix, started)
    ]
    best, others = list[Look](), list[Look]()
    for part in range(MOST_CANDIDATES):
        looks = [look for one, look in found if one.part == part]
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


def _at_once(made: Made) -> int:
    """How many frames are looked at by one process: to start one takes longer than to decode a
    frame, and each frame has a decoder of its own."""
    decoder = made.width * made.height * 3 // 2 * _DECODED_FRAMES
    room = _LIMITS.memory_bytes - _PROGRAM_BYTES
    return max(1, min(_MOST_AT_ONCE, room // (decoder + _LOOK_BYTES)))


def _look(
    path: Path,
    wanted: Sequence[_Wanted],
    made: Made,
    matrix: str,
    started: Run,
) -> Sequence[tuple[_Wanted, Look]]:
    """Make pictures of frames; those are left out that there are not, or that show nothing."""
    exact = made.video_seconds <= _SHORT_SECONDS
    # A key frame is the first one that comes.
    frame = "select='gte(t,0)'" if exact else "null"
    small = f"scale=w='min({_LOOKED_AT_SIDE},iw)':h=-1:flags=area,format=gray"
    picture = picture_filters(matrix, _CANDIDATE_SIDE, _CANDIDATE_SIDE)
    one = ("-fps_mode", "passthrough", "-frames:v", "1", "-threads:v", "1")
    argv = [*quiet("ffmpeg", filter_threads=1), "-y"]
    for each in wanted:
        argv += ["-threads", "1", *_from(each.at, key_frames=not exact), *source(path, MP4)]
    for number, each in enumerate(wanted):
        argv += [
            # A graph each, so that one which has its frame asks for no more.
            "-filter_complex",
            f"[{number}:v:0]{frame},{picture},split[jpeg{number}][look{number}];"
            f"[look{number}]{small},split[grey{number}][crc{number}]",
            *("-map", f"[jpeg{number}]", *one, "-c:v", "mjpeg", "-q:v", "3"),
            *("-flags:v", "+bitexact", "-f", "mjpeg", f"file:{each.jpeg.absolute()}"),
            *("-map", f"[grey{number}]", *one, "-f", "rawvideo", f"file:{each.grey.absolute()}"),
            *("-map", f"[crc{number}]", *one, "-enc_time_base", f"1/{_CLOCK_RATE}"),
            *("-f", "framecrc", f"file:{each.crc.absolute()}"),
        ]
    limits = replace(
        _LIMITS,
        cpu_seconds=_LIMITS.cpu_seconds * len(wanted),
        wall_seconds=_LIMITS.wall_seconds * len(wanted),
    )
    targets = [target for each in wanted for target in (each.jpeg, each.grey, each.crc)]
    try:
        started(argv, limits, path, targets)
    except (NoFrame, sandbox.LimitExceeded, sandbox.Starved) as error:
        if isinstance(error, sandbox.Starved) and len(wanted) == 1:
            raise
        # One of them is no reason to have none; and one alone needs fewer threads.
        each_alone = [[each] for each in wanted] if len(wanted) > 1 else []
        return [pair for one in each_alone for pair in _look(path, one, made, matrix, started)]
    return [(each, look) for each in wanted if (look := _looked_at(each))]


def _looked_at(wanted: _Wanted) -> Look | None:
    """What came of it; ``None`` where there is no frame, or it shows nothing."""
    grey = wanted.grey.read_bytes()
    # The stream, when it is decoded and when it is shown, ...
    shown = _SHOWN_AT.search(wanted.crc.read_bytes())
    if shown is None or not shows_something(grey):
        return None
    return Look(max(wanted.at + int(shown[1]) / _CLOCK_RATE, 0.0), grey, wanted.jpeg)


def sharpness(grey: bytes) -> float:
    """How much neighbouring pixels differ, on the average, of 255."""
    return sum(abs(a - b) for a, b in itertools.pairwise(grey)) / max(len(grey) - 1, 1)


def _differ(one: Look, other: Look) -> bool:
    if len(one.grey) != len(other.grey):
        return True
    pairs = zip(one.grey, other.grey, strict=True)
    return sum(abs(a - b) for a, b in pairs) >= _LEAST_DIFFERENCE * len(one.grey)
