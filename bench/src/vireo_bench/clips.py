"""Videos of a wanted size: computed by ffmpeg, playable in a browser as they are."""

import subprocess
from pathlib import Path

_FFMPEG = ("ffmpeg", "-v", "error", "-nostdin", "-y")
_H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")
_AAC = ("-c:a", "aac", "-b:a", "128k")
_LOOPED_SECONDS = 3
_BOX_HEAD = 8


def clip(path: Path, seconds: int) -> Path:
    """An ordinary clip of 720p at 30 pictures a second, as somebody's camera gives it."""
    picture = f"testsrc2=size=1280x720:rate=30:duration={seconds}"
    _run(
        *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=440:duration={seconds}"),
        *(*_H264, "-preset", "ultrafast", "-crf", "28", *_AAC, str(path)),
    )
    return path


def sized(path: Path, size: int) -> Path:
    """An MP4 of exactly ``size`` bytes: a few seconds of noisy 1080p, again and again.

    The index is at the end, as cameras and phones write it. What is missing at last, about a
    hundredth, is a box of free space.
    """
    seconds, rate = _LOOPED_SECONDS, max(1, min(60, size // 4_000_000))
    piece = path.with_suffix(".piece.mp4")
    noisy = f"testsrc2=size=1920x1080:rate=24:duration={seconds},noise=alls=40:allf=t"
    bits = f"{rate}M"
    _run(
        *("-f", "lavfi", "-i", noisy, "-f", "lavfi", "-i", f"sine=440:duration={seconds}"),
        *(*_H264, "-preset", "ultrafast", "-b:v", bits, "-maxrate", bits, "-bufsize", bits),
        *(*_AAC, str(piece)),
    )
    repeat(piece, path, size)
    piece.unlink()
    return path


def repeat(piece: Path, path: Path, size: int) -> None:
    """An MP4 of exactly ``size`` bytes from another one, as often as it fits in, and free space."""
    # The index of so many pictures, generously, stays below a hundredth.
    spare = size // 100
    most = size - spare - 65_536
    while (missing := size - _looped(piece, path, most)) < _BOX_HEAD:
        # ffmpeg writes the picture that reaches the limit, and the first of a piece may be larger
        # than what was to spare. Which one it is varies: an encoder with threads gives another
        # size each time.
        most -= spare
    with path.open("ab") as file:
        file.write(missing.to_bytes(4, "big") + b"free" + bytes(missing - _BOX_HEAD))


def _looped(piece: Path, path: Path, most: int) -> int:
    """The piece again and again until the file reaches ``most`` bytes; the bytes that it has."""
    _run("-stream_loop", "-1", "-i", str(piece), "-c", "copy", "-fs", str(most), str(path))
    return path.stat().st_size


def copy_streams(source: Path, target: Path) -> None:
    """ffmpeg's own copy of the streams, with the index first."""
    _run("-i", str(source), "-c", "copy", "-movflags", "+faststart", str(target))


def _run(*arguments: str) -> None:
    subprocess.run([*_FFMPEG, *arguments], check=True, timeout=300)
