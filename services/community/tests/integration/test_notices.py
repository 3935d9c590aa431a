"""Notices: merged while unread, once for each subject, told to all followers, and read."""

import datetime as dt
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common import event_log
from vireo_common.database import Database
from vireo_common.events import (
    CommentApproved,
    CommentLiked,
    CommentPosted,
    VideoLiked,
    VideoPublished,
    VideoStateChanged,
    publish,
    publish_all,
)
from vireo_community.core.notices import Kind, Note
from vireo_community.storage import fanouts
from vireo_community.storage.fanouts import AT_ONCE, RUNS_A_DAY, FanoutTable
from vireo_community.storage.notices import NoticeTable, add
from vireo_community.worker.events import handlers
from vireo_testing.answers import outcome

VIDEO_ID = "SELECT VideoID FROM Videos WHERE PathHash = %s"


def tell(database: Database, *notes: Note) -> None:
    for note in notes:
        database.transaction("test", lambda cursor, note=note: add(cursor, note))


def numbered(stage: Any, channel: int, **about: str) -> int:
    """A video; its id."""
    found = stage.database.query(VIDEO_ID, (stage.video(channel, **about),))
    return int(found[0][0])


def texts(http: FlaskClient, who: dict[str, str], query: str = "") -> list[str]:
    found = http.get(f"/notifications{query}", headers=who)
    assert found.status_code == 200
    return [row["text"] for row in found.json["response"]]


def follow(stage: Any, follower: int, channel: int, notify: str = "all") -> None:
    stage.database.query(
        "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
        " VALUES (%s, %s, %s, NOW(3))",
        (follower, channel, notify),
    )


def announce(stage: Any, database: Database, channel: int, hash_path: str) -> None:
    ((video,),) = stage.database.query(VIDEO_ID, (hash_path,))
    database.transaction("test", lambda cursor: fanouts.announce(cursor, channel, video))


def run_fanouts(database: Database) -> int:
    steps = 0
    while FanoutTable(database).step():
        steps += 1
        assert steps < 1000
    return steps


def like(recipient: int, actor: int, video: int) -> Note:
    return Note(recipient, Kind.LIKE, f"video {video}", video, actor, once_each=True)


