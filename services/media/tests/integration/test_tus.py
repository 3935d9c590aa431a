"""Uploads in pieces on a real MariaDB and real files: what is kept, whatever comes in between."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import OpenUploads, Room
from vireo_media.core.tus import (
    MOST_UPLOADS,
    Asked,
    HeldFile,
    Locked,
    TusKind,
    TusUpload,
    TusUploads,
)
from vireo_media.core.tus_joins import Joins
from vireo_media.core.tus_pieces import Checksum, PieceHead, Pieces
from vireo_media.core.uploads import UploadState
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.tus_files import TusFiles
from vireo_testing.mariadb import TestDatabase

ADDRESS, CHANNEL = "192.0.2.1", 7


class Announcements:
    """Catalog, in memory."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self.there: set[str] = set()
        self.owned = True

    def announce(self, channel_id: int, title: str, description: str) -> str:
        hash_path = f"aaaaa{len(self.there):02}"
        self._stage.announce(hash_path)
        self.there.add(hash_path)
        return hash_path

    def withdraw(self, hash_path: str, channel_id: int) -> None:
        self.there.discard(hash_path)

    def check(self, hash_path: str, channel_id: int) -> None:
        if not self.owned:
            raise Failure(Code.NOT_FOUND)


class Tus:
    """The rules, put together; ``free`` is the disk's room."""

    def __init__(self, stage: Any, database: Database) -> None:
        self.free = 1 << 40
        self.stage = stage
        stage.announce()
        self.catalog = Announcements(stage)
        self.table, self.files = stage.tus, stage.tus_files
        self.open = OpenUploads(
            OpenUploadTable(database),
            lambda: Room(self.free, []),
            reserve_bytes=0,
            most_open=0,
            least_rate=1000,
        )
        self.use(self.files)

    def use(self, files: TusFiles) -> None:
        """Take other files, which fail or look in between."""
        self.uploads = TusUploads(
            self.table, files, self.catalog, self.catalog.check, self.open, max_bytes=1 << 30
        )
        self.pieces = Pieces(self.uploads, self.table, files, self.open, self.catalog.check)
        self.join = Joins(self.uploads, self.table, files, self.open)

    def create(self, length: int | None, kind: TusKind = TusKind.WHOLE) -> TusUpload:
        return self.uploads.create(CHANNEL, ADDRESS, Asked(length, kind))

    def find(self, upload: TusUpload) -> TusUpload:
        return self.uploads.find(upload.tus_id, CHANNEL)

    def offset(self, upload: TusUpload) -> int:
        return self.uploads.offset(self.find(upload))

    def send(
        self,
        upload: TusUpload,
        data: bytes,
        *,
        offset: int = 0,
        whole: bool = True,
        checksum: Checksum | None = None,
    ) -> str:
        """A piece; the id of what its video got by it."""
        head = PieceHead(offset, len(data), None, checksum)
        with self.pieces.begin(self.find(upload), head, ADDRESS) as piece:
            piece.write([data[:1], data[1:]])
            return self.pieces.end(piece, whole=whole)


@pytest.fixture
def tus(stage: Any, media_database: Database) -> Tus:
    return Tus(stage, media_database)


def refused(code: Code) -> "pytest.RaisesExc[Failure]":
    return pytest.raises(Failure, check=lambda failure: failure.code is code)


def test_the_last_piece_makes_an_upload_with_its_job(tus: Tus, stage: Any) -> None:
    upload = tus.create(6)
    assert tus.send(upload, b"abc") == ""
    upload_id = tus.send(upload, b"def", offset=3)
    got = stage.uploads.find(upload.hash_path)
    assert got is not None
    assert (got.upload_id, got.state) == (upload_id, UploadState.RECEIVED)
    assert stage.files.staging.body(upload.hash_path, upload_id).read_bytes() == b"abcdef"
    job = stage.media.claim()
    assert job is not None
    # Where the disk is full it waits, and refuses nothing.
    assert (job.payload["upload_id"], job.payload["is_kept"]) == (upload_id, True)
    assert tus.offset(upload) == 6
    assert list((stage.root / "tus").iterdir()) == []
    with refused(Code.WRONG_OFFSET):
        tus.send(upload, b"x", offset=3)


