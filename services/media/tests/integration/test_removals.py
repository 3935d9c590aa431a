"""Files of what was removed: an event, a job in its channel's turn, and nothing left."""

import threading
from pathlib import Path
from typing import Any

import pytest

from vireo_common import events
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.events import ChannelPictureRemoved, VideoRemoved
from vireo_common.jobs import JobQueue
from vireo_media.core.removal import Removal
from vireo_media.storage.removals import REMOVAL_QUEUE
from vireo_media.worker.events import handlers
from vireo_media.worker.removals import Remover

PICTURE = "0123456789abcdef" * 2


def consume(database: Database, *published: events.Event) -> None:
    """Publish events, and let media consume all that there are."""
    stopping = threading.Event()
    stopping.set()
    reader = consumer("media", database, handlers(), stopping, from_start=True)
    database.transaction("test", lambda cursor: events.publish_all(cursor, published))
    while reader.read():
        pass


def remover(stage: Any, database: Database) -> tuple[Remover, JobQueue]:
    queue = JobQueue(database, REMOVAL_QUEUE)
    return Remover(queue, Removal(stage.uploads, stage.files), stage.files), queue


def test_what_was_removed_leaves_nothing(
    stage: Any, media_database: Database, tmp_path: Path
) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"body")
    stage.receive(body)
    picture = stage.root / "public" / "pictures" / PICTURE[:2] / f"{PICTURE}.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"picture")
    # Twice, as if media had said it too.
    gone = VideoRemoved(stage.hash_path, 7, 1), VideoRemoved(stage.hash_path)
    consume(media_database, *gone, ChannelPictureRemoved(PICTURE, 7))
    work, queue = remover(stage, media_database)
    for _ in gone:
        job = queue.claim()
        assert job
        work.remove(job, threading.Event())
    assert (stage.left(), stage.state()) == ({str(picture.relative_to(stage.root))}, None)

    # Somebody may be about to open a picture.
    assert queue.claim() is None
    stage.clean.query("UPDATE Jobs SET RunAfter = RunAfter - INTERVAL 10 SECOND")
    job = queue.claim()
    assert job
    work.remove_picture(job, threading.Event())
    assert (stage.left(), stage.jobs()) == (set(), [])


def test_a_channel_with_many_videos_keeps_no_other_waiting(
    stage: Any, media_database: Database
) -> None:
    many = [VideoRemoved(f"{number:07d}", 7, number) for number in range(50)]
    consume(media_database, *many)
    _, queue = remover(stage, media_database)
    first = queue.claim()
    assert first
    queue.finish(first)
    consume(media_database, VideoRemoved("another", 8, 99))
    claimed = [job.subject for job in (queue.claim(), queue.claim()) if job]
    assert "another" in claimed


@pytest.mark.parametrize(
    "event",
    [
        VideoRemoved("../../x"),
        VideoRemoved("aB3dE5"),
        ChannelPictureRemoved("../../../etc/x"),
        ChannelPictureRemoved("F" * 32),
    ],
)
def test_what_names_no_file_is_put_aside(
    stage: Any, media_database: Database, event: events.Event
) -> None:
    consume(media_database, event, VideoRemoved("aB3dE5g"))
    assert stage.jobs() == [("remove", "queued", 0)]
    assert stage.clean.query("SELECT Consumer FROM EventFailures") == (("media",),)


def test_a_removal_that_can_not_be_done_is_kept_for_an_operator(
    stage: Any, media_database: Database
) -> None:
    consume(media_database, VideoRemoved("aB3dE5g"))
    work, queue = remover(stage, media_database)
    job = queue.claim()
    assert job
    work.give_up(job, "a disk in trouble")
    assert stage.jobs() == [("remove", "quarantined", 1)]
