"""What media does about the events that it consumes: jobs, which work on files."""

from pymysql.cursors import Cursor

from vireo_common.event_log import Handlers, Unreadable
from vireo_common.events import (
    ChannelPictureRemoved,
    ChannelVisibilityChanged,
    VideoPublished,
    VideoRemoved,
    VideoStateChanged,
    VideoVisibilityChanged,
)
from vireo_media.core.pictures import NAME
from vireo_media.core.uploads import HASH_PATH
from vireo_media.storage.removals import add_remove_job, add_remove_picture_job
from vireo_media.storage.texts import add_job_of_ready
from vireo_media.storage.visibility import add_job_of_channel, add_job_of_video


def handlers() -> Handlers:
    """A function for each kind of event."""
    return {
        ChannelPictureRemoved: _picture_removed,
        ChannelVisibilityChanged: _channel_changed,
        VideoPublished: _video_published,
        VideoRemoved: _video_removed,
        VideoStateChanged: _state_changed,
        VideoVisibilityChanged: _video_changed,
    }


def _video_changed(cursor: Cursor, event: VideoVisibilityChanged, event_id: int) -> None:
    if not HASH_PATH.fullmatch(event.hash_path):
        raise Unreadable("no hash path of a video")
    add_job_of_video(cursor, event.hash_path, event.channel_id)


def _state_changed(cursor: Cursor, event: VideoStateChanged, event_id: int) -> None:
    if not HASH_PATH.fullmatch(event.hash_path):
        raise Unreadable("no hash path of a video")
    if event.state == "ready":
        add_job_of_ready(cursor, event.hash_path)


def _video_published(cursor: Cursor, event: VideoPublished, event_id: int) -> None:
    """Captions that were set before are seen from now on."""
    if not HASH_PATH.fullmatch(event.hash_path):
        raise Unreadable("no hash path of a video")
    add_job_of_video(cursor, event.hash_path, event.channel_id)


def _channel_changed(cursor: Cursor, event: ChannelVisibilityChanged, event_id: int) -> None:
    add_job_of_channel(cursor, event.channel_id)


def _video_removed(cursor: Cursor, event: VideoRemoved, event_id: int) -> None:
    if not HASH_PATH.fullmatch(event.hash_path):
        raise Unreadable("no hash path of a video")
    add_remove_job(cursor, event.hash_path, _turn_of(event.channel_id))


def _picture_removed(cursor: Cursor, event: ChannelPictureRemoved, event_id: int) -> None:
    if not NAME.fullmatch(event.name):
        raise Unreadable("no name of a picture")
    add_remove_picture_job(cursor, event.name, _turn_of(event.channel_id))


def _turn_of(channel_id: int | None) -> str:
    return "" if channel_id is None else str(channel_id)
