"""Community in this process, on a clean database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_community.core.notices import Kind, Note
from vireo_community.storage.notice_mails import NoticeMailTable
from vireo_community.storage.notices import add
from vireo_testing.mariadb import TestDatabase
from vireo_testing.sessions import open_session

MAIL_PAUSE, MAILS_A_DAY = 600, 5
EVENTS = (
    "SELECT JSON_VALUE(Payload, '$.channel_id'), JSON_VALUE(Payload, '$.reference')"
    " FROM Events WHERE Kind = 'notice_mail_due' ORDER BY EventID"
)


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


class Court:
    """Ada shows a video, Bob comments, Mo moderates, Root is admin, and Cleo reports."""

    def __init__(self, people: Any, token: Callable[..., dict[str, str]]) -> None:
        self.people, self.stage, self.send = people, people.stage, people.send
        self._token = token
        for name in ("Mo", "Mia", "Root"):
            self.join(name)
        for name, role in (("Mo", "moderator"), ("Mia", "moderator"), ("Root", "admin")):
            self.grant(name, role)
        self.video = people.video

    def join(self, name: str, age: str | None = None) -> int:
        channel_id: int = self.stage.channel(name)
        self.people.ids[name] = channel_id
        self.people.tokens[name] = self._token(channel_id)
        if age is not None:
            self.stage.database.query(
                f"UPDATE Channels SET CreatedAt = UTC_TIMESTAMP() - INTERVAL {age}"
                " WHERE ChannelID = %s",
                (channel_id,),
            )
        return channel_id

    def grant(self, name: str, role: str) -> None:
        self.stage.database.query(
            "INSERT INTO Roles (ChannelID, Role, GrantedAt) VALUES (%s, %s, NOW(3))",
            (self.people.ids[name], role),
        )

    def ok(self, who: str, method: str, path: str, **body: Any) -> Any:
        response = self.send(who, method, path, **body)
        assert response.status_code == 200, response.json
        return response.json["response"]

    def report(self, who: str, reason: str = "spam", text: str = "", **subject: Any) -> None:
        subject = subject or {"video": self.video}
        assert self.ok(who, "POST", "/reports", reason=reason, text=text, **subject) == ""

    def desk(self, query: str = "", who: str = "Mo") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ok(who, "GET", f"/admin/reports{query}")
        return rows

    def decide(self, decision: str, who: str = "Mo", note: str = "", case: int = 0) -> Any:
        case = case or self.desk()[0]["id"]
        return self.ok(who, "POST", f"/admin/reports/{case}", decision=decision, note=note)

    def act(self, decision: str, who: str = "Mo", **subject: Any) -> Any:
        subject = subject or {"video": self.video}
        return self.ok(who, "POST", "/admin/decisions", decision=decision, **subject)

    def code(self, who: str, method: str, path: str, **body: Any) -> str:
        response = self.send(who, method, path, **body)
        assert response.status_code >= 400, response.json
        return str(response.json["response"]["error"])

    def concerned(self, who: str = "Ada") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ok(who, "GET", "/me/moderation")
        return rows


@pytest.fixture
def court(people: Any, token: Callable[..., dict[str, str]]) -> Court:
    return Court(people, token)


@pytest.fixture
def service_token(secrets_dir: Path) -> dict[str, str]:
    """The header of an internal request."""
    return {"X-Vireo-Service-Token": (secrets_dir / "service_token").read_text()}


class Mailing:
    """Ada gets mails; Bob and Cleo do what they are about."""

    pause, most = MAIL_PAUSE, MAILS_A_DAY

    def __init__(
        self, http: FlaskClient, stage: Any, token: Any, service: Any, database: Database
    ) -> None:
        self.http, self.stage, self.service = http, stage, service
        self.database = database
        self.ada, self.bob, self.cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
        self.token = token
        self.table = NoticeMailTable(database)
        self.video = self.numbered("Cats")

    def numbered(self, title: str, owner: int | None = None) -> int:
        path = self.stage.video(owner or self.ada, title=title)
        ((number,),) = self.query("SELECT VideoID FROM Videos WHERE PathHash = %s", (path,))
        return int(number)

    def query(self, statement: str, values: Any = ()) -> Any:
        return self.stage.database.query(statement, values)

    def wants(self, who: int | None = None, **body: Any) -> None:
        answer = self.http.put(
            "/notifications/settings", json=body, headers=self.token(who or self.ada)
        )
        assert answer.status_code == 200, answer.json

    def comment(self, actor: int, comment: int = 5, video: int | None = None) -> None:
        about = video or self.video
        self.query(
            "INSERT IGNORE INTO Comments (CommentID, VideoID, ChannelID, State, Listed, CreatedAt,"
            " Text) VALUES (%s, %s, %s, 'shown', 1, NOW(), 'a text')",
            (comment, about, actor),
        )
        note = Note(self.ada, Kind.COMMENT, f"video {about}", about, actor, comment)
        self.database.transaction("test", lambda cursor: add(cursor, note))

    def follow(self, actor: int) -> None:
        note = Note(self.ada, Kind.FOLLOW, "you", actor_id=actor, once_each=True)
        self.database.transaction("test", lambda cursor: add(cursor, note))

    def later(self, seconds: int = MAIL_PAUSE) -> None:
        """Let time pass."""
        self.query(
            "UPDATE NoticeMails SET WaitsSince = WaitsSince - INTERVAL %s SECOND,"
            " MadeAt = MadeAt - INTERVAL %s SECOND",
            (seconds, seconds),
        )

    def make(self) -> list[str]:
        """Make what is due; the references of all mails that were ever made."""
        steps = 0
        while self.table.make(MAIL_PAUSE, MAILS_A_DAY):
            steps += 1
            assert steps < 1000
        return [reference for _, reference in self.query(EVENTS)]

    def content(self, reference: str) -> Any:
        return self.http.get(f"/internal/notice_mails/{reference}", headers=self.service)

    def said(self, reference: str) -> dict[str, str]:
        answer = self.content(reference)
        assert answer.status_code == 200, answer.json
        found: dict[str, str] = answer.json["response"]
        return found

    def ended(self, reference: str, sent: bool = True) -> None:
        answer = self.http.post(
            f"/internal/notice_mails/{reference}", json={"sent": sent}, headers=self.service
        )
        assert answer.status_code == 200


@pytest.fixture
def mailing(
    http: FlaskClient,
    stage: Any,
    token: Any,
    service_token: dict[str, str],
    community_database: Database,
) -> Mailing:
    return Mailing(http, stage, token, service_token, community_database)
