"""The worker's parts in this process: a real MariaDB, a real media folder, a scripted catalog."""

import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vireo_common.client import ServiceClient
from vireo_common.database import Database
from vireo_common.jobs import Job, JobQueue
from vireo_media.catalog import Catalog
from vireo_media.core.removal import Removal
from vireo_media.core.uploads import UploadState
from vireo_media.storage.exports import ExportTable
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import ENCODE_QUEUE, MEDIA_QUEUE, UploadTable
from vireo_media.worker.pipeline import Pipeline
from vireo_testing.mariadb import TestDatabase
from vireo_testing.neighbours import Call, Neighbour

HASH = "aB3dE6g"
LEASE_SECONDS = 12


class Stage:
    """Brings uploads before the worker, and looks at what it made of them."""

    def __init__(
        self, clean: TestDatabase, database: Database, root: Path, catalog: Neighbour, token: str
    ) -> None:
        self.hash_path = HASH
        self.clean = clean
        self.root = root
        self.catalog = catalog
        self.media = JobQueue(database, MEDIA_QUEUE, LEASE_SECONDS)
        self.encodes = JobQueue(database, ENCODE_QUEUE, LEASE_SECONDS)
        self.uploads = UploadTable(database)
        self.exports = ExportTable(database)
        self.files = MediaFiles(root)
        self.files.make_folders()
        self._database = database
        self._catalog = Catalog(ServiceClient(catalog.url, token))

    def receive(self, source: Path, hash_path: str = HASH) -> str:
        """What the gateway and the web service do with a body; the upload's id."""
        upload_id = secrets.token_hex(16)
        body = self.root / "incoming" / secrets.token_hex(4)
        body.write_bytes(source.read_bytes())
        size = self.files.adopt(str(body), hash_path, upload_id)
        body.unlink()
        self.uploads.begin(hash_path, upload_id, size)
        return upload_id

    def pipeline(
        self, *, uploads: UploadTable | None = None, files: MediaFiles | None = None
    ) -> Pipeline:
        """A worker's pipeline; with ``uploads`` or ``files`` that do something in between."""
        return Pipeline(
            self.media,
            self.encodes,
            uploads or self.uploads,
            files or self.files,
            self._catalog,
        )

    def after_reading(self, happens: Callable[[], object]) -> UploadTable:
        """Lets something happen once, after a worker has read its upload."""
        return AfterReading(self._database, happens)

    def after_keeping(self, happens: Callable[[], object]) -> MediaFiles:
        """Lets something happen once, after a worker has kept a body."""
        return AfterKeeping(self.root, happens)

    def claim(self) -> Job:
        """The next job of the queue that somebody waits for."""
        job = self.media.claim()
        assert job is not None
        return job

    def claim_encode(self) -> Job:
        """The next job of the slow queue."""
        job = self.encodes.claim()
        assert job is not None
        return job

    def prepare(self) -> None:
        """Claim a job and prepare it, as one worker does."""
        self.pipeline().prepare(self.claim(), threading.Event())

    def expire_leases(self) -> None:
        """Let all workers have stood still for longer than their leases."""
        self.clean.query("UPDATE Jobs SET LeaseUntil = NOW(3) - INTERVAL 1 SECOND")

    def delete(self, hash_path: str = HASH) -> None:
        """What catalog asks for when the owner deletes the video."""
        Removal(self.uploads, self.files)(hash_path)

    def state(self, hash_path: str = HASH) -> UploadState | None:
        """The upload's state."""
        upload = self.uploads.find(hash_path)
        return upload.state if upload else None

    def told(self) -> list[str]:
        """The states that catalog heard of."""
        return [call.body["state"] for call in self.catalog.calls]

    def left(self) -> set[str]:
        """The files in the media folder, relative to it."""
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}

    def jobs(self) -> list[tuple[str, str, int]]:
        """Kind, state and attempts of every job."""
        return [
            tuple(row)
            for row in self.clean.query("SELECT Kind, State, Attempts FROM Jobs ORDER BY JobID")
        ]

    def stored(self, upload_id: str, hash_path: str = HASH) -> set[str]:
        """What is there of an upload that is stored and no more."""
        return {f"originals/{hash_path[:2]}/{hash_path}.{upload_id}"}

    def published(self, upload_id: str, hash_path: str = HASH) -> set[str]:
        """What is there of an upload that is published."""
        return self.stored(upload_id, hash_path) | {
            f"public/videos/{hash_path[:2]}/{hash_path}.mp4",
            f"public/thumbnails/{hash_path[:2]}/{hash_path}.jpg",
        }


class AfterReading(UploadTable):
    """Lets something happen once, after a worker has read its upload."""

    def __init__(self, database: Database, happens: Callable[[], object]) -> None:
        super().__init__(database)
        self._happens: Callable[[], object] | None = happens

    def find(self, hash_path: str) -> Any:
        found = super().find(hash_path)
        happens, self._happens = self._happens, None
        if happens:
            happens()
        return found


class AfterKeeping(MediaFiles):
    """Lets something happen once, after a worker has kept a body."""

    def __init__(self, root: Path, happens: Callable[[], object]) -> None:
        super().__init__(root)
        self._happens: Callable[[], object] | None = happens

    def keep(self, hash_path: str, upload_id: str) -> None:
        super().keep(hash_path, upload_id)
        happens, self._happens = self._happens, None
        if happens:
            happens()


@pytest.fixture
def media_database(open_pool: Any) -> Database:
    """A pool of media's own user, for tests that go below HTTP."""
    database: Database = open_pool("media")
    return database


@pytest.fixture
def deleted() -> set[str]:
    """Hash paths that catalog does not know any more."""
    return set()


@pytest.fixture
def catalog(deleted: set[str]) -> Iterator[Neighbour]:
    """Catalog: hears every report, and knows every video that is not deleted."""

    def answer(call: Call) -> tuple[int, Any]:
        gone = call.path.rpartition("/")[2] in deleted
        return (404, {"error": "not_found"}) if gone else (200, "")

    with Neighbour(answer) as neighbour:
        yield neighbour


@pytest.fixture
def stage(
    clean_tables: TestDatabase,
    media_database: Database,
    tmp_path: Path,
    catalog: Neighbour,
    secrets_dir: Path,
) -> Stage:
    token = (secrets_dir / "service_token").read_text()
    return Stage(clean_tables, media_database, tmp_path / "media", catalog, token)
