"""Pictures of published videos in the store: sizes of the thumbnail, candidates, storyboards.

All are put in place in the transaction that holds the row of the video's upload, as the film was:
so they come to where the video is, hidden or not, and never after its removal.
"""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vireo_media.core.thumbnails import Format, Size
from vireo_media.storage import blobs
from vireo_media.storage.blobs import HIDDEN_KINDS, OF_PICTURES, Blobs, Content, Key, Kind, Transfer
from vireo_media.storage.staging import Staging

_KINDS = {Format.JPEG: Kind.SIZED_JPEG, Format.WEBP: Kind.SIZED_WEBP}


@dataclass(frozen=True)
class TransferredThumbnail:
    """A thumbnail that can be published at once, in all sizes; ``whole`` is what is served where
    no size is asked for, ``None`` where that stays as it is."""

    sized: Sequence[Transfer]
    whole: Transfer | None = None


@dataclass(frozen=True)
class TransferredPictures:
    """What is made of every video beside its thumbnail, and can be published at once."""

    candidates: Sequence[Transfer]
    sprites: Sequence[Transfer]
    storyboard: Transfer | None
    preview: Transfer | None


class VideoPictureFiles:
    """Pictures of videos; ``staging`` has what is on its way."""

    def __init__(self, staging: Staging, store: Blobs) -> None:
        self._staging = staging
        self._blobs = store

    def draft(self, hash_path: str, maker: str, what: str) -> Path:
        """Where a picture is until it is published; see ``Staging``."""
        return self._staging.draft(hash_path, maker, what)

    def discard_drafts(self, hash_path: str, maker: str = "") -> None:
        """Remove what is not published of what one maker has made."""
        self._staging.discard_drafts(hash_path, maker)

    @contextlib.contextmanager
    def film(self, hash_path: str) -> Iterator[Path]:
        """The published film as a local file, wherever it is now.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._blobs.fetch(self._where(hash_path)) as path:
            yield path

    def has_film(self, hash_path: str) -> bool:
        """Whether there is a published film, hidden or not."""
        return self._blobs.size(self._where(hash_path)) is not None

    @contextlib.contextmanager
    def whole(self, hash_path: str) -> Iterator[Path]:
        """The thumbnail as a local file.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._blobs.fetch(self._whole(hash_path)) as path:
            yield path

    @contextlib.contextmanager
    def open_whole(self, hash_path: str) -> Iterator[Content]:
        """The thumbnail, to be read once.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._blobs.open(self._whole(hash_path)) as content:
            yield content

    def version(self, hash_path: str) -> str | None:
        """Which thumbnail there is; ``None`` for none."""
        shown = blobs.thumbnail(hash_path)
        return self._blobs.version(shown) or self._blobs.version(blobs.hidden(shown))

    def candidate(self, hash_path: str, number: int) -> bytes | None:
        """The picture of a candidate, which is small; ``None`` where there is none."""
        try:
            with self._blobs.open(blobs.candidate(hash_path, number)) as content:
                return content.read(content.size)
        except FileNotFoundError:
            return None

    def transfer_thumbnail(
        self, hash_path: str, made: Mapping[Size, Path], whole: Path | None
    ) -> TransferredThumbnail:
        """Get a thumbnail to where it is published quickly.

        All its files get one time, which no thumbnail of the video had before: the gateway knows by
        it which of them belong together (``versions.conf``). ``whole`` is ``None`` for sizes of the
        thumbnail that there is.
        """
        there = self.version(hash_path)
        before = int(there.partition("-")[0], 16) if there else 0
        at = before if whole is None else max(int(time.time()), before + 1)
        for path in (*made.values(), *([whole] if whole else [])):
            os.utime(path, (at, at))
        sized = [
            self._blobs.transfer(blobs.sized(_KINDS[size.format], hash_path, size.width), path)
            for size, path in made.items()
            if size.width
        ]
        key = blobs.thumbnail(hash_path)
        return TransferredThumbnail(sized, self._blobs.transfer(key, whole) if whole else None)

    def publish_thumbnail(
        self, hash_path: str, thumbnail: TransferredThumbnail, *, hidden: bool
    ) -> str | None:
        """Put a thumbnail in the place of the one before; returns the version of the whole one."""
        if thumbnail.whole is not None:
            shown = blobs.thumbnail(hash_path)
            unseen = blobs.hidden(shown)
            self._blobs.commit(replace(thumbnail.whole, key=unseen if hidden else shown))
            self._blobs.delete(shown if hidden else unseen)
        for each in thumbnail.sized:
            self._commit(each, hidden=hidden)
        return self.version(hash_path)

    def drop_sized(self, hash_path: str) -> None:
        """Remove the sizes of a thumbnail that another one has replaced."""
        for kind in _KINDS.values():
            for key in self._kept(kind, hash_path):
                self._blobs.delete(key)

    def transfer(
        self,
        hash_path: str,
        candidates: Mapping[int, Path],
        sprites: Mapping[str, Path],
        storyboard: Path | None,
        preview: Path | None,
    ) -> TransferredPictures:
        """Get what was made to where it is published quickly."""
        transfer = self._blobs.transfer
        return TransferredPictures(
            [transfer(blobs.candidate(hash_path, each), at) for each, at in candidates.items()],
            [transfer(blobs.sprite(hash_path, part), at) for part, at in sprites.items()],
            transfer(blobs.storyboard(hash_path), storyboard) if storyboard else None,
            transfer(blobs.preview(hash_path), preview) if preview else None,
        )

    def publish(self, hash_path: str, made: TransferredPictures, *, hidden: bool) -> None:
        """Put pictures in place, sprites before what names them, and remove those before."""
        for frame in made.candidates:
            self._blobs.commit(frame)
        for each in (*made.sprites, made.storyboard, made.preview):
            if each is not None:
                self._commit(each, hidden=hidden)
        new = {each.key.name for each in (*made.candidates, *made.sprites)}
        for kind in (Kind.CANDIDATE, Kind.SPRITE):
            for key in self._kept(kind, hash_path):
                if key.name not in new:
                    self._blobs.delete(key)

    def place(self, hash_path: str, *, hidden: bool) -> None:
        """Have the pictures of a video served no more, or again."""
        for kind in OF_PICTURES:
            now, then = kind, HIDDEN_KINDS[kind]
            if not hidden:
                now, then = then, now
            for key in list(self._blobs.keys(now, prefix=hash_path)):
                self._blobs.move(key, replace(key, kind=then))

    def settle(self, hash_path: str) -> None:
        """Return when what was published or placed survives a power cut."""
        for kind in OF_PICTURES:
            if keys := self._kept(kind, hash_path):
                # Those that are gone from there are what a folder has to remember.
                gone = [Key(each, hash_path) for each in (kind, HIDDEN_KINDS[kind])]
                self._blobs.settle(*keys, *gone)
        self._blobs.settle(*self._blobs.keys(Kind.CANDIDATE, prefix=f"{hash_path}."))

    def remove(self, hash_path: str) -> None:
        """Remove all pictures of a video, and what is made of it now."""
        for kind in (*OF_PICTURES, Kind.CANDIDATE):
            for key in self._kept(kind, hash_path):
                self._blobs.delete(key)
        self._staging.discard_drafts(hash_path)

    def _kept(self, kind: Kind, hash_path: str) -> list[Key]:
        """The keys of a video of this kind, and of what this kind is while hidden."""
        kinds = [each for each in (kind, HIDDEN_KINDS.get(kind)) if each]
        return [key for each in kinds for key in self._blobs.keys(each, prefix=hash_path)]

    def _commit(self, transfer: Transfer, *, hidden: bool) -> None:
        shown, unseen = transfer.key, blobs.hidden(transfer.key)
        self._blobs.commit(replace(transfer, key=unseen if hidden else shown))
        self._blobs.delete(shown if hidden else unseen)

    def _whole(self, hash_path: str) -> Key:
        shown = blobs.thumbnail(hash_path)
        return shown if self._blobs.size(shown) is not None else blobs.hidden(shown)

    def _where(self, hash_path: str) -> Key:
        shown = blobs.video(hash_path)
        unseen = blobs.hidden(shown)
        return unseen if self._blobs.size(unseen) is not None else shown