def test_likes_are_merged_and_count_everybody_once(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada = stage.channel("Ada")
    cats = numbered(stage, ada, title="Cats")
    fans = [stage.channel(name) for name in ("Bob", "Cleo", "Dora")]
    for fan in (fans[0], fans[1], fans[0], fans[1], fans[2]):
        tell(community_database, like(ada, fan, cats))
    found = http.get("/notifications", headers=token(ada))
    (row,) = found.json["response"]
    assert found.headers["Vireo-Unread"] == "1"
    assert row["text"] == "Dora and 2 others like “Cats”."
    assert row["title"] == "Cats"
    assert (row["kind"], row["count"], row["read"]) == ("like", 3, False)
    assert (row["video"], row["channel"], row["comment"]) == ("v000001", "Dora", None)
    assert dt.datetime.fromisoformat(row["created"]).tzinfo is dt.UTC


def test_what_was_read_is_not_added_to(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob, cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
    cats = numbered(stage, ada, title="Cats")
    who = token(ada)
    tell(community_database, like(ada, bob, cats))
    (row,) = http.get("/notifications", headers=who).json["response"]
    read = http.post("/notifications/read", json={"up_to": row["id"]}, headers=who)
    assert outcome(read) == (200, "")
    assert read.headers["Vireo-Unread"] == "0"
    tell(community_database, like(ada, cleo, cats))
    assert texts(http, who) == ["Cleo likes “Cats”.", "Bob likes “Cats”."]
    assert texts(http, who, "?unread=true") == ["Cleo likes “Cats”."]


def test_a_repeated_read_says_how_many_are_unread_now(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    who = {**token(ada), "Idempotency-Key": "once"}
    tell(community_database, like(ada, bob, numbered(stage, ada)))
    first = http.post("/notifications/read", json={"ids": [1]}, headers=who)
    tell(community_database, like(ada, bob, numbered(stage, ada)))
    unread = http.get("/notifications", headers=who).headers["Vireo-Unread"]
    again = http.post("/notifications/read", json={"ids": [1]}, headers=who)
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.headers["Vireo-Unread"] == unread
    refused = http.post("/notifications/read", json={"ids": [2]}, headers=who)
    assert outcome(refused) == (409, "idempotency_conflict")


def test_once_is_once_also_after_it_was_read(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada = stage.channel("Ada")
    cats = numbered(stage, ada, title="Cats")
    note = Note(ada, Kind.READY, f"video {cats}", cats, once=True)
    tell(community_database, note, note)
    (row,) = http.get("/notifications", headers=token(ada)).json["response"]
    http.post("/notifications/read", json={"ids": [row["id"]]}, headers=token(ada))
    tell(community_database, note)
    assert texts(http, token(ada)) == ["“Cats” is ready."]
    assert texts(http, token(ada), "?unread=true") == []


def test_read_marks_ones_own_and_what_is_older(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    for number in range(5):
        cats = numbered(stage, ada, title=f"Cats {number}")
        tell(community_database, like(ada, bob, cats), like(bob, ada, cats))
    rows = http.get("/notifications", headers=token(ada)).json["response"]
    theirs = http.get("/notifications", headers=token(bob)).json["response"]
    everything = {"ids": [row["id"] for row in theirs], "up_to": rows[2]["id"]}
    read = http.post("/notifications/read", json=everything, headers=token(ada))
    assert read.headers["Vireo-Unread"] == "2"
    left = http.get("/notifications?unread=true", headers=token(ada)).json["response"]
    assert [row["id"] for row in left] == [row["id"] for row in rows[:2]]
    assert http.get("/notifications", headers=token(bob)).headers["Vireo-Unread"] == "5"
    # A page leads to the next one.
    pages, path = [], "/notifications?limit=2"
    while path:
        page = http.get(path, headers=token(ada))
        pages.append([row["id"] for row in page.json["response"]])
        path = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert pages == [[row["id"] for row in rows[at : at + 2]] for at in (0, 2, 4)]


@pytest.mark.parametrize(
    "body",
    [
        {"up_to": "x"},
        {"up_to": -1},
        {"up_to": 1 << 64},
        {"ids": [1 << 64]},
        {"ids": 3},
        {"ids": list(range(1001))},
    ],
)
def test_what_is_no_id_is_refused(http: FlaskClient, stage: Any, token: Any, body: Any) -> None:
    answer = http.post("/notifications/read", json=body, headers=token(stage.channel("Ada")))
    assert outcome(answer) == (400, "invalid_body")


def test_who_blocks_or_wants_nothing_is_told_nothing(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob, cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
    cats = numbered(stage, ada, title="Cats")
    who = token(ada)
    http.put("/channel/bob/block", headers=who)
    tell(community_database, like(ada, bob, cats))
    assert texts(http, who) == []
    off = http.put("/notifications/settings", json={"kinds": {"like": {"app": False}}}, headers=who)
    assert off.json["response"]["kinds"]["like"] == {"app": False, "mail": False}
    assert off.json["response"]["kinds"]["follow"] == {"app": True, "mail": False}
    tell(community_database, like(ada, cleo, cats))
    assert texts(http, who) == []
    http.put(
        "/notifications/settings",
        json={"kinds": {"like": {"mail": True, "app": True}}, "digest": "weekly"},
        headers=who,
    )
    now = http.get("/notifications/settings", headers=who).json["response"]
    assert (now["kinds"]["like"], now["digest"]) == ({"app": True, "mail": True}, "weekly")
    tell(community_database, like(ada, cleo, cats))
    assert texts(http, who) == ["Cleo likes “Cats”."]


def test_settings_of_no_kind_are_refused(http: FlaskClient, stage: Any, token: Any) -> None:
    who = token(stage.channel("Ada"))
    for body in ({"kinds": {"nonsense": {"app": True}}}, {"digest": "hourly"}, {"kinds": 3}):
        answer = http.put("/notifications/settings", json=body, headers=who)
        assert outcome(answer) == (400, "invalid_body")


def test_somebody_who_is_gone_is_told_nothing(stage: Any, community_database: Database) -> None:
    tell(community_database, Note(77, Kind.READY, "video 1", 1))
    assert stage.database.query("SELECT * FROM Notices") == ()
    assert stage.database.query("SELECT * FROM NoticeBoxes") == ()


def test_followers_are_told_once_of_a_video_and_merged_of_many(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob, cleo, dora = (stage.channel(name) for name in ("Ada", "Bob", "Cleo", "Dora"))
    follow(stage, bob, ada)
    follow(stage, cleo, ada, "none")
    follow(stage, dora, ada)
    http.put(
        "/notifications/settings", json={"kinds": {"video": {"app": False}}}, headers=token(dora)
    )
    first = stage.video(ada, title="Cats")
    for _ in range(50):
        announce(stage, community_database, ada, first)
    run_fanouts(community_database)
    assert texts(http, token(bob)) == ["Ada published “Cats”."]
    for _ in range(499):
        announce(stage, community_database, ada, stage.video(ada, title="More cats"))
    run_fanouts(community_database)
    assert texts(http, token(bob)) == ["Ada published 500 new videos."]
    assert [texts(http, token(who)) for who in (cleo, dora, ada)] == [[], [], []]


def test_a_channel_tells_ten_times_a_day_and_the_rest_on_the_next(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    follow(stage, bob, ada)
    for _ in range(RUNS_A_DAY + 5):
        announce(stage, community_database, ada, stage.video(ada))
        run_fanouts(community_database)
    assert texts(http, token(bob)) == [f"Ada published {RUNS_A_DAY} new videos."]
    stage.database.query("UPDATE NoticeFanouts SET Day = Day - INTERVAL 1 DAY")
    run_fanouts(community_database)
    assert texts(http, token(bob)) == [f"Ada published {RUNS_A_DAY + 5} new videos."]


def test_many_followers_are_told_in_steps_and_channels_take_turns(
    stage: Any, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    many = 2 * AT_ONCE + 7
    with stage.database.connect() as connection, connection.cursor() as cursor:
        for number in range(many):
            cursor.execute(
                "INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (f"f{number}",)
            )
            follower = cursor.lastrowid
            values = (follower, ada), (follower, bob)
            cursor.executemany(
                "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
                " VALUES (%s, %s, 'all', NOW(3))",
                values if number < 3 else values[:1],
            )
    announce(stage, community_database, ada, stage.video(ada))
    table = FanoutTable(community_database)
    assert table.step()
    announce(stage, community_database, bob, stage.video(bob))
    # The one that has waited longer is next, and does not wait for the other's end.
    assert table.step() and table.step()
    counted = "SELECT ActorID, COUNT(*) FROM Notices GROUP BY ActorID ORDER BY ActorID"
    assert dict(stage.database.query(counted))[bob] == 3
    run_fanouts(community_database)
    assert stage.database.query(counted) == ((ada, many), (bob, 3))


def test_a_video_that_may_not_be_seen_any_more_has_no_title(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    follow(stage, bob, ada)
    announce(stage, community_database, ada, stage.video(ada, title="Secret"))
    run_fanouts(community_database)
    stage.database.query("UPDATE Videos SET State = 'processing'")
    (row,) = http.get("/notifications", headers=token(bob)).json["response"]
    assert (row["text"], row["video"]) == ("Ada published a video.", None)
    assert row["title"] is None


def test_events_become_notices(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    follow(stage, bob, ada)
    good, bad = stage.video(ada, title="Cats"), stage.video(ada, title="Bad", state="failed")
    ((cats,),) = stage.database.query("SELECT VideoID FROM Videos WHERE PathHash = %s", (good,))

    def all_of_it(cursor: Any) -> None:
        publish(cursor, VideoPublished(good, ada, cats))
        publish(cursor, VideoStateChanged(bad, "failed", "no picture in it"))
        publish(cursor, VideoStateChanged("gone123", "failed"))
        publish(cursor, VideoPublished("gone123", ada, 99))

    community_database.transaction("test", all_of_it)
    reader = event_log.consumer(
        "community", community_database, handlers(), threading.Event(), from_start=True
    )
    for _ in range(10):
        reader.read()
    run_fanouts(community_database)
    assert texts(http, token(ada)) == ["“Bad” could not be processed.", "“Cats” is ready."]
    assert texts(http, token(bob)) == ["Ada published “Cats”."]
    assert stage.database.query("SELECT * FROM EventFailures") == ()


def test_old_notices_are_swept(stage: Any, community_database: Database) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    first, second = numbered(stage, ada), numbered(stage, ada)
    tell(community_database, like(ada, bob, first), like(ada, bob, second))
    older = "UPDATE Notices SET CreatedAt = NOW() - INTERVAL 91 DAY WHERE VideoID = %s"
    stage.database.query(older, (first,))
    NoticeTable(community_database).sweep()
    assert stage.database.query("SELECT VideoID FROM Notices") == ((second,),)


def consume(database: Database, *said: Any) -> None:
    database.transaction("test", lambda cursor: publish_all(cursor, said))
    reader = event_log.consumer(
        "community", database, handlers(), threading.Event(), from_start=True
    )
    for _ in range(5):
        reader.read()


def kinds(http: FlaskClient, who: dict[str, str]) -> list[str]:
    return [row["kind"] for row in http.get("/notifications", headers=who).json["response"]]


def test_a_comment_is_told_to_each_once_and_in_the_closest_way(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob, cleo, dora = (stage.channel(name) for name in ("Ada", "Bob", "Cleo", "Dora"))
    cats = numbered(stage, ada, title="Cats")
    everybody = (ada, bob, cleo, dora)
    posted = CommentPosted(5, cats, "v000001", bob, ada, "shown", cleo, (cleo, dora, ada, bob))
    consume(community_database, posted)
    assert [kinds(http, token(who)) for who in everybody] == [
        ["mention"],
        [],
        ["reply"],
        ["mention"],
    ]
    assert texts(http, token(cleo)) == ["Bob replied to your comment on “Cats”."]
    # To the owner a reply to her own comment is a reply, and her own words are no news.
    consume(
        community_database,
        CommentPosted(6, cats, "v000001", bob, ada, "shown", ada),
        CommentPosted(7, cats, "v000001", ada, ada, "shown"),
        CommentPosted(8, cats, "v000001", dora, ada, "shown"),
        CommentPosted(9, cats, "v000001", cleo, ada, "shown"),
    )
    assert texts(http, token(ada))[0] == "“Cats” has 2 new comments, the latest by Cleo."
    assert kinds(http, token(ada)) == ["comment", "reply", "mention"]


def test_who_waits_for_review_is_known_to_the_owner_alone_until_then(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob, cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
    cats = numbered(stage, ada, title="Cats")
    consume(
        community_database, CommentPosted(5, cats, "v000001", bob, ada, "review", cleo, (cleo,))
    )
    assert [kinds(http, token(who)) for who in (ada, bob, cleo)] == [["review"], [], []]
    consume(community_database, CommentApproved(5, cats, "v000001", bob, ada, cleo, (cleo,)))
    assert [kinds(http, token(who)) for who in (ada, bob, cleo)] == [["review"], [], ["reply"]]


def test_likes_of_videos_and_comments_are_told(
    http: FlaskClient, stage: Any, token: Any, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    cats = numbered(stage, ada, title="Cats")
    consume(
        community_database,
        VideoLiked(cats, "v000001", bob, ada),
        CommentLiked(5, cats, bob, ada),
        VideoLiked(cats, "v000001", bob, ada),
        CommentLiked(5, cats, bob, ada),
    )
    rows = http.get("/notifications", headers=token(ada)).json["response"]
    assert [(row["text"], row["comment"]) for row in rows] == [
        ("Bob likes your comment on “Cats”.", 5),
        ("Bob likes “Cats”.", None),
    ]
