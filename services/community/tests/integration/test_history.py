"""Positions and histories, over HTTP on a real MariaDB."""

import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_community.core import history as rules
from vireo_community.storage.history import HistoryTable
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase


def note(http: FlaskClient, made: str, head: Any, position: float = 12.5) -> None:
    body = {"position": position, "watched": 1, "session": "s"}
    assert outcome(http.put(f"/v/{made}/position", json=body, headers=head)) == (200, "")


def watched(http: FlaskClient, head: Any, path: str = "/me/history") -> list[tuple[str, float]]:
    response = http.get(path, headers=head)
    assert response.status_code == 200
    return [(row["thumbnail"], row["my_position"]) for row in response.json["response"]]


def earlier(database: TestDatabase, seconds: int) -> None:
    database.query("UPDATE WatchHistory SET WatchedAt = WatchedAt - INTERVAL %s SECOND", (seconds,))


def test_the_latest_comes_first_with_its_place(
    http: FlaskClient, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    ada, bob = token(stage.channel("Ada")), stage.channel("Bob")
    first, second = stage.video(bob), stage.video(bob)
    for made, position in ((first, 3), (second, 4.5), (first, 99)):
        note(http, made, ada, position)
        earlier(clean_tables, 1)
    assert watched(http, ada) == [(first, 60.0), (second, 4.5)], "no place is behind the end"
    row = http.get("/me/history", headers=ada).json["response"][0]
    assert row["channel"] == "Bob"
    assert row["watched_at"].endswith("Z")
    assert outcome(http.delete(f"/me/history/{first}", headers=ada)) == (200, "")
    assert watched(http, ada) == [(second, 4.5)]
    assert outcome(http.delete("/me/history/nothing", headers=ada)) == (404, "not_found")
    assert outcome(http.delete("/me/history", headers=ada)) == (200, "")
    assert watched(http, ada) == []


def test_it_is_ones_own(http: FlaskClient, stage: Any, token: Any) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    made = stage.video(bob)
    note(http, made, token(ada))
    note(http, made, {})
    assert watched(http, token(bob)) == []
    http.delete("/me/history", headers=token(bob))
    assert len(watched(http, token(ada))) == 1
    for method, path in ((http.get, ""), (http.delete, ""), (http.delete, f"/{made}")):
        assert outcome(method(f"/me/history{path}")) == (400, "token_missing")


def test_pages_lead_through_all_of_it(
    http: FlaskClient, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    ada, bob = token(stage.channel("Ada")), stage.channel("Bob")
    made = [stage.video(bob) for _ in range(7)]
    for each in made:
        note(http, each, ada)
    # At one moment all of them: the order is whole all the same.
    clean_tables.query("UPDATE WatchHistory SET WatchedAt = '2026-03-01 12:00:00.123'")
    found, path = [], "/me/history?limit=3"
    while path:
        page = http.get(path, headers=ada)
        found += [row["thumbnail"] for row in page.json["response"]]
        path = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert found == made[::-1]
    assert outcome(http.get("/me/history?cursor=x", headers=ada)) == (400, "invalid_cursor")


def test_what_may_not_be_seen_any_more_is_left_out(
    http: FlaskClient, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    ada, bob = token(stage.channel("Ada")), stage.channel("Bob")
    gone, hidden, seen = stage.video(bob), stage.video(bob), stage.video(bob)
    for each in (gone, hidden, seen):
        note(http, each, ada)
    clean_tables.query("DELETE FROM Videos WHERE PathHash = %s", (gone,))
    clean_tables.query("UPDATE Videos SET State = 'processing' WHERE PathHash = %s", (hidden,))
    assert [made for made, _ in watched(http, ada)] == [seen]


def test_nothing_is_kept_while_nobody_wants_it_and_views_count(
    http: FlaskClient, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    ada = stage.channel("Ada")
    before, made = (stage.video(stage.channel(name)) for name in ("Bob", "Cleo"))
    note(http, before, token(ada), 5)
    clean_tables.query("INSERT INTO Preferences (ChannelID, History) VALUES (%s, 0)", (ada,))
    for each in (before, made):
        body = {"position": 30, "watched": 15, "session": "other"}
        http.put(f"/v/{each}/position", json=body, headers=token(ada))
    assert watched(http, token(ada)) == [(before, 5)]
    assert clean_tables.query("SELECT Views FROM VideoCounters") == ((1,), (1,))
    clean_tables.query("UPDATE Preferences SET History = 1")
    note(http, made, token(ada), 31)
    assert watched(http, token(ada))[0] == (made, 31)


def test_nothing_is_kept_behind_the_end_of_the_history(
    community_database: Database, stage: Any, clean_tables: TestDatabase
) -> None:
    """Auth locks the channel, writes what its owner wants, commits, and then answers."""
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    stage.video(bob)
    ((video_id,),) = clean_tables.query("SELECT VideoID FROM Videos")
    table = HistoryTable(community_database)
    with clean_tables.connect("auth") as auth, auth.cursor() as cursor:
        auth.begin()
        cursor.execute("SELECT 1 FROM Channels WHERE ChannelID = %s FOR UPDATE", (ada,))
        cursor.execute("INSERT INTO Preferences (ChannelID, History) VALUES (%s, 0)", (ada,))
        late = threading.Thread(target=table.keep, args=(ada, video_id, 1.0))
        late.start()
        late.join(0.3)
        assert late.is_alive(), "it waits for the channel"
        auth.commit()
    late.join(10)
    assert clean_tables.query("SELECT * FROM WatchHistory") == ()


def test_the_oldest_go(
    http: FlaskClient, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    made = stage.video(bob)
    clean_tables.query(
        "INSERT INTO WatchHistory (ChannelID, VideoID, Position, WatchedAt)"
        " SELECT %s, 1000000 + seq, 1, NOW(3) - INTERVAL seq SECOND FROM seq_1_to_5000",
        (ada,),
    )
    note(http, made, token(ada))
    assert rules.MOST_WATCHED == 5000
    ((count, last),) = clean_tables.query("SELECT COUNT(*), MAX(VideoID) FROM WatchHistory")
    assert (count, last) == (5000, 1_004_999)
    assert len(watched(http, token(ada))) == 1
    http.delete("/me/history", headers=token(ada))
    assert clean_tables.query("SELECT COUNT(*) FROM WatchHistory") == ((0,),)


def test_nothing_is_written_for_what_is_gone(community_database: Database, stage: Any) -> None:
    ada = stage.channel("Ada")
    table = HistoryTable(community_database)
    for account, video, code in ((ada, 999, "not_found"), (ada + 1, 999, "token_invalid")):
        with pytest.raises(Failure, match=code):
            table.keep(account, video, 1.0)
    assert stage.database.query("SELECT * FROM WatchHistory") == ()
