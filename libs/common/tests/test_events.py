"""Events on a real MariaDB: committed with their change, and consumed by each consumer."""

import json
import threading
from dataclasses import dataclass
from typing import Any

import pytest

from vireo_common import events
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_testing.mariadb import TestDatabase
from vireo_testing.person import eventually


@dataclass(frozen=True)
class CommentMade(events.Event):
    """Something that two services consume."""

    kind = "comment_made"
    consumers = ("auth", "media")

    comment_id: int
    text: str = ""


class Consumer:
    """Consumes into a list; the first tries fail."""

    def __init__(self, failures: int = 0) -> None:
        self.seen: list[CommentMade] = []
        self.tries = 0
        self._failures = failures

    def __call__(self, event: CommentMade) -> None:
        self.tries += 1
        if self.tries <= self._failures:
            raise Failure(Code.UNAVAILABLE)
        if event.text == "nonsense":
            raise events.Unreadable(event.text)
        self.seen.append(event)


@pytest.fixture
def database(open_pool: Any) -> Database:
    found: Database = open_pool("auth", size=4)
    return found


def publish(database: Database, *made: CommentMade) -> None:
    def work(cursor: Any) -> None:
        for event in made:
            events.publish(cursor, event)

    database.transaction("test", work)


def consume(database: Database, service: str, consumer: Consumer, until: Any) -> None:
    stopping = threading.Event()
    slot = events.consumer(service, database, {CommentMade: consumer}, stopping)
    slot.start()
    try:
        eventually(until)
    finally:
        stopping.set()
        slot.join()


def left(clean: TestDatabase) -> list[tuple[str, str]]:
    return [tuple(row) for row in clean.query("SELECT Queue, Subject FROM Events ORDER BY JobID")]


def test_each_consumer_gets_each_event(database: Database, clean_tables: TestDatabase) -> None:
    one, two = CommentMade(1, "é"), CommentMade(2)
    publish(database, one, two)
    auth = Consumer()
    consume(database, "auth", auth, lambda: len(left(clean_tables)) == 2)
    assert auth.seen == [one, two]
    assert left(clean_tables) == [("media_events", "1"), ("media_events", "2")]
    media = Consumer()
    consume(database, "media", media, lambda: not left(clean_tables))
    assert media.seen == [one, two]


def test_without_the_change_there_is_no_event(
    database: Database, clean_tables: TestDatabase
) -> None:
    def work(cursor: Any) -> None:
        events.publish(cursor, CommentMade(1))
        raise KeyError

    with pytest.raises(KeyError):
        database.transaction("test", work)
    assert left(clean_tables) == []


def test_what_a_consumer_could_not_do_is_consumed_again(
    database: Database, clean_tables: TestDatabase
) -> None:
    publish(database, CommentMade(1))
    clean_tables.query("DELETE FROM Events WHERE Queue = 'media_events'")
    auth = Consumer(failures=1)
    consume(database, "auth", auth, lambda: not left(clean_tables))
    assert (auth.tries, auth.seen) == (2, [CommentMade(1)])


@pytest.mark.parametrize("said", [{"comment_id": 1}, {"comment_id": 1, "later": "field"}])
def test_rows_of_another_version_are_read(
    database: Database, clean_tables: TestDatabase, said: dict[str, Any]
) -> None:
    publish(database, CommentMade(1, "old"))
    clean_tables.query("UPDATE Events SET Payload = %s", (json.dumps(said),))
    auth = Consumer()
    consume(database, "auth", auth, lambda: len(left(clean_tables)) == 1)
    assert auth.seen == [CommentMade(1)]


@pytest.mark.parametrize("said", [{}, {"comment_id": 1, "text": "nonsense"}])
def test_what_can_not_be_read_is_quarantined(
    database: Database, clean_tables: TestDatabase, said: dict[str, Any]
) -> None:
    publish(database, CommentMade(1))
    clean_tables.query("UPDATE Events SET Payload = %s", (json.dumps(said),))
    state = "SELECT State FROM Events WHERE Queue = 'auth_events'"
    auth = Consumer()
    consume(database, "auth", auth, lambda: clean_tables.query(state) == (("quarantined",),))
    assert auth.seen == []


def test_what_is_done_in_the_database_is_done_once(
    database: Database, clean_tables: TestDatabase
) -> None:
    """A consumer that was replaced in between does nothing: another has done it."""
    publish(database, CommentMade(1))
    clean_tables.query("DELETE FROM Events WHERE Queue = 'media_events'")

    def take(event: CommentMade) -> events.InTransaction:
        # As if this consumer stood still for longer than its lease.
        clean_tables.query("UPDATE Events SET LeaseToken = 'another', LeaseUntil = NOW(3)")
        return lambda cursor: events.publish(cursor, events.VideoRemoved("done"))

    stopping = threading.Event()
    slot = events.consumer("auth", database, {CommentMade: take}, stopping)
    slot.start()
    try:
        eventually(lambda: clean_tables.query("SELECT 1 FROM Events WHERE Attempts > 2"))
    finally:
        stopping.set()
        slot.join()
    assert left(clean_tables) == [("auth_events", "1")]


def test_withdrawn_is_what_is_of_the_kind_and_the_subject(
    database: Database, clean_tables: TestDatabase
) -> None:
    publish(database, CommentMade(1), CommentMade(1), CommentMade(2))

    def work(cursor: Any) -> None:
        events.publish(cursor, events.VideoRemoved("1"))
        events.withdraw(cursor, CommentMade, "1")

    database.transaction("test", work)
    assert left(clean_tables) == [
        ("auth_events", "2"),
        ("media_events", "2"),
        ("media_events", "1"),
    ]


def test_a_delayed_event_waits(database: Database, clean_tables: TestDatabase) -> None:
    def work(cursor: Any) -> None:
        events.publish(cursor, events.VideoRemoved("1"), delay=3600)

    database.transaction("test", work)
    assert clean_tables.query("SELECT RunAfter > NOW() + INTERVAL 50 MINUTE FROM Events") == ((1,),)


def test_all_kinds_have_a_name_of_their_own_and_a_queue_that_is_worked_on() -> None:
    kinds = [kind for kind in events.Event.__subclasses__() if kind.__module__ == events.__name__]
    assert len({kind.kind for kind in kinds}) == len(kinds) >= 4
    assert {name for kind in kinds for name in kind.consumers} <= {"auth", "catalog", "media"}