def test_a_piece_that_was_cut(tus: Tus) -> None:
    upload = tus.create(100)
    tus.send(upload, b"abc", whole=False)
    assert tus.offset(upload) == 3
    crc = Checksum("crc32", bytes(4))
    tus.send(upload, b"def", offset=3, whole=False, checksum=crc)
    assert tus.offset(upload) == 3
    with refused(Code.CHECKSUM_MISMATCH):
        tus.send(upload, b"def", offset=3, checksum=crc)
    assert tus.offset(upload) == 3


def test_bytes_behind_what_is_trusted_do_not_count(tus: Tus, stage: Any) -> None:
    """Whoever wrote them was killed before the checksum was compared."""
    upload = tus.create(6)
    tus.send(upload, b"abc")
    tus.table.trust(upload.tus_id, 3)
    with (stage.root / "tus" / upload.tus_id).open("ab") as file:
        file.write(b"XYZ")
    assert tus.offset(upload) == 3
    # Nor are they taken for a complete upload.
    assert tus.pieces.finish_if_complete(tus.find(upload)).upload_id == ""
    upload_id = tus.send(upload, b"def", offset=3)
    assert stage.files.staging.body(upload.hash_path, upload_id).read_bytes() == b"abcdef"


def test_who_died_before_the_end_is_made_good(tus: Tus, stage: Any) -> None:
    upload = tus.create(3)
    (stage.root / "tus" / upload.tus_id).write_bytes(b"abc")
    found = tus.pieces.finish_if_complete(tus.find(upload))
    assert found.upload_id
    assert stage.uploads.find(upload.hash_path) is not None
    # Also for who looked before, and asks once more.
    assert tus.pieces.finish_if_complete(upload).upload_id == found.upload_id
    assert tus.uploads.offset(upload) == 3


def test_two_writers_are_kept_apart(tus: Tus) -> None:
    upload = tus.create(100)
    head = PieceHead(0, 10)
    with tus.pieces.begin(upload, head, ADDRESS) as piece:
        with pytest.raises(Locked), tus.pieces.begin(upload, head, ADDRESS):
            pass
        # The one that has it is told.
        assert piece.is_wanted
    with tus.pieces.begin(upload, head, ADDRESS) as piece:
        assert not piece.is_wanted


def test_no_more_than_the_upload_has(tus: Tus) -> None:
    upload = tus.create(5)
    with refused(Code.TOO_LARGE), tus.pieces.begin(upload, PieceHead(0, 6), ADDRESS):
        pass
    # Of a body that says no length.
    with tus.pieces.begin(upload, PieceHead(0, None), ADDRESS) as piece:
        piece.write([b"abc"])
        with refused(Code.TOO_LARGE):
            piece.write([b"def"])
        tus.pieces.end(piece, whole=False)
    assert tus.offset(upload) == 3


class Failing(TusFiles):
    """A disk on which syncing fails."""

    @contextmanager
    def hold(self, tus_id: str) -> Iterator[HeldFile]:  # type: ignore[override]
        with super().hold(tus_id) as file:

            def fail() -> None:
                raise OSError(5, "Input/output error")

            file.sync = fail  # type: ignore[method-assign]
            yield file


def test_what_the_disk_did_not_take_is_not_acknowledged(tus: Tus, stage: Any) -> None:
    upload = tus.create(6)
    tus.send(upload, b"abc")
    tus.use(Failing(stage.root, stage.files.staging))
    with refused(Code.DISK_FULL):
        tus.send(upload, b"def", offset=3)
    assert tus.offset(upload) == 3


def test_a_removed_upload_takes_nothing(tus: Tus, stage: Any) -> None:
    upload = tus.create(100)
    with ExitStack() as held:
        piece = held.enter_context(tus.pieces.begin(upload, PieceHead(0, 10), ADDRESS))
        tus.uploads.remove(upload)
        with refused(Code.NOT_FOUND):
            piece.write([b"abc"])
    assert tus.catalog.there == set()
    with refused(Code.NOT_FOUND):
        tus.find(upload)
    assert list((stage.root / "tus").iterdir()) == []


