"""Who sees a video, whatever way they come: the table of visibilities, viewers and schedules."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_catalog.core.videos import Progress
from vireo_catalog.core.viewers import MOST_VIEWERS
from vireo_catalog.storage.videos import VideoTable
from vireo_catalog.storage.visibilities import Schedule
from vireo_common.database import Database
from vireo_common.text import iso_time
from vireo_testing.answers import outcome
from vireo_videos.visibility import (
    VIEWERS,
    HiddenBy,
    State,
    Visibility,
    is_public,
    may_view,
    viewers_of,
    visible_to,
)

Token = Callable[..., dict[str, str]]
VIDEO = "aaaaaaa"
PATH = f"/v/{VIDEO}"


@dataclass
class World:
    """Ada has a video; Bob is named for it, Eve is not."""

    http: FlaskClient
    stage: Any
    ada: dict[str, str]
    bob: dict[str, str]
    eve: dict[str, str]

    def change(self, status: int = 200, **change: object) -> Any:
        answer = self.http.patch(PATH, headers=self.ada, json=change)
        assert answer.status_code == status, answer.json
        return answer.json["response"]

    def sees(self) -> list[bool]:
        """Whether owner, named, stranger and nobody get it by its hash path."""
        asked = [self.http.get(PATH, headers=who) for who in (self.ada, self.bob, self.eve, {})]
        assert {each.status_code for each in asked} <= {200, 404}
        return [each.status_code == 200 for each in asked]

    def is_listed(self) -> bool:
        """Whether it is found anywhere, the same for all four."""
        found = []
        for who in (self.ada, self.bob, self.eve, {}):
            for path in ("/videos/all", "/videos/channel/Ada", "/search/all/otters"):
                rows = self.http.get(path, headers=who).json["response"]
                found.append(any(row["type"] == "video" for row in rows))
            channel = self.http.get("/channel/Ada", headers=who).json["response"]
            found.append(channel["thumbnail"] == VIDEO)
            found.append(channel["nb_count"] == 1)
        assert len(set(found)) == 1, found
        return found[0]

    def known(self) -> bool:
        return self.http.get(f"/gateway/known{PATH}").status_code == 200


@pytest.fixture
def world(http: FlaskClient, stage: Any, token: Token) -> World:
    ada, bob, eve = (stage.channel(name) for name in ("Ada", "Bob", "Eve"))
    stage.video(ada, "Rosy otters", hash_path=VIDEO)
    made = World(http, stage, token(ada), token(bob), token(eve))
    assert http.put(f"{PATH}/viewers/bob", headers=made.ada).status_code == 200
    return made


def soon() -> str:
    return iso_time(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("visibility", "listed", "sees"),
    [
        ("public", True, [True, True, True, True]),
        ("unlisted", False, [True, True, True, True]),
        ("private", False, [True, True, False, False]),
        ("scheduled", False, [True, False, False, False]),
    ],
)
def test_the_table(world: World, visibility: str, listed: bool, sees: list[bool]) -> None:
    more = {"publish_at": soon()} if visibility == "scheduled" else {}
    said = world.change(visibility=visibility, **more)
    assert said["visibility"] == visibility
    assert said.get("publish_at") == more.get("publish_at")
    assert world.sees() == sees
    assert world.is_listed() == listed
    # The page's status, which is the same for everybody.
    assert world.known() == sees[3]
    rows = world.http.get("/me/videos", headers=world.ada).json["response"]
    assert [row["visibility"] for row in rows] == [visibility]
    world.change(visibility="public")
    assert world.is_listed()


def test_one_that_is_not_for_them_is_one_that_never_was(world: World) -> None:
    world.change(visibility="private")
    for method, who in itertools.product(("get", "patch", "delete"), (world.eve, {})):
        ask = getattr(world.http, method)
        body = {"json": {"title": "x"}} if method == "patch" else {}
        there, never = ask(PATH, headers=who, **body), ask("/v/zzzzzzz", headers=who, **body)
        assert (there.status_code, there.json) == (never.status_code, never.json)
    assert world.http.get(f"{PATH}/viewers", headers=world.eve).status_code == 404
    assert world.http.put(f"{PATH}/viewers/eve", headers=world.eve).status_code == 404
    # Who was named sees that it is there, and that it is somebody else's.
    for ask in (world.http.patch, world.http.delete):
        body = {"json": {"title": "x"}} if ask == world.http.patch else {}
        assert ask(PATH, headers=world.bob, **body).status_code == 403
    assert world.http.get(f"{PATH}/viewers", headers=world.bob).status_code == 403


def test_files_carry_a_grant_where_they_need_one(world: World) -> None:
    assert world.http.get(PATH).json["response"]["files"]["video"] == f"/video/d/{VIDEO}"
    world.change(visibility="unlisted")
    assert world.http.get(PATH).json["response"]["files"]["video"] == f"/video/d/{VIDEO}"
    world.change(visibility="private")
    addresses = set()
    for who in (world.ada, world.bob):
        files = world.http.get(PATH, headers=who).json["response"]["files"]
        assert files["stream"] == files["storyboard"] == ""
        before, _, rest = files["video"].partition("/video/d/")
        assert before.startswith("/granted/1.")
        assert rest == VIDEO
        assert files["thumbnail"] == f"{before}/thumbnails/{VIDEO}"
        addresses.add(before)
    (mine,) = world.http.get("/me/videos", headers=world.ada).json["response"]
    addresses.add(mine["files"]["video"].partition("/video/d/")[0])
    assert len(addresses) >= 2, "each account has its own"


def test_viewers(world: World) -> None:
    rows = world.http.get(f"{PATH}/viewers", headers=world.ada).json["response"]
    assert [row["channel"] for row in rows] == ["Bob"]
    # Twice is once, in any case of letters; a name that nobody has, and oneself.
    assert world.http.put(f"{PATH}/viewers/BOB", headers=world.ada).status_code == 200
    assert world.http.put(f"{PATH}/viewers/nobody", headers=world.ada).status_code == 404
    assert world.http.put(f"{PATH}/viewers/..", headers=world.ada).status_code in {404, 405}
    world.change(visibility="private")
    assert world.sees()[1]
    assert world.http.delete(f"{PATH}/viewers/bob", headers=world.ada).status_code == 200
    assert not world.sees()[1]
    assert world.http.delete(f"{PATH}/viewers/bob", headers=world.ada).status_code == 200
    assert world.http.get(f"{PATH}/viewers", headers=world.ada).json["response"] == []


def test_viewers_are_bounded_and_paged(world: World) -> None:
    world.stage.database.query(
        "INSERT INTO Channels (Username, Password)"
        f" SELECT CONCAT('fan', seq), 'x' FROM seq_1_to_{MOST_VIEWERS}"
    )
    world.stage.database.query(
        "INSERT INTO VideoViewers (VideoID, ChannelID, AddedAt)"
        " SELECT v.VideoID, c.ChannelID, NOW(3) FROM Videos v JOIN Channels c"
        f" WHERE c.Username LIKE 'fan%' ORDER BY c.ChannelID LIMIT {MOST_VIEWERS - 1}"
    )
    refused = world.http.put(f"{PATH}/viewers/eve", headers=world.ada)
    assert outcome(refused) == (429, "rate_limited")
    assert refused.json["response"]["limit"] == MOST_VIEWERS
    # One that is named already is no further one.
    assert world.http.put(f"{PATH}/viewers/bob", headers=world.ada).status_code == 200
    found: list[str] = []
    address = f"{PATH}/viewers?limit=30"
    while address:
        answer = world.http.get(address, headers=world.ada)
        found += [row["channel"] for row in answer.json["response"]]
        address = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert len(found) == len(set(found)) == MOST_VIEWERS
    world.change(visibility="private")
    assert world.sees()[1], "of a hundred each is seen"


def test_a_scheduled_video_is_published_when_its_time_has_come(
    world: World, catalog_database: Database
) -> None:
    schedule = Schedule(catalog_database)
    world.change(visibility="private")
    world.stage.database.query("DELETE FROM Events")
    # Named alone, the time is enough.
    at = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    east = at.astimezone(dt.timezone(dt.timedelta(hours=2))).isoformat(timespec="seconds")
    said = world.change(publish_at=east)
    assert said["visibility"] == "scheduled"
    assert said["publish_at"] == iso_time(at)
    assert schedule.publish_due() == 0
    world.stage.database.query("UPDATE Videos SET PublishAt = UTC_TIMESTAMP() - INTERVAL 1 SECOND")
    assert schedule.publish_due() == 1
    assert schedule.publish_due() == 0
    assert world.sees() == [True] * 4
    assert world.is_listed()
    assert "publish_at" not in world.http.get(PATH, headers=world.ada).json["response"]
    kinds = [kind for kind, _, _ in world.stage.published()]
    assert kinds.count("video_visibility_changed") == 2


def test_the_first_time_is_the_one_that_is_announced(
    world: World, stage: Any, token: Token, catalog_database: Database
) -> None:
    """Of a video that was closed when it got ready."""
    videos = VideoTable(catalog_database)
    eve = {"headers": world.eve}
    made = world.http.post("/upload", json={"title": "Later", "description": ""}, **eve)
    hash_path = made.json["response"]
    path = f"/v/{hash_path}"
    assert world.http.patch(path, json={"visibility": "private"}, **eve).status_code == 200
    videos.record(hash_path, Progress(State.READY, duration=1.0))
    assert world.http.get(path, **eve).json["response"]["published"] == ""
    old = "2020-01-01 00:00:00"
    stage.database.query("UPDATE Videos SET Upload = %s WHERE PathHash = %s", (old, hash_path))
    assert not [each for each in stage.published("video_published") if each[1] == hash_path]
    for visibility in ("public", "private", "public"):
        assert world.http.patch(path, json={"visibility": visibility}, **eve).status_code == 200
    assert len([each for each in stage.published("video_published") if each[1] == hash_path]) == 1
    said = world.http.get(path).json["response"]
    assert said["published"] >= said["upload"] > "2026"
    first = world.http.get("/videos/all").json["response"][0]
    assert first["thumbnail"] == hash_path
    # Terms have the time too, by which the next pages of a search are found.
    assert stage.database.query(
        "SELECT DISTINCT w.Upload = v.Upload FROM SearchWords w JOIN Videos v USING (VideoID)"
        " WHERE v.PathHash = %s",
        (hash_path,),
    ) == ((1,),)
    eves = world.http.get("/channel/Eve").json["response"]
    assert eves["nb_count"] == 1


def test_what_is_hidden_at_its_time_is_published_once_it_is_shown(
    world: World, stage: Any, catalog_database: Database
) -> None:
    schedule = Schedule(catalog_database)
    world.change(visibility="scheduled", publish_at=soon())
    stage.database.query(
        "UPDATE Videos SET PublishAt = UTC_TIMESTAMP() - INTERVAL 1 HOUR, HiddenBy = 1,"
        " PublishedAt = NULL"
    )
    assert schedule.publish_due() == 0
    stage.database.query("UPDATE Videos SET HiddenBy = 0")
    assert schedule.publish_due() == 1
    assert world.is_listed()
    assert world.http.get(PATH).json["response"]["published"]


def test_what_others_have_scheduled_does_not_wait_for_all_of_one(
    world: World, stage: Any, catalog_database: Database
) -> None:
    ids = dict(stage.database.query("SELECT Username, ChannelID FROM Channels"))
    for number in range(8):
        stage.video(ids["Ada"], hash_path=f"m{number:06d}")
    stage.video(ids["Eve"], hash_path="eeeeeee")
    stage.database.query(
        "UPDATE Videos SET Visibility = 'scheduled', PublishedAt = NULL,"
        " PublishAt = UTC_TIMESTAMP() - INTERVAL IF(PathHash = 'eeeeeee', 1, 60) SECOND"
    )
    schedule = Schedule(catalog_database)
    assert schedule.publish_due() < 9
    shown = stage.database.query("SELECT Visibility FROM Videos WHERE PathHash = 'eeeeeee'")
    assert shown == (("public",),)
    while schedule.publish_due():
        pass
    assert stage.database.query("SELECT DISTINCT Visibility FROM Videos") == (("public",),)


def test_nothing_is_published_early(world: World) -> None:
    at = dt.datetime(2027, 5, 4, 12, 0, 0, 900_000, tzinfo=dt.UTC)
    said = world.change(publish_at=at.isoformat())
    assert said["publish_at"] == "2027-05-04T12:00:01Z"


def test_one_that_was_public_before_is_not_announced_as_new(world: World, stage: Any) -> None:
    """Of a video that got ready while an earlier version ran beside this one."""
    stage.database.query("UPDATE Videos SET PublishedAt = NULL, Upload = '2020-01-01 00:00:00'")
    stage.database.query("DELETE FROM Events")
    world.change(visibility="private")
    said = world.change(visibility="public")
    assert said["upload"] == said["published"] == "2020-01-01T00:00:00Z"
    assert not stage.published("video_published")


def test_an_unlisted_one_that_gets_ready_is_told_to_media(world: World, stage: Any) -> None:
    """Captions that were set before are seen from then on."""
    eve = {"headers": world.eve}
    made = world.http.post("/upload", json={"title": "Later", "description": ""}, **eve)
    hash_path = made.json["response"]
    world.http.patch(f"/v/{hash_path}", json={"visibility": "unlisted"}, **eve)
    stage.database.query("DELETE FROM Events")
    stage.videos.record(hash_path, Progress(State.READY, duration=1.0))
    kinds = [kind for kind, subject, _ in stage.published() if subject == hash_path]
    assert "video_visibility_changed" in kinds
    assert "video_published" not in kinds


@pytest.mark.parametrize("closed", ["private", "scheduled"])
def test_who_wants_to_send_bytes_to_a_closed_one_is_told_nothing(
    world: World, service_token: dict[str, str], stage: Any, closed: str
) -> None:
    stage.database.query("UPDATE Videos SET Visibility = %s", (closed,))
    ids = dict(stage.database.query("SELECT Username, ChannelID FROM Channels"))

    def asked(sender: str) -> Any:
        path = f"/internal/videos/{VIDEO}?sender={ids[sender]}"
        return world.http.get(path, headers=service_token)

    assert asked("Ada").status_code == 200
    assert outcome(asked("Eve")) == (404, "not_found")
    assert asked("Bob").status_code == (200 if closed == "private" else 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"visibility": "secret"}, "visibility"),
        ({"visibility": 1}, "visibility"),
        ({"visibility": "scheduled"}, "publish_at"),
        ({"visibility": "scheduled", "publish_at": "2020-01-01T00:00:00Z"}, "publish_at"),
        ({"visibility": "scheduled", "publish_at": "2100-01-01T00:00:00Z"}, "publish_at"),
        ({"visibility": "scheduled", "publish_at": "2027-01-01T00:00:00"}, "publish_at"),
        ({"visibility": "scheduled", "publish_at": 1_800_000_000}, "publish_at"),
        ({"visibility": "scheduled", "publish_at": "tomorrow"}, "publish_at"),
        ({"visibility": "private", "publish_at": "2027-01-01T00:00:00Z"}, "publish_at"),
        ({"publish_at": "9999-12-31T23:59:59-23:59"}, "publish_at"),
    ],
)
def test_what_can_not_be(world: World, change: dict[str, object], field: str) -> None:
    said = world.change(400, **change)
    assert said["error"] == "invalid_body"
    assert list(said["fields"]) == [field]
    assert world.http.get(PATH).json["response"]["visibility"] == "public"


def test_statements_decide_as_the_policy_does(world: World, stage: Any) -> None:
    """Each state, each reason to be hidden and each visibility, for each of four viewers."""

    @dataclass
    class Row:
        channel_id: int
        state: State
        hidden_by: HiddenBy
        visibility: Visibility
        viewers: frozenset[int]

    rows = stage.database.query("SELECT Username, ChannelID FROM Channels")
    ids = dict(rows)
    for state, hidden, visibility in itertools.product(State, HiddenBy, Visibility):
        stage.database.query(
            "UPDATE Videos SET State = %s, HiddenBy = %s, Visibility = %s",
            (state.value, int(hidden), visibility.value),
        )
        ((public, viewers),) = stage.database.query(f"SELECT IsPublic, {VIEWERS} FROM Videos v")
        video = Row(ids["Ada"], state, hidden, visibility, frozenset(viewers_of(viewers)))
        assert bool(public) == is_public(video)
        for viewer in (ids["Ada"], ids["Bob"], ids["Eve"], 0):
            seen = stage.database.query(
                f"SELECT {visible_to('%s')} FROM Videos v", (viewer, viewer)
            )
            assert bool(seen[0][0]) == may_view(viewer, video), (video, viewer)
