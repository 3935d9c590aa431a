"""Playlists, over HTTP on a real MariaDB."""

import random
import re
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_community.storage.playlists import PlaylistTable
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

BODY = {"title": " Engines ", "description": "Of all\nkinds", "visibility": "public"}


@pytest.fixture
def ada(stage: Any, token: Any) -> dict[str, str]:
    header: dict[str, str] = token(stage.channel("Ada"))
    return header


@pytest.fixture
def bob(stage: Any, token: Any) -> dict[str, str]:
    header: dict[str, str] = token(stage.channel("Bob"))
    return header


def made(response: Any) -> Any:
    assert response.status_code == 200, response.json
    return response.json["response"]


def make(http: FlaskClient, head: Any, **body: Any) -> str:
    return str(made(http.post("/me/playlists", json={**BODY, **body}, headers=head))["id"])


def put(http: FlaskClient, head: Any, name: str, video: str, position: int | None = None) -> Any:
    body = {} if position is None else {"position": position}
    return made(http.put(f"/playlists/{name}/videos/{video}", json=body, headers=head))


def order(http: FlaskClient, name: str, head: Any = None, limit: int = 100) -> list[str]:
    found, path = [], f"/playlists/{name}/videos?limit={limit}"
    while path:
        page = http.get(path, headers=head)
        found += [row["thumbnail"] for row in made(page)]
        path = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
    return found


def test_which_of_them_have_a_video(stage: Any, http: FlaskClient, ada: Any, bob: Any) -> None:
    owner = stage.channel("Cleo")
    video, other = stage.video(owner), stage.video(owner)
    first, second = make(http, ada, title="First"), make(http, ada, title="Second")
    put(http, ada, first, video)
    put(http, ada, "later", video)
    put(http, ada, second, other)
    put(http, bob, make(http, bob), other)
    found, path = {}, f"/me/playlists?video={video}&limit=1"
    while path:
        page = http.get(path, headers=ada)
        found |= {row["id"]: row["has_video"] for row in made(page)}
        path = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert found == {"later": True, second: False, first: True}
    assert "has_video" not in made(http.get("/me/playlists", headers=ada))[0]
    for nothing in ("AAAAAAA", "x", "/../x"):
        answer = http.get("/me/playlists", query_string={"video": nothing}, headers=ada)
        assert outcome(answer) == (404, "not_found")


def test_made_shown_changed_and_deleted(http: FlaskClient, ada: Any, bob: Any) -> None:
    row = made(http.post("/me/playlists", json=BODY, headers=ada))
    assert re.fullmatch(r"[A-Za-z0-9]{16}", row["id"])
    assert row == {
        "id": row["id"],
        "title": "Engines",
        "description": "Of all\nkinds",
        "visibility": "public",
        "channel": "Ada",
        "count": 0,
        "updated": row["updated"],
    }
    place = f"/playlists/{row['id']}"
    for head in (ada, bob, None):
        assert made(http.get(place, headers=head)) == row
    second = make(http, ada, title="Second")
    assert [each["id"] for each in made(http.get("/me/playlists", headers=ada))] == [
        "later",
        second,
        row["id"],
    ]
    assert [each["id"] for each in made(http.get("/me/playlists", headers=bob))] == ["later"]
    changed = made(http.patch(place, json={"title": "Trains"}, headers=ada))
    assert changed == {**row, "title": "Trains", "updated": changed["updated"]}
    assert outcome(http.delete(place, headers=ada)) == (200, "")
    assert outcome(http.get(place, headers=ada)) == (404, "not_found")


def test_who_sees_and_changes_which(http: FlaskClient, ada: Any, bob: Any, stage: Any) -> None:
    video = stage.video(stage.channel("Cleo"))
    for visibility, seen in (("public", 200), ("unlisted", 200), ("private", 404)):
        place = f"/playlists/{make(http, ada, visibility=visibility)}"
        for path in (place, f"{place}/videos"):
            assert http.get(path, headers=ada).status_code == 200
            for head in (bob, None):
                assert http.get(path, headers=head).status_code == seen
        refused = (403, "forbidden") if seen == 200 else (404, "not_found")
        assert outcome(http.patch(place, json={"title": "x"}, headers=bob)) == refused
        assert outcome(http.delete(place, headers=bob)) == refused
        for method in (http.put, http.delete):
            assert outcome(method(f"{place}/videos/{video}", headers=bob)) == refused
            assert outcome(method(f"{place}/videos/{video}")) == (400, "token_missing")
    for path in ("x", "x" * 16, "\N{SNOWMAN}", "later%20"):
        assert outcome(http.get(f"/playlists/{path}", headers=ada)) == (404, "not_found")


