"""Milestones: each number once for ever, of followers and of a video's views."""

import datetime as dt
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common import event_log
from vireo_common.database import Database
from vireo_common.events import Subscribed, ViewsReached, publish_all
from vireo_community.core.notices import Kind, Notice, sentence
from vireo_community.storage.notice_removals import NoticeRemovals
from vireo_community.storage.removals import Removal, What
from vireo_community.worker.events import handlers


@pytest.fixture
def consume(community_database: Database) -> Any:
    """``consume(*events)``: publish them, and let the worker read all there are."""

    def read(*said: Any) -> None:
        community_database.transaction("test", lambda cursor: publish_all(cursor, said))
        reader = event_log.consumer(
            "community", community_database, handlers(), threading.Event(), from_start=True
        )
        for _ in range(5):
            reader.read()

    return read


def texts(http: FlaskClient, who: dict[str, str]) -> list[str]:
    rows = http.get("/notifications", headers=who).json["response"]
    return sorted(row["text"] for row in rows if row["kind"] == "milestone")


def test_views_of_a_video_are_told_once(
    http: FlaskClient, stage: Any, token: Any, consume: Any
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    path = stage.video(ada, title="Cats")
    ((cats,),) = stage.database.query("SELECT VideoID FROM Videos WHERE PathHash = %s", (path,))
    stage.database.query("INSERT INTO VideoCounters (VideoID, Views) VALUES (%s, 99)", (cats,))
    body = {"position": 4, "watched": 12, "session": "s"}
    for watcher in (bob, stage.channel("Cleo")):
        put = http.put(f"/v/{path}/position", json=body, headers=token(watcher))
        assert put.status_code == 200
    consume()
    assert texts(http, token(ada)) == ["“Cats” has 100 views."]
    # Below and above it again, as a removal and a new view make it.
    stage.database.query("UPDATE VideoCounters SET Views = 99")
    again = http.put(f"/v/{path}/position", json=body, headers=token(stage.channel("Dora")))
    assert again.status_code == 200
    reached = stage.database.query("SELECT Kind FROM Events WHERE Kind = 'views_reached'")
    assert len(reached) == 2
    consume()
    assert texts(http, token(ada)) == ["“Cats” has 100 views."]
    consume(ViewsReached(cats, ada, 1000))
    assert texts(http, token(ada)) == ["“Cats” has 100 views.", "“Cats” has 1000 views."]


def test_followers_and_their_number_are_told(
    http: FlaskClient, stage: Any, token: Any, consume: Any
) -> None:
    ada, bob, cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
    stage.database.query(
        "INSERT INTO ChannelCounters (ChannelID, Subscribers) VALUES (%s, 99)", (ada,)
    )
    consume(Subscribed(ada, bob))
    stage.database.query("UPDATE ChannelCounters SET Subscribers = 1500")
    consume(Subscribed(ada, cleo), Subscribed(ada, bob), Subscribed(ada, cleo))
    rows = http.get("/notifications", headers=token(ada)).json["response"]
    assert sorted(row["text"] for row in rows) == [
        "Cleo and 1 other follow you.",
        "You have 1000 followers.",
    ]


def test_followers_who_come_and_go_are_told_of_once(
    http: FlaskClient, stage: Any, token: Any, consume: Any
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    for count in (100, 99, 100, 99, 101):
        stage.database.query(
            "INSERT INTO ChannelCounters (ChannelID, Subscribers) VALUES (%s, %s)"
            " ON DUPLICATE KEY UPDATE Subscribers = VALUES(Subscribers)",
            (ada, count),
        )
        consume(Subscribed(ada, bob))
    assert texts(http, token(ada)) == ["You have 100 followers."]


def test_a_milestone_goes_with_its_video(
    http: FlaskClient,
    stage: Any,
    token: Any,
    consume: Any,
    community_database: Database,
) -> None:
    ada = stage.channel("Ada")
    path = stage.video(ada, title="Cats")
    ((cats,),) = stage.database.query("SELECT VideoID FROM Videos WHERE PathHash = %s", (path,))
    consume(ViewsReached(cats, ada, 100))
    stage.database.query("DELETE FROM Videos")
    assert texts(http, token(ada)) == ["A video has 100 views."]
    removals = NoticeRemovals(community_database)
    while removals.of_video(Removal(What.VIDEO, cats, ada), 10):
        pass
    assert texts(http, token(ada)) == []
    assert stage.database.query("SELECT * FROM NoticesTold") == ()


@pytest.mark.parametrize(
    ("kind", "channel", "title", "said"),
    [
        (Kind.FOLLOW, "bob", None, "bob follows you."),
        (Kind.READY, None, None, "A video is ready."),
        (Kind.READY, None, "a cat", "“a cat” is ready."),
    ],
)
def test_names_stay_as_they_are(kind: Kind, channel: Any, title: Any, said: str) -> None:
    now = dt.datetime.now(dt.UTC)
    about = (None, title, channel, None, now, False, title is not None)
    assert sentence(Notice(1, 1, 1, kind, 1, *about)) == said
