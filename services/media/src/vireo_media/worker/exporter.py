"""The job ``export``: an archive of everything that Vireo knows about a person.

Like every job it may run twice, or die anywhere and run again. It writes to a name of its own, and
puts the archive in its place as the last step of the transaction that checks its lease.
"""

import contextlib
import errno
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from pymysql.cursors import Cursor

from vireo_common.errors import Code, Failure
from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_common.logs import get_logger
from vireo_common.text import iso_time
from vireo_common.worker import Interrupted, TryLater
from vireo_media.auth import Auth
from vireo_media.catalog import Catalog
from vireo_media.community import Community
from vireo_media.core.exports import (
    README,
    Export,
    ExportState,
    archive_name,
    captions_name,
    entry_name,
    thumbnail_name,
)
from vireo_media.core.formats import HEAD_BYTES
from vireo_media.core.uploads import Received, UploadState
from vireo_media.storage import blobs
from vireo_media.storage import exports as export_rows
from vireo_media.storage.captions import CaptionTable
from vireo_media.storage.exports import ExportGone, ExportTable
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.pictures import PictureTable
from vireo_media.storage.uploads import UploadTable
from vireo_media.storage.video_pictures import VideoPictureTable
from vireo_media.worker.archive import Archive, new_archive

log = get_logger()

DISK_FULL_SECONDS = 60.0
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# An original is in its place once the upload was taken.
KEPT = {UploadState.STORED, UploadState.PLACED, UploadState.PUBLISHED}

Row = Mapping[str, Any]


