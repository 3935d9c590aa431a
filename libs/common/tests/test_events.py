"""Events on a real MariaDB: committed with their change, and consumed by who wants them."""

import json
import threading
from dataclasses import dataclass
from typing import Any

import pytest

from vireo_common import event_log, events
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.event_log import ATTEMPTS, EVENTS_AT_ONCE, Reader, Unreadable, consumer
from vireo_common.events import ChannelRemoved, VideoChanged
from vireo_testing.mariadb import TestDatabase


@dataclass(frozen=True)
class CommentMade(events.Event):
    """Something that services want to know."""

    kind = "comment_made"

    comment_id: int
    text: str = ""


class Service:
    """A consumer: what it did is an event of its own, which is there if its transaction is."""

    def __init__(self, database: Database, name: str = "auth", *, from_start: bool = True) -> None:
        self.tries: list[int] = []
        self.raises: dict[str, Exception] = {}
        # Set, so that it does not pause; it is read by hand.
        stopping = threading.Event()
        stopping.set()
        handlers = {CommentMade: self.handle}
        self.reader: Reader = consumer(name, database, handlers, stopping, from_start=from_start)

    def handle(self, cursor: Any, event: CommentMade, event_id: int) -> None:
        self.tries.append(event.comment_id)
        events.publish(cursor, VideoChanged(f"done {event.comment_id}", event_id))
        if event.text in self.raises:
            raise self.raises[event.text]

    def read_all(self) -> None:
        """Read until there is nothing left."""
        while self.reader.read():
            pass


@pytest.fixture
def database(open_pool: Any) -> Database:
    found: Database = open_pool("auth", size=4)
    return found


@pytest.fixture
def service(database: Database) -> Service:
    return Service(database)


def publish(database: Database, *made: events.Event) -> None:
    database.transaction("test", lambda cursor: events.publish_all(cursor, made))


def done(clean: TestDatabase) -> list[int]:
    """What consumers have done, in the order in which they did."""
    rows = clean.query("SELECT Subject FROM Events WHERE Kind = 'video_changed' ORDER BY EventID")
    return [int(subject.removeprefix("done ")) for (subject,) in rows]


def aside(clean: TestDatabase) -> list[tuple[str, str, str]]:
    return [
        tuple(row)
        for row in clean.query(
            "SELECT Consumer, Subject, Error FROM EventFailures JOIN Events USING (EventID)"
        )
    ]


def test_what_is_in_the_log(database: Database, clean_tables: TestDatabase) -> None:
    comment = CommentMade(1, "é")
    event_id = database.transaction("test", lambda cursor: events.publish(cursor, comment))
    row = "SELECT EventID, Kind, Subject, Payload, Place FROM Events"
    said = json.dumps({"comment_id": 1, "text": "é"})
    assert clean_tables.query(row) == ((event_id, "comment_made", "1", said, None),)


def test_each_consumer_gets_each_event_in_its_turn(
    database: Database, service: Service, clean_tables: TestDatabase
) -> None:
    publish(database, CommentMade(1), ChannelRemoved(7, "ada"), CommentMade(2))
    service.read_all()
    assert done(clean_tables) == [1, 2]
    Service(database, "media").read_all()
    assert done(clean_tables) == [1, 2, 1, 2]
    service.read_all()
    assert done(clean_tables) == [1, 2, 1, 2]


def test_without_the_change_there_is_no_event(
    database: Database, clean_tables: TestDatabase
) -> None:
    def work(cursor: Any) -> None:
        events.publish(cursor, CommentMade(1))
        raise KeyError

    with pytest.raises(KeyError):
        database.transaction("test", work)
    assert clean_tables.query("SELECT 1 FROM Events") == ()


@pytest.mark.parametrize(("from_start", "expected"), [(True, [1, 2]), (False, [2])])
def test_a_new_consumer_begins_where_it_says(
    database: Database,
    service: Service,
    clean_tables: TestDatabase,
    from_start: bool,
    expected: list[int],
) -> None:
    publish(database, CommentMade(1))
    service.read_all()
    new = Service(database, "new", from_start=from_start)
    new.read_all()
    publish(database, CommentMade(2))
    new.read_all()
    assert new.tries == expected
    # It goes on from there, whatever it declares.
    publish(database, CommentMade(3))
    again = Service(database, "new", from_start=not from_start)
    again.read_all()
    assert again.tries == [3]


def test_an_outage_is_no_attempt(
    database: Database, service: Service, clean_tables: TestDatabase
) -> None:
    publish(database, CommentMade(1, "away"))
    service.raises["away"] = Failure(Code.UNAVAILABLE)
    for _ in range(5):
        with pytest.raises(Failure):
            while service.reader.read():
                pass
    assert (done(clean_tables), aside(clean_tables)) == ([], [])
    service.raises.clear()
    service.read_all()
    assert done(clean_tables) == [1]


@pytest.mark.parametrize("said", [{"comment_id": 1}, {"comment_id": 1, "later": "field"}])
def test_rows_of_another_version_are_read(
    database: Database, service: Service, clean_tables: TestDatabase, said: dict[str, Any]
) -> None:
    publish(database, CommentMade(1, "old"))
    clean_tables.query("UPDATE Events SET Payload = %s", (json.dumps(said),))
    service.read_all()
    assert done(clean_tables) == [1]


