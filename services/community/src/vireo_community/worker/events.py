"""What community does about the events that it consumes: who is to know, and what has to go."""

from pymysql.cursors import Cursor

from vireo_common.event_log import Handlers
from vireo_common.events import (
    ChannelRemoved,
    VideoPublished,
    VideoRemoved,
    VideoStateChanged,
)
from vireo_community.core.notices import Kind, Note
from vireo_community.storage.fanouts import announce
from vireo_community.storage.notices import add, whose
from vireo_community.storage.removals import What, add_removal
from vireo_videos.visibility import State


def handlers() -> Handlers:
    """A function for each kind of event."""
    return {
        ChannelRemoved: _channel_removed,
        VideoPublished: _published,
        VideoRemoved: _video_removed,
        VideoStateChanged: _state_changed,
    }


def _published(cursor: Cursor, event: VideoPublished, event_id: int) -> None:
    if whose(cursor, event.hash_path) is None:
        return
    announce(cursor, event.channel_id, event.video_id)
    subject = f"video {event.video_id}"
    add(cursor, Note(event.channel_id, Kind.READY, subject, event.video_id, once=True))


def _state_changed(cursor: Cursor, event: VideoStateChanged, event_id: int) -> None:
    found = whose(cursor, event.hash_path)
    if event.state != State.FAILED or found is None:
        return
    video_id, owner = found
    add(cursor, Note(owner, Kind.FAILED, f"video {video_id} {event_id}", video_id, once=True))


def _channel_removed(cursor: Cursor, event: ChannelRemoved, event_id: int) -> None:
    add_removal(cursor, What.CHANNEL, event.channel_id)


def _video_removed(cursor: Cursor, event: VideoRemoved, event_id: int) -> None:
    if event.video_id is not None:
        add_removal(cursor, What.VIDEO, event.video_id)
