"""The worker's parts in this process: a real MariaDB, a real media folder, scripted neighbours."""

import json
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
from vireo_media.core.ladder import GROUP_COST
from vireo_media.core.removal import Removal
from vireo_media.core.uploads import UploadState
from vireo_media.storage.captions import CaptionTable
from vireo_media.storage.exports import ExportTable
from vireo_media.storage.files import MediaFiles, files_on_disk
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.pictures import PictureTable
from vireo_media.storage.renditions import RenditionTable
from vireo_media.storage.tus import TusTable
from vireo_media.storage.tus_files import TusFiles
from vireo_media.storage.uploads import (
    ENCODE_QUEUE,
    MEDIA_QUEUE,
    RENDITIONS_QUEUE,
    TEXTS_QUEUE,
    VERIFY_QUEUE,
    UploadTable,
)
from vireo_media.storage.video_pictures import VideoPictureTable
from vireo_media.worker.encoder_turns import EncoderTurns
from vireo_media.worker.janitor import Janitor
from vireo_media.worker.pipeline import Pipeline
from vireo_media.worker.renditions import Renderer
from vireo_media.worker.reports import Reports
from vireo_media.worker.steps.keep import Early
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.verification import Verifier
from vireo_testing.mariadb import TestDatabase
from vireo_testing.media_folder import MediaFolder
from vireo_testing.neighbours import Call, Neighbour
from vireo_testing.world import World

HASH = "aB3dE6g"
CHANNEL = 7
LEASE_SECONDS = 12


