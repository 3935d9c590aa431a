"""What catalog does about the events that it consumes."""

from dataclasses import asdict

from pymysql.cursors import Cursor

from vireo_catalog.core.videos import Progress
from vireo_catalog.storage.progress import record
from vireo_common import events
from vireo_common.events import Consumed, Unreadable, VideoRemoved, VideoStateChanged
from vireo_videos.visibility import State


def consumed() -> Consumed:
    """A function for each kind of event."""
    return {VideoStateChanged: _state_changed}


def _state_changed(event: VideoStateChanged) -> events.InTransaction:
    facts = asdict(event)
    hash_path = facts.pop("hash_path")
    try:
        progress = Progress(State(facts.pop("state")), **facts)
    except ValueError as error:
        raise Unreadable(str(error)) from error

    def work(cursor: Cursor) -> None:
        if not record(cursor, hash_path, progress):
            # Its files came after its deletion.
            events.publish(cursor, VideoRemoved(hash_path))

    return work
