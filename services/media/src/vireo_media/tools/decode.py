"""Whether a published copy can be watched to its end: all of it is decoded, in the background.

A copy is published when its first frames decode. A damaged packet in the middle ends the
player of Chromium there (MEDIA_ERR_DECODE, seen with 156), where others go on.
"""

import threading
from pathlib import Path

from vireo_media.core.formats import MP4
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import quiet, source

# Decoding is several times as quick as encoding (transcode.py): twelve hours of 1920 x 1080 take
# about one. There is one slot for it, and what takes longer is left as it is.
_MEMORY_BYTES = 3 << 30
_SECONDS_BASE, _SECONDS_EACH, _SECONDS_MOST = 300.0, 6.0, 7_200.0


def decodes(path: Path, seconds: float, *, stop: threading.Event | None = None) -> bool:
    """Return whether every packet of an MP4 decodes, in one size and without interlaced frames.

    Args:
        seconds: how long it lasts.

    Raises the errors of `sandbox`.
    """
    wall = min(_SECONDS_BASE + _SECONDS_EACH * seconds, _SECONDS_MOST)
    limits = sandbox.Limits(_MEMORY_BYTES, int(2 * wall), wall, file_bytes=0)
    chosen = 0

    def take(line: bytes) -> None:
        nonlocal chosen
        chosen += line.startswith(b"0,")

    argv = [
        # Whatever is damaged ends it, also what the decoder could conceal.
        *(*quiet("ffmpeg"), "-xerror", "-threads", "2", *source(path, MP4)),
        # The first frame, and interlaced ones. Where the size changes the filters begin anew.
        *("-map", "0:v:0", "-vf"),
        "select=eq(n\\,0)+not(eq(interlace_type\\,PROGRESSIVE)),scale=16:16",
        *("-fps_mode", "passthrough", "-f", "framecrc", "pipe:1"),
        *("-map", "0:a?", "-f", "null", "-"),
    ]
    done = sandbox.run(
        argv,
        limits,
        files=sandbox.Files(reads=[path]),
        stop=stop,
        on_line=take,
        nice=sandbox.NICE_LAST,
    )
    return done.returncode == 0 and chosen <= 1