class Stage:
    """Brings uploads before the worker, and looks at what it made of them."""

    def __init__(
        self,
        clean: TestDatabase,
        database: Database,
        root: Path,
        catalog: Neighbour,
        token: str,
    ) -> None:
        self.hash_path = HASH
        self.clean = clean
        self.root = root
        self.catalog = catalog
        self.media = JobQueue(database, MEDIA_QUEUE, LEASE_SECONDS)
        self.encodes = JobQueue(database, ENCODE_QUEUE, LEASE_SECONDS)
        self.renders = JobQueue(database, RENDITIONS_QUEUE, LEASE_SECONDS)
        self.uploads = UploadTable(database)
        self.renditions = RenditionTable(database)
        self.pictures = PictureTable(database)
        self.exports = ExportTable(database)
        self.texts = JobQueue(database, TEXTS_QUEUE, LEASE_SECONDS)
        self.files = files_on_disk(root)
        self.captions = CaptionTable(database, self.files)
        self.tus = TusTable(database, self.uploads)
        self.tus_files = TusFiles(root, self.files.staging)
        self._catalog = Catalog(ServiceClient(catalog.url, token))
        notify = self._catalog.notify_files
        self.video_pictures = VideoPictureTable(database, self.files, notify)
        self.paths = MediaFolder(root)
        self.verifies = JobQueue(database, VERIFY_QUEUE, LEASE_SECONDS)
        self._database = database
        self._token = token

    def service_client(self) -> ServiceClient:
        """A client of catalog's, as a worker has it."""
        return ServiceClient(self.catalog.url, self._token)

    def sweep(self) -> None:
        """What the janitor does."""
        open_uploads = OpenUploadTable(self._database)
        tables = (self.uploads, self.exports, self.pictures, self.captions, self.video_pictures)
        pieces = (self.tus, self.tus_files)
        more = (open_uploads, self.renditions, *pieces)
        Janitor(self.files, *tables, *more, threading.Event()).sweep()

    def announce(self, hash_path: str = HASH) -> None:
        """The row that catalog makes before any byte comes."""
        self.clean.query(
            "INSERT IGNORE INTO Channels (ChannelID, Username, Password) VALUES (%s, 'who', 'x')",
            (CHANNEL,),
        )
        self.clean.query(
            "INSERT IGNORE INTO Videos (PathHash, ChannelID, Title, Description, Upload)"
            " VALUES (%s, %s, 't', '', NOW())",
            (hash_path, CHANNEL),
        )

    def receive(self, source: Path, hash_path: str = HASH) -> str:
        """What the gateway and the web service do with a body; the upload's id."""
        self.announce(hash_path)
        upload_id = secrets.token_hex(16)
        body = self.root / "incoming" / secrets.token_hex(4)
        body.write_bytes(source.read_bytes())
        size = self.files.adopt(str(body), hash_path, upload_id)
        body.unlink()
        self.uploads.begin(hash_path, upload_id, CHANNEL, size)
        return upload_id

    def reports(self, removal: Removal | None = None) -> Reports:
        """What a worker notifies catalog by."""
        return Reports(self._catalog, removal or Removal(self.uploads, self.files))

    def published_events(self) -> list[dict[str, Any]]:
        """What everybody is notified of: the kind of each event, with its fields."""
        rows = self.clean.query("SELECT Kind, Payload FROM Events ORDER BY EventID")
        return [{"kind": kind, **json.loads(payload)} for kind, payload in rows]

    def changes(self) -> list[str]:
        """The states that events tell of, one after the other."""
        return [event["state"] for event in self.published_events() if "state" in event]

    def pipeline(
        self,
        *,
        uploads: UploadTable | None = None,
        files: MediaFiles | None = None,
        tools: Tools | None = None,
        early: Early | None = None,
    ) -> Pipeline:
        """A worker's pipeline; with parts that do something in between, or other bounds."""
        uploads, files = uploads or self.uploads, files or self.files
        reports, queues = self.reports(Removal(uploads, files)), (self.media, self.encodes)
        tools, early = tools or Tools(), early or Early()
        return Pipeline(*queues, uploads, files, reports, tools, early, self.renditions)

    def renderer(
        self,
        *,
        tools: Tools | None = None,
        waited_for: bool = False,
        turns: EncoderTurns | None = None,
        storage: float = 2.0,
        group_cost: int = GROUP_COST,
    ) -> Renderer:
        """What makes the rest of a stream."""
        return Renderer(
            self.renders,
            self.uploads,
            self.renditions,
            self.files,
            self.reports(),
            tools or Tools(),
            lambda: waited_for,
            turns or EncoderTurns(1),
            storage=storage,
            group_cost=group_cost,
        )

    def render(self, **how: Any) -> None:
        """Claim the job that makes the rest of a stream, and do it."""
        job = self.renders.claim()
        assert job is not None
        self.renderer(**how).render(job, threading.Event())

    def after_reading(self, happens: Callable[[], object]) -> UploadTable:
        """Lets something happen once, after a worker has read its upload."""
        return AfterReading(self._database, happens)

    def after_keeping(self, happens: Callable[[], object]) -> MediaFiles:
        """Lets something happen once, after a worker has kept a body."""
        return AfterKeeping(self.files, happens)

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

    def verify(self) -> None:
        """Claim the job that decodes a published copy, and do it, as one worker does."""
        job = self.verifies.claim()
        assert job is not None
        Verifier(self.verifies, self.uploads, self.files).verify(job, threading.Event())

    def prepare(self, *, tools: Tools | None = None, early: Early | None = None) -> None:
        """Claim a job and prepare it, as one worker does."""
        self.pipeline(tools=tools, early=early).prepare(self.claim(), threading.Event())

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
        return [call.body["state"] for call in self.catalog.calls if "state" in call.body]

    def left(self) -> set[str]:
        """The files in the media folder, relative to it, without those of streams."""
        return {path for path in self._all() if "/hls/" not in path}

    def stream(self) -> set[str]:
        """The files of streams, relative to the media folder."""
        return {path for path in self._all() if "/hls/" in path}

    def _all(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}

    def rows(self) -> dict[int, str]:
        """The state of each rendition, by its height."""
        found = self.clean.query("SELECT Height, State FROM Renditions ORDER BY Height")
        return {int(height): str(state) for height, state in found}

    def jobs(self) -> list[tuple[str, str, int]]:
        """Kind, state and attempts of every job, but of those that come with each film: of its
        pictures, and of the rest of its stream."""
        rows = self.clean.query(
            "SELECT Kind, State, Attempts FROM Jobs"
            " WHERE Kind NOT IN ('render', 'make_pictures') ORDER BY JobID"
        )
        return [tuple(row) for row in rows]

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

    def __init__(self, files: MediaFiles, happens: Callable[[], object]) -> None:
        super().__init__(files.staging, files.blobs)
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
def world() -> World:
    return World()


@pytest.fixture
def catalog(deleted: set[str], world: World) -> Iterator[Neighbour]:
    """Catalog: hears every report, and knows every video that is not deleted."""

    def answer(call: Call) -> tuple[int, Any]:
        if call.path.startswith("/internal/exports/"):
            return world.catalog(call)
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
