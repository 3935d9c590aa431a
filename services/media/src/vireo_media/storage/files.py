"""The media folder: every path in it is built here, and nowhere else.

    incoming/                     bodies that the gateway is receiving; it names and removes them
    staging/<hash>.<upload id>    a complete body that is not yet proven
    staging/<hash>.<upload id>.<lease>.mp4, .jpg    what one worker makes of it
    originals/<h0h1>/<hash>.<upload id>    what was uploaded, as it was
    exports/<name>.zip            what is known about a person, served by the gateway to them
    exports/<name>.<lease>.part   what one worker has made of it so far
    public/videos/<h0h1>/<hash>.mp4, public/thumbnails/<h0h1>/<hash>.jpg    served by the gateway
    staging/picture-of-channel.<name>, .<name>.webp    a channel's picture that is on its way
    public/pictures/<n0n1>/<name>.webp    a channel's picture, served by the gateway

All of it is on one file system, so that a file moves by renaming.
"""

import contextlib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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

INCOMING, STAGING, ORIGINALS, PUBLIC = "incoming", "staging", "originals", "public"
PUBLIC_PARTS = ("videos", "thumbnails", "pictures")
# In place of a hash path, and no hash path itself.
PICTURE = "picture-of-channel"
EXPORTS = "exports"


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

    video: Path
    thumbnail: Path


