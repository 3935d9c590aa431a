"""Rows of channels and videos that are gone go in pieces, and notices are right after it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from vireo_common import event_log
from vireo_common.database import Database
from vireo_common.events import ChannelRemoved, VideoRemoved, publish
from vireo_community.core.notices import Kind, Note
from vireo_community.storage.exports import ExportTables
from vireo_community.storage.notice_removals import NoticeRemovals
from vireo_community.storage.notices import add
from vireo_community.storage.removals import RemovalTable, What
from vireo_community.worker.events import handlers
from vireo_community.worker.removals import Removals


def made(database: Database, rows: int = 1000) -> Removals:
    notices = NoticeRemovals(database)
    parts = {What.CHANNEL: [notices.of_channel], What.VIDEO: [notices.of_video]}
    return Removals(RemovalTable(database), parts, threading.Event(), rows)


@pytest.fixture
def removing(community_database: Database) -> Removals:
    return made(community_database)


@pytest.fixture
def consume(community_database: Database) -> Callable[..., None]:
    """``consume(event, ...)``: they are published, and community's reader reads them."""

    def run(*events: Any) -> None:
        community_database.transaction(
            "test", lambda cursor: [publish(cursor, event) for event in events]
        )
        reader = event_log.consumer(
            "community", community_database, handlers(), threading.Event(), from_start=True
        )
        for _ in range(5):
            reader.read()

    return run


def like(database: Database, recipient: int, actor: int, video: int) -> None:
    note = Note(recipient, Kind.LIKE, f"video {video}", video, actor, once_each=True)
    database.transaction("test", lambda cursor: add(cursor, note))


def put(stage: Any, owner: int, *ids: int) -> None:
    """Videos of these ids."""
    for number in ids:
        stage.database.query(
            "INSERT INTO Videos"
            " (VideoID, PathHash, ChannelID, Title, Description, Upload, State)"
            " VALUES (%s, %s, %s, '', '', UTC_TIMESTAMP(), 'ready')",
            (number, f"r{number:06d}", owner),
        )


def remove_all(removing: Removals) -> None:
    steps = 0
    while removing.step():
        steps += 1
        assert steps < 100


def test_nothing_is_left_of_a_channel(
    stage: Any, consume: Any, removing: Removals, community_database: Database
) -> None:
    ada, bob, cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
    put(stage, ada, 1, 2)
    put(stage, cleo, 3)
    for actor in (cleo, bob):
        like(community_database, ada, actor, 1)
    like(community_database, ada, bob, 2)
    like(community_database, bob, ada, 3)
    stage.database.query("INSERT INTO NoticeSettings VALUES (%s, 'like', 1, 1)", (bob,))
    stage.database.query("DELETE FROM Channels WHERE ChannelID = %s", (bob,))
    consume(ChannelRemoved(bob, "Bob"))
    remove_all(removing)
    # The one that others are part of stays, without a name.
    rows = stage.database.query("SELECT ChannelID, ActorID, VideoID, Count FROM Notices")
    assert rows == ((ada, None, 1, 2),)
    for table in ("NoticeSettings", "PendingRemovals"):
        assert stage.database.query(f"SELECT * FROM {table}") == ()
    told = stage.database.query("SELECT ChannelID, ActorID FROM NoticesTold")
    assert told == ((ada, cleo),)


def test_nothing_is_left_of_a_video(
    stage: Any, consume: Any, removing: Removals, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    put(stage, ada, 1, 2)
    like(community_database, ada, bob, 1)
    like(community_database, ada, bob, 2)
    consume(VideoRemoved("v000001", ada, 1), VideoRemoved("unknown", None, None))
    remove_all(removing)
    assert stage.database.query("SELECT VideoID FROM Notices") == ((2,),)


def test_a_great_removal_keeps_no_other_waiting(
    stage: Any, consume: Any, community_database: Database
) -> None:
    removing = made(community_database, rows=2)
    ada, bob, cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
    put(stage, ada, *range(1, 10))
    for video in range(1, 8):
        like(community_database, ada, bob, video)
    like(community_database, ada, cleo, 9)
    consume(ChannelRemoved(bob, "Bob"), VideoRemoved("v000009", ada, 9))
    assert removing.step()
    assert len(stage.database.query("SELECT 1 FROM Notices WHERE ActorID = %s", (bob,))) == 5
    assert stage.database.query("SELECT 1 FROM Notices WHERE VideoID = 9") == ()
    remove_all(removing)
    assert stage.database.query("SELECT * FROM Notices") == ()


def test_who_is_connected_hears_that_it_is_gone(
    stage: Any, consume: Any, removing: Removals, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    put(stage, ada, 1, 2)
    like(community_database, ada, bob, 1)
    before = "SELECT LastChange FROM NoticeBoxes WHERE ChannelID = %s"
    assert stage.database.query(before, (ada,)) == ((1,),)
    consume(VideoRemoved("v000001", ada, 1))
    remove_all(removing)
    assert stage.database.query(before, (ada,)) == ((2,),)


def test_what_a_person_is_given(stage: Any, community_database: Database) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    put(stage, ada, 1, 2)
    like(community_database, ada, bob, 1)
    stage.database.query("INSERT INTO NoticeSettings VALUES (%s, 'like', 1, 1)", (ada,))
    exports = ExportTables(community_database)
    ((key, row),) = exports.rows("notices", ada, 0, 10)
    assert (row["kind"], row["count"], row["channel"], row["read"]) == ("like", 1, "Bob", None)
    assert exports.rows("notices", ada, key, 10) == []
    ((key, row),) = exports.rows("notice_settings", ada, 0, 10)
    assert row == {"kind": "like", "app": 1, "mail": 1, "digest": "off"}
    assert exports.rows("notice_settings", ada, key, 10) == []