def test_everybody_has_one_for_later(http: FlaskClient, ada: Any, bob: Any, stage: Any) -> None:
    video = stage.video(stage.channel("Cleo"))
    assert outcome(http.get("/playlists/later")) == (400, "token_missing")
    found = made(http.get("/playlists/later", headers=ada))
    assert (found["id"], found["visibility"], found["count"]) == ("later", "private", 0)
    assert put(http, ada, "later", video)["count"] == 1
    assert order(http, "later", ada) == [video]
    assert order(http, "later", bob) == []
    (listed,) = made(http.get("/me/playlists", headers=ada))
    assert (listed["id"], listed["count"]) == ("later", 1)
    refused = (403, "forbidden")
    assert outcome(http.patch("/playlists/later", json={"title": "x"}, headers=ada)) == refused
    assert outcome(http.delete("/playlists/later", headers=ada)) == refused


def test_places_count_from_0(http: FlaskClient, ada: Any, stage: Any) -> None:
    cleo = stage.channel("Cleo")
    a, b, c, d = (stage.video(cleo) for _ in range(4))
    name = make(http, ada)
    for video, position, wanted in (
        (a, None, [a]),
        (b, 0, [b, a]),
        (c, 1, [b, c, a]),
        (d, 99, [b, c, a, d]),
        (d, 0, [d, b, c, a]),
        (d, 2, [b, c, d, a]),
        (d, 2, [b, c, d, a]),
        (d, None, [b, c, d, a]),
        (b, 2**31 - 1, [c, d, a, b]),
    ):
        assert put(http, ada, name, video, position)["count"] == len(wanted)
        assert order(http, name) == wanted, (video, position)
        assert order(http, name, limit=1) == wanted
    row = made(http.delete(f"/playlists/{name}/videos/{d}", headers=ada))
    assert row["count"] == 3
    assert order(http, name) == [c, a, b]
    again = http.delete(f"/playlists/{name}/videos/{d}", headers=ada)
    assert made(again)["count"] == 3
    put(http, ada, name, d, 1)
    assert order(http, name) == [c, d, a, b]
    rows = made(http.get(f"/playlists/{name}/videos", headers=ada))
    assert all(row["subscribed"] is False and row["my_position"] == 0 for row in rows)


def test_what_the_viewer_has_with_each(http: FlaskClient, ada: Any, bob: Any, stage: Any) -> None:
    first, second = stage.video(stage.channel("Cleo")), stage.video(stage.channel("Dan"))
    name = make(http, ada)
    for video in (first, second):
        put(http, ada, name, video)
    made(http.put("/channel/Dan/subscription", headers=bob))
    body = {"position": 7.5, "watched": 1, "session": "s"}
    made(http.put(f"/v/{first}/position", json=body, headers=bob))

    def seen(head: Any) -> list[tuple[Any, Any]]:
        rows = made(http.get(f"/playlists/{name}/videos", headers=head))
        return [(row.get("my_position"), row.get("subscribed")) for row in rows]

    assert seen(bob) == [(7.5, False), (0, True)]
    assert seen(ada) == [(0, False), (0, False)]
    assert seen(None) == [(None, None), (None, None)]


