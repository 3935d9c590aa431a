"""Pictures that people send, and sizes of thumbnails, in a bounded child that runs Pillow."""

import logging
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vireo_common.errors import Code, Failure
from vireo_media.core.refused import Refused
from vireo_media.core.thumbnails import Size
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
    _run(source, [target], [str(target.absolute())])


def thumbnail_sizes(source: Path, targets: Mapping[Size, Path]) -> None:
    """Write a picture in sizes to `targets`, as JPEG and WebP without metadata.

    It keeps its shape, stands upright, is never enlarged, and is on black where it is transparent.
    A size is as wide as it says, unless it were more than twice as high as wide then; of width 0 is
    one whose longer side has at most 1280 pixels.

    Raises:
        Refused: ``unsupported_media`` or ``too_large``; `targets` are gone then.
        Failure: ``unavailable``: the machine is too busy to say; ``disk_full``.
    """
    words = [
        word
        for size, path in targets.items()
        for word in (size.format.value, str(size.width), str(path.absolute()))
    ]
    _run(source, list(targets.values()), words)


def _run(source: Path, targets: Sequence[Path], words: Sequence[str]) -> None:
    argv = [sys.executable, "-I", str(_CHILD), str(source.absolute()), *words]
    python = [Path(sys.prefix), Path(sys.base_prefix), _CHILD]
    for target in targets:
        target.touch()
    try:
        _check(
            sandbox.run(
                argv,
                sandbox.Limits(_MEMORY_BYTES, _SECONDS, _SECONDS, _FILE_BYTES),
                files=sandbox.Files(reads=[source], writes=targets, programs=python),
                nice=sandbox.NICE_WAITED_FOR,
            )
        )
    except sandbox.LimitExceeded:
        _remove(targets)
        raise _too_large() from None
    except sandbox.SandboxError as error:
        _remove(targets)
        log.warning("picture not decoded: %s", error)
        raise Failure(Code.UNAVAILABLE) from None
    except BaseException:
        _remove(targets)
        raise


def _remove(targets: Sequence[Path]) -> None:
    for target in targets:
        target.unlink(missing_ok=True)


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