def test_what_a_service_of_the_version_before_writes_is_read(
    database: Database, service: Service, clean_tables: TestDatabase
) -> None:
    """It names columns of a queue; its own worker finds nothing to do."""
    with clean_tables.connect("auth") as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO Events (Queue, Kind, Subject, Payload, MaxAttempts, RunAfter, CreatedAt,"
            " TurnOf, Turn, Cost) VALUES ('auth_events', 'comment_made', '1',"
            """ '{"comment_id": 1}', 20, NOW(3), NOW(3), '7', 4, 0)"""
        )
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM Events WHERE Queue = 'auth_events'"
            " AND State = 'queued' AND RunAfter <= NOW(3))"
            " OR EXISTS (SELECT 1 FROM Events WHERE Queue = 'auth_events'"
            " AND State = 'running' AND LeaseUntil < NOW(3))"
        )
        assert cursor.fetchall() == ((0,),)
        cursor.execute("SELECT MAX(Turn) FROM Events WHERE Queue = 'x' AND TurnOf = '7'")
    with clean_tables.connect("media") as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM Events WHERE Queue = 'x' AND Subject = 'x' AND Kind = 'x'")
    service.read_all()
    assert done(clean_tables) == [1]


@pytest.mark.parametrize(
    ("said", "error", "tries"),
    [
        ("{}", "comment_id", 0),
        ("[]", "items", 0),
        ("nonsense", "Expecting value", 0),
        # Together with the others, then alone.
        ('{"comment_id": 2, "text": "unknown"}', "unheard of", 2),
        ('{"comment_id": 2, "text": "defect"}', "KeyError: 'a defect'", 4),
    ],
)
def test_what_fails_is_put_aside_alone(
    database: Database,
    service: Service,
    clean_tables: TestDatabase,
    said: str,
    error: str,
    tries: int,
) -> None:
    publish(database, *[CommentMade(number) for number in range(1, 5)])
    clean_tables.query("UPDATE Events SET Payload = %s WHERE Subject = '2'", (said,))
    service.raises |= {"unknown": Unreadable("unheard of"), "defect": KeyError("a defect")}
    service.read_all()
    assert done(clean_tables) == [1, 3, 4]
    ((name, subject, found),) = aside(clean_tables)
    assert (name, subject) == ("auth", "2")
    assert error in found
    assert service.tries.count(2) == tries
    # The next ones are consumed together again.
    service.tries.clear()
    publish(database, CommentMade(5), CommentMade(6))
    assert service.reader.read()
    assert service.tries == [5, 6]


def test_what_kills_every_worker_is_put_aside_after_many(
    database: Database, service: Service, clean_tables: TestDatabase
) -> None:
    publish(database, CommentMade(1, "deadly"), CommentMade(2))
    # As if the process had died: nothing is left but that it began.
    service.raises["deadly"] = SystemExit()
    for _ in range(ATTEMPTS):
        with pytest.raises(SystemExit):
            while service.reader.read():
                pass
    assert done(clean_tables) == []
    service.read_all()
    assert done(clean_tables) == [2]
    assert aside(clean_tables) == [("auth", "1", event_log.CUT_OFF)]


def test_what_was_put_aside_is_consumed_after_all(
    database: Database, service: Service, clean_tables: TestDatabase
) -> None:
    publish(database, CommentMade(1, "defect"), CommentMade(2))
    service.raises["defect"] = KeyError("a defect")
    service.read_all()
    again = "UPDATE EventFailures SET Again = TRUE WHERE Consumer = 'auth'"
    clean_tables.query(again)
    service.read_all()
    assert (done(clean_tables), len(aside(clean_tables))) == ([2], 1)
    service.raises.clear()
    clean_tables.query(again)
    service.read_all()
    assert (done(clean_tables), aside(clean_tables)) == ([2, 1], [])


def test_no_more_than_a_batch_is_consumed_at_once(
    database: Database, service: Service, clean_tables: TestDatabase
) -> None:
    publish(database, *[CommentMade(number) for number in range(EVENTS_AT_ONCE + 1)])
    service.reader.read()
    while not service.tries:
        assert service.reader.read()
    assert len(service.tries) == EVENTS_AT_ONCE


def test_passed_events_are_deleted_after_a_week(
    open_pool: Any, database: Database, service: Service, clean_tables: TestDatabase
) -> None:
    media = open_pool("media", size=1)
    publish(database, *[CommentMade(number) for number in range(1, 5)])
    service.raises[""] = Unreadable("all of them")
    other = Service(database, "media")

    def left() -> list[str]:
        rows = clean_tables.query("SELECT Subject FROM Events ORDER BY EventID")
        return [str(subject) for (subject,) in rows]

    event_log.sweep(media)
    other.read_all()
    service.reader.read()
    clean_tables.query("UPDATE Events SET CreatedAt = NOW(3) - INTERVAL 8 DAY WHERE Place < 4")
    event_log.sweep(media)
    assert left()[:4] == ["1", "2", "3", "4"], "one of them has not read them"
    service.read_all()
    clean_tables.query(
        "DELETE FROM EventFailures WHERE EventID <> (SELECT MIN(EventID) FROM Events)"
    )
    event_log.sweep(media)
    assert left()[:2] == ["1", "4"], "what was put aside stays, and what is new"
    publish(database, CommentMade(9))
    service.read_all()
    assert service.tries[-1] == 9


def test_a_log_that_lost_its_row_goes_on_behind_the_last_place(
    database: Database, service: Service, clean_tables: TestDatabase
) -> None:
    publish(database, CommentMade(1), CommentMade(2))
    service.read_all()
    clean_tables.query("DELETE FROM EventLog")
    publish(database, CommentMade(3))
    service.read_all()
    assert done(clean_tables) == [1, 2, 3]


def test_all_kinds_have_a_name_of_their_own() -> None:
    kinds = [kind for kind in events.Event.__subclasses__() if kind.__module__ == events.__name__]
    assert len({kind.kind for kind in kinds}) == len(kinds) >= 7