def test_a_video_that_got_its_bytes_otherwise(tus: Tus, stage: Any) -> None:
    upload = tus.create(3)
    stage.uploads.begin(upload.hash_path, "b" * 32, CHANNEL, 3)
    with refused(Code.ALREADY_UPLOADED):
        tus.send(upload, b"abc")
    # The bytes are still there, and nothing of them where the worker looks.
    assert tus.offset(upload) == 3
    assert list((stage.root / "staging").iterdir()) == []


def test_each_part_becomes_a_part_of_one_video(tus: Tus, stage: Any) -> None:
    parts = [tus.create(3, TusKind.PARTIAL) for _ in range(2)]
    for part, data in zip(parts, (b"abc", b"def"), strict=True):
        assert tus.send(part, data) == ""
    ids = [part.tus_id for part in parts]
    results: list[TusUpload] = []
    failures: list[Code] = []
    start = threading.Barrier(4)

    def run() -> None:
        start.wait(30)
        try:
            results.append(tus.join(CHANNEL, ADDRESS, Asked(None, TusKind.FINAL), ids)[0])
        except Locked:
            failures.append(Code.UPLOAD_LOCKED)
        except Failure as failure:
            failures.append(failure.code)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (joined,) = results
    assert set(failures) <= {Code.UPLOAD_LOCKED, Code.INVALID_REQUEST}
    upload_id = tus.find(joined).upload_id
    assert stage.files.staging.body(joined.hash_path, upload_id).read_bytes() == b"abcdef"
    assert list((stage.root / "tus").iterdir()) == []
    assert tus.catalog.there == {joined.hash_path}


def test_no_more_unfinished_ones_than_an_account_may_have(
    tus: Tus, clean_tables: TestDatabase
) -> None:
    with clean_tables.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO TusUploads (TusID, ChannelID, Address, Kind, Metadata, Concat, CreatedAt,"
            " ExpiresAt) VALUES (%s, %s, '', 'partial', '', '', NOW(3), NOW(3) + INTERVAL 1 DAY)",
            [(f"{number:032}", CHANNEL) for number in range(MOST_UPLOADS)],
        )
        connection.commit()
    with refused(Code.RATE_LIMITED):
        tus.create(5)
    assert tus.catalog.there == set()
    assert list((tus.stage.root / "tus").iterdir()) == []


def test_what_is_there_counts_until_it_expires(tus: Tus, clean_tables: TestDatabase) -> None:
    upload = tus.create(1000)
    tus.send(upload, bytes(600), whole=False)
    tus.free = 1000
    with refused(Code.DISK_FULL):
        tus.send(upload, bytes(300), offset=600)
    clean_tables.query("UPDATE TusUploads SET ExpiresAt = NOW(3) - INTERVAL 1 SECOND")
    with refused(Code.UPLOAD_EXPIRED):
        tus.find(upload)
    other = tus.create(300)
    tus.send(other, bytes(299), whole=False)


def test_the_janitor_takes_what_nobody_needs(
    tus: Tus, stage: Any, clean_tables: TestDatabase
) -> None:
    kept, expired, held, joined = (tus.create(100) for _ in range(4))
    tus.files.make("f" * 32)
    clean_tables.query(
        "UPDATE TusUploads SET ExpiresAt = NOW(3) - INTERVAL 1 SECOND WHERE TusID IN %s",
        ([expired.tus_id, held.tus_id],),
    )
    clean_tables.query("UPDATE TusUploads SET Kind = 'final' WHERE TusID = %s", (joined.tus_id,))
    (stage.root / "tus" / f"{'e' * 32}.wanted").touch()
    old = time.time() - 7200
    for path in (stage.root / "tus").iterdir():
        os.utime(path, (old, old))
    with tus.files.hold(held.tus_id):
        stage.sweep()
    names = {path.name.removesuffix(".wanted") for path in (stage.root / "tus").iterdir()}
    assert names == {kept.tus_id, held.tus_id}
    stage.sweep()
    assert [path.name for path in (stage.root / "tus").iterdir()] == [kept.tus_id]


def test_of_a_deleted_video_nothing_is_left(tus: Tus, stage: Any) -> None:
    upload = tus.create(100)
    stage.uploads.forget(upload.hash_path)
    with refused(Code.NOT_FOUND):
        tus.find(upload)


def test_nobody_elses(tus: Tus) -> None:
    upload = tus.create(100)
    with refused(Code.NOT_FOUND):
        tus.uploads.find(upload.tus_id, CHANNEL + 1)
