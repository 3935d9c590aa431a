"""Staging: what is on its way through this machine, in local files, for programs to work on.

    incoming/                     bodies that the gateway is receiving; it names and removes them
    staging/<hash>.<upload id>    a complete body that is not yet validated
    staging/<hash>.<upload id>.<lease>.mp4, .jpg, .<part>.mp4, .m3u8    what one worker
                                  makes of it
    drafts/<hash>.<maker>.<what>  pictures of a published video that one worker or request makes
    staging/picture-of-channel.<name>, .<name>.webp    a channel's picture
    staging/captions-of-video.<name>.vtt, .m3u8, .txt    captions that are set, or found in a file
    tus/<id>                      an upload in pieces, until it is complete (``tus_files.py``)
    exports/<name>.<lease>.part   what one worker has made of a data export

What is kept goes to the store of blobs from here (``storage/blobs.py``).
"""

import contextlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vireo_media.core.open_uploads import Room
from vireo_media.core.uploads import BodyCut
from vireo_media.storage.bodies import (
    CUT_FOR_ROOM,
    READABLE,
    Bodies,
    OwnBodies,
    SpooledBodies,
    plain,
)

INCOMING, STAGING, EXPORTS, DRAFTS, TUS = "incoming", "staging", "exports", "drafts", "tus"
# In place of a hash path, and no hash path themselves.
PICTURE = "picture-of-channel"
CAPTIONS = "captions-of-video"


@dataclass(frozen=True)
class Incoming:
    """A body that the gateway is writing, with its ``size`` in bytes; ``cut`` says that it was."""

    path: Path
    number: int
    size: int
    cut: bool


@dataclass(frozen=True)
class Results:
    """What one worker makes of an upload, until it is published.

    No two workers write to the same name, also when one of them has lost its lease and does not
    know it yet.
    """

    stem: Path

    @property
    def video(self) -> Path:
        """The film."""
        return self.named(".mp4")

    @property
    def thumbnail(self) -> Path:
        """Its thumbnail."""
        return self.named(".jpg")

    def part(self, part: str, ending: str = ".mp4") -> Path:
        """A part of its stream."""
        return self.named(f".{part}{ending}")

    def named(self, ending: str) -> Path:
        """A file with this ending."""
        return self.stem.with_name(f"{self.stem.name}{ending}")

    def remove(self) -> None:
        """Remove all that was made."""
        _remove_beginning(self.stem.parent, f"{self.stem.name}.")


