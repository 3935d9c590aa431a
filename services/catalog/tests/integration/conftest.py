"""Catalog in this process, on a clean database, with a scripted media."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_catalog.core.videos import Progress
from vireo_catalog.storage.videos import VideoTable
from vireo_common.database import Database
from vireo_testing.mariadb import TestDatabase
from vireo_testing.neighbours import Neighbour
from vireo_testing.sessions import open_session
from vireo_videos.visibility import State


class Stage:
    """Puts channels and videos into the database; by SQL what catalog itself may not write."""

    def __init__(self, database: TestDatabase, videos: VideoTable) -> None:
        self.database = database
        self.videos = videos
        self._count = 0

    def channel(self, name: str) -> int:
        """A channel; its id."""
        with self.database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (name,))
            return int(cursor.lastrowid)

    def video(
        self,
        channel_id: int,
        title: str = "a title",
        description: str = "",
        *,
        state: str = "ready",
        upload: str | None = None,
        hash_path: str | None = None,
    ) -> str:
        """A video that went through catalog's own statements; its hash path.

        ``upload`` sets the time, as ``2026-01-02 03:04:05``.
        """
        self._count += 1
        made = hash_path or f"v{self._count:06d}"
        self.videos.add(made, channel_id, title, description)
        if state != "waiting":
            progress = Progress(State(state), "broken" if state == "failed" else "", 2.5)
            self.videos.record(made, progress)
        if upload:
            self.database.query(
                "UPDATE Videos v LEFT JOIN SearchWords w USING (VideoID)"
                " SET v.Upload = %s, w.Upload = %s WHERE PathHash = %s",
                (upload, upload, made),
            )
        return made

    def published(self, *kinds: str) -> list[tuple[str, str, dict[str, Any]]]:
        """Kind, subject and the rest of each event of some kinds; of all, where none is given."""
        rows = self.database.query("SELECT Kind, Subject, Payload FROM Events ORDER BY EventID")
        found = [(str(kind), str(subject), json.loads(said)) for kind, subject, said in rows]
        return [event for event in found if not kinds or event[0] in kinds]

    def removed(self) -> list[str]:
        """The hash paths of videos whose removal was published."""
        return [hash_path for _, hash_path, _ in self.published("video_removed")]

    def count_of(self, channel_id: int) -> int:
        """The channel's counter of ready videos."""
        found = self.database.query(
            "SELECT Videos FROM ChannelStats WHERE ChannelID = %s", (channel_id,)
        )
        return int(found[0][0]) if found else 0


@pytest.fixture
def catalog_database(open_pool: Any) -> Database:
    """A pool of catalog's own user, for tests that go below HTTP."""
    database: Database = open_pool("catalog")
    return database


@pytest.fixture
def stage(clean_tables: TestDatabase, catalog_database: Database) -> Stage:
    return Stage(clean_tables, VideoTable(catalog_database))


@pytest.fixture
def media() -> Iterator[Neighbour]:
    """The media service: takes down what it is asked to."""
    with Neighbour(lambda call: (200, "")) as neighbour:
        yield neighbour


@pytest.fixture
def http(make_app: Any, media: Neighbour) -> Iterator[FlaskClient]:
    with make_app("catalog", VIREO_MEDIA_URL=media.url).test_client() as client:
        yield client


@pytest.fixture
def token(clean_tables: TestDatabase) -> Callable[..., dict[str, str]]:
    """``token(channel_id, now=...)``: the header of a signed-in request."""

    def make(channel_id: int, now: float | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {open_session(clean_tables, channel_id, now)}"}

    return make


@pytest.fixture
def service_token(secrets_dir: Path) -> dict[str, str]:
    """The header of an internal request."""
    return {"X-Vireo-Service-Token": (secrets_dir / "service_token").read_text()}