class Exporter:
    """Makes archives.

    Args:
        queue: where the jobs are.
        reserve_bytes: the disk space that archives leave free.
        keep_seconds: for how long an archive is served.
    """

    def __init__(
        self,
        queue: JobQueue,
        exports: ExportTable,
        uploads: UploadTable,
        pictures: PictureTable,
        captions: CaptionTable,
        video_pictures: VideoPictureTable,
        files: MediaFiles,
        auth: Auth,
        catalog: Catalog,
        community: Community,
        *,
        reserve_bytes: int,
        keep_seconds: int,
    ) -> None:
        self._queue = queue
        self._exports = exports
        self._uploads = uploads
        self._pictures = pictures
        self._captions = captions
        self._video_pictures = video_pictures
        self._files = files
        self._auth = auth
        self._catalog = catalog
        self._community = community
        self._reserve_bytes = reserve_bytes
        self._keep_seconds = keep_seconds

    def run(self, job: Job, stop: threading.Event) -> None:
        """Make the archive, and have it served."""
        export = self._exports.find(job.subject)
        if export is None or export.state is not ExportState.WAITING:
            self._queue.finish(job)
            return
        # Of workers that died. One that only stood still finds its lease lost.
        self._files.staging.discard_parts(export.name)
        part = self._files.staging.export_part(export.name, job.lease)
        try:
            file_name, size = self._make(export, part, stop)
            self._publish(job, export, part, file_name, size)
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                raise
            self._not_found(job, export)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise TryLater("disk full", DISK_FULL_SECONDS) from None
        finally:
            part.unlink(missing_ok=True)

    def give_up(self, job: Job, error: str) -> None:
        """An archive that can't be made has failed; its person may ask again."""

        def also(cursor: Cursor) -> None:
            export_rows.set_failed(cursor, job.subject)
            self._files.staging.discard_parts(job.subject)

        self._queue.quarantine(job, error, also)

    def _not_found(self, job: Job, export: Export) -> None:
        if self._exports.find(export.name) is not None:
            # A neighbour of another version, which does not know the question yet.
            raise Failure(Code.UNAVAILABLE)
        log.info("export_dropped")
        self._queue.finish(job)

    def _publish(self, job: Job, export: Export, part: Path, file_name: str, size: int) -> None:
        # Before the transaction, for it may take long where the store is elsewhere.
        archive = self._files.transfer_export(export.name, part)

        def also(cursor: Cursor) -> None:
            export_rows.set_ready(cursor, export.name, file_name, size, self._keep_seconds)
            self._files.place_export(archive)

        try:
            self._queue.finish(job, also)
        except ExportGone:
            # Its channel was deleted; the job finds that out when it is claimed again.
            raise LeaseLost from None

    def _make(self, export: Export, part: Path, stop: threading.Event) -> tuple[str, int]:
        """Write the archive; what its person saves it as, and its size in bytes."""
        known = self._auth.known(export.channel_id)
        channel = self._catalog.channel(export.channel_id)
        self._require_room(self._size_of_originals(export.channel_id))

        def pause() -> None:
            if stop.is_set():
                raise Interrupted
            self._require_room(0)

        with new_archive(part, pause) as archive:
            archive.add_text("README.txt", README)
            for name, value in {**known, **channel}.items():
                archive.add_json(f"{name}.json", value)
            self._add_picture(archive, export.channel_id)
            addresses = (row for page in self._auth.addresses(export.channel_id) for row in page)
            self._add_list(archive, "known_addresses.json", addresses, pause)
            for name in self._community.lists(export.channel_id):
                rows = self._community.rows(export.channel_id, name)
                self._add_list(archive, f"{name}.json", rows, pause)
            self._add_list(archive, "videos.json", self._with_originals(archive, export), pause)
        return archive_name(str(known["account"]["username"])), archive.size

    def _add_picture(self, archive: Archive, channel_id: int) -> None:
        name = self._pictures.find(channel_id)
        if name is None:
            return
        with contextlib.ExitStack() as stack:
            try:
                source = stack.enter_context(self._files.blobs.open(blobs.picture(name)))
            except FileNotFoundError:
                # It was replaced at this moment.
                return
            archive.add_file("picture.webp", source, source.size)

    def _require_room(self, size: int) -> None:
        if self._files.staging.free_bytes() < size + self._reserve_bytes:
            raise TryLater("disk full", DISK_FULL_SECONDS)

    def _size_of_originals(self, channel_id: int) -> int:
        return sum(
            received.size if received and received.state in KEPT else 0
            for _, received in self._videos(channel_id)
        )

    def _videos(self, channel_id: int) -> Iterator[tuple[Row, Received | None]]:
        for page in self._catalog.videos(channel_id):
            received = self._uploads.received([row["hash_path"] for row in page])
            for row in page:
                yield row, received.get(row["hash_path"])

    def _with_originals(self, archive: Archive, export: Export) -> Iterator[Row]:
        """Add the original of every video; gives what is said of each."""
        for number, (row, received) in enumerate(self._videos(export.channel_id), start=1):
            if self._exports.find(export.name) is None:
                raise Failure(Code.NOT_FOUND)
            yield {
                **row,
                "uploaded": _uploaded(received) if received else None,
                "file": self._add_original(archive, number, row, received),
                "captions": self._add_captions(archive, number, row),
                "thumbnail": self._add_thumbnail(archive, number, row),
            }

    def _add_original(
        self, archive: Archive, number: int, row: Row, received: Received | None
    ) -> str | None:
        if received is None or received.state not in KEPT:
            return None
        hash_path = str(row["hash_path"])
        original = blobs.original(hash_path, received.upload_id)
        with contextlib.ExitStack() as stack:
            try:
                source = stack.enter_context(self._files.blobs.open(original))
            except FileNotFoundError:
                # The video was deleted at this moment.
                return None
            head = source.read(HEAD_BYTES)
            name = entry_name(number, hash_path, str(row["title"]), head)
            archive.add_file(name, source, source.size, head)
        return name

    def _add_thumbnail(self, archive: Archive, number: int, row: Row) -> str | None:
        """Add a picture that was sent as the thumbnail."""
        hash_path = str(row["hash_path"])
        if not self._video_pictures.is_sent(hash_path):
            return None
        with contextlib.ExitStack() as stack:
            try:
                source = stack.enter_context(self._files.pictures.open_whole(hash_path))
            except FileNotFoundError:
                return None
            name = thumbnail_name(number, hash_path, str(row["title"]))
            archive.add_file(name, source, source.size)
        return name

    def _add_captions(self, archive: Archive, number: int, row: Row) -> list[dict[str, str]]:
        hash_path, title = str(row["hash_path"]), str(row["title"])
        added = []
        for language, label in self._captions.of_owner(hash_path):
            key = self._files.find_captions(hash_path, language)
            with contextlib.suppress(FileNotFoundError), contextlib.ExitStack() as stack:
                if key is None:
                    continue
                source = stack.enter_context(self._files.blobs.open(key))
                name = captions_name(number, hash_path, title, language)
                archive.add_file(name, source, source.size)
                added.append({"language": language, "label": label, "file": name})
        return added

    def _add_list(
        self, archive: Archive, name: str, rows: Iterator[Row], pause: Callable[[], None]
    ) -> None:
        """Add a list of any length, which is put together on the disk: a file without a name, that
        no dead worker leaves behind."""
        with self._files.staging.unnamed() as file:
            size = _write_list(file, rows, pause)
            file.seek(0)
            archive.add_file(name, file, size)


def _write_list(file: IO[bytes], rows: Iterator[Row], pause: Callable[[], None]) -> int:
    """Returns the size in bytes."""
    between = b"[\n"
    for row in rows:
        pause()
        file.write(between + json.dumps(row, ensure_ascii=False, indent=2).encode())
        between = b",\n"
    file.write(b"\n]\n" if between == b",\n" else b"[]\n")
    return file.tell()


def _uploaded(received: Received) -> dict[str, object]:
    return {"state": received.state.value, "bytes": received.size, "at": iso_time(received.at)}
