"""Uploads in pieces, by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload).

An upload is a row and a file. The file's size is the offset: what was written stays, whatever ends
the request or the process that wrote it. Pieces are in ``tus_pieces.py``; HTTP is in
``vireo_media.tus``.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import OpenUploads, network_of
from vireo_media.core.uploads import HASH_PATH, AlreadyUploaded, Upload, UploadState

DAYS = 7
"""An upload expires so long after its last byte."""
MOST_UPLOADS = 300
"""Unfinished ones of one account."""
UNTITLED = "Untitled"


class TusKind(StrEnum):
    """``whole``: a file; ``partial``: a part of one that is joined later; ``final``: joined."""

    WHOLE = "whole"
    PARTIAL = "partial"
    FINAL = "final"


@dataclass(frozen=True)
class TusUpload:
    """An upload in pieces.

    Attributes:
        hash_path: of its video; ``""`` of a partial one.
        is_announced: its video was announced with it.
        length: of the whole, in bytes; ``None`` until the client says it.
        trusted: how many bytes count while a piece with a checksum is written; ``None`` otherwise.
        upload_id: of what its video got, once all is there; ``""`` before.
        metadata, concat: the client's headers, as they came.
    """

    tus_id: str
    channel_id: int
    address: str
    kind: TusKind
    hash_path: str
    is_announced: bool
    length: int | None
    trusted: int | None
    upload_id: str
    metadata: str
    concat: str
    expires: dt.datetime
    is_expired: bool


@dataclass(frozen=True)
class Asked:
    """What a client asks for.

    ``hash_path`` is empty where the video is to be announced from the texts; ``length`` is ``None``
    where it is said later.
    """

    length: int | None
    kind: TusKind = TusKind.WHOLE
    hash_path: str = ""
    title: str = ""
    description: str = ""
    metadata: str = ""
    concat: str = ""


class TooManyUploads(Exception):
    """The account has as many unfinished ones as it may."""


class Locked(Exception):
    """Another request is writing to the upload."""


class HeldFile(Protocol):
    """The file of an upload, which nobody else writes to until it is closed."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def is_removed(self) -> bool:
        """Whether the upload was removed meanwhile."""

    @property
    def is_wanted(self) -> bool:
        """Whether another request waits for it."""

    def write(self, blocks: Sequence[bytes]) -> None:
        """Append; ``OSError`` where there is no room."""

    def truncate(self, size: int) -> None:
        """Cut off what is behind ``size``."""

    def sync(self) -> None:
        """Return when what was written survives a power cut."""


class TusFiles(Protocol):
    """Where the bytes are; every call on what is not there raises ``FileNotFoundError``."""

    def make(self, tus_id: str) -> None:
        """Make an empty file."""

    def size(self, tus_id: str) -> int:
        """In bytes."""

    def hold(self, tus_id: str) -> AbstractContextManager[HeldFile]:
        """The file, for one who writes.

        Raises:
            Locked: another one has it, and is told that it is wanted.
        """

    def join(self, tus_id: str, parts: Sequence[str]) -> None:
        """Append the files of ``parts``, and sync."""

    def give(self, tus_id: str, hash_path: str, upload_id: str) -> None:
        """Let an upload's file be a body as well, also after a power cut."""

    def take_back(self, hash_path: str, upload_id: str) -> None:
        """Undo ``give``."""

    def remove(self, tus_id: str) -> None:
        """Remove it; that it is not there is fine."""


