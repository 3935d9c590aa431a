"""The tables ``Captions`` and ``FileChapters``, with the files of captions that are served.

Whoever changes captions holds the row of the upload, as everybody who puts files of a video in
place does. Files come last in the transaction: what is in place without a row is swept away.
"""

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_media.core.captions import MOST_LANGUAGES, NoUpload, Source, TooMany, Track
from vireo_media.core.playlists_of_captions import playlist_of_captions
from vireo_media.storage.disk_blobs import sync
from vireo_media.storage.files import CaptionsTransfer, MediaFiles
from vireo_media.storage.masters import master_of
from vireo_media.storage.video_files import FilesChange
from vireo_media.storage.visibility import is_hidden, is_unseen

LOCK = "SELECT UploadID FROM Uploads WHERE PathHash = %s AND State <> 'refused' FOR UPDATE"

SECONDS = "SELECT COALESCE(Duration, 0) FROM Videos WHERE PathHash = %s"

OF_VIDEO = "SELECT Language, Label, Source, SetAt FROM Captions WHERE PathHash = %s"

OF_OWNER = """
SELECT Language, Label FROM Captions WHERE PathHash = %s AND Source = 'owner' ORDER BY Language
"""

SET = """
INSERT INTO Captions (PathHash, Language, Label, Source, Bytes, SetAt)
VALUES (%s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE Label = VALUES(Label), Source = VALUES(Source), Bytes = VALUES(Bytes),
    SetAt = VALUES(SetAt)
"""

DELETE = "DELETE FROM Captions WHERE PathHash = %s AND Language = %s"

HAS = "SELECT EXISTS (SELECT 1 FROM Captions WHERE PathHash = %s AND Language = %s)"


class _Row(NamedTuple):
    """A row of ``OF_VIDEO``."""

    language: str
    label: str
    source: str
    set_at: int


class CaptionTable:
    """Captions in MariaDB and in the store of blobs."""

    def __init__(self, database: Database, files: MediaFiles) -> None:
        self._database = database
        self._files = files

    def set(self, hash_path: str, track: Track) -> FilesChange:
        """Set the owner's captions in a language; they are on the disk when this returns.

        Raises:
            NoUpload, TooMany: nothing has changed.
            OSError: the disk is in trouble, or full.
        """
        told = FilesChange(hash_path)
        with self.staged(hash_path, [track]) as staged:
            self._database.transaction(
                "captions.set", lambda cursor: self._set(cursor, hash_path, staged[0], told)
            )
            self._files.settle(hash_path)
        return told

    def _set(
        self, cursor: Cursor, hash_path: str, staged: "StagedTrack", told: FilesChange
    ) -> None:
        if not cursor.execute(LOCK, (hash_path,)):
            raise NoUpload
        ((upload_id,),) = cursor.fetchall()
        unseen = is_unseen(cursor, hash_path)
        there = of_video(cursor, hash_path)
        language = staged.track.language
        if language not in there and len(there) >= MOST_LANGUAGES:
            raise TooMany
        staged.insert(cursor, hash_path, Source.OWNER, there.get(language))
        told.publish(cursor)
        master = NewMaster(cursor, self._files, hash_path, str(upload_id))
        self._files.publish_captions(staged.transfer, unseen=unseen)
        master.publish()

    def staged(self, hash_path: str, tracks: Sequence[Track]) -> "_Staged":
        """Tracks as synced files, for the ``with``, that are published quickly."""
        return _Staged(self._files, hash_path, tracks, self._seconds(hash_path))

    def remove(self, hash_path: str, language: str) -> FilesChange | None:
        """Remove captions; ``None`` where there are none in this language."""
        told = FilesChange(hash_path)

        def work(cursor: Cursor) -> bool:
            if not cursor.execute(LOCK, (hash_path,)):
                return False
            ((upload_id,),) = cursor.fetchall()
            if not cursor.execute(DELETE, (hash_path, language)):
                return False
            told.publish(cursor)
            NewMaster(cursor, self._files, hash_path, str(upload_id)).publish()
            return True

        def unlink(cursor: Cursor) -> None:
            cursor.execute(LOCK, (hash_path,))
            if language not in of_video(cursor, hash_path):
                self._files.remove_captions(hash_path, language)

        if not self._database.transaction("captions.remove", work):
            return None
        # After the commit: a row whose files are gone would be a promise that nobody keeps. Files
        # without a row are the janitor's.
        self._database.transaction("captions.unlink", unlink)
        self._files.settle(hash_path)
        return told

    def remove_left(self, hash_path: str, language: str) -> bool:
        """Remove captions whose row was never written, or is gone; ``False`` where there is one."""

        def work(cursor: Cursor) -> bool:
            found = cursor.execute(LOCK, (hash_path,))
            upload_ids = [str(upload_id) for (upload_id,) in cursor.fetchall()]
            if language in of_video(cursor, hash_path):
                return False
            if found:
                # First the master, which may name them: it never names what is not there.
                NewMaster(cursor, self._files, hash_path, upload_ids[0]).publish()
            self._files.remove_captions(hash_path, language)
            return True

        return self._database.transaction("captions.remove_left", work)

    def has(self, hash_path: str, language: str) -> bool:
        """Whether a video has captions in this language."""
        with self._database.read() as cursor:
            cursor.execute(HAS, (hash_path, language))
            ((found,),) = cursor.fetchall()
        return bool(found)

    def of_owner(self, hash_path: str) -> Sequence[tuple[str, str]]:
        """Languages and labels of what the owner of a video has set."""
        with self._database.read() as cursor:
            cursor.execute(OF_OWNER, (hash_path,))
            return [(str(language), str(label)) for language, label in cursor.fetchall()]

    def _seconds(self, hash_path: str) -> float:
        with self._database.read() as cursor:
            cursor.execute(SECONDS, (hash_path,))
            row = cursor.fetchone()
        return float(row[0]) if row else 0.0


