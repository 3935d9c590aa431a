"""A piece of an upload: from its head to the last byte that is kept."""

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import OpenUpload, OpenUploads
from vireo_media.core.tus import (
    HeldFile,
    TusFiles,
    TusKind,
    TusStore,
    TusUpload,
    TusUploads,
)

# For how long disk space is reserved for the rest of a piece; it is renewed before.
LEASE_SECONDS = 90.0


class Digest(Protocol):
    """A running checksum."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""

    def digest(self) -> bytes:
        """Of all that was added."""


class Crc32:
    """CRC-32 as a digest: four bytes, the highest first."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        """Add bytes."""
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        """Of all that was added."""
        return self._value.to_bytes(4, "big")


DIGESTS: Mapping[str, Callable[[], Digest]] = {
    # Against faults of lines, and not against people: the client says what it must be.
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
    "md5": lambda: hashlib.md5(usedforsecurity=False),
    "crc32": Crc32,
}
"""The checksums that a piece may have, by their names in the protocol."""


@dataclass(frozen=True)
class Checksum:
    """What the bytes of a piece must have: the name of a digest, and its value."""

    name: str
    value: bytes


@dataclass(frozen=True)
class PieceHead:
    """What is said of a piece before its bytes.

    ``size`` is ``None`` where it is not said; ``length`` is the upload's, where it is said only
    now.
    """

    offset: int
    size: int | None
    length: int | None = None
    checksum: Checksum | None = None


class Piece:
    """A piece that is being written. One thread at a time calls it, and another one ``renew``.

    Args:
        upload: as it is now that the file is held.
        left: how many bytes the upload may still have.
        reserved: what was reserved for the piece.
    """

    def __init__(
        self,
        upload: TusUpload,
        file: HeldFile,
        head: PieceHead,
        left: int,
        store: TusStore,
        open_uploads: OpenUploads,
        reserved: OpenUpload,
    ) -> None:
        self.upload = upload
        self._file = file
        self._head = head
        self._left = left
        self._store = store
        self._open_uploads = open_uploads
        self._reserved = reserved
        self._written = 0
        self._digest = DIGESTS[head.checksum.name]() if head.checksum else None

    @property
    def offset(self) -> int:
        """Where the upload stands."""
        return self._head.offset + self._written

    @property
    def is_wanted(self) -> bool:
        """Whether another request waits for the upload."""
        return self._file.is_wanted

    @property
    def is_last(self) -> bool:
        """Whether the upload is complete by it."""
        return self.offset == self.upload.length and self.upload.kind is TusKind.WHOLE

    def write(self, blocks: Sequence[bytes]) -> None:
        """Append bytes.

        Raises:
            Failure: ``too_large``: they are more than the upload has; ``disk_full``; ``not_found``:
                it was removed. What was written before is kept.
        """
        size = sum(len(block) for block in blocks)
        if self._written + size > self._left:
            raise Failure(Code.TOO_LARGE, limit=self._head.offset + self._left)
        if self._file.is_removed:
            raise Failure(Code.NOT_FOUND)
        try:
            self._file.write(blocks)
        except OSError:
            # What of it was written would be sent again.
            self._file.truncate(self.offset)
            raise Failure(Code.DISK_FULL) from None
        self._written += size
        if self._digest:
            for block in blocks:
                self._digest.update(block)

    def renew(self) -> None:
        """Reserve the bytes that still come, and count those that are there, for a while more."""
        written = self._written
        try:
            self._store.progress(self.upload.tus_id, self._head.offset + written)
        except Failure:
            # The database is away, and must not spoil what comes meanwhile.
            return
        still = max(self._reserved.size - written, 0)
        self._open_uploads.renew(self._reserved, still, LEASE_SECONDS)

    def end(self, *, whole: bool) -> None:
        """Keep what was written, on the disk.

        Args:
            whole: all bytes of the piece have come. Of one that was cut, and has a checksum,
                nothing is kept.

        Raises:
            Failure: ``checksum_mismatch`` or ``disk_full``: nothing is kept.
        """
        if self._head.checksum and self._digest:
            right = whole and self._digest.digest() == self._head.checksum.value
            if not right:
                self._forget()
                if whole:
                    raise Failure(Code.CHECKSUM_MISMATCH)
                return
        try:
            self._file.sync()
        except OSError:
            # Nobody knows which of the bytes are there.
            self._forget()
            raise Failure(Code.DISK_FULL) from None
        self._store.note(self.upload.tus_id, self.offset)

    def _forget(self) -> None:
        self._file.truncate(self._head.offset)
        self._written = 0
        self._store.note(self.upload.tus_id, self._head.offset)


class Pieces:
    """The rules of pieces."""

    def __init__(
        self,
        uploads: TusUploads,
        store: TusStore,
        files: TusFiles,
        open_uploads: OpenUploads,
        check_owner: Callable[[str, int], None],
    ) -> None:
        self._uploads = uploads
        self._store = store
        self._files = files
        self._open_uploads = open_uploads
        self._check_owner = check_owner

    @contextmanager
    def hold(self, upload: TusUpload) -> Iterator[tuple[TusUpload, HeldFile]]:
        """An upload as it is now, and its file, which nobody else writes to meanwhile.

        Raises:
            Locked: somebody else writes to it.
            Failure: ``not_found``, ``upload_expired``.
        """
        with ExitStack() as stack:
            try:
                file = stack.enter_context(self._files.hold(upload.tus_id))
            except FileNotFoundError:
                raise Failure(Code.NOT_FOUND) from None
            found = self._uploads.find(upload.tus_id, upload.channel_id)
            if found.trusted is not None:
                # Who wrote behind it died before the checksum was compared.
                file.truncate(found.trusted)
                self._store.note(found.tus_id, found.trusted)
                found = replace(found, trusted=None)
            yield found, file

    @contextmanager
    def begin(self, upload: TusUpload, head: PieceHead, address: str) -> Iterator[Piece]:
        """Begin a piece; the upload is nobody else's until the ``with`` ends.

        Raises:
            Locked: somebody else writes to it.
            Failure: ``wrong_offset``, ``too_large``, ``disk_full``, ``upload_locked``;
                ``forbidden`` for what was joined; ``not_found`` and ``already_uploaded`` for its
                video.
        """
        if upload.kind is TusKind.FINAL:
            raise Failure(Code.FORBIDDEN, "What was joined of parts takes no bytes of its own.")
        if upload.upload_id:
            raise Failure(Code.WRONG_OFFSET)
        with self.hold(upload) as (before, file):
            if head.offset != file.size:
                raise Failure(Code.WRONG_OFFSET)
            found = self._with_length(before, head)
            self._require_video(found)
            left = (self._uploads.max_bytes if found.length is None else found.length) - file.size
            if head.size is not None and head.size > left:
                raise Failure(Code.TOO_LARGE, limit=head.offset + left)
            most = left if head.size is None else head.size
            opened = self._open_uploads.open_piece(
                found.tus_id, found.channel_id, address, most, LEASE_SECONDS
            )
            with self._open_uploads.closing(opened.open_id):
                if head.checksum:
                    self._store.trust(found.tus_id, head.offset)
                yield Piece(found, file, head, left, self._store, self._open_uploads, opened)

    def _with_length(self, upload: TusUpload, head: PieceHead) -> TusUpload:
        if head.length is None or head.length == upload.length:
            return upload
        if upload.length is not None:
            raise Failure(Code.INVALID_REQUEST, "The length of an upload can't be changed.")
        if head.length < max(head.offset, 1):
            raise Failure(Code.INVALID_REQUEST, "The length is less than what is there.")
        self._uploads.require_size(head.length)
        self._store.set_length(upload.tus_id, head.length)
        return replace(upload, length=head.length)

    def _require_video(self, upload: TusUpload) -> None:
        """That its video is still there, and has no bytes by now."""
        if upload.kind is TusKind.PARTIAL:
            return
        try:
            self._check_owner(upload.hash_path, upload.channel_id)
        except Failure as failure:
            # That catalog is away is no reason to lose what comes; it is asked when all is there.
            if failure.code is not Code.UNAVAILABLE:
                raise

    def end(self, piece: Piece, *, whole: bool) -> str:
        """End a piece, and hand the upload on where it is complete.

        Returns:
            The id of its video's upload, or ``""`` while it is not complete.

        Raises:
            Failure: see ``Piece.end`` and ``TusUploads.finish``.
        """
        piece.end(whole=whole)
        return self._uploads.finish(piece.upload) if piece.is_last else ""

    def finish_if_complete(self, upload: TusUpload) -> TusUpload:
        """Hand on an upload all of whose bytes are there, if nobody did: who wrote the last may
        have died before. It as it is then.

        Raises:
            Locked: somebody writes to it.
            Failure: see ``TusUploads.finish``.
        """
        if upload.kind is not TusKind.WHOLE or upload.upload_id or upload.length is None:
            return upload
        if self._uploads.offset(upload) < upload.length:
            return upload
        try:
            with self.hold(upload) as (found, file):
                if file.size != found.length:
                    return found
                file.sync()
                return replace(found, upload_id=self._uploads.finish(found))
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                raise
            # Who wrote to it has handed it on meanwhile.
            return self._uploads.find(upload.tus_id, upload.channel_id)
