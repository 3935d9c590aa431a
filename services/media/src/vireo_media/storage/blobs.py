"""Blobs: what is kept of videos, pictures and data exports, by keys, whatever store they are in.

Programs work on local files (``storage/staging.py``). What is to be kept is put into the store
under a key, and brought back to a local file where a program needs it. No caller knows where a blob
is, and none needs what an object store does not have: renaming, links, appending, or a change in
place (ADR 0040). ``storage/disk_blobs.py`` is the store on the disk.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

# What may be a file's name and a part of an address, whatever is behind it.
NAME = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+(-[A-Za-z0-9]+)*)?")


class Kind(StrEnum):
    """What a blob is."""

    ORIGINAL = "original"
    VIDEO = "video"
    THUMBNAIL = "thumbnail"
    STREAM = "stream"
    STREAM_LIST = "stream_list"
    CAPTIONS = "captions"
    CAPTIONS_LIST = "captions_list"
    SIZED_JPEG = "sized_jpeg"
    SIZED_WEBP = "sized_webp"
    STORYBOARD = "storyboard"
    SPRITE = "sprite"
    PREVIEW = "preview"
    HIDDEN_VIDEO = "hidden_video"
    HIDDEN_THUMBNAIL = "hidden_thumbnail"
    HIDDEN_STREAM = "hidden_stream"
    HIDDEN_STREAM_LIST = "hidden_stream_list"
    HIDDEN_CAPTIONS = "hidden_captions"
    HIDDEN_CAPTIONS_LIST = "hidden_captions_list"
    HIDDEN_SIZED_JPEG = "hidden_sized_jpeg"
    HIDDEN_SIZED_WEBP = "hidden_sized_webp"
    HIDDEN_STORYBOARD = "hidden_storyboard"
    HIDDEN_SPRITE = "hidden_sprite"
    HIDDEN_PREVIEW = "hidden_preview"
    CANDIDATE = "candidate"
    PICTURE = "picture"
    EXPORT = "export"


@dataclass(frozen=True)
class Key:
    """The name of a blob; made by the functions below."""

    kind: Kind
    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError("this is no name of a blob")


def original(hash_path: str, upload_id: str) -> Key:
    """What was uploaded, as it was; another upload's can't be mistaken for it."""
    return Key(Kind.ORIGINAL, f"{hash_path}.{upload_id}")


def upload_of(key: Key) -> tuple[str, str]:
    """The hash path and the upload id that an original is of."""
    hash_path, _, upload_id = key.name.partition(".")
    return hash_path, upload_id


def video(hash_path: str) -> Key:
    """A published video; the gateway serves it."""
    return Key(Kind.VIDEO, hash_path)


def thumbnail(hash_path: str) -> Key:
    """The thumbnail of a published video; the gateway serves it."""
    return Key(Kind.THUMBNAIL, hash_path)


def stream(hash_path: str, part: str) -> Key:
    """Fragments of a stream, in one file for each rendition; the gateway serves it."""
    return Key(Kind.STREAM, f"{hash_path}.{part}")


def stream_list(hash_path: str, part: str) -> Key:
    """A playlist of a stream; the gateway serves it."""
    return Key(Kind.STREAM_LIST, f"{hash_path}.{part}")


def captions(kind: Kind, hash_path: str, language: str) -> Key:
    """Captions of a video in a language, or their playlist, where the gateway serves them or where
    nobody is served them."""
    return Key(kind, f"{hash_path}.{language}")


def sized(kind: Kind, hash_path: str, width: int) -> Key:
    """The thumbnail of a published video in one width, of one of two kinds; the gateway serves
    it."""
    return Key(kind, f"{hash_path}.{width}")


def storyboard(hash_path: str) -> Key:
    """Which tile of which sprite shows which seconds of a video; the gateway serves it."""
    return Key(Kind.STORYBOARD, hash_path)


def sprite(hash_path: str, part: str) -> Key:
    """A picture of many tiles, of a storyboard; the gateway serves it."""
    return Key(Kind.SPRITE, f"{hash_path}.{part}")


def preview(hash_path: str) -> Key:
    """Some seconds of a video, small and silent; the gateway serves it."""
    return Key(Kind.PREVIEW, hash_path)


def candidate(hash_path: str, number: int) -> Key:
    """A frame that its owner may have as the thumbnail; nobody else is served it."""
    return Key(Kind.CANDIDATE, f"{hash_path}.{number}")


def hidden(key: Key) -> Key:
    """Where a blob is kept while a moderator has hidden it, or its owner shows it to some alone; it
    is served there to who has a grant."""
    return Key(HIDDEN_KINDS[key.kind], key.name)


HIDDEN_KINDS = {
    Kind.VIDEO: Kind.HIDDEN_VIDEO,
    Kind.THUMBNAIL: Kind.HIDDEN_THUMBNAIL,
    Kind.STREAM: Kind.HIDDEN_STREAM,
    Kind.STREAM_LIST: Kind.HIDDEN_STREAM_LIST,
    Kind.CAPTIONS: Kind.HIDDEN_CAPTIONS,
    Kind.CAPTIONS_LIST: Kind.HIDDEN_CAPTIONS_LIST,
    Kind.SIZED_JPEG: Kind.HIDDEN_SIZED_JPEG,
    Kind.SIZED_WEBP: Kind.HIDDEN_SIZED_WEBP,
    Kind.STORYBOARD: Kind.HIDDEN_STORYBOARD,
    Kind.SPRITE: Kind.HIDDEN_SPRITE,
    Kind.PREVIEW: Kind.HIDDEN_PREVIEW,
}
OF_PICTURES = (
    *(Kind.SIZED_JPEG, Kind.SIZED_WEBP),
    *(Kind.STORYBOARD, Kind.SPRITE, Kind.PREVIEW),
)
"""What is served of a video's pictures beside its thumbnail."""
OF_STREAM = (Kind.STREAM, Kind.STREAM_LIST)
OF_CAPTIONS = (Kind.CAPTIONS, Kind.CAPTIONS_LIST)
"""The kinds of which a video has several, named ``<hash>.<part>``, or ``<hash>.<language>``."""