def test_two_who_order_it_at_once_lose_nothing(
    make_app: Any, http: FlaskClient, ada: Any, stage: Any, clean_tables: TestDatabase
) -> None:
    cleo = stage.channel("Cleo")
    videos = [stage.video(cleo) for _ in range(8)]
    name = make(http, ada)
    barrier = threading.Barrier(4)
    statuses = []
    # Here, because making one changes the environment of all threads.
    applications = [make_app("community") for _ in range(4)]

    def reorder(number: int) -> None:
        chance = random.Random(number)
        with applications[number].test_client() as client:
            barrier.wait(20)
            for _ in range(15):
                path = f"/playlists/{name}/videos/{chance.choice(videos)}"
                if chance.random() < 0.3:
                    answer = client.delete(path, headers=ada)
                else:
                    answer = client.put(path, json={"position": chance.randrange(9)}, headers=ada)
                statuses.append(answer.status_code)

    threads = [threading.Thread(target=reorder, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(statuses) == {200}
    places = [place for (place,) in clean_tables.query("SELECT Place FROM PlaylistVideos")]
    ((count,),) = clean_tables.query("SELECT Videos FROM Playlists")
    assert sorted(places) == list(range(count))


def test_what_may_not_be_seen_is_left_out(
    http: FlaskClient, ada: Any, stage: Any, clean_tables: TestDatabase
) -> None:
    cleo = stage.channel("Cleo")
    seen, hidden, gone = (stage.video(cleo) for _ in range(3))
    name = make(http, ada)
    for video in (hidden, gone, seen):
        put(http, ada, name, video)
    clean_tables.query("UPDATE Videos SET State = 'processing' WHERE PathHash = %s", (hidden,))
    clean_tables.query("DELETE FROM Videos WHERE PathHash = %s", (gone,))
    for head in (ada, None):
        assert order(http, name, head) == [seen]
        assert order(http, name, head, limit=1) == [seen]
    (row,) = made(http.get(f"/playlists/{name}/videos", headers=ada))
    assert row["position"] == 2
    assert made(http.get(f"/playlists/{name}"))["count"] == 3
    path = f"/playlists/{name}/videos/{hidden}"
    assert outcome(http.put(path, json={"position": 0}, headers=ada)) == (404, "not_found")
    assert made(http.delete(path, headers=ada))["count"] == 2
    assert outcome(http.delete(path, headers=ada)) == (404, "not_found")
    for missing in (gone, "nothing", "a b"):
        path = f"/playlists/{name}/videos/{missing}"
        assert outcome(http.put(path, headers=ada)) == (404, "not_found")
        assert outcome(http.delete(path, headers=ada)) == (404, "not_found")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 151}, "title"),
        ({"title": "a\0"}, "title"),
        ({"title": 7}, "title"),
        ({"description": "x" * 5001}, "description"),
        ({"description": "a\0"}, "description"),
        ({"visibility": "secret"}, "visibility"),
    ],
)
def test_what_can_not_be(http: FlaskClient, ada: Any, given: dict[str, Any], field: str) -> None:
    answer = http.post("/me/playlists", json={**BODY, **given}, headers=ada)
    assert outcome(answer) == (400, "invalid_body")
    assert set(answer.json["response"]["fields"]) == {field}
    place = f"/playlists/{make(http, ada)}"
    assert outcome(http.patch(place, json=given, headers=ada)) == (400, "invalid_body")
    missing = http.post("/me/playlists", json={"description": ""}, headers=ada)
    assert outcome(missing) == (400, "missing_field")


@pytest.mark.parametrize("position", [-1, 1.5, "0", True, 2**31])
def test_what_is_no_place(http: FlaskClient, ada: Any, stage: Any, position: Any) -> None:
    video = stage.video(stage.channel("Cleo"))
    path = f"/playlists/later/videos/{video}"
    answer = http.put(path, json={"position": position}, headers=ada)
    assert outcome(answer) == (400, "invalid_body")


def test_bounds(http: FlaskClient, ada: Any, stage: Any, clean_tables: TestDatabase) -> None:
    video = stage.video(stage.channel("Cleo"))
    name = make(http, ada)
    clean_tables.query(
        "INSERT INTO PlaylistVideos (PlaylistID, VideoID, Place)"
        " SELECT PlaylistID, 1000000 + seq, seq - 1 FROM Playlists JOIN seq_1_to_5000"
    )
    clean_tables.query("UPDATE Playlists SET Videos = 5000")
    full = http.put(f"/playlists/{name}/videos/{video}", headers=ada)
    assert outcome(full) == (429, "rate_limited")
    clean_tables.query(
        "INSERT INTO Playlists (Name, ChannelID, Title, Description, Visibility, UpdatedAt)"
        " SELECT CONCAT('x', seq), ChannelID, 'x', '', 'private', NOW(3)"
        " FROM Playlists JOIN seq_1_to_199"
    )
    more = http.post("/me/playlists", json=BODY, headers=ada)
    assert outcome(more) == (429, "rate_limited")
    assert put(http, ada, "later", video)["count"] == 1, "that one is everybody's"


def test_a_key_makes_one(http: FlaskClient, ada: Any, clean_tables: TestDatabase) -> None:
    head = {**ada, "Idempotency-Key": "once"}
    first, second = (made(http.post("/me/playlists", json=BODY, headers=head)) for _ in range(2))
    assert first == second
    assert clean_tables.query("SELECT COUNT(*) FROM Playlists") == ((1,),)


def test_later_is_made_once_by_all_who_look_at_once(
    open_pool: Any, stage: Any, clean_tables: TestDatabase
) -> None:
    ada = stage.channel("Ada")
    table = PlaylistTable(open_pool("community", size=8))
    barrier = threading.Barrier(8)
    found = []

    def look() -> None:
        barrier.wait(10)
        found.append(table.later(ada).playlist_id)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 8
    assert len(set(found)) == 1
