"""What media reports of a video, in the tables of catalog."""

import datetime as dt
import json
from dataclasses import asdict
from typing import NamedTuple

from pymysql.cursors import Cursor

from vireo_catalog.core.videos import Files, Progress
from vireo_catalog.storage import words
from vireo_common import events
from vireo_common.events import VideoPublished, VideoVisibilityChanged
from vireo_videos.visibility import HiddenBy, State, Visibility, is_playable, is_public_in

LOCK = """
SELECT VideoID, ChannelID, State, StoredAt, StateEvent, HiddenBy, Visibility, PublishAt, PublishedAt
FROM Videos WHERE PathHash = %s FOR UPDATE
"""


class Locked(NamedTuple):
    """A row of ``LOCK``."""

    video_id: int
    channel_id: int
    state: str
    stored_at: dt.datetime | None
    state_event: int
    hidden_by: int
    visibility: str
    publish_at: dt.datetime | None
    published_at: dt.datetime | None

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.is_public_as(Visibility(self.visibility))

    def is_public_as(self, visibility: Visibility) -> bool:
        """Whether everybody could see it with this visibility."""
        return is_public_in(State(self.state), HiddenBy(self.hidden_by), visibility)


SET_STATE_EVENT = "UPDATE Videos SET StateEvent = %s WHERE VideoID = %s"

RECORD = """
UPDATE Videos SET State = %s, Reason = %s, Duration = COALESCE(%s, Duration),
    Width = COALESCE(%s, Width), Height = COALESCE(%s, Height),
    Sha256 = COALESCE(NULLIF(%s, ''), Sha256)
WHERE VideoID = %s
"""

# Also of a video that is ready: a job that ran twice may have made another picture. States tell of
# it, and what its owner chooses does: of both, whichever came last. (A media service of the version
# before names no event.)
SET_THUMBNAIL_VERSION = """
UPDATE Videos SET ThumbnailVersion = %s, ThumbnailEvent = COALESCE(%s, ThumbnailEvent)
WHERE VideoID = %s AND COALESCE(%s > ThumbnailEvent, 1)
"""

# The time of upload is the time at which the bytes were there.
STORED = """
UPDATE Videos SET StoredAt = UTC_TIMESTAMP(), Upload = UTC_TIMESTAMP() WHERE VideoID = %s
"""

PUBLISHED = "UPDATE Videos SET PublishedAt = UTC_TIMESTAMP() WHERE VideoID = %s"

LOCK_FILES = "SELECT VideoID, FilesEvent FROM Videos WHERE PathHash = %s FOR UPDATE"

RECORD_FILES = """
UPDATE Videos SET Stream = %s, Storyboard = %s, Captions = %s, Chapters = %s, FilesEvent = %s
WHERE VideoID = %s
"""

COUNT = """
INSERT INTO ChannelStats (ChannelID, Videos) VALUES (%s, GREATEST(%s, 0))
ON DUPLICATE KEY UPDATE Videos = GREATEST(Videos + %s, 0)
"""


def record(cursor: Cursor, hash_path: str, progress: Progress) -> bool:
    """Record in the caller's transaction what media reports; ``False`` where there is no video.

    Idempotent: each report comes by a call and by an event, in any order among others, and what
    is older than the row's changes nothing. A video that is ready stays so, whatever comes. A
    second ``ready`` is a copy that was damaged, and encoded instead.
    """
    found = lock(cursor, hash_path)
    if found is None:
        return False
    video_id, state = found.video_id, found.state
    if progress.event_id is not None:
        if progress.event_id <= found.state_event:
            return True
        cursor.execute(SET_STATE_EVENT, (progress.event_id, video_id))
    if found.stored_at is None:
        cursor.execute(STORED, (video_id,))
    if progress.thumbnail_version is not None:
        _set_thumbnail(cursor, video_id, progress.thumbnail_version, progress.event_id)
    before, after = is_playable(State(state)), is_playable(progress.state)
    if after or not before:
        facts = (progress.duration, progress.width, progress.height, progress.sha256)
        cursor.execute(RECORD, (progress.state, progress.reason[:255], *facts, video_id))
    if after and not before:
        words.index(cursor, [video_id])
        # What was hidden meanwhile is counted when it is shown, and announced to nobody.
        if is_public_in(progress.state, HiddenBy(found.hidden_by), Visibility(found.visibility)):
            show(cursor, hash_path, found)
        elif found.visibility == Visibility.UNLISTED:
            # Captions that were set before are seen from now on.
            events.publish(cursor, VideoVisibilityChanged(hash_path, found.channel_id))
    return True


def show(cursor: Cursor, hash_path: str, found: Locked) -> None:
    """Note that everybody may see a video that could not be seen before; the first time it is
    announced."""
    cursor.execute(COUNT, (found.channel_id, 1, 1))
    if found.published_at is None:
        cursor.execute(PUBLISHED, (found.video_id,))
        events.publish(cursor, VideoPublished(hash_path, found.channel_id, found.video_id))


def record_files(cursor: Cursor, hash_path: str, files: Files) -> bool:
    """Record in the caller's transaction what there is of a video beside its MP4; ``False`` where
    there is no video. Idempotent, as ``record`` is."""
    if not cursor.execute(LOCK_FILES, (hash_path,)):
        return False
    ((video_id, event_id),) = cursor.fetchall()
    if files.event_id > event_id:
        texts = [
            json.dumps([asdict(each) for each in of]) for of in (files.captions, files.chapters)
        ]
        values = (files.stream, files.storyboard, *texts, files.event_id, video_id)
        cursor.execute(RECORD_FILES, values)
    if files.thumbnail_version is not None:
        _set_thumbnail(cursor, video_id, files.thumbnail_version, files.event_id)
    return True


def _set_thumbnail(cursor: Cursor, video_id: int, version: str, event_id: int | None) -> None:
    cursor.execute(SET_THUMBNAIL_VERSION, (version, event_id, video_id, event_id))


def lock(cursor: Cursor, hash_path: str) -> Locked | None:
    cursor.execute(LOCK, (hash_path,))
    row = cursor.fetchone()
    return Locked(*row) if row else None
