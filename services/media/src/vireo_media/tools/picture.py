"""The picture of a channel. Pillow runs in a bounded child, never in the calling process."""

import logging
import signal
import sys
from pathlib import Path

from vireo_common.errors import Code, Failure
from vireo_media.core.refused import Refused
from vireo_media.tools import sandbox

log = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("picture_child.py")
_TOO_MANY_PIXELS = 4
# Pillow maps 60 MB; see the child for the pixels.
_MEMORY_BYTES = 640 << 20
_SECONDS = 10
_FILE_BYTES = 4 << 20
_NO_SPACE = b"No space left on device"


def square_picture(source: Path, target: Path) -> None:
    """Write the middle of a PNG, JPEG or WebP to `target`, as a WebP without metadata.

    It is square, at most 512 pixels on a side and never enlarged, stands upright, and is opaque
    where the source is. Of a moving picture it is the first one.

    Raises:
        Refused: ``unsupported_media`` or ``too_large``; `target` is gone then.
        Failure: ``unavailable``: the machine is too busy to say; ``disk_full``.
    """
    argv = [sys.executable, "-I", str(_CHILD), str(source.absolute()), str(target.absolute())]
    python = [Path(sys.prefix), Path(sys.base_prefix), _CHILD]
    target.touch()
    try:
        _check(
            sandbox.run(
                argv,
                sandbox.Limits(_MEMORY_BYTES, _SECONDS, _SECONDS, _FILE_BYTES),
                files=sandbox.Files(reads=[source], writes=[target], programs=python),
                nice=sandbox.NICE_WAITED_FOR,
            )
        )
    except sandbox.LimitExceeded:
        target.unlink(missing_ok=True)
        raise _too_large() from None
    except sandbox.SandboxError as error:
        target.unlink(missing_ok=True)
        log.warning("picture not decoded: %s", error)
        raise Failure(Code.UNAVAILABLE) from None
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _check(done: sandbox.Completed) -> None:
    if done.returncode == _TOO_MANY_PIXELS:
        raise _too_large()
    if done.returncode == -signal.SIGKILL:
        # The machine had no memory left: that says nothing about the picture.
        raise Failure(Code.UNAVAILABLE)
    if _NO_SPACE in done.stderr:
        raise Failure(Code.DISK_FULL)
    if done.returncode != 0:
        log.info("picture refused: %s", done.verdict)
        raise Refused("unsupported_media", "The file is no whole PNG, JPEG or WebP picture.")


def _too_large() -> Refused:
    return Refused("too_large", "The picture has too many pixels.")
