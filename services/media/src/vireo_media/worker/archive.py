"""A ZIP that grows on the disk in bounded pieces, its entries as they are (videos don't shrink)."""

import contextlib
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

PIECE_BYTES = 1 << 20
# So much is written between two syncs: the last one, which nothing can stop, is short, and the
# files of others need not wait for what is still in memory.
SYNC_BYTES = 64 << 20


class Source(Protocol):
    """Something that is read from where it stands."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at its end."""


class Archive:
    """Takes entries; see ``new_archive``. ``size`` is in bytes, once it is complete."""

    def __init__(
        self,
        file: IO[bytes],
        target: zipfile.ZipFile,
        pause: Callable[[], None],
        piece_bytes: int,
        sync_bytes: int,
    ) -> None:
        self._file = file
        self._zip = target
        self._pause = pause
        self._piece_bytes = piece_bytes
        self._sync_bytes = sync_bytes
        self._unsynced = 0
        self.size = 0

    def add_text(self, name: str, text: str) -> None:
        """Add a short text."""
        self._zip.writestr(_entry(name), text.encode())

    def add_json(self, name: str, value: Any) -> None:
        """Add a value that is bounded, as JSON that a person can read."""
        self.add_text(name, json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def add_file(self, name: str, source: Source, size: int, begun: bytes = b"") -> None:
        """Add what is in an open file or blob.

        Args:
            size: of all of it, in bytes.
            begun: what was read of it before.

        Raises:
            OSError: the disk is in trouble, or full.
        """
        entry = _entry(name)
        # Known beforehand, so that what is longer than 4 GiB gets the fields for it (ZIP64).
        entry.file_size = size
        with self._zip.open(entry, "w") as target:
            target.write(begun)
            while piece := source.read(self._piece_bytes):
                self._pause()
                target.write(piece)
                self._written(len(piece))

    def _written(self, size: int) -> None:
        self._unsynced += size
        if self._unsynced >= self._sync_bytes:
            self._file.flush()
            os.fdatasync(self._file.fileno())
            self._unsynced = 0


@contextlib.contextmanager
def new_archive(
    path: Path,
    pause: Callable[[], None],
    *,
    piece_bytes: int = PIECE_BYTES,
    sync_bytes: int = SYNC_BYTES,
) -> Iterator[Archive]:
    """A new archive at ``path``, which the gateway may read too; complete and synced after.

    Args:
        pause: called before each piece; what it raises ends the work. What there is of the file
            stays: it is the caller's to remove.
        piece_bytes: how much of a file is written at once.
        sync_bytes: how much is written between two syncs.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as target:
            archive = Archive(file, target, pause, piece_bytes, sync_bytes)
            yield archive
        file.flush()
        archive.size = file.tell()
        os.fsync(file.fileno())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, time.gmtime()[:6])
    entry.external_attr = 0o600 << 16
    return entry
