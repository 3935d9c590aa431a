"""What goes with a video or a channel, with the counters; and what a person is given of theirs."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_community.storage.exports import ExportTables
from vireo_community.storage.recount import Recount
from vireo_community.storage.viewer_removal import Removal
from vireo_community.storage.views import ViewTables
from vireo_testing.mariadb import TestDatabase

PIECE = 1000
OF_VIDEOS = ("ViewLog", "ViewBase", "ViewSessions", "ViewMarks", "WatchHistory", "PlaylistVideos")


def until_done(piece: Any, *whose: int, rows: int = PIECE) -> int:
    """Remove pieces until there is nothing more; how many it took."""
    pieces = 1
    while piece(*whose, rows):
        pieces += 1
        assert pieces < 100
    return pieces


@pytest.fixture
def removal(community_database: Database) -> Removal:
    return Removal(community_database)


@pytest.fixture
def world(http: FlaskClient, stage: Any, token: Any) -> dict[str, Any]:
    """Ada with two videos, which Bob watches, follows and has in playlists; he has one himself."""
    ids = {name: stage.channel(name) for name in ("Ada", "Bob", "Cleo")}
    heads = {name: token(channel_id) for name, channel_id in ids.items()}
    videos = [stage.video(ids["Ada"]), stage.video(ids["Ada"]), stage.video(ids["Bob"])]
    for head in heads.values():
        for made in videos:
            body = {"position": 4, "watched": 12, "session": "s"}
            assert http.put(f"/v/{made}/position", json=body, headers=head).status_code == 200
            path = f"/playlists/later/videos/{made}"
            assert http.put(path, headers=head).status_code == 200
    for follower, followed in (("Bob", "Ada"), ("Cleo", "Ada"), ("Ada", "Bob"), ("Cleo", "Bob")):
        path = f"/channel/{followed}/subscription"
        assert http.put(path, headers=heads[follower]).status_code == 200
    numbers = dict(stage.database.query("SELECT PathHash, VideoID FROM Videos"))
    return {"ids": ids, "videos": [(made, numbers[made]) for made in videos], "heads": heads}


def test_of_a_video(
    removal: Removal,
    world: Any,
    http: FlaskClient,
    clean_tables: TestDatabase,
    community_database: Database,
) -> None:
    ada, video = world["ids"]["Ada"], world["videos"][0][1]
    clean_tables.query("UPDATE ViewLog SET At = At - INTERVAL 91 DAY ORDER BY ViewID LIMIT 2")
    ViewTables(community_database).fold(90)
    clean_tables.query("DELETE FROM Videos WHERE VideoID = %s", (video,))
    for _ in range(2):
        until_done(removal.of_video, video, ada)
        for table in (*OF_VIDEOS, "VideoCounters"):
            left = clean_tables.query(f"SELECT * FROM {table} WHERE VideoID = %s", (video,))
            assert left == (), table
        assert list(Recount(community_database).differences()) == []
    ((views,),) = clean_tables.query(
        "SELECT Views FROM ChannelCounters WHERE ChannelID = %s", (ada,)
    )
    assert views == 2, "those of her other video"
    for head in world["heads"].values():
        row = http.get("/playlists/later", headers=head).json["response"]
        assert row["count"] == 2
        shown = http.get("/playlists/later/videos", headers=head).json["response"]
        assert [each["thumbnail"] for each in shown] == [made for made, _ in world["videos"][1:]]
    assert clean_tables.query("SELECT DISTINCT Place FROM PlaylistVideos ORDER BY 1") == (
        (0,),
        (1,),
    )


def test_of_a_channel(
    removal: Removal, world: Any, clean_tables: TestDatabase, community_database: Database
) -> None:
    ids, (_, video) = world["ids"], world["videos"][2]
    clean_tables.query("DELETE FROM Channels WHERE ChannelID = %s", (ids["Bob"],))
    for _ in range(2):
        until_done(removal.of_channel, ids["Bob"], rows=1)
        until_done(removal.of_video, video, ids["Bob"], rows=1)
        assert list(Recount(community_database).differences()) == []
    assert clean_tables.query("SELECT FollowerID, ChannelID FROM Subscriptions") == (
        (ids["Cleo"], ids["Ada"]),
    )
    assert clean_tables.query("SELECT ChannelID, Subscribers FROM ChannelCounters") == (
        (ids["Ada"], 1),
    )
    for table in ("WatchHistory", "Playlists"):
        left = clean_tables.query(f"SELECT * FROM {table} WHERE ChannelID = %s", (ids["Bob"],))
        assert left == (), table
    assert clean_tables.query("SELECT COUNT(*) FROM PlaylistVideos") == ((4,),)


def test_more_than_a_piece(removal: Removal, world: Any, clean_tables: TestDatabase) -> None:
    ada = world["ids"]["Ada"]
    video = world["videos"][0][1]
    clean_tables.query(
        "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
        " SELECT 1000000 + seq, %s, 'all', NOW(3) FROM seq_1_to_2500",
        (ada,),
    )
    clean_tables.query(
        "INSERT INTO WatchHistory (ChannelID, VideoID, Position, WatchedAt)"
        " SELECT 1000000 + seq, %s, 1, NOW(3) FROM seq_1_to_2500",
        (video,),
    )
    clean_tables.query("DELETE FROM Channels WHERE ChannelID = %s", (ada,))
    assert removal.of_channel(ada, PIECE), "one piece is not all"
    left = "SELECT COUNT(*) FROM Subscriptions WHERE ChannelID = %s"
    assert clean_tables.query(left, (ada,)) == ((1502,),)
    until_done(removal.of_channel, ada)
    until_done(removal.of_video, video, ada)
    assert clean_tables.query("SELECT * FROM Subscriptions WHERE ChannelID = %s", (ada,)) == ()
    assert clean_tables.query("SELECT * FROM WatchHistory WHERE VideoID = %s", (video,)) == ()


def test_what_a_person_is_given(world: Any, community_database: Database) -> None:
    cleo, exports = world["ids"]["Cleo"], ExportTables(community_database)

    def given(part: str) -> list[Any]:
        found = [*exports.rows(part, cleo, 0, 1)]
        return [row for _, row in (*found, *exports.rows(part, cleo, found[-1][0], 10))]

    followed = [(each["channel"], each["notify"]) for each in given("subscriptions")]
    assert followed == [("Ada", "all"), ("Bob", "all")]
    hashes = [made for made, _ in world["videos"]]
    assert [(each["video"], each["position"]) for each in given("history")] == [
        (each, 4) for each in hashes
    ]
    (later,) = given("playlists")
    assert (later["title"], later["visibility"]) == ("Watch later", "private")
    assert later["videos"] == hashes
    assert later["updated"].endswith("Z")
