"""Events: what one service lets the others know, for certain but not at once.

A transactional outbox. The producer publishes an event in the transaction of the change that it
reports: a row of ``Events`` for each consumer, which is a job in that consumer's queue. (The table
is not ``Jobs``, because every service may write it.) The consumer's own worker takes it from there,
so there is no relay, no position in a log to remember, and no number that may be committed after a
higher one was read. The order is not promised. What a consumer does in the database alone is done
exactly once, in the transaction that ends the job; anything else at least once, and idempotent.

Where somebody waits for the effect, the producer also calls the consumer after its commit; the
event does what that call could not.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

import structlog
from pymysql.cursors import Cursor

from vireo_common import jobs
from vireo_common.database import Database
from vireo_common.worker import Handler, Slot

log = structlog.get_logger()

# An outage of the database is no attempt. What is one (a dead worker, a disk in trouble) is rarely
# the event's fault, so many are allowed.
ATTEMPTS = 20
IDLE_SECONDS = 0.2
EVENTS = "Events"


@dataclass(frozen=True)
class Event:
    """Fields that JSON can hold; the first is the subject, which the event is about.

    A field that is added later has a default: rows of the version before may still wait.
    """

    kind: ClassVar[str]
    consumers: ClassVar[tuple[str, ...]]


@dataclass(frozen=True)
class VideoStateChanged(Event):
    """Media has got further with a video; its fields are those of catalog's ``Progress``."""

    kind = "video_state_changed"
    consumers = ("catalog",)

    hash_path: str
    state: str
    reason: str = ""
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    thumbnail_version: str | None = None


@dataclass(frozen=True)
class VideoRemoved(Event):
    """A video has no row any more, so its files have to go."""

    kind = "video_removed"
    consumers = ("media",)

    hash_path: str


@dataclass(frozen=True)
class ChannelPictureRemoved(Event):
    """No channel has the picture of this name any more."""

    kind = "channel_picture_removed"
    consumers = ("media",)

    name: str


@dataclass(frozen=True)
class DataExportRequested(Event):
    """Somebody with a token of the channel has asked for an archive of its data."""

    kind = "data_export_requested"
    consumers = ("auth",)

    channel_id: int


@dataclass(frozen=True)
class Subscribed(Event):
    """Somebody follows a channel now, and did not before."""

    kind = "subscribed"
    consumers = ()

    channel_id: int
    follower_id: int


@dataclass(frozen=True)
class Unsubscribed(Event):
    """Somebody follows a channel no more."""

    kind = "unsubscribed"
    consumers = ()

    channel_id: int
    follower_id: int


InTransaction = Callable[[Cursor], None]
"""What a consumer does in the transaction that ends the job of its event."""
Consumed = Mapping[type[Any], Callable[[Any], InTransaction | None]]
"""What a service does about each kind of event: at once, or in what the function returns."""


class Unreadable(Exception):
    """What an event says is nothing that this version knows."""


def publish(cursor: Cursor, event: Event, *, delay: float = 0.0, turn_of: str = "") -> None:
    """Let the consumers know, once the caller's transaction is committed.

    Args:
        delay: in seconds, for a consumer that is called at once as well.
        turn_of: whose turn it takes, where one account causes many; events without come first.
    """
    said = asdict(event)
    for consumer in event.consumers:
        jobs.enqueue(
            cursor,
            queue_of(consumer),
            event.kind,
            str(next(iter(said.values()))),
            said,
            max_attempts=ATTEMPTS,
            delay=delay,
            turn_of=turn_of,
            table=EVENTS,
        )


def withdraw(cursor: Cursor, kind: type[Event], subject: str) -> None:
    """Take back what is published of a subject and not consumed: a later event says more."""
    for consumer in kind.consumers:
        jobs.cancel(cursor, queue_of(consumer), subject, kind=kind.kind, table=EVENTS)


def queue_of(service: str) -> str:
    """The queue of the events that a service consumes."""
    return f"{service}_events"


def consumer(
    service: str, database: Database, consumed: Consumed, stopping: threading.Event
) -> Slot:
    """A slot that consumes a service's events.

    A ``Failure`` of what is done has the event consumed again later. One that is ``Unreadable`` is
    quarantined.
    """
    queue = jobs.JobQueue(database, queue_of(service), table=EVENTS)

    def quarantine(job: jobs.Job, error: str) -> None:
        queue.quarantine(job, error, lambda cursor: None)

    def handler(kind: type[Any], take: Callable[[Any], InTransaction | None]) -> Handler:
        def run(job: jobs.Job, stop: threading.Event) -> None:
            try:
                within = take(_read(kind, job.payload))
            except Unreadable as error:
                log.error("event_unreadable", kind=job.kind, error=str(error))
                quarantine(job, str(error))
                return
            queue.finish(job, within)

        return Handler(run, quarantine)

    handlers = {kind.kind: handler(kind, take) for kind, take in consumed.items()}
    return Slot("events", queue, handlers, stopping, IDLE_SECONDS)


def _read(kind: type[Any], payload: Mapping[str, Any]) -> Any:
    """An event of a row, without fields that a later version has added.

    Raises:
        Unreadable: it lacks a field.
    """
    known = {field.name for field in fields(kind)}
    try:
        return kind(**{name: value for name, value in payload.items() if name in known})
    except TypeError as error:
        raise Unreadable(str(error)) from error
