"""The table ``TusUploads``: uploads in pieces."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import Database, Duplicate, MissingParent
from vireo_common.errors import Code, Failure
from vireo_media.core.tus import DAYS, TusKind, TusUpload
from vireo_media.core.uploads import AlreadyUploaded, Upload
from vireo_media.storage.uploads import UploadTable, begin_in

INSERT = """
INSERT INTO TusUploads
    (TusID, ChannelID, Address, Kind, PathHash, Announced, Length, Metadata, Concat, CreatedAt,
    ExpiresAt)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, NOW(3), NOW(3) + INTERVAL %s DAY)
"""

BY_ID = """
SELECT TusID, ChannelID, Address, Kind, COALESCE(PathHash, ''), Announced, Length, TrustedBytes,
    COALESCE(UploadID, ''), Metadata, Concat, ExpiresAt, ExpiresAt <= NOW(3)
FROM TusUploads WHERE TusID = %s
"""

NOTE = """
UPDATE TusUploads SET Bytes = %s, TrustedBytes = NULL, ExpiresAt = NOW(3) + INTERVAL %s DAY
WHERE TusID = %s
"""

TRUST = "UPDATE TusUploads SET TrustedBytes = %s WHERE TusID = %s"

SET_LENGTH = "UPDATE TusUploads SET Length = %s WHERE TusID = %s AND Length IS NULL"

COMPLETE = "UPDATE TusUploads SET UploadID = %s, Bytes = %s WHERE TusID = %s AND UploadID IS NULL"

REMOVE = "DELETE FROM TusUploads WHERE TusID = %s"

# Who comes back later than that has forgotten it too, and is told that there is none.
SWEEP = f"""
DELETE FROM TusUploads WHERE ExpiresAt < NOW(3) - INTERVAL {DAYS} DAY
ORDER BY ExpiresAt LIMIT 1000
"""


class TusTable:
    """Uploads in pieces, in MariaDB."""

    def __init__(self, database: Database, uploads: UploadTable) -> None:
        self._database = database
        self._uploads = uploads

    def add(self, upload: TusUpload) -> TusUpload:
        """Insert it; returns it with its expiry.

        Raises:
            Failure: ``token_invalid``: its account was deleted meanwhile.
        """
        values = (upload.tus_id, upload.channel_id, upload.address, upload.kind)
        rest = (
            upload.hash_path or None,
            upload.is_announced,
            upload.length,
            upload.metadata,
            upload.concat,
            DAYS,
        )
        try:
            self._database.write(INSERT, (*values, *rest))
        except MissingParent:
            raise Failure(Code.TOKEN_INVALID) from None
        expires = dt.datetime.now(dt.UTC) + dt.timedelta(days=DAYS)
        return replace(upload, expires=expires)

    def find(self, tus_id: str) -> TusUpload | None:
        """The upload with this id."""
        with self._database.read() as cursor:
            cursor.execute(BY_ID, (tus_id,))
            row = cursor.fetchone()
        return _of(row) if row else None

    def note(self, tus_id: str, size: int) -> None:
        """Note the bytes that are there, all of them trusted; it expires later by that."""
        self._database.write(NOTE, (size, DAYS, tus_id))

    def trust(self, tus_id: str, size: int) -> None:
        """Note that no more than ``size`` bytes count until the next ``note``."""
        self._database.write(TRUST, (size, tus_id))

    def set_length(self, tus_id: str, length: int) -> None:
        """Note the length, which was not known before."""
        self._database.write(SET_LENGTH, (length, tus_id))

    def complete(self, upload: TusUpload, upload_id: str, size: int, parts: Sequence[str]) -> None:
        """Begin its video's upload with the bytes, and forget its ``parts``, all at once.

        Raises:
            AlreadyUploaded: its video has bytes.
            Failure: ``not_found``: it was removed meanwhile, or is complete.
        """

        def work(cursor: Cursor) -> None:
            if cursor.execute(COMPLETE, (upload_id, size, upload.tus_id)) != 1:
                raise Failure(Code.NOT_FOUND)
            begin_in(cursor, upload.hash_path, upload_id, upload.channel_id, size, is_kept=True)
            for part in parts:
                cursor.execute(REMOVE, (part,))

        try:
            self._database.transaction("tus.complete", work)
        except Duplicate:
            raise AlreadyUploaded from None

    def find_upload(self, hash_path: str) -> Upload | None:
        """What its video got."""
        return self._uploads.find(hash_path)

    def remove(self, tus_id: str) -> None:
        """Delete it; that it is not there is fine."""
        self._database.write(REMOVE, (tus_id,))

    def sweep(self) -> None:
        """Forget what expired long ago; a bounded number."""
        self._database.sweep(SWEEP)


def _of(row: Sequence[Any]) -> TusUpload:
    tus_id, channel_id, address, kind, hash_path, announced, *rest = row
    length, trusted, upload_id, metadata, concat, expires, is_expired = rest
    return TusUpload(
        tus_id,
        channel_id,
        address,
        TusKind(kind),
        hash_path,
        bool(announced),
        length,
        trusted,
        upload_id,
        metadata,
        concat,
        expires.replace(tzinfo=dt.UTC),
        bool(is_expired),
    )
