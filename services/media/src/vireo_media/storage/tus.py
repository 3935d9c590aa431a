"""The table ``TusUploads``: uploads in pieces."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import Database, Duplicate, MissingParent
from vireo_common.errors import Code, Failure
from vireo_media.core.tus import DAYS, MOST_UPLOADS, TooManyUploads, TusKind, TusUpload
from vireo_media.core.uploads import AlreadyUploaded, Upload
from vireo_media.storage.uploads import UploadTable, begin_in

INSERT = """
INSERT INTO TusUploads
    (TusID, ChannelID, Address, Kind, PathHash, Announced, Length, Metadata, Concat, CreatedAt,
    ExpiresAt)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, NOW(3), NOW(3) + INTERVAL %s DAY)
"""

COLUMNS = """
SELECT TusID, ChannelID, Address, Kind, COALESCE(PathHash, ''), Announced, Length, TrustedBytes,
    COALESCE(UploadID, ''), Metadata, Concat, ExpiresAt, ExpiresAt <= NOW(3) FROM TusUploads
"""

BY_ID = f"{COLUMNS} WHERE TusID = %s"

BY_IDS = f"{COLUMNS} WHERE TusID IN %s"

# The count stops at the limit.
UNFINISHED = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM TusUploads WHERE ChannelID = %s AND UploadID IS NULL AND ExpiresAt > NOW(3)
    LIMIT %s
) few
"""

NOTE = """
UPDATE TusUploads SET Bytes = %s, TrustedBytes = NULL, ExpiresAt = NOW(3) + INTERVAL %s DAY
WHERE TusID = %s
"""

PROGRESS = """
UPDATE TusUploads SET Bytes = %s, ExpiresAt = NOW(3) + INTERVAL %s DAY WHERE TusID = %s
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
            TooManyUploads: it has too many.
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

        def work(cursor: Cursor) -> None:
            cursor.execute(UNFINISHED, (upload.channel_id, MOST_UPLOADS))
            ((unfinished,),) = cursor.fetchall()
            if unfinished >= MOST_UPLOADS:
                raise TooManyUploads
            cursor.execute(INSERT, (*values, *rest))

        try:
            self._database.transaction("tus.add", work)
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

    def find_all(self, tus_ids: Sequence[str]) -> dict[str, TusUpload]:
        """Those of the uploads that there are, by their ids."""
        if not tus_ids:
            return {}
        with self._database.read() as cursor:
            cursor.execute(BY_IDS, (list(tus_ids),))
            return {row[0]: _of(row) for row in cursor.fetchall()}

    def note(self, tus_id: str, size: int) -> None:
        """Note the bytes that are there, all of them trusted; it expires later by that."""
        self._database.write(NOTE, (size, DAYS, tus_id))

    def progress(self, tus_id: str, size: int) -> None:
        """Note the bytes that are there while more come; it expires later by that."""
        self._database.write(PROGRESS, (size, DAYS, tus_id))

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
            Failure: ``not_found``: it was removed meanwhile, or is complete; ``invalid_request``
                for a part.
        """

        def work(cursor: Cursor) -> None:
            if cursor.execute(COMPLETE, (upload_id, size, upload.tus_id)) != 1:
                raise Failure(Code.NOT_FOUND)
            begin_in(cursor, upload.hash_path, upload_id, upload.channel_id, size, is_kept=True)
            for part in parts:
                # Each becomes a part of one video.
                if cursor.execute(REMOVE, (part,)) != 1:
                    raise Failure(Code.INVALID_REQUEST)

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
