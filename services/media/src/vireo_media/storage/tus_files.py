"""The files of uploads in pieces: ``tus/<id>`` in the media folder, and who writes to which.

A lock of the system (``flock``) on the file keeps two writers apart, also those of several
processes and containers on one machine; it ends with its process, however that dies. Who finds a
file held leaves ``tus/<id>.wanted``, which a writer looks for that gets nothing any more.
"""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from pathlib import Path

from vireo_media.core.tus import Locked
from vireo_media.storage.disk_blobs import sync
from vireo_media.storage.staging import TUS, Staging

WANTED = ".wanted"
# The disk works on what is there while more comes, so that the end need not wait for all of it.
SYNC_BYTES = 128 << 20
SYNC_THREADS = 4
# Buffers that the system takes with one call, at least.
AT_ONCE = 1024
# What is copied with one call: between two the copy can be ended.
COPY_BYTES = 256 << 20


class HeldFile:
    """An open file with the lock, and its size; ``syncer`` works aside."""

    def __init__(self, descriptor: int, wanted: Path, syncer: Executor) -> None:
        self._descriptor = descriptor
        self._wanted = wanted
        self._syncer = syncer
        self._syncing: Future[None] | None = None
        self._unsynced = 0
        self.size = os.fstat(descriptor).st_size

    @property
    def is_removed(self) -> bool:
        """Whether the upload was removed meanwhile."""
        return os.fstat(self._descriptor).st_nlink == 0

    @property
    def is_wanted(self) -> bool:
        """Whether another request waits for it."""
        return self._wanted.exists()

    def write(self, blocks: Sequence[bytes]) -> None:
        """Append; ``OSError`` where there is no room."""
        for start in range(0, len(blocks), AT_ONCE):
            rest = blocks[start : start + AT_ONCE]
            count = os.pwritev(self._descriptor, rest, self.size)
            self.size += count
            self._unsynced += count
            if count < sum(map(len, rest)):
                # A full disk takes a part; the next call says so.
                self.write([b"".join(rest)[count:]])
        if self._unsynced >= SYNC_BYTES and (self._syncing is None or self._syncing.done()):
            self._unsynced = 0
            if self._syncing:
                # The system says an error of the disk once.
                self._syncing.result()
            self._syncing = self._syncer.submit(os.fdatasync, self._descriptor)

    def truncate(self, size: int) -> None:
        """Cut off what is behind ``size``."""
        os.ftruncate(self._descriptor, size)
        self.size = size

    def sync(self) -> None:
        """Return when what was written survives a power cut; ``OSError`` where it does not."""
        if self._syncing:
            self._syncing.result()
        os.fdatasync(self._descriptor)

    def settle(self) -> None:
        """Return when nobody works on the file aside."""
        if self._syncing:
            wait([self._syncing])


class TusFiles:
    """The files below ``root``, on the file system of ``staging``."""

    def __init__(self, root: Path, staging: Staging) -> None:
        self._folder = root.resolve() / TUS
        self._staging = staging
        self._syncer = ThreadPoolExecutor(SYNC_THREADS, "sync")

    def make(self, tus_id: str) -> None:
        """Make an empty file."""
        os.close(os.open(self._path(tus_id), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640))

    def size(self, tus_id: str) -> int:
        """In bytes; raises ``FileNotFoundError``."""
        return self._path(tus_id).stat().st_size

    @contextlib.contextmanager
    def hold(self, tus_id: str) -> Iterator[HeldFile]:
        """The file, for one who writes.

        Raises:
            Locked: another one has it, and is told that it is wanted.
            FileNotFoundError: it is not there.
        """
        path = self._path(tus_id)
        wanted = path.with_name(f"{path.name}{WANTED}")
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # On a full disk the other one ends by itself.
                with contextlib.suppress(OSError):
                    wanted.touch()
                raise Locked from None
            wanted.unlink(missing_ok=True)
            if os.fstat(descriptor).st_nlink == 0:
                # Its last writer has handed it on, or it was removed.
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            held = HeldFile(descriptor, wanted, self._syncer)
            try:
                yield held
            finally:
                held.settle()
        finally:
            os.close(descriptor)

    def join(self, tus_id: str, parts: Sequence[str]) -> None:
        """Append the files of ``parts``, and sync.

        Raises:
            FileNotFoundError: one is not there.
            OSError: there is no room.
        """
        with self._path(tus_id).open("r+b") as target:
            target.seek(0, os.SEEK_END)
            for part in parts:
                with self._path(part).open("rb") as source:
                    while os.copy_file_range(source.fileno(), target.fileno(), COPY_BYTES):
                        pass
            os.fdatasync(target.fileno())

    def give(self, tus_id: str, hash_path: str, upload_id: str) -> None:
        """Let an upload's file be a body as well, also after a power cut; raises
        ``FileNotFoundError``."""
        body = self._staging.body(hash_path, upload_id)
        # The janitor takes old ones whose row it does not find; this one's is about to come.
        os.utime(self._path(tus_id))
        os.link(self._path(tus_id), body)
        sync(body.parent)

    def take_back(self, hash_path: str, upload_id: str) -> None:
        """Undo ``give``."""
        self._staging.discard_body(hash_path, upload_id)

    def remove(self, tus_id: str) -> None:
        """Remove it; that it is not there is fine."""
        path = self._path(tus_id)
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}{WANTED}").unlink(missing_ok=True)

    def left(self, seconds: float) -> Iterator[str]:
        """The uploads whose files were not written to for so long."""
        before = time.time() - seconds
        for entry in list(os.scandir(self._folder)):
            # Others remove files here at the same time.
            with contextlib.suppress(FileNotFoundError):
                if entry.stat(follow_symlinks=False).st_mtime < before:
                    yield entry.name.removesuffix(WANTED)

    def _path(self, tus_id: str) -> Path:
        if not (tus_id.isalnum() and tus_id.isascii()):
            raise FileNotFoundError(tus_id)
        return self._folder / tus_id
