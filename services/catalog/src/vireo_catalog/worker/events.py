"""What catalog does about the events that it consumes."""

from dataclasses import asdict

from pymysql.cursors import Cursor

from vireo_catalog.core.videos import Files, Progress
from vireo_catalog.storage.progress import record, record_files
from vireo_catalog.storage.videos import delete
from vireo_common import events
from vireo_common.event_log import Handlers, Unreadable
from vireo_common.events import (
    VideoFilesChanged,
    VideoRemovalDecided,
    VideoRemoved,
    VideoStateChanged,
)
from vireo_videos.video import Captions, Chapter
from vireo_videos.visibility import State


def handlers() -> Handlers:
    """A function for each kind of event."""
    return {
        VideoFilesChanged: _files_changed,
        VideoRemovalDecided: _removal_decided,
        VideoStateChanged: _state_changed,
    }


def _removal_decided(cursor: Cursor, event: VideoRemovalDecided, event_id: int) -> None:
    # Its owner may have been quicker.
    delete(cursor, event.hash_path, event.channel_id)


def _state_changed(cursor: Cursor, event: VideoStateChanged, event_id: int) -> None:
    facts = asdict(event)
    hash_path = facts.pop("hash_path")
    try:
        progress = Progress(State(facts.pop("state")), **facts, event_id=event_id)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    if not record(cursor, hash_path, progress):
        # Its files came after its deletion.
        events.publish(cursor, VideoRemoved(hash_path))


def _files_changed(cursor: Cursor, event: VideoFilesChanged, event_id: int) -> None:
    # Of a video that was deleted meanwhile media hears by the event of its deletion.
    try:
        captions = [Captions(**each) for each in event.captions]
        chapters = [Chapter(float(each["start"]), str(each["title"])) for each in event.chapters]
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(str(error)) from error
    there = (event.stream, event.storyboard, captions, chapters)
    files = Files(event_id, *there, thumbnail_version=event.thumbnail_version)
    record_files(cursor, event.hash_path, files)