class TusStore(Protocol):
    """Where uploads in pieces are kept."""

    def add(self, upload: TusUpload) -> TusUpload:
        """Insert it; returns it with its expiry.

        Raises:
            Failure: its account is gone.
            TooManyUploads: it has too many.
        """

    def find(self, tus_id: str) -> TusUpload | None:
        """The upload with this id."""

    def note(self, tus_id: str, size: int) -> None:
        """Note the bytes that are there, all of them trusted; it expires later by that."""

    def progress(self, tus_id: str, size: int) -> None:
        """Note the bytes that are there while more come; it expires later by that."""

    def trust(self, tus_id: str, size: int) -> None:
        """Note that no more than ``size`` bytes count until the next ``note``."""

    def set_length(self, tus_id: str, length: int) -> None:
        """Note the length, which was not known before."""

    def complete(self, upload: TusUpload, upload_id: str, size: int, parts: Sequence[str]) -> None:
        """Begin its video's upload with the bytes, and forget its ``parts``, all at once.

        Raises:
            AlreadyUploaded: its video has bytes.
            Failure: ``not_found``: it was removed meanwhile, or is complete; ``invalid_request``
                for a part.
        """

    def find_upload(self, hash_path: str) -> Upload | None:
        """What its video got."""

    def remove(self, tus_id: str) -> None:
        """Delete it; that it is not there is fine."""


class Neighbour(Protocol):
    """Catalog."""

    def announce(self, channel_id: int, title: str, description: str) -> str:
        """Announce a video; returns its hash path."""

    def withdraw(self, hash_path: str, channel_id: int) -> None:
        """Take back an announcement that got no bytes."""