def of_video(cursor: Cursor, hash_path: str) -> dict[str, _Row]:
    """The rows of a video's captions, by their language."""
    cursor.execute(OF_VIDEO, (hash_path,))
    return {row[0]: _Row(*row) for row in cursor.fetchall()}


class NewMaster:
    """The master of a stream, as the rows say it after other captions: read by statements, and
    written when there are no more. A video without a stream has none."""

    def __init__(self, cursor: Cursor, files: MediaFiles, hash_path: str, upload_id: str) -> None:
        self._files = files
        self._hash_path = hash_path
        self._text = master_of(cursor, hash_path, upload_id)
        self._hidden = is_hidden(cursor, hash_path)

    def publish(self) -> None:
        """Put it in place of the one before."""
        if self._text:
            path = self._files.staging.captions(secrets.token_hex(16), "m3u8")
            self._files.rewrite_master(self._hash_path, self._text, path, hidden=self._hidden)


class StagedTrack:
    """Captions that are synced, and not published yet."""

    def __init__(self, track: Track, transfer: CaptionsTransfer, paths: Sequence[Path]) -> None:
        self.track = track
        self.transfer = transfer
        self._paths = paths

    def insert(self, cursor: Cursor, hash_path: str, source: Source, before: _Row | None) -> None:
        """Write the row, and give the files their time.

        It is one that no file of this name had before: of its seconds and the size the gateway
        makes the tag by which clients know that a file has changed.
        """
        at = max(int(time.time()), before.set_at + 1 if before else 0)
        track = self.track
        values = (hash_path, track.language, track.label, source, len(track.text.encode()), at)
        cursor.execute(SET, values)
        for path in self._paths:
            os.utime(path, (at, at))


class _Staged:
    """A context in which tracks are files; what is not published of them is removed at its end."""

    def __init__(
        self, files: MediaFiles, hash_path: str, tracks: Sequence[Track], seconds: float
    ) -> None:
        self._files = files
        self._hash_path = hash_path
        self._tracks = tracks
        self._seconds = seconds
        self._paths: list[Path] = []

    def __enter__(self) -> list[StagedTrack]:
        try:
            return [self._stage(track) for track in self._tracks]
        except BaseException:
            self._remove()
            raise

    def __exit__(self, *_: object) -> None:
        self._remove()

    def _stage(self, track: Track) -> StagedTrack:
        seconds = max(self._seconds, track.ends / 1000)
        playlist = playlist_of_captions(track.language, seconds)
        name = secrets.token_hex(16)
        paths = [
            self._write(self._files.staging.captions(name, "vtt"), track.text),
            self._write(self._files.staging.captions(name, "m3u8"), playlist),
        ]
        transfer = self._files.transfer_captions(self._hash_path, track.language, *paths)
        return StagedTrack(track, transfer, paths)

    def _write(self, path: Path, text: str) -> Path:
        self._paths.append(path)
        path.write_text(text, encoding="utf-8", newline="\n")
        sync(path)
        return path

    def _remove(self) -> None:
        for path in self._paths:
            path.unlink(missing_ok=True)
