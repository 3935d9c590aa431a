"""Reading the log of events: each consumer from a place of its own, each event in its turn.

Ids are given before their transactions commit, so an event can appear after one with a higher id.
Nobody reads by id: whoever is about to read first gives the events that are committed, and have
none, the next *places*. One transaction at a time does, the one that holds the row of ``EventLog``;
so places become visible in their order and without gaps, and "everything after the place that I
have come to" is complete. An event that is published after another's commit has the later place.

A consumer's place is a row of ``EventPlaces``. Its reader locks that row, hands events to their
handlers with the cursor of the same transaction, moves the place and commits: what handlers do in
the database is done exactly once, whoever dies when. They do nothing outside of it; what is to be
done there becomes a job.

An event that fails again and again is put aside, alone (``EventFailures``), and the log goes on. An
operator can have it consumed after all.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_common.events import Event
from vireo_common.logs import get_logger
from vireo_common.worker import OUTAGE_SECONDS

log = get_logger()

IDLE_SECONDS = 0.2
"""How long a reader waits before it looks again."""
PLACES_AT_ONCE = 1000
EVENTS_AT_ONCE = 100
ATTEMPTS = 20
"""So often one event may be begun and not ended, with a worker that died in it for instance."""
DEFECTS = 3
"""So often its handler may raise an error; it would most likely raise it again."""
DEFECT_SECONDS = 1.0
CUT_OFF = "no attempt came to its end"

# What an idle reader asks, without a lock: is there an event without a place, one behind mine, or
# one that I am to try again?
ANYTHING_NEW = """
SELECT EXISTS (SELECT 1 FROM Events FORCE INDEX (Place) WHERE Place IS NULL),
    (SELECT LastPlace FROM EventLog), (SELECT Place FROM EventPlaces WHERE Consumer = %s),
    EXISTS (SELECT 1 FROM EventFailures WHERE Consumer = %s AND Again)
"""

# Above all places that were ever given, where the row was lost.
BEGIN_LOG = """
INSERT IGNORE INTO EventLog (LogID, LastPlace) SELECT 1, COALESCE(MAX(Place), 0) FROM Events
"""

BEGIN_READING = "INSERT IGNORE INTO EventPlaces (Consumer, Place) VALUES (%s, %s)"

# Where another gives places, there is nothing to wait for.
LOCK_LOG = "SELECT LastPlace FROM EventLog FOR UPDATE SKIP LOCKED"

# A snapshot, not a locking read: that would look at one row after the other, and could pass an
# event just before its commit and still find one that was published after it.
WITHOUT_PLACE = """
SELECT EventID FROM Events FORCE INDEX (Place) WHERE Place IS NULL ORDER BY EventID LIMIT %s
"""

BEFORE_FIRST = "SET @place = %s"

# {} stands for placeholders.
GIVE_PLACES = """
UPDATE Events FORCE INDEX (PRIMARY) SET Place = (@place := @place + 1)
WHERE EventID IN ({}) ORDER BY EventID
"""

MOVE_LOG = "UPDATE EventLog SET LastPlace = %s"

LOCK_PLACE = """
SELECT Place, TriedUntil, Attempts FROM EventPlaces WHERE Consumer = %s FOR UPDATE SKIP LOCKED
"""

NEXT = """
SELECT Place, EventID, Kind, Subject, Payload FROM Events
WHERE Place > %s ORDER BY Place LIMIT %s
"""

BEGIN = "UPDATE EventPlaces SET TriedUntil = %s, Attempts = Attempts + 1 WHERE Consumer = %s"

MOVE = "UPDATE EventPlaces SET Place = %s, Attempts = 0 WHERE Consumer = %s"

COUNT_DEFECT = """
UPDATE EventPlaces SET Attempts = Attempts + %s WHERE Consumer = %s AND Place = %s
"""

PUT_ASIDE = """
INSERT IGNORE INTO EventFailures (Consumer, EventID, Error, CreatedAt) VALUES (%s, %s, %s, NOW(3))
"""

TRY_AGAIN = """
SELECT Place, EventID, Kind, Subject, Payload FROM EventFailures JOIN Events USING (EventID)
WHERE Consumer = %s AND Again ORDER BY EventID LIMIT 1
"""

# Before it is tried: if it kills this worker, it stays where it was.
ONCE = """
UPDATE EventFailures SET Again = FALSE WHERE Consumer = %s AND EventID = %s AND Again
"""

DONE_AFTER_ALL = "DELETE FROM EventFailures WHERE Consumer = %s AND EventID = %s"

FIRST_PLACE = "SELECT MIN(Place) FROM EventPlaces"

# What was put aside stays with its event.
SWEEP = """
DELETE FROM Events WHERE Place <= %s AND CreatedAt < NOW(3) - INTERVAL 7 DAY
    AND NOT EXISTS (SELECT 1 FROM EventFailures f WHERE f.EventID = Events.EventID)
