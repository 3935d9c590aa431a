"""Community in this process, on a clean database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_testing.mariadb import TestDatabase
from vireo_testing.sessions import open_session


class Stage:
    """Puts channels and videos, which community may not write, into the database."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        self._count = 0

    def channel(self, name: str) -> int:
        """A channel; its id."""
        with self.database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (name,))
            return int(cursor.lastrowid)

    def video(self, channel_id: int, *, state: str = "ready", title: str = "a title") -> str:
        """A video; its hash path."""
        self._count += 1
        made = f"v{self._count:06d}"
        self.database.query(
            "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, State, Duration)"
            " VALUES (%s, %s, %s, '', UTC_TIMESTAMP(), %s, 60)",
            (made, channel_id, title, state),
        )
        return made


@pytest.fixture
def community_database(open_pool: Any) -> Database:
    """A pool of community's own user, for tests that go below HTTP."""
    database: Database = open_pool("community")
    return database


@pytest.fixture
def stage(clean_tables: TestDatabase) -> Stage:
    return Stage(clean_tables)


@pytest.fixture
def http(make_app: Any) -> Iterator[FlaskClient]:
    with make_app("community").test_client() as client:
        yield client


@pytest.fixture
def token(clean_tables: TestDatabase) -> Callable[..., dict[str, str]]:
    """``token(channel_id, now=...)``: the header of a signed-in request."""

    def make(channel_id: int, now: float | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {open_session(clean_tables, channel_id, now)}"}

    return make


class People:
    """Ada owns a video; Bob and Cleo write below it."""

    def __init__(self, http: FlaskClient, stage: Any, token: Callable[..., dict[str, str]]) -> None:
        self.http, self.stage, self.token = http, stage, token
        self.ids = {name: stage.channel(name) for name in ("Ada", "Bob", "Cleo")}
        self.tokens = {name: token(channel_id) for name, channel_id in self.ids.items()}
        self.video = stage.video(self.ids["Ada"])

    def send(self, who: str, method: str, path: str, **body: Any) -> Any:
        # Threads may send at once; a client's context is one thread's.
        client = self.http.application.test_client()
        return client.open(path, method=method, headers=self.tokens.get(who), json=body or None)

    def post(self, who: str, text: str = "a text", video: str = "", **body: Any) -> Any:
        return self.send(who, "POST", f"/v/{video or self.video}/comments", text=text, **body)

    def made(self, who: str, text: str = "a text", **body: Any) -> int:
        response = self.post(who, text, **body)
        assert response.status_code == 200, response.json
        return int(response.json["response"]["id"])

    def listed(self, who: str = "", path: str = "", query: str = "") -> list[dict[str, Any]]:
        response = self.send(who, "GET", f"{path or f'/v/{self.video}/comments'}{query}")
        assert response.status_code == 200, response.json
        rows: list[dict[str, Any]] = response.json["response"]
        return rows

    def replies(self, comment: int, who: str = "") -> list[int]:
        return [row["id"] for row in self.listed(who, f"/comments/{comment}/replies")]

    def ids_of(self, who: str = "", query: str = "") -> list[int]:
        return [row["id"] for row in self.listed(who, query=query)]

    def policy(self, policy: str) -> None:
        self.stage.database.query("UPDATE Videos SET CommentsPolicy = %s", (policy,))

    def block(self, who: str, whom: str) -> None:
        assert self.send(who, "PUT", f"/channel/{whom}/block").status_code == 200

    def count(self) -> int:
        """The number of the video's comments; every counter is compared with the rows."""
        query = self.stage.database.query
        assert (
            query(
                "SELECT m.CommentID FROM Comments m WHERE"
                " m.Replies <> (SELECT COUNT(*) FROM Comments r WHERE r.VideoID = m.VideoID"
                " AND r.ParentID = m.CommentID AND r.State = 'shown')"
                " OR m.Below <> (SELECT COUNT(*) FROM Comments r WHERE r.VideoID = m.VideoID"
                " AND r.ParentID = m.CommentID)"
                " OR m.Listed <> (m.State = 'shown' OR (m.State = 'deleted' AND m.Replies > 0))"
                " OR (m.State <> 'deleted' AND m.Likes <> (SELECT COUNT(*) FROM CommentLikes l"
                " WHERE l.CommentID = m.CommentID))"
            )
            == ()
        )
        ((rows,),) = query(
            "SELECT COUNT(*) FROM Comments m LEFT JOIN Comments p ON p.CommentID = m.ParentID"
            " WHERE m.State = 'shown' AND COALESCE(p.State, '') NOT IN ('review', 'hidden')"
        )
        ((waiting,),) = query("SELECT COUNT(*) FROM Comments WHERE State IN ('review', 'hidden')")
        sums = "SELECT COALESCE(SUM(Comments), 0), COALESCE(SUM(InReview), 0) FROM VideoCounters"
        assert query(sums) == ((rows, waiting),)
        return int(rows)


@pytest.fixture
def people(http: FlaskClient, stage: Any, token: Callable[..., dict[str, str]]) -> People:
    return People(http, stage, token)


@pytest.fixture
def service_token(secrets_dir: Path) -> dict[str, str]:
    """The header of an internal request."""
    return {"X-Vireo-Service-Token": (secrets_dir / "service_token").read_text()}
