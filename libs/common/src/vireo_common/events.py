"""Events: what one service lets the others know, for certain but not at once.

A transactional outbox. The producer publishes an event in the transaction of the change that it
tells of: a job for each consumer, in that consumer's queue of ``Jobs``. The consumer's own worker
takes it from there, so there is no relay, no position in a log to remember, and no number that may
be committed after a higher one was read. Delivery is at-least-once, the order is not promised, and
consumers are idempotent.

Where somebody waits for the effect, the producer also calls the consumer after its commit; the
event does what that call could not.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from pymysql.cursors import Cursor

from vireo_common import jobs
from vireo_common.database import Database
from vireo_common.worker import Handler, Slot

# That a consumer's database is away is not counted. What is, a worker that died or a disk in
# trouble, has nothing to do with the event: it may be consumed after many of these.
ATTEMPTS = 20
IDLE_SECONDS = 0.2


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
    """Somebody with a token of the channel has asked for an archive of its data.

    ``mail_id`` makes the notice idempotent: one id, one mail.
    """

    kind = "data_export_requested"
    consumers = ("auth",)

    channel_id: int
    mail_id: str


def publish(cursor: Cursor, event: Event, *, delay: float = 0.0) -> None:
    """Let the consumers know, once the caller's transaction is committed.

    Args:
        delay: in seconds, for a consumer that is called at once as well.
    """
    fields = asdict(event)
    for consumer in event.consumers:
        jobs.enqueue(
            cursor,
            queue_of(consumer),
            event.kind,
            str(next(iter(fields.values()))),
            fields,
            max_attempts=ATTEMPTS,
            delay=delay,
        )


def withdraw(cursor: Cursor, kind: type[Event], subject: str) -> None:
    """Take back what is published of a subject and not consumed: a later event says more."""
    for consumer in kind.consumers:
        jobs.cancel(cursor, queue_of(consumer), subject, kind=kind.kind)


def queue_of(service: str) -> str:
    """The queue in ``Jobs`` of the events that a service consumes."""
    return f"{service}_events"


def consumer(
    service: str,
    database: Database,
    consume: Mapping[type[Any], Callable[[Any], None]],
    stopping: threading.Event,
) -> Slot:
    """A slot that consumes a service's events.

    Args:
        consume: what is done with each kind of event; idempotent. A ``Failure`` of it has the event
            consumed again later.
    """
    queue = jobs.JobQueue(database, queue_of(service))

    def handler(kind: type[Any], take: Callable[[Any], None]) -> Handler:
        def run(job: jobs.Job, stop: threading.Event) -> None:
            take(kind(**job.payload))
            queue.finish(job)

        return Handler(run, lambda job, error: queue.quarantine(job, error, lambda cursor: None))

    handlers = {kind.kind: handler(kind, take) for kind, take in consume.items()}
    return Slot("events", queue, handlers, stopping, IDLE_SECONDS)
