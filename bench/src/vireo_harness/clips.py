"""Videos of a wanted size: computed by ffmpeg, playable in a browser as they are."""

from pathlib import Path

from vireo_ops.clips import QUICK, ffmpeg, lavfi

_AAC = ("-c:a", "aac", "-b:a", "128k")
_LOOPED_SECONDS = 3
_BOX_HEAD = 8


def clip(path: Path, seconds: int) -> Path:
    """An ordinary clip of 720p at 30 frames a second, as somebody's camera gives it."""
    frames = f"testsrc2=size=1280x720:rate=30:duration={seconds}"
    ffmpeg(*lavfi(frames, f"sine=440:duration={seconds}"), *QUICK, "-crf", "28", *_AAC, path)
    return path


def old_clip(path: Path, seconds: int) -> Path:
    """The same as an old camera gives it, which no browser plays: MPEG-4 part 2 in an AVI."""
    frames = f"testsrc2=size=1280x720:rate=30:duration={seconds}"
    codec = ("-c:v", "mpeg4", "-q:v", "4", "-c:a", "libmp3lame")
    ffmpeg(*lavfi(frames, f"sine=440:duration={seconds}"), *codec, path)
    return path


def sized(path: Path, size: int) -> Path:
    """An MP4 of exactly ``size`` bytes: a few seconds of noisy 1080p, again and again.

    The index is at the end, as cameras and phones write it. What is missing at last, about a
    hundredth, is a box of free space.
    """
    piece = path.with_suffix(".piece.mp4")
    noisy = f"testsrc2=size=1920x1080:rate=24:duration={_LOOPED_SECONDS},noise=alls=40:allf=t"
    bits = f"{max(1, min(60, size // 4_000_000))}M"
    rate = ("-b:v", bits, "-maxrate", bits, "-bufsize", bits)
    ffmpeg(*lavfi(noisy, f"sine=440:duration={_LOOPED_SECONDS}"), *QUICK, *rate, *_AAC, piece)
    repeat(piece, path, size)
    piece.unlink()
    return path


def repeat(piece: Path, path: Path, size: int) -> None:
    """An MP4 of exactly ``size`` bytes from another one, as often as it fits in, and free space."""
    # The index of so many frames, generously, stays below a hundredth.
    spare = size // 100
    most = size - spare - 65_536
    while (missing := size - _looped(piece, path, most)) < _BOX_HEAD:
        # ffmpeg writes the frame that reaches the limit, and the first of a piece may be larger
        # than what was to spare. Which one it is varies: an encoder with threads gives another
        # size each time.
        most -= spare
    with path.open("ab") as file:
        file.write(missing.to_bytes(4, "big") + b"free" + bytes(missing - _BOX_HEAD))


def _looped(piece: Path, path: Path, most: int) -> int:
    """The piece again and again until the file reaches ``most`` bytes; the bytes that it has."""
    ffmpeg("-stream_loop", "-1", "-i", piece, "-c", "copy", "-fs", str(most), path)
    return path.stat().st_size


def copy_streams(source: Path, target: Path) -> None:
    """ffmpeg's own copy of the streams, with the index first."""
    ffmpeg("-i", source, "-c", "copy", "-movflags", "+faststart", target)