class Staging:
    """The local folders below ``root``, all on one file system.

    Args:
        spool: the socket of the spool, where the bodies in ``incoming`` are another user's.
    """

    def __init__(self, root: Path, spool: Path | None = None) -> None:
        self._root = root.resolve()
        incoming = self._root / INCOMING
        self._bodies: Bodies = SpooledBodies(spool) if spool else OwnBodies(incoming)

    def make_folders(self) -> None:
        """Make the folders that are missing."""
        for part in (INCOMING, STAGING, EXPORTS, DRAFTS, TUS):
            (self._root / part).mkdir(parents=True, exist_ok=True)

    def free_bytes(self) -> int:
        """Free disk space."""
        return shutil.disk_usage(self._root).free

    # bodies that the gateway is writing

    def adopt(self, body: str, hash_path: str, upload_id: str) -> int:
        """Hard-link a body that the gateway received, so that it outlives the request.

        Args:
            body: the path that the gateway gave.

        Returns:
            Its size in bytes.

        Raises:
            FileNotFoundError: it is no file in ``incoming``.
            BodyCut: it has lost some of its bytes.
            Failure: ``unavailable``, where the spool can't be asked.
        """
        try:
            name = plain(Path(body).name)
        except ValueError:
            raise FileNotFoundError(body) from None
        given = self._root / INCOMING / name
        target = self.body(hash_path, upload_id)
        self._bodies.share(name)
        try:
            os.link(given, target, follow_symlinks=False)
        except PermissionError:
            # Another user's file that can't be read can't be linked either.
            _require_whole(given.lstat())
            raise
        # Looked at once it is linked: a body with two names is not cut any more.
        found = target.stat()
        try:
            _require_whole(found)
        except BodyCut:
            target.unlink()
            raise
        return found.st_size

    def incoming(self) -> Iterator[Incoming]:
        """The bodies that the gateway is writing, and that nobody has adopted."""
        for entry in list(os.scandir(self._root / INCOMING)):
            # Others remove files here at the same time.
            with contextlib.suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                    cut = not found.st_mode & READABLE
                    yield Incoming(Path(entry.path), found.st_ino, found.st_size, cut)

    def cut(self, body: Incoming, *, for_room: bool) -> bool:
        """Truncate a body that is not adopted, for good; whether that was done.

        The gateway goes on writing behind where it was: what it writes is cut the next time.

        Raises:
            Failure: ``unavailable``, where the spool can't be asked.
        """
        return self._bodies.cut(body.path.name, for_room=for_room)

    def room(self) -> Room:
        """Free disk space, and what the gateway has written of bodies that may still be taken."""
        sizes = [body.size for body in self.incoming() if not body.cut]
        return Room(self.free_bytes(), sizes)

    def remove_left(self, path: Path) -> None:
        """Remove a body that was left behind.

        Raises:
            Failure: ``unavailable``, where the spool can't be asked.
        """
        self._bodies.remove(path.name)

    def left_in_incoming(self, seconds: float) -> Iterator[Path]:
        """Bodies that nothing was added to for so long: the gateway ends such uploads before."""
        return _older(self._root / INCOMING, seconds)

    # uploads

    def body(self, hash_path: str, upload_id: str) -> Path:
        """Where a body is until it is validated and published."""
        return self._root / STAGING / f"{hash_path}.{upload_id}"

    def results(self, hash_path: str, upload_id: str, lease: str) -> Results:
        """Where the holder of ``lease`` puts what it makes."""
        return Results(self._root / STAGING / f"{hash_path}.{upload_id}.{lease}")

    def discard(self, hash_path: str, upload_id: str = "") -> None:
        """Remove what one upload has here, or all uploads for a hash path."""
        _remove_beginning(self._root / STAGING, f"{hash_path}.{upload_id}")

    def discard_body(self, hash_path: str, upload_id: str) -> None:
        """Remove the body of an upload alone: others may be making something of its original."""
        self.body(hash_path, upload_id).unlink(missing_ok=True)

    def discard_results(self, hash_path: str, upload_id: str) -> None:
        """Remove what workers have made of an upload that hold its job no more."""
        _remove_beginning(self._root / STAGING, f"{hash_path}.{upload_id}.")

    def left_in_staging(self, seconds: float) -> Iterator[tuple[Path, str, str]]:
        """Files in ``staging`` of that age, with the hash path and the upload id they are of."""
        for path in _older(self._root / STAGING, seconds):
            hash_path, _, rest = path.name.partition(".")
            yield path, hash_path, rest.partition(".")[0]

    # pictures of published videos

    def draft(self, hash_path: str, maker: str, what: str) -> Path:
        """Where a picture is until it is published; ``maker`` is the lease of a job, or random."""
        return self._root / DRAFTS / f"{hash_path}.{maker}.{what}"

    def discard_drafts(self, hash_path: str, maker: str = "") -> None:
        """Remove what one maker has here of a video, or all of them."""
        _remove_beginning(self._root / DRAFTS, f"{hash_path}.{maker}")

    def left_drafts(self, seconds: float) -> Iterator[tuple[Path, str]]:
        """Drafts of that age, with their maker."""
        for path in _older(self._root / DRAFTS, seconds):
            yield path, path.name.split(".")[1]

    # pictures of channels

    def picture_body(self, name: str) -> Path:
        """Where the bytes are that came as a channel's picture."""
        return self._root / STAGING / f"{PICTURE}.{name}"

    def picture_result(self, name: str) -> Path:
        """Where a channel's picture is until it is published."""
        return self._root / STAGING / f"{PICTURE}.{name}.webp"

    def discard_picture(self, name: str) -> None:
        """Remove what is here of a picture."""
        self.picture_body(name).unlink(missing_ok=True)
        self.picture_result(name).unlink(missing_ok=True)

    # captions

    def captions(self, name: str, ending: str) -> Path:
        """Where captions are until they are published; ``name`` is random."""
        return self._root / STAGING / f"{CAPTIONS}.{name}.{ending}"

    # data exports

    def export_part(self, name: str, lease: str) -> Path:
        """Where the holder of ``lease`` puts an archive while it grows."""
        return self._root / EXPORTS / f"{name}.{lease}.part"

    def unnamed(self) -> IO[bytes]:
        """A file without a name, which no dead worker leaves behind."""
        return tempfile.TemporaryFile(dir=self._root / EXPORTS)

    def discard_parts(self, name: str) -> None:
        """Remove what workers have made of an archive that is not complete."""
        _remove_beginning(self._root / EXPORTS, f"{name}.", ".part")

    def left_parts(self, seconds: float) -> Iterator[tuple[Path, str]]:
        """Parts of archives that nothing was added to for so long, with the export's name."""
        for path in _older(self._root / EXPORTS, seconds):
            # Complete ones are in the same folder, and the store's.
            if path.suffix != ".zip":
                yield path, path.name.partition(".")[0]


def _remove_beginning(folder: Path, beginning: str, end: str = "") -> None:
    """Remove the files whose names begin and end so. No pattern, which could lead elsewhere."""
    for entry in list(os.scandir(folder)):
        if entry.name.startswith(beginning) and entry.name.endswith(end):
            Path(entry.path).unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """Bytes of a file that may not be there yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _require_whole(found: os.stat_result) -> None:
    if not found.st_mode & READABLE:
        raise BodyCut(for_room=bool(found.st_mode & CUT_FOR_ROOM))


def _older(folder: Path, seconds: float) -> Iterator[Path]:
    before = time.time() - seconds
    for entry in list(os.scandir(folder)):
        # Others remove files here at the same time.
        with contextlib.suppress(FileNotFoundError):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before:
                yield Path(entry.path)