class MediaFiles:
    """The folder ``root`` with its parts.

    Args:
        spool: the socket of the spool, where the bodies in ``incoming`` are another user's.
    """

    def __init__(self, root: Path, spool: Path | None = None) -> None:
        self._root = root.resolve()
        incoming = self._root / INCOMING
        self._bodies: Bodies = SpooledBodies(spool) if spool else OwnBodies(incoming)

    def make_folders(self) -> None:
        """Make the parts that are missing."""
        public = (f"{PUBLIC}/{part}" for part in PUBLIC_PARTS)
        for part in (INCOMING, STAGING, ORIGINALS, EXPORTS, *public):
            (self._root / part).mkdir(parents=True, exist_ok=True)

    def body(self, hash_path: str, upload_id: str) -> Path:
        """Where a body is until it is proven."""
        return self._root / STAGING / f"{hash_path}.{upload_id}"

    def results(self, hash_path: str, upload_id: str, lease: str) -> Results:
        """Where the holder of ``lease`` puts what it makes."""
        stem = self._root / STAGING / f"{hash_path}.{upload_id}.{lease}"
        return Results(Path(f"{stem}.mp4"), Path(f"{stem}.jpg"))

    def original(self, hash_path: str, upload_id: str) -> Path:
        """Where the uploaded file is kept; another upload's can't be mistaken for it."""
        return self._root / ORIGINALS / hash_path[:2] / f"{hash_path}.{upload_id}"

    def video(self, hash_path: str) -> Path:
        """Where the gateway finds the published video."""
        return self._root / PUBLIC / "videos" / hash_path[:2] / f"{hash_path}.mp4"

    def thumbnail(self, hash_path: str) -> Path:
        """Where the gateway finds the thumbnail."""
        return self._root / PUBLIC / "thumbnails" / hash_path[:2] / f"{hash_path}.jpg"

    def adopt(self, body: str, hash_path: str, upload_id: str) -> int:
        """Give a body that the gateway received a second name, which outlives the request.

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
        # Looked at when it has its second name: one with two is not cut any more.
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
        """Take the bytes off a body that is not adopted, for good; whether that was done.

        The gateway goes on writing behind where it was: what it writes is cut the next time.

        Raises:
            Failure: ``unavailable``, where the spool can't be asked.
        """
        return self._bodies.cut(body.path.name, for_room=for_room)

    def room(self) -> Room:
        """Room on the disk, and what the gateway has written of bodies that may still be taken."""
        sizes = [body.size for body in self.incoming() if not body.cut]
        return Room(self.free_bytes(), sizes)

    def keep(self, hash_path: str, upload_id: str) -> None:
        """Give a proven and synced body its final name too, and sync the name.

        Its name in ``staging`` stays until ``discard``: a program may be about to open it.
        """
        original = self.original(hash_path, upload_id)
        _make_folder(original.parent)
        with contextlib.suppress(FileExistsError):
            os.link(self.body(hash_path, upload_id), original)
        sync(original.parent)

    def publish(self, hash_path: str, results: Results) -> None:
        """Move the thumbnail and then the video to where the gateway finds them."""
        for source, target in (
            (results.thumbnail, self.thumbnail(hash_path)),
            (results.video, self.video(hash_path)),
        ):
            target.parent.mkdir(exist_ok=True)
            source.rename(target)

    def sync_public(self, hash_path: str) -> None:
        """Return when what ``publish`` moved is on the disk; gone meanwhile is fine."""
        with contextlib.suppress(FileNotFoundError):
            for path in (self.thumbnail(hash_path), self.video(hash_path)):
                sync(path)
                sync(path.parent)
                sync(path.parent.parent)

    def discard(self, hash_path: str, upload_id: str) -> None:
        """Remove what one upload has in ``staging``."""
        for path in (self._root / STAGING).glob(f"{hash_path}.{upload_id}*"):
            path.unlink(missing_ok=True)

    def drop(self, hash_path: str, upload_id: str) -> None:
        """Remove everything of one upload that was not acknowledged."""
        self.original(hash_path, upload_id).unlink(missing_ok=True)
        self.discard(hash_path, upload_id)

    def remove(self, hash_path: str) -> None:
        """Remove all files of a video; the public ones first."""
        self.video(hash_path).unlink(missing_ok=True)
        self.thumbnail(hash_path).unlink(missing_ok=True)
        for folder in (self._root / ORIGINALS / hash_path[:2], self._root / STAGING):
            for path in folder.glob(f"{hash_path}.*"):
                path.unlink(missing_ok=True)

    def picture_body(self, name: str) -> Path:
        """Where the bytes are that came as a channel's picture."""
        return self._root / STAGING / f"{PICTURE}.{name}"

    def picture_result(self, name: str) -> Path:
        """Where a channel's picture is until it is published."""
        return self._root / STAGING / f"{PICTURE}.{name}.webp"

    def picture(self, name: str) -> Path:
        """Where the gateway finds a channel's picture."""
        return self._root / PUBLIC / "pictures" / name[:2] / f"{name}.webp"

    def publish_picture(self, name: str) -> None:
        """Sync a picture, and move it to where the gateway finds it."""
        target = self.picture(name)
        _make_folder(target.parent)
        # The janitor goes by its age, and a child may have taken long.
        os.utime(self.picture_result(name))
        sync(self.picture_result(name))
        self.picture_result(name).rename(target)
        sync(target.parent)

    def discard_picture(self, name: str) -> None:
        """Remove what ``staging`` has of a picture."""
        self.picture_body(name).unlink(missing_ok=True)
        self.picture_result(name).unlink(missing_ok=True)

    def pictures(self, seconds: float) -> Iterator[tuple[Path, str]]:
        """Every published picture of that age, with its name."""
        for folder in sorted((self._root / PUBLIC / "pictures").iterdir()):
            for path in _older(folder, seconds):
                yield path, path.stem

    @property
    def exports(self) -> Path:
        """The folder of archives."""
        return self._root / EXPORTS

    def export(self, name: str) -> Path:
        """Where the gateway finds the archive of an export."""
        return self.exports / f"{name}.zip"

    def export_part(self, name: str, lease: str) -> Path:
        """Where the holder of ``lease`` puts an archive while it grows."""
        return self.exports / f"{name}.{lease}.part"

    def has_export(self, name: str) -> bool:
        """Whether the archive of an export is there."""
        return self.export(name).is_file()

    def place_export(self, name: str, part: Path) -> None:
        """Give a complete and synced archive its final name, and sync the name."""
        part.rename(self.export(name))
        sync(self.exports)

    def discard_parts(self, name: str) -> None:
        """Remove what workers have made of an archive that is not complete."""
        for path in self.exports.glob(f"{name}.*.part"):
            path.unlink(missing_ok=True)

    def left_in_exports(self, seconds: float) -> Iterator[tuple[Path, str]]:
        """Files of exports that nothing was added to for so long, with the export's name."""
        for path in _older(self.exports, seconds):
            yield path, path.name.partition(".")[0]

    def free_bytes(self) -> int:
        """Room on the disk."""
        return shutil.disk_usage(self._root).free

    def remove_left(self, path: Path) -> None:
        """Remove a body that was left behind."""
        self._bodies.remove(path.name)

    def left_in_incoming(self, seconds: float) -> Iterator[Path]:
        """Bodies that nothing was added to for so long: the gateway ends such uploads before."""
        return _older(self._root / INCOMING, seconds)

    def left_in_staging(self, seconds: float) -> Iterator[tuple[Path, str, str]]:
        """Files in ``staging`` of that age, with the hash path and the upload id they are of."""
        for path in _older(self._root / STAGING, seconds):
            yield path, *_owner(path)

    def kept(self) -> Iterator[tuple[Path, str, str]]:
        """Every original, with the hash path and the upload id it is of."""
        for folder in sorted((self._root / ORIGINALS).iterdir()):
            for path in sorted(folder.iterdir()):
                yield path, *_owner(path)

    def published(self) -> Iterator[tuple[Path, str]]:
        """Every public file, with the hash path it is of."""
        for part in ("videos", "thumbnails"):
            for folder in sorted((self._root / PUBLIC / part).iterdir()):
                for path in sorted(folder.iterdir()):
                    yield path, _owner(path)[0]


def sync(path: Path) -> None:
    """Return when the bytes of a file are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def size_of(path: Path) -> int:
    """Bytes of a file that may not be there yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _require_whole(found: os.stat_result) -> None:
    if not found.st_mode & READABLE:
        raise BodyCut(for_room=bool(found.st_mode & CUT_FOR_ROOM))


def version_of(path: Path) -> str:
    """Another one for each content of a public file: the gateway's ``ETag``, which it compares."""
    found = path.stat()
    return f"{int(found.st_mtime):x}-{found.st_size:x}"


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def _owner(path: Path) -> tuple[str, str]:
    hash_path, _, rest = path.name.partition(".")
    return hash_path, rest.partition(".")[0]


def _older(folder: Path, seconds: float) -> Iterator[Path]:
    before = time.time() - seconds
    for entry in list(os.scandir(folder)):
        # Others remove files here at the same time.
        with contextlib.suppress(FileNotFoundError):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before:
                yield Path(entry.path)