def part_of(key: Key) -> tuple[str, str]:
    """The hash path, and the part of a stream or the language of captions, that a blob is of."""
    hash_path, _, part = key.name.partition(".")
    return hash_path, part


def picture(name: str) -> Key:
    """A channel's picture; the gateway serves it."""
    return Key(Kind.PICTURE, name)


def export(name: str) -> Key:
    """The archive of a data export; the gateway serves it to who has a grant."""
    return Key(Kind.EXPORT, name)


@dataclass(frozen=True)
class Transfer:
    """Bytes that the store has, or can have at once; not yet visible under ``key``."""

    key: Key
    source: Path
    keep_source: bool


class Content(Protocol):
    """An open blob, read from its beginning."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at its end."""


class Blobs(Protocol):
    """A store. Every call may raise ``OSError``, where the store can't be reached or is full.

    A blob is written in two parts, so that a database transaction can be committed with it: the
    slow one is done before the transaction, the quick one inside.
    """

    def transfer(self, key: Key, source: Path, *, keep_source: bool = False) -> Transfer:
        """Get the bytes of a local file to where ``commit`` is quick, whatever their number."""

    def commit(self, transfer: Transfer) -> str:
        """Let readers see it, in place of what was there; all of it, or nothing.

        The source may be gone after this, unless it was to be kept.

        Returns:
            Its version (see ``version``).
        """

    def settle(self, *keys: Key) -> None:
        """Return when what became of blobs survives a power cut: they were committed, moved (both
        keys are to be named) or deleted."""

    def put(self, key: Key, source: Path, *, keep_source: bool = False) -> None:
        """All of that at once; a blob is not seen before it would survive a power cut.

        What was put before under a key that names its upload (an original) may be left as it is.
        """

    def fetch(self, key: Key) -> AbstractContextManager[Path]:
        """The blob as a local file, which is only read, until the end of the ``with``.

        Raises:
            FileNotFoundError: there is none.
        """

    def open(self, key: Key) -> AbstractContextManager[Content]:
        """The blob to be read once, from its beginning.

        Raises:
            FileNotFoundError: there is none.
        """

    def version(self, key: Key) -> str | None:
        """Another one for each content, and what the gateway has in ``ETag``; ``None``: no blob."""

    def size(self, key: Key) -> int | None:
        """In bytes; ``None`` where there is no such blob."""

    def keys(self, kind: Kind, *, prefix: str = "", older: float = 0.0) -> Iterator[Key]:
        """The keys of a kind whose names begin so, in no order.

        Args:
            prefix: at least two characters, or none.
            older: nothing was put there for so many seconds.
        """

    def move(self, source: Key, target: Key) -> None:
        """Have a blob under another key, with the same version; that there is none is fine.

        Where a store can't rename it is a copy and a deletion: done twice it is done once.
        """

    def delete(self, key: Key) -> None:
        """Remove a blob; that there is none is fine."""
