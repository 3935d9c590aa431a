"""A private file and a server that a hostile file names, and a record of who touched them."""

import ctypes
import os
import select
import socket
import struct
from pathlib import Path
from types import TracebackType

from vireo_ops.clips import AAC, ffmpeg
from vireo_testing.clips import H264, picture, tone

MARKER = b"VIREO-BAIT-7f3a91"

_IN_OPEN, _IN_ACCESS = 0x20, 0x01
_IN_NONBLOCK = 0x800
_EVENT = struct.Struct("iIII")
_NAMES = ("private.mp4", "private.ts", "private.txt", "private.key")


class Bait:
    """Private files in a folder, and a listener; `touched` says what was opened or called.

    ``video`` and ``stream`` (the same as a transport stream) are real, so that a tool that follows
    a reference to them would succeed; ``text`` has `MARKER` in it, ``key`` is a playlist's key.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.video, self.stream, self.text, self.key = (folder / name for name in _NAMES)
        for path in (self.video, self.stream):
            ffmpeg(*picture(), *tone(), *H264, *AAC, path)
        self.text.write_bytes(MARKER * 20)
        self.key.write_bytes(b"0123456789abcdef")
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._watch = self._watch_files()

    def _watch_files(self) -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        watch: int = libc.inotify_init1(_IN_NONBLOCK)
        for name in _NAMES:
            path = os.fsencode(self.folder / name)
            if watch < 0 or libc.inotify_add_watch(watch, path, _IN_OPEN | _IN_ACCESS) < 0:
                raise OSError(ctypes.get_errno(), f"cannot watch {name}")
        return watch

    def __enter__(self) -> "Bait":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._watch)
        self._server.close()

    def touched(self) -> list[str]:
        """Return what happened since the last call: files opened, connections made."""
        found: set[str] = set()
        while select.select([self._watch], [], [], 0)[0]:
            events = os.read(self._watch, 1 << 16)
            for at in range(0, len(events), _EVENT.size):
                number, *_ = _EVENT.unpack_from(events, at)
                found.add(f"opened {_NAMES[number - 1]}")
        while select.select([self._server], [], [], 0)[0]:
            connection, _ = self._server.accept()
            connection.close()
            found.add("connected")
        return sorted(found)
