"""Archives of people's data, and a worker as a process, with the neighbours that they ask."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from vireo_common.client import ServiceClient
from vireo_common.database import Database
from vireo_common.jobs import LEASE_SECONDS, JobQueue
from vireo_common.worker import Handler, Slot
from vireo_media.auth import Auth
from vireo_media.catalog import Catalog
from vireo_media.community import Community
from vireo_media.storage.exports import EXPORT, EXPORT_QUEUE
from vireo_media.storage.files import MediaFiles
from vireo_media.worker.exporter import Exporter
from vireo_media.worker.janitor import EXPORT_SECONDS
from vireo_testing.neighbours import Neighbour
from vireo_testing.person import eventually
from vireo_testing.sessions import open_session
from vireo_testing.world import World


class Archives:
    """Asks for archives of people's data, and makes them as a worker does."""

    def __init__(
        self,
        stage: Any,
        world: World,
        auth: Neighbour,
        community: Neighbour,
        database: Database,
        app: Flask,
        token: str,
    ) -> None:
        self.stage = stage
        self.world = world
        self.auth = auth
        self.community = community
        self.jobs = JobQueue(database, EXPORT_QUEUE, LEASE_SECONDS)
        self._app = app
        self._token = token

    def person(self, name: str = "Ada") -> str:
        """A new account; its token."""
        clean = self.stage.clean
        clean.query("INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (name,))
        ((number,),) = clean.query("SELECT ChannelID FROM Channels WHERE Username = %s", (name,))
        return open_session(clean, int(number))

    def ask(self, token: str) -> Any:
        """The answer of ``GET /me/export``."""
        return self._app.test_client().get("/me/export", headers={"Authorization": token})

    def may_read(self, name: str, grant: str, token: str) -> int:
        """The status that the gateway gets before it sends an archive."""
        headers = {"Authorization": token, "X-Vireo-Grant": grant}
        asked = self._app.test_client().get(f"/gateway/may_read/export/{name}", headers=headers)
        return int(asked.status_code)

    def exporter(self, files: MediaFiles | None = None, reserve_bytes: int = 0) -> Exporter:
        """A worker's part."""
        stage = self.stage
        return Exporter(
            self.jobs,
            stage.exports,
            stage.uploads,
            stage.pictures,
            stage.captions,
            stage.video_pictures,
            files or stage.files,
            Auth(ServiceClient(self.auth.url, self._token)),
            Catalog(ServiceClient(stage.catalog.url, self._token)),
            Community(ServiceClient(self.community.url, self._token)),
            reserve_bytes=reserve_bytes,
            keep_seconds=3600,
        )

    def make(self, exporter: Exporter | None = None, stop: threading.Event | None = None) -> None:
        """Claim the next job, and do it."""
        job = self.jobs.claim()
        assert job is not None
        (exporter or self.exporter()).run(job, stop or threading.Event())

    @contextlib.contextmanager
    def working(self, exporter: Exporter) -> Iterator[None]:
        """A slot of a worker, until the end of the ``with``."""
        stopping = threading.Event()
        handlers = {EXPORT: Handler(exporter.run, exporter.give_up)}
        slot = Slot("export", self.jobs, handlers, stopping, 0.02)
        slot.start()
        try:
            yield
        finally:
            stopping.set()
            slot.join()

    def rows(self) -> list[tuple[Any, ...]]:
        """Name, state, name to save as, and size of every export."""
        return list(
            self.stage.clean.query("SELECT ExportName, State, FileName, Bytes FROM Exports")
        )

    def add_video(self, clip: Path, hash_path: str, title: str) -> None:
        """A video that was uploaded and encoded a while ago."""
        upload_id = self.stage.receive(clip, hash_path)
        self.stage.files.keep(hash_path, upload_id)
        self.stage.files.staging.discard(hash_path, upload_id)
        published = "UPDATE Uploads SET State = 'published' WHERE PathHash = %s"
        self.stage.clean.query(published, (hash_path,))
        self.world.videos.append({"hash_path": hash_path, "title": title, "description": "é"})

    def sweep_later(self) -> None:
        """What the janitor does once nobody has touched the archives for a while."""
        for path in self.stage.paths.exports.iterdir():
            os.utime(path, times=(0, path.stat().st_mtime - EXPORT_SECONDS - 1))
        self.stage.sweep()

    def until(self, check: Callable[[], bool]) -> None:
        """Wait for a worker."""
        eventually(check, seconds=20)


@pytest.fixture
def auth(world: World) -> Iterator[Neighbour]:
    with Neighbour(world.auth) as neighbour:
        yield neighbour


@pytest.fixture
def community(world: World) -> Iterator[Neighbour]:
    with Neighbour(world.community) as neighbour:
        yield neighbour


@pytest.fixture
def archives(
    stage: Any,
    world: World,
    auth: Neighbour,
    community: Neighbour,
    media_database: Database,
    make_app: Any,
    secrets_dir: Path,
) -> Archives:
    app = make_app("media", VIREO_MEDIA_ROOT=str(stage.root))
    token = (secrets_dir / "service_token").read_text()
    return Archives(stage, world, auth, community, media_database, app, token)
