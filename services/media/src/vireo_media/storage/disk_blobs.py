"""The store of blobs in the media folder: every path of a blob is built here, and nowhere else.

    originals/<h0h1>/<hash>.<upload id>        what was uploaded, as it was
    public/videos/<h0h1>/<hash>.mp4            served by the gateway, as are
    public/thumbnails/<h0h1>/<hash>.jpg
    public/hls/<h0h1>/<hash>.<part>.mp4, .m3u8
    public/captions/<h0h1>/<hash>.<language>.vtt, .m3u8
    public/sizes/<h0h1>/<hash>.<width>.jpg, .webp
    public/storyboards/<h0h1>/<hash>.vtt, <hash>.<part>.jpg
    public/previews/<h0h1>/<hash>.mp4
    hidden/...      the same of what moderators have hidden or owners closed: for who has a grant
    candidates/<h0h1>/<hash>.<number>.jpg      frames for the owner to choose from
    public/pictures/<n0n1>/<name>.webp
    exports/<name>.zip                         served by the gateway to who has a grant

Staging is on the same file system, so no byte is copied: a blob is a local file that got another
name, or a second one.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vireo_media.storage.blobs import NAME, Key, Kind, Transfer


@dataclass(frozen=True)
class _Place:
    """A folder, whether it has one more level of folders, and what file names end in."""

    folder: str
    ending: str
    split: bool = True


_PLACES = {
    Kind.ORIGINAL: _Place("originals", ""),
    Kind.VIDEO: _Place("public/videos", ".mp4"),
    Kind.THUMBNAIL: _Place("public/thumbnails", ".jpg"),
    Kind.STREAM: _Place("public/hls", ".mp4"),
    Kind.STREAM_LIST: _Place("public/hls", ".m3u8"),
    Kind.CAPTIONS: _Place("public/captions", ".vtt"),
    Kind.CAPTIONS_LIST: _Place("public/captions", ".m3u8"),
    Kind.HIDDEN_VIDEO: _Place("hidden/videos", ".mp4"),
    Kind.HIDDEN_THUMBNAIL: _Place("hidden/thumbnails", ".jpg"),
    Kind.HIDDEN_STREAM: _Place("hidden/hls", ".mp4"),
    Kind.HIDDEN_STREAM_LIST: _Place("hidden/hls", ".m3u8"),
    Kind.HIDDEN_CAPTIONS: _Place("hidden/captions", ".vtt"),
    Kind.HIDDEN_CAPTIONS_LIST: _Place("hidden/captions", ".m3u8"),
    Kind.SIZED_JPEG: _Place("public/sizes", ".jpg"),
    Kind.SIZED_WEBP: _Place("public/sizes", ".webp"),
    Kind.STORYBOARD: _Place("public/storyboards", ".vtt"),
    Kind.SPRITE: _Place("public/storyboards", ".jpg"),
    Kind.PREVIEW: _Place("public/previews", ".mp4"),
    Kind.HIDDEN_SIZED_JPEG: _Place("hidden/sizes", ".jpg"),
    Kind.HIDDEN_SIZED_WEBP: _Place("hidden/sizes", ".webp"),
    Kind.HIDDEN_STORYBOARD: _Place("hidden/storyboards", ".vtt"),
    Kind.HIDDEN_SPRITE: _Place("hidden/storyboards", ".jpg"),
    Kind.HIDDEN_PREVIEW: _Place("hidden/previews", ".mp4"),
    Kind.CANDIDATE: _Place("candidates", ".jpg"),
    Kind.PICTURE: _Place("public/pictures", ".webp"),
    Kind.EXPORT: _Place("exports", ".zip", split=False),
}


@dataclass(frozen=True)
class _File:
    """An open file."""

    file: IO[bytes]
    size: int

    def read(self, size: int, /) -> bytes:
        """See ``Content``."""
        return self.file.read(size)


class DiskBlobs:
    """The blobs below ``root``; see ``Blobs``."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def make_folders(self) -> None:
        """Make the folders that are missing."""
        for place in _PLACES.values():
            (self._root / place.folder).mkdir(parents=True, exist_ok=True)

    def transfer(self, key: Key, source: Path, *, keep_source: bool = False) -> Transfer:
        """See ``Blobs``; there is nothing to do."""
        return Transfer(key, source, keep_source)

    def commit(self, transfer: Transfer) -> str:
        """See ``Blobs``; without a sync, so that it is quick inside of a transaction."""
        target = self._path(transfer.key)
        target.parent.mkdir(exist_ok=True)
        _name(transfer, target)
        return _version(target)

    def settle(self, *keys: Key) -> None:
        """See ``Blobs``."""
        for key in keys:
            path = self._path(key)
            # A name that is gone is what the folder has to remember of a blob that was moved.
            for each in (path, path.parent, path.parent.parent):
                with contextlib.suppress(FileNotFoundError):
                    sync(each)

    def put(self, key: Key, source: Path, *, keep_source: bool = False) -> None:
        """See ``Blobs``."""
        target = self._path(key)
        if not target.parent.is_dir():
            target.parent.mkdir(exist_ok=True)
            sync(target.parent.parent)
        if not keep_source:
            # `keys` goes by this time, and what made the file may have taken long.
            os.utime(source)
        sync(source)
        _name(Transfer(key, source, keep_source), target)
        sync(target.parent)

    @contextlib.contextmanager
    def fetch(self, key: Key) -> Iterator[Path]:
        """See ``Blobs``; it is the blob itself."""
        path = self._path(key)
        path.stat()
        yield path

    @contextlib.contextmanager
    def open(self, key: Key) -> Iterator[_File]:
        """See ``Blobs``."""
        with self._path(key).open("rb") as file:
            yield _File(file, os.fstat(file.fileno()).st_size)

    def version(self, key: Key) -> str | None:
        """See ``Blobs``."""
        with contextlib.suppress(FileNotFoundError):
            return _version(self._path(key))
        return None

    def size(self, key: Key) -> int | None:
        """See ``Blobs``."""
        with contextlib.suppress(FileNotFoundError):
            return self._path(key).stat().st_size
        return None

    def keys(self, kind: Kind, *, prefix: str = "", older: float = 0.0) -> Iterator[Key]:
        """See ``Blobs``."""
        place = _PLACES[kind]
        before = time.time() - older if older else float("inf")
        for folder in self._folders(place, prefix):
            for entry in _entries(folder):
                name = entry.name.removesuffix(place.ending)
                wanted = entry.name.endswith(place.ending) and name.startswith(prefix)
                # Others remove files here at the same time.
                with contextlib.suppress(FileNotFoundError):
                    if wanted and NAME.fullmatch(name) and _is_older(entry, before):
                        yield Key(kind, name)

    def move(self, source: Key, target: Key) -> None:
        """See ``Blobs``."""
        path = self._path(target)
        path.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self._path(source).rename(path)

    def delete(self, key: Key) -> None:
        """See ``Blobs``."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: Key) -> Path:
        place = _PLACES[key.kind]
        folder = self._root / place.folder
        if place.split:
            folder /= key.name[:2]
        return folder / f"{key.name}{place.ending}"

    def _folders(self, place: _Place, prefix: str) -> Iterator[Path]:
        top = self._root / place.folder
        if not place.split:
            yield top
        elif prefix:
            yield top / prefix[:2]
        else:
            yield from (Path(entry.path) for entry in _entries(top))


def sync(path: Path) -> None:
    """Return when the bytes of a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(transfer: Transfer, target: Path) -> None:
    if transfer.keep_source:
        # With ``keep_source`` the key names the upload: what is there is the same.
        with contextlib.suppress(FileExistsError):
            os.link(transfer.source, target)
    else:
        transfer.source.rename(target)


def _version(path: Path) -> str:
    found = path.stat()
    return f"{int(found.st_mtime):x}-{found.st_size:x}"


def _is_older(entry: "os.DirEntry[str]", before: float) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
