"""The one module that makes clips: it runs ffmpeg, and keeps what was made.

The demonstration, the tests and the benchmark describe their clips, and have them made here. It is
in ops because all of them may import that, and the demonstration runs where no tests are installed.
ffmpeg runs outside of any sandbox: its input is what it computes itself, or files of our own.
"""

import contextlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from vireo_ops.errors import OperationError
from vireo_ops.programs import find_server

_SECONDS = 300.0
_LAST_LINES = 3

# What most clips are encoded with: fast, and playable in every browser.
QUICK = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "64k")


def lavfi(*sources: str) -> list[str]:
    """Input arguments: sources of pictures and sound that ffmpeg computes, one input each."""
    return [word for source in sources for word in ("-f", "lavfi", "-i", source)]


def ffmpeg(*arguments: str | Path) -> bytes:
    """Run ffmpeg; what it wrote to its standard output (the file ``-``).

    Raises:
        OperationError: it failed or took minutes; the message holds its last lines.
    """
    command = [find_server("ffmpeg"), "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    try:
        done = subprocess.run(
            [*command, *map(str, arguments)], check=False, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise OperationError(f"ffmpeg took longer than {_SECONDS:.0f} s") from None
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise OperationError(f"ffmpeg failed: {'; '.join(lines[-_LAST_LINES:])}")
    return done.stdout


def make_once(path: Path, build: Callable[[Path], object]) -> Path:
    """Have ``build`` write a file unless it is there; several processes may share the folder.

    It is built beside, so that nobody sees half a file, and never put in the place of another one,
    for which a sandbox may have been opened already.
    """
    if not path.exists():
        part = path.with_name(f"{os.getpid()}-{path.name}")
        build(part)
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    return path