class TusUploads:
    """The rules of uploads in pieces.

    Args:
        check_owner: raises ``Failure`` unless a channel may send the bytes of a video.
        open_uploads: the disk space that is left.
        max_bytes: the largest upload.
    """

    def __init__(
        self,
        store: TusStore,
        files: TusFiles,
        catalog: Neighbour,
        check_owner: Callable[[str, int], None],
        open_uploads: OpenUploads,
        *,
        max_bytes: int,
    ) -> None:
        self._store = store
        self._files = files
        self._catalog = catalog
        self._check_owner = check_owner
        self._open_uploads = open_uploads
        self.max_bytes = max_bytes

    def create(self, channel_id: int, address: str, asked: Asked) -> TusUpload:
        """Begin an upload; its space is looked at, and reserved piece by piece.

        Raises:
            Failure: ``no_bytes``, ``too_large``, ``disk_full``; ``not_found``, ``forbidden``,
                ``already_uploaded``; ``rate_limited``.
        """
        if asked.length == 0:
            raise Failure(Code.NO_BYTES)
        self.require_size(asked.length or 0)
        self._open_uploads.require_room(channel_id, address, asked.length or 0)
        return self.add(channel_id, address, asked)

    def add(self, channel_id: int, address: str, asked: Asked) -> TusUpload:
        """Begin an upload whose length and room were looked at; see ``create``."""
        hash_path = "" if asked.kind is TusKind.PARTIAL else asked.hash_path
        is_announced = asked.kind is not TusKind.PARTIAL and not hash_path
        if hash_path:
            self._check_owner(hash_path, channel_id)
        elif is_announced:
            title = asked.title or UNTITLED
            hash_path = self._catalog.announce(channel_id, title, asked.description)
        upload = TusUpload(
            secrets.token_hex(16),
            channel_id,
            network_of(address),
            asked.kind,
            hash_path,
            is_announced,
            asked.length,
            None,
            "",
            asked.metadata,
            asked.concat,
            dt.datetime.now(dt.UTC),
            is_expired=False,
        )
        try:
            # A file without a row is removed after a while; a row without its file would be lost.
            self._files.make(upload.tus_id)
            return self._store.add(upload)
        except (Failure, OSError, TooManyUploads) as error:
            self._files.remove(upload.tus_id)
            if is_announced:
                self._catalog.withdraw(hash_path, channel_id)
            if isinstance(error, Failure):
                raise
            if isinstance(error, TooManyUploads):
                raise Failure(Code.RATE_LIMITED, _TOO_MANY, limit=MOST_UPLOADS) from None
            raise Failure(Code.DISK_FULL) from None

    def require_size(self, length: int) -> None:
        """Whether an upload may have so many bytes.

        Raises:
            Failure: ``too_large``.
        """
        if length > self.max_bytes:
            raise Failure(Code.TOO_LARGE, limit=self.max_bytes)

    def find(self, tus_id: str, channel_id: int) -> TusUpload:
        """An upload of a channel.

        Raises:
            Failure: ``not_found``: also of somebody else's, and of one whose video got refused or
                deleted; ``upload_expired``.
        """
        upload = self._store.find(tus_id)
        if upload is None or upload.channel_id != channel_id:
            raise Failure(Code.NOT_FOUND)
        if upload.kind is TusKind.FINAL and not upload.upload_id:
            # Who joined it died; its parts are still there.
            raise Failure(Code.NOT_FOUND)
        if upload.upload_id:
            # A client that finds a complete one takes it for done, and sends nothing.
            got = self._store.find_upload(upload.hash_path)
            if got is None or got.upload_id != upload.upload_id:
                raise Failure(Code.NOT_FOUND)
            if got.state is UploadState.REFUSED:
                raise Failure(Code.NOT_FOUND)
        elif upload.is_expired:
            raise Failure(Code.UPLOAD_EXPIRED)
        return upload

    def offset(self, upload: TusUpload) -> int:
        """How many bytes of an upload are there.

        Raises:
            Failure: ``not_found``: its file is not there any more.
        """
        if upload.upload_id:
            return upload.length or 0
        if upload.trusted is not None:
            return upload.trusted
        try:
            return self._files.size(upload.tus_id)
        except FileNotFoundError:
            # Handed on at this moment, or lost.
            again = self.find(upload.tus_id, upload.channel_id)
            if again.upload_id:
                return again.length or 0
            raise Failure(Code.NOT_FOUND) from None

    def finish(self, upload: TusUpload, parts: Sequence[str] = ()) -> str:
        """Hand on an upload all of whose bytes are there; its file is held by the caller.

        Once this has returned it is the worker's, and outlives everything but its video.

        Returns:
            The id of its video's upload.

        Raises:
            Failure: ``already_uploaded``; ``not_found`` where the video was deleted meanwhile.
        """
        upload_id = secrets.token_hex(16)
        self._files.give(upload.tus_id, upload.hash_path, upload_id)
        try:
            self._store.complete(upload, upload_id, upload.length or 0, parts)
        except AlreadyUploaded:
            self._files.take_back(upload.hash_path, upload_id)
            raise Failure(Code.ALREADY_UPLOADED) from None
        except Failure as failure:
            # Where the database went away it may have been done: then the row needs the file.
            if failure.code is not Code.UNAVAILABLE:
                self._files.take_back(upload.hash_path, upload_id)
            raise
        for tus_id in (upload.tus_id, *parts):
            self._files.remove(tus_id)
        return upload_id

    def verdict(self, upload: TusUpload, upload_id: str) -> bool:
        """Whether the worker has taken what is complete; ``False`` while it has not said.

        Raises:
            Failure: why it was refused, with nothing kept; ``not_found``: it was deleted.
        """
        got = self._store.find_upload(upload.hash_path)
        if got is None or got.upload_id != upload_id:
            raise Failure(Code.NOT_FOUND)
        if got.state is UploadState.REFUSED:
            self.remove(replace(upload, upload_id=""))
            raise Failure(Code(got.code), got.reason)
        return got.state is not UploadState.RECEIVED

    def remove(self, upload: TusUpload) -> None:
        """End an upload, and the video that was announced with it and got nothing.

        What is complete is its video's, and stays.
        """
        self._store.remove(upload.tus_id)
        self._files.remove(upload.tus_id)
        if upload.is_announced and not upload.upload_id:
            self._catalog.withdraw(upload.hash_path, upload.channel_id)


_TOO_MANY = f"{MOST_UPLOADS} uploads of this account are unfinished; go on with them, or end some."


def is_hash_path(text: str) -> bool:
    """Whether a text can be a video's hash path."""
    return HASH_PATH.fullmatch(text) is not None