ORDER BY Place LIMIT 1000
"""

Handler = Callable[[Cursor, Any, int], None]
"""``handler(cursor, event, event_id)``: what a consumer does about an event, in the transaction
that moves its place; a transaction that is run again runs it again.

Raises:
    Failure: the database is not there.
    Unreadable: the event is put aside.
"""
Handlers = Mapping[type[Any], Handler]
"""What a consumer does about each kind; it passes the others."""


class Unreadable(Exception):
    """What an event says is nothing that this version knows."""


class _Row(NamedTuple):
    """The columns of ``NEXT``."""

    place: int
    event_id: int
    kind: str
    subject: str
    payload: str


@dataclass(frozen=True)
class _Batch:
    """Events that a reader is about to consume, after ``place``; ``attempt`` is 1 at first."""

    place: int
    rows: Sequence[_Row]
    attempt: int


def consumer(
    name: str,
    database: Database,
    handlers: Handlers,
    stopping: threading.Event,
    *,
    from_start: bool = False,
) -> "Reader":
    """A thread of a service's worker that consumes events; several workers may have one each.

    Args:
        name: of the consumer, which has one place whoever reads.
        handlers: of the kinds that it wants.
        from_start: where it begins when it reads for the first time: with the oldest event that is
            kept, or with those to come.
    """
    return Reader(name, database, handlers, stopping, from_start=from_start)


def give_places(database: Database) -> int:
    """Give places to events that are committed; to how many, ``PLACES_AT_ONCE`` at most.

    None where another does at this moment.
    """

    def work(cursor: Cursor) -> int:
        if not cursor.execute(LOCK_LOG):
            return 0
        ((last,),) = cursor.fetchall()
        cursor.execute(WITHOUT_PLACE, (PLACES_AT_ONCE,))
        ids = [event_id for (event_id,) in cursor.fetchall()]
        if ids:
            cursor.execute(BEFORE_FIRST, (last,))
            cursor.execute(GIVE_PLACES.format(", ".join(["%s"] * len(ids))), ids)
            cursor.execute(MOVE_LOG, (last + len(ids),))
        return len(ids)

    return database.transaction("events.give_places", work)


def sweep(database: Database) -> None:
    """Delete events that every consumer has passed, a week after they were published."""
    with database.read() as cursor:
        cursor.execute(FIRST_PLACE)
        ((place,),) = cursor.fetchall()
    if place is not None:
        database.sweep(SWEEP, (place,))


class Reader(threading.Thread):
    """Consumes events until ``stopping`` is set; see ``consumer``."""

    def __init__(
        self,
        name: str,
        database: Database,
        handlers: Handlers,
        stopping: threading.Event,
        *,
        from_start: bool,
    ) -> None:
        super().__init__(name=f"events-{name}")
        self._consumer = name
        self._database = database
        self._kinds = {kind.kind: kind for kind in handlers}
        self._handlers = {kind.kind: handler for kind, handler in handlers.items()}
        self._stopping = stopping
        self._from_start = from_start
        self._last_error = CUT_OFF

    def run(self) -> None:
        """Read; an outage of the database is waited out."""
        while not self._stopping.is_set():
            try:
                if not self.read():
                    self._stopping.wait(IDLE_SECONDS)
            except Failure:
                self._stopping.wait(OUTAGE_SECONDS)

    def read(self) -> bool:
        """Consume some events; ``False`` where there are none, or another reader has them.

        Raises:
            Failure: the database is not there.
        """
        with self._database.read() as cursor:
            cursor.execute(ANYTHING_NEW, (self._consumer, self._consumer))
            ((without_place, last, place, again),) = cursor.fetchall()
        if last is None:
            self._database.write(BEGIN_LOG)
            return True
        if place is None:
            start = 0 if self._from_start else last
            self._database.write(BEGIN_READING, (self._consumer, start))
            return True
        if again:
            self._try_again()
        if without_place:
            give_places(self._database)
        elif place >= last:
            return False
        batch = self._database.transaction("events.begin", self._begin)
        return batch is not None and self._consume(batch)

    def _begin(self, cursor: Cursor) -> _Batch | None:
        """Note what is about to be consumed; ``None`` where another reader consumes.

        Those of a batch that was begun before and not ended come one by one, so that the attempts
        of the one that fails are counted.
        """
        if not cursor.execute(LOCK_PLACE, (self._consumer,)):
            return None
        ((place, tried_until, attempts),) = cursor.fetchall()
        cursor.execute(NEXT, (place, 1 if place < tried_until else EVENTS_AT_ONCE))
        rows = [_Row(*row) for row in cursor.fetchall()]
        if not rows:
            return None
        cursor.execute(BEGIN, (max(tried_until, rows[-1].place), self._consumer))
        return _Batch(place, rows, attempts + 1)

    def _consume(self, batch: _Batch) -> bool:
        alone = batch.rows[0] if len(batch.rows) == 1 else None
        if alone and batch.attempt > ATTEMPTS:
            return self._put_aside(batch, alone, self._last_error)
        began = time.monotonic()
        try:
            done = self._move(batch, lambda cursor: self._dispatch(cursor, batch.rows))
        except Failure:
            raise
        except Unreadable as error:
            return alone is None or self._put_aside(batch, alone, str(error))
        except Exception as error:  # noqa: BLE001 - what a handler raises is counted, and logged
            if alone:
                self._failed(alone, error)
                count = (ATTEMPTS // DEFECTS, self._consumer, batch.place)
                self._database.write(COUNT_DEFECT, count)
                self._stopping.wait(DEFECT_SECONDS)
            return True
        if done:
            seconds = round(time.monotonic() - began, 3)
            log.info("events", consumed=len(batch.rows), last=batch.rows[-1].place, seconds=seconds)
        return done

    def _dispatch(self, cursor: Cursor, rows: Sequence[_Row]) -> None:
        for row in rows:
            handler = self._handlers.get(row.kind)
            if handler:
                handler(cursor, _read(self._kinds[row.kind], row.payload), row.event_id)

    def _move(self, batch: _Batch, work: Callable[[Cursor], None]) -> bool:
        """Do ``work`` and move behind the batch in one transaction; ``False`` where another reader
        has come between."""

        def moving(cursor: Cursor) -> bool:
            held = cursor.execute(LOCK_PLACE, (self._consumer,)) and cursor.fetchall()[0]
            if not held or held[0] != batch.place:
                return False
            work(cursor)
            cursor.execute(MOVE, (batch.rows[-1].place, self._consumer))
            return True

        moved = self._database.transaction("events.consume", moving)
        self._last_error = CUT_OFF
        return moved

    def _try_again(self) -> None:
        """Consume an event after all that was put aside."""
        with self._database.read() as cursor:
            cursor.execute(TRY_AGAIN, (self._consumer,))
            found = cursor.fetchone()
        row = _Row(*found) if found else None
        if not row or not self._database.write(ONCE, (self._consumer, row.event_id)):
            return

        def work(cursor: Cursor) -> None:
            if cursor.execute(DONE_AFTER_ALL, (self._consumer, row.event_id)):
                self._dispatch(cursor, [row])

        try:
            self._database.transaction("events.try_again", work)
        except Failure:
            raise
        except Exception as error:  # noqa: BLE001 - as above; it stays where it was
            self._failed(row, error)

    def _failed(self, row: _Row, error: Exception) -> None:
        log.error(
            "event_failed",
            event_id=row.event_id,
            kind=row.kind,
            subject=row.subject,
            exc_info=error,
        )
        self._last_error = f"{type(error).__name__}: {error}"

    def _put_aside(self, batch: _Batch, row: _Row, error: str) -> bool:
        def work(cursor: Cursor) -> None:
            cursor.execute(PUT_ASIDE, (self._consumer, row.event_id, error[:500]))

        done = self._move(batch, work)
        if done:
            log.error("event_put_aside", event_id=row.event_id, kind=row.kind, subject=row.subject)
        return done


def _read(kind: type[Event], payload: str) -> Event:
    """An event of a row, without fields that a later version has added.

    Raises:
        Unreadable: it is no JSON object, or lacks a field.
    """
    known = {field.name for field in fields(kind)}
    try:
        said = json.loads(payload)
        return kind(**{name: value for name, value in said.items() if name in known})
    except (ValueError, AttributeError, TypeError) as error:
        raise Unreadable(str(error)) from error
