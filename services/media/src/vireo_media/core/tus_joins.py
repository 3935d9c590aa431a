"""Parts of a file, each an upload of its own, become one (the extension ``concatenation``)."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import OpenUploads
from vireo_media.core.tus import Asked, TusFiles, TusKind, TusStore, TusUpload, TusUploads

MOST_PARTS = 100
# What joining takes at the least speed of a disk, in bytes a second.
_JOIN_RATE = 20 << 20
_PART_GONE = "Upload-Concat names a part that is not there."


class Joins:
    """The rules of joining."""

    def __init__(
        self, uploads: TusUploads, store: TusStore, files: TusFiles, open_uploads: OpenUploads
    ) -> None:
        self._uploads = uploads
        self._store = store
        self._files = files
        self._open_uploads = open_uploads

    def __call__(
        self, channel_id: int, address: str, asked: Asked, tus_ids: Sequence[str]
    ) -> tuple[TusUpload, str]:
        """Make one upload of complete partial ones, in their order, which end by that.

        Returns:
            It, and the id of its video's upload.

        Raises:
            Failure: ``invalid_request`` where one of them is not a complete partial upload of the
                channel; see ``create`` and ``finish``.
            Locked: somebody writes to one of them.
        """
        parts = list(self._parts(channel_id, tus_ids))
        length = sum(part.length or 0 for part in parts)
        self._uploads.require_size(length)
        final = replace(asked, length=length, kind=TusKind.FINAL)
        with ExitStack() as held:
            try:
                for tus_id in tus_ids:
                    held.enter_context(self._files.hold(tus_id))
            except FileNotFoundError:
                raise Failure(Code.INVALID_REQUEST, _PART_GONE) from None
            upload = self._uploads.add(channel_id, address, final)
            try:
                held.enter_context(self._reserved(upload, length))
                held.enter_context(self._files.hold(upload.tus_id))
                self._files.join(upload.tus_id, tus_ids)
                return upload, self._uploads.finish(upload, tus_ids)
            except Failure as failure:
                if failure.code is not Code.UNAVAILABLE:
                    self._uploads.remove(upload)
                raise
            except OSError:
                self._uploads.remove(upload)
                raise Failure(Code.DISK_FULL) from None

    @contextmanager
    def _reserved(self, upload: TusUpload, length: int) -> Iterator[None]:
        """Disk space for a copy of parts, which go when it is there."""
        seconds = 60.0 + length / _JOIN_RATE
        opened = self._open_uploads.open_piece(
            upload.tus_id, upload.channel_id, upload.address, length, seconds, freed=length
        )
        with self._open_uploads.closing(opened.open_id):
            yield

    def _parts(self, channel_id: int, tus_ids: Sequence[str]) -> Iterator[TusUpload]:
        if not 1 <= len(tus_ids) <= MOST_PARTS or len(set(tus_ids)) != len(tus_ids):
            raise Failure(
                Code.INVALID_REQUEST, f"Upload-Concat must name 1 to {MOST_PARTS} different parts."
            )
        for tus_id in tus_ids:
            part = self._store.find(tus_id)
            if part is None or part.channel_id != channel_id or part.is_expired:
                raise Failure(Code.INVALID_REQUEST, _PART_GONE)
            if part.kind is not TusKind.PARTIAL or self._uploads.offset(part) != part.length:
                raise Failure(Code.INVALID_REQUEST, "Upload-Concat names what is no complete part.")
            yield part
