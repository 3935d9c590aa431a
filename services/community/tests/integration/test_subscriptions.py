"""Following channels, and the feed, over HTTP on a real MariaDB."""

import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_community.core.subscriptions import TooManySubscriptions
from vireo_community.storage.feeds import FeedTables
from vireo_community.storage.subscriptions import SubscriptionTable
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

AGREE = (
    "SELECT Subscribers, (SELECT COUNT(*) FROM Subscriptions s WHERE s.ChannelID = k.ChannelID)"
    " FROM ChannelCounters k WHERE ChannelID = %s"
)


def follow(http: FlaskClient, name: str, head: Any, **body: Any) -> Any:
    given = {"json": body} if body else {}
    response = http.put(f"/channel/{name}/subscription", headers=head, **given)
    assert response.status_code == 200
    return response.json["response"]


def through(http: FlaskClient, path: str, head: Any) -> list[Any]:
    """All rows of a list, over its pages."""
    found = []
    while path:
        page = http.get(path, headers=head)
        assert page.status_code == 200
        found += page.json["response"]
        path = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
    return found


def test_it_gives_the_channel_and_is_idempotent(
    http: FlaskClient, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    ada, bob = token(stage.channel("Ada")), stage.channel("Bob")
    clean_tables.query("UPDATE Channels SET CreatedAt = '2026-01-02 03:04:05'")
    made = stage.video(bob)
    found = follow(http, "bob", ada)
    assert found == {
        "type": "channel",
        "channel": "Bob",
        "title": "",
        "thumbnail": made,
        "nb_count": 0,
        "description": "",
        "upload": found["upload"],
        "subscribers": 1,
        "views": 0,
        "about": "",
        "links": [],
        "banner": "",
        "created": "2026-01-02T03:04:05Z",
        "subscribed": True,
        "notify": "all",
    }
    assert follow(http, "BOB", ada, notify="none") == {**found, "notify": "none"}
    assert follow(http, "bob", ada) == {**found, "notify": "none"}, "it stays what it is"
    for _ in range(2):
        gone = http.delete("/channel/bob/subscription", headers=ada).json["response"]
        assert gone == {**found, "subscribers": 0, "subscribed": False, "notify": "none"}
    assert follow(http, "bob", ada) == found


def test_subscriptions_are_listed_the_latest_first(
    http: FlaskClient, stage: Any, token: Any
) -> None:
    ada, eve = token(stage.channel("Ada")), token(stage.channel("Eve"))
    wanted = [f"other{number}" for number in range(5)]
    for name in wanted:
        stage.channel(name)
        follow(http, name, ada, notify="none")
    follow(http, "other1", eve)
    found = through(http, "/me/subscriptions?limit=2", ada)
    assert [row["channel"] for row in found] == wanted[::-1]
    assert {(row["subscribed"], row["notify"]) for row in found} == {(True, "none")}


def test_what_is_refused(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = token(stage.channel("Ada"))
    stage.channel("Bob")
    assert outcome(http.put("/channel/ada/subscription", headers=ada)) == (403, "forbidden")
    for method in (http.put, http.delete):
        for name, code in (("nobody", "not_found"), ("a b!", "not_found")):
            found = method(f"/channel/{name}/subscription", headers=ada)
            assert outcome(found) == (404, code)
        assert outcome(method("/channel/bob/subscription")) == (400, "token_missing")
    for wrong in ({"notify": "some"}, {"notify": 1}):
        found = http.put("/channel/bob/subscription", json=wrong, headers=ada)
        assert outcome(found) == (400, "invalid_body")
    for path in ("/me/subscriptions", "/feed"):
        assert outcome(http.get(path)) == (400, "token_missing")
        assert outcome(http.get(f"{path}?cursor=x", headers=ada)) == (400, "invalid_cursor")


def test_an_account_follows_a_bounded_number(
    community_database: Database, stage: Any, clean_tables: TestDatabase
) -> None:
    ada, bob, cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
    table = SubscriptionTable(community_database)
    table.add(ada, bob, None)
    clean_tables.query(
        "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
        " SELECT %s, 1000000 + seq, 'all', NOW(3) FROM seq_1_to_4999",
        (ada,),
    )
    with pytest.raises(TooManySubscriptions):
        table.add(ada, cleo, None)
    table.add(ada, bob, None)
    assert clean_tables.query(AGREE, (bob,)) == ((1, 1),)
    assert clean_tables.query(AGREE, (cleo,)) == ()


def test_nothing_is_written_for_a_channel_that_is_gone(
    community_database: Database, stage: Any, clean_tables: TestDatabase
) -> None:
    ada, gone = stage.channel("Ada"), stage.channel("Gone")
    clean_tables.query("DELETE FROM Channels WHERE ChannelID = %s", (gone,))
    for actor, other, code in ((ada, gone, "not_found"), (gone, ada, "token_invalid")):
        with pytest.raises(Failure, match=code):
            SubscriptionTable(community_database).add(actor, other, None)
    for table in ("Subscriptions", "ChannelCounters"):
        assert clean_tables.query(f"SELECT * FROM {table}") == ()


def test_the_counter_is_the_rows_while_many_come_and_go(
    open_pool: Any, stage: Any, clean_tables: TestDatabase
) -> None:
    bob = stage.channel("Bob")
    people = [stage.channel(f"person{number}") for number in range(4)]
    tables = [SubscriptionTable(open_pool("community", size=8)) for _ in range(2)]
    barrier = threading.Barrier(8 + 1)

    def come_and_go(number: int) -> None:
        # Two threads, of two processes' pools, for each person: they contradict each other.
        table, person = tables[number % 2], people[number // 2]
        barrier.wait(10)
        for turn in range(10):
            if (turn + number) % 2:
                table.add(person, bob, None)
            else:
                table.remove(person, bob)

    threads = [threading.Thread(target=come_and_go, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    barrier.wait(10)
    while any(thread.is_alive() for thread in threads):
        for kept, rows in clean_tables.query(AGREE, (bob,)):
            assert kept == rows, "at every moment"
    for thread in threads:
        thread.join()
    ((kept, rows),) = clean_tables.query(AGREE, (bob,))
    assert kept == rows


# By seeks alone; by scans that find all; by scans that find some, and are at their end.
@pytest.mark.parametrize(("many", "scanned"), [(50, 400), (1, 400), (1, 3)])
def test_the_feed_is_what_the_followed_channels_have_newest_first(
    community_database: Database,
    stage: Any,
    clean_tables: TestDatabase,
    many: int,
    scanned: int,
) -> None:
    feeds = FeedTables(community_database, many, scanned)
    following = SubscriptionTable(community_database)

    def read(limit: int) -> list[str]:
        found, cursor = [], None
        while True:
            page = feeds.page(ada, limit, cursor)
            found += [video.hash_path for video, _ in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                return found

    ada = stage.channel("Ada")
    channels = {name: stage.channel(name) for name in ("Bob", "Cleo", "Dan", "Eve", "Silent")}
    made = [stage.video(channels[name]) for name in ("Bob", "Cleo", "Bob", "Dan", "Eve") * 4]
    stage.video(channels["Bob"], state="processing")
    for name in ("Bob", "Cleo", "Dan", "Silent"):
        following.add(ada, channels[name], None)
    wanted = [each for number, each in enumerate(made) if number % 5 != 4][::-1]
    for limit in (1, 3, 16, 100):
        # Of one second, and the number decides.
        clean_tables.query("UPDATE Videos SET Upload = '2026-03-01 12:00:00'")
        assert read(limit) == wanted, limit
    # Each of another day; the last one of Eve, who is not followed, is the newest.
    for number, each in enumerate(made):
        day = ("2026-03-01", number)
        clean_tables.query(
            "UPDATE Videos SET Upload = %s + INTERVAL %s DAY WHERE PathHash = %s", (*day, each)
        )
    for limit in (1, 2, 5, 15):
        assert read(limit) == wanted, limit
    following.remove(ada, channels["Dan"])
    assert read(3) == [each for each in wanted if made.index(each) % 5 != 3]


@pytest.mark.parametrize(
    ("follows", "videos", "most"),
    [
        # One channel with many videos: a page of them, beside the newest of all.
        (1, 20_000, 1500),
        # Many with few: one look at each as well.
        (1000, 5, 7000),
    ],
)
def test_a_feed_reads_a_bounded_number_of_rows(
    open_pool: Any, stage: Any, clean_tables: TestDatabase, follows: int, videos: int, most: int
) -> None:
    ada = stage.channel("Ada")
    clean_tables.query(
        "INSERT INTO Channels (Username, Password)"
        f" SELECT CONCAT('c', seq), 'x' FROM seq_1_to_{follows}"
    )
    clean_tables.query(
        "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, State)"
        " SELECT LPAD(CONV(seq * 20000 + ChannelID - %s, 10, 36), 7, '0'), ChannelID, 'x', '',"
        " NOW() - INTERVAL seq MINUTE - INTERVAL ChannelID * 7919 %% 1000 SECOND, 'ready'"
        f" FROM Channels JOIN seq_1_to_{videos} WHERE ChannelID > %s",
        (ada, ada),
    )
    clean_tables.query(
        "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
        " SELECT %s, ChannelID, 'all', NOW(3) FROM Channels WHERE ChannelID > %s",
        (ada, ada),
    )
    # Newer ones of somebody else, so that a look at the newest of all finds nothing.
    clean_tables.query(
        "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, State)"
        " SELECT CONCAT('x', seq), %s, 'x', '', NOW() + INTERVAL 1 DAY, 'ready'"
        " FROM seq_1_to_2000",
        (ada,),
    )
    # One connection, whose counters are those of the feed.
    database = open_pool("community", size=1)
    feeds = FeedTables(database)

    def read() -> int:
        with database.read() as cursor:
            cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
            return sum(int(count) for _, count in cursor.fetchall())

    cursor = None
    for _ in range(3):
        before = read()
        page = feeds.page(ada, 24, cursor)
        looked = read() - before
        assert len(page.rows) == 24
        assert looked < most
        cursor = page.next_cursor


def test_the_feed_over_http(http: FlaskClient, stage: Any, token: Any) -> None:
    ada, bob = token(stage.channel("Ada")), stage.channel("Bob")
    made = [stage.video(bob) for _ in range(5)]
    stage.video(stage.channel("Eve"))
    follow(http, "Bob", ada)
    http.put(
        f"/v/{made[3]}/position", json={"position": 7, "watched": 1, "session": "s"}, headers=ada
    )
    rows = through(http, "/feed?limit=2", ada)
    assert [row["thumbnail"] for row in rows] == made[::-1]
    assert [row["my_position"] for row in rows] == [0, 7, 0, 0, 0]
    assert {row["subscribed"] for row in rows} == {True}


def test_the_feed_of_who_follows_nobody_is_empty(http: FlaskClient, stage: Any, token: Any) -> None:
    stage.video(stage.channel("Bob"))
    assert through(http, "/feed", token(stage.channel("Ada"))) == []
