"""The sprites of a storyboard, and the seconds of a video that are shown before it is played.

Errors: those of `sandbox`, NoFrame where there is none, and DiskFull.
"""

import threading
from collections.abc import Sequence
from pathlib import Path

from vireo_media.core.formats import MP4
from vireo_media.core.storyboard import Storyboard
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import quiet, source
from vireo_media.tools.filters import BT709_TAGS, scaled_to, scaled_to_jpeg
from vireo_media.tools.frames import run
from vireo_media.tools.measure import Made
from vireo_media.tools.thumbnail import NoFrame

# A film as short as this is decoded whole. Of a longer one key frames alone are, which come every
# few seconds: twelve hours have some 20,000 of them, of which a core decodes 60 a second and more.
_SHORT_SECONDS = 120.0
_BOARD_LIMITS = sandbox.Limits(2 << 30, 1200, 1800.0, 32 << 20)
# Parts of a film, each a second long, that begin at these shares of it.
_PARTS = (0.2, 0.5, 0.8)
_PART_SECONDS = 1.0
# A film that is shorter is shown from its start.
_WHOLE_SECONDS = 2 * len(_PARTS) * _PART_SECONDS
_PREVIEW_SIDE, _PREVIEW_RATE = 320, 12
_PREVIEW_LIMITS = sandbox.Limits(3 << 30, 120, 120.0, 8 << 20)


def sprites(
    path: Path,
    targets: Sequence[Path],
    board: Storyboard,
    matrix: str,
    *,
    stop: threading.Event | None = None,
) -> None:
    """Write the sprites of a film, JPEGs, to `targets`, which are numbered: `<beginning><n>.jpg`.

    A tile shows what is seen in the middle of its seconds.
    """
    fast = [] if board.seconds <= _SHORT_SECONDS else ["-skip_frame", "nokey", "-discard", "nokey"]
    # The last frame stays: of a film that is shorter than half a tile's time `fps` gives none
    # otherwise, and the last sprite is to be full.
    chain = [
        f"tpad=stop_mode=clone:stop_duration={board.step}",
        f"fps=fps=1/{board.step}:start_time=0:round=near",
        "tpad=stop=-1:stop_mode=clone",
        scaled_to_jpeg(matrix, board.width, board.height),
        f"tile={board.columns}x{board.rows}",
    ]
    stem = str(targets[0].absolute()).removesuffix("0.jpg").replace("%", "%%")
    argv = [
        *(*quiet("ffmpeg"), "-y", "-threads", "1", *fast, *source(path, MP4)),
        *("-map", "0:v:0", "-vf", ",".join(chain), "-frames:v", str(len(targets))),
        *("-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "5", "-threads:v", "1"),
        *("-flags:v", "+bitexact"),
        *("-f", "image2", "-start_number", "0", f"file:{stem}%d.jpg"),
    ]
    run(argv, _BOARD_LIMITS, path, targets, stop=stop)
    if not all(target.stat().st_size for target in targets):
        raise NoFrame("a sprite without a tile")


def preview(
    path: Path, target: Path, made: Made, matrix: str, *, stop: threading.Event | None = None
) -> None:
    """Write a few seconds of a film to `target`: a small MP4 without sound."""
    begins, seconds = [made.starts_at], len(_PARTS) * _PART_SECONDS
    if made.video_seconds > _WHOLE_SECONDS:
        begins = [made.starts_at + made.video_seconds * share for share in _PARTS]
        seconds = _PART_SECONDS
    factor = min(1.0, _PREVIEW_SIDE / max(made.width, made.height))
    # Both sides of H.264 in 4:2:0 are even.
    width, height = (max(2, round(side * factor / 2) * 2) for side in (made.width, made.height))
    inputs = [
        word
        for begin in begins
        for word in ("-ss", f"{begin:.3f}", "-t", f"{seconds:.3f}", *source(path, MP4))
    ]
    one = f"fps={_PREVIEW_RATE},{scaled_to(matrix, width, height)},setpts=PTS-STARTPTS"
    parts = "".join(f"[{number}:v:0]{one}[v{number}];" for number in range(len(begins)))
    names = "".join(f"[v{number}]" for number in range(len(begins)))
    argv = [
        *(*quiet("ffmpeg"), "-y", "-threads", "1", *inputs),
        *("-filter_complex", f"{parts}{names}concat=n={len(begins)}[out]", "-map", "[out]"),
        *("-an", "-map_metadata", "-1", "-c:v", "libx264", "-preset", "veryfast", "-crf", "30"),
        *("-profile:v", "high", "-threads:v", "1", *BT709_TAGS, "-flags:v", "+bitexact"),
        *("-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4"),
        f"file:{target.absolute()}",
    ]
    run(argv, _PREVIEW_LIMITS, path, [target], stop=stop)
