"""What only the owner of a body may do with it while it is in ``incoming``.

The gateway writes a body into a file that is its user's alone. Where media runs as that user, it
does these things itself (``OwnBodies``); where it has a user of its own, it asks the spool, a
program of the gateway's user, which does no more than these (``SpooledBodies``,
``vireo_media.spool``).
"""

import os
import socket
import stat
from pathlib import Path
from typing import Protocol

from vireo_common.errors import Code, Failure

# The gateway writes to a body until its client has sent all of it, whatever becomes of the file.
# A cut body loses its read permission as a mark; nginx, which writes to it, needs none.
READABLE, CUT_FOR_ROOM = stat.S_IRUSR, stat.S_IWGRP
# Its folder's group is media's.
_SHARED = 0o660
_ASK_SECONDS = 10.0
LONGEST = 512


class Bodies(Protocol):
    """Bodies by their names in ``incoming``; every call may raise ``Failure`` (``unavailable``)."""

    def share(self, name: str) -> None:
        """Let media use a body, unless it was cut or is not there."""

    def cut(self, name: str, *, for_room: bool) -> bool:
        """Take the bytes off a body that is not adopted, for good; whether that was done."""

    def remove(self, name: str) -> None:
        """Remove a body."""


class OwnBodies:
    """Bodies of the user of this process, in ``folder``.

    Args:
        shared: whether media is another user.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self._folder = folder
        self._shared = shared

    def share(self, name: str) -> None:
        """See ``Bodies``."""
        descriptor = self._open(name) if self._shared else None
        if descriptor is None:
            return
        try:
            if os.fstat(descriptor).st_mode & READABLE:
                os.fchmod(descriptor, _SHARED)
        finally:
            os.close(descriptor)

    def cut(self, name: str, *, for_room: bool) -> bool:
        """See ``Bodies``.

        The gateway goes on writing behind where it was: what it writes is cut the next time.
        """
        descriptor = self._open(name)
        if descriptor is None:
            return False
        try:
            before = stat.S_IMODE(os.fstat(descriptor).st_mode)
            if before & READABLE:
                os.fchmod(descriptor, stat.S_IWUSR | (CUT_FOR_ROOM if for_room else 0))
            # It may have been adopted just before it was marked; see `MediaFiles.adopt`.
            if os.fstat(descriptor).st_nlink != 1:
                os.fchmod(descriptor, before)
                return False
            os.ftruncate(descriptor, 0)
            return True
        finally:
            os.close(descriptor)

    def remove(self, name: str) -> None:
        """See ``Bodies``."""
        (self._folder / plain(name)).unlink(missing_ok=True)

    def _open(self, name: str) -> int | None:
        try:
            # A pipe would be waited for.
            flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(self._folder / plain(name), flags)
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return None
        return descriptor


class SpooledBodies:
    """Bodies of another user: the spool on the Unix socket ``path`` is asked.

    A question and its answer are a line each, on a connection of their own: ``share 0000000001``,
    ``cut 0000000001``, ``cut_for_room 0000000001``, ``remove 0000000001``; ``yes`` or ``no``.
    """

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def share(self, name: str) -> None:
        """See ``Bodies``."""
        self._ask("share", name)

    def cut(self, name: str, *, for_room: bool) -> bool:
        """See ``Bodies``."""
        return self._ask("cut_for_room" if for_room else "cut", name)

    def remove(self, name: str) -> None:
        """See ``Bodies``."""
        self._ask("remove", name)

    def _ask(self, verb: str, name: str) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(_ASK_SECONDS)
                line.connect(self._path)
                line.sendall(f"{verb} {plain(name)}\n".encode())
                with line.makefile("rb") as answers:
                    answer = answers.readline(LONGEST)
        except OSError:
            raise Failure(Code.UNAVAILABLE) from None
        if answer not in {b"yes\n", b"no\n"}:
            # It ended in the middle of it.
            raise Failure(Code.UNAVAILABLE)
        return answer == b"yes\n"


def plain(name: str) -> str:
    """A name of a file in ``incoming``, as it is.

    Raises:
        ValueError: it leads elsewhere, or is no name.
    """
    if not name or name in {".", ".."} or len(name) > 255 or set(name) & set("/\0\n "):
        raise ValueError("this is no name of a body")
    return name
