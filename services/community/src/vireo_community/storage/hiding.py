"""What decisions do: hiding and showing of videos, comments and channels, with their counters.

Locks are taken in the order of everybody: channels, videos, comments, counters.
"""

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.errors import Code, Failure
from vireo_common.events import (
    ChannelVisibilityChanged,
    VideoRemovalDecided,
    VideoVisibilityChanged,
)
from vireo_community.core.moderation import Kind, Subject, Verdict
from vireo_community.core.videos import Subject as Video
from vireo_community.storage import comment_rows
from vireo_community.storage.comment_rows import lock_thread
from vireo_community.storage.videos import held_video, lock_video
from vireo_videos.visibility import HiddenBy, is_public, is_public_in

HIDE_VIDEO = "UPDATE Videos SET HiddenBy = %s WHERE VideoID = %s"

COUNT_VIDEO = """
INSERT INTO ChannelStats (ChannelID, Videos) VALUES (%s, GREATEST(%s, 0))
ON DUPLICATE KEY UPDATE Videos = GREATEST(Videos + %s, 0)
"""

LOCK_CHANNEL = "SELECT SuspendedAt IS NOT NULL FROM Channels WHERE ChannelID = %s FOR UPDATE"

SUSPEND = "UPDATE Channels SET SuspendedAt = NOW(3) WHERE ChannelID = %s"
READMIT = "UPDATE Channels SET SuspendedAt = NULL WHERE ChannelID = %s"

HIDE_VIDEOS = "UPDATE Videos SET HiddenBy = HiddenBy | %s WHERE ChannelID = %s"
SHOW_VIDEOS = "UPDATE Videos SET HiddenBy = HiddenBy & ~%s WHERE ChannelID = %s"

# All videos of the channel are locked, and no new one comes in: whoever announces one holds the
# channel.
COUNT_VIDEOS = """
INSERT INTO ChannelStats (ChannelID, Videos)
SELECT %s, COUNT(*) FROM Videos WHERE ChannelID = %s AND IsPublic = 1
ON DUPLICATE KEY UPDATE Videos = VALUES(Videos)
"""

LATER = "GREATEST(NOW(3), StepAt + INTERVAL 1000 MICROSECOND)"
"""What a change of a row of ``CommentSyncs`` sets ``StepAt`` to: no two are at the same time."""

# Its comments are hidden by the join with the channel at once, and counted so in pieces.
SYNC_COMMENTS = f"""
INSERT INTO CommentSyncs (ChannelID, StepAt) VALUES (%s, NOW(3))
ON DUPLICATE KEY UPDATE DoneUntil = 0, StepAt = {LATER}
"""


def carry_out(cursor: Cursor, subject: Subject, verdict: Verdict) -> None:
    """Do what was decided, in the caller's transaction.

    Raises:
        Failure: ``not_found`` where the subject is gone; ``already_decided`` where there is nothing
            to restore, or it was removed.
    """
    if verdict is Verdict.DISMISS:
        return
    match subject.kind:
        case Kind.VIDEO:
            _video(cursor, subject, verdict)
        case Kind.COMMENT:
            _comment(cursor, subject, verdict)
        case Kind.CHANNEL:
            _channel(cursor, subject.subject_id, verdict)


def _video(cursor: Cursor, subject: Subject, verdict: Verdict) -> None:
    video = lock_video(cursor, subject.subject_id)
    if video is None:
        raise Failure(Code.NOT_FOUND)
    hidden_by = video.hidden_by | HiddenBy.DECISION
    if verdict is Verdict.RESTORE:
        if HiddenBy.DECISION not in video.hidden_by or HiddenBy.REMOVAL in video.hidden_by:
            raise _nothing_to_restore()
        hidden_by = video.hidden_by & ~HiddenBy.DECISION
    if verdict is Verdict.REMOVE:
        hidden_by |= HiddenBy.REMOVAL
    _set_video(cursor, video, hidden_by)
    if verdict is Verdict.REMOVE:
        gone = VideoRemovalDecided(video.hash_path, video.channel_id, video.video_id)
        events.publish(cursor, gone)


def _set_video(cursor: Cursor, video: Video, hidden_by: HiddenBy) -> None:
    cursor.execute(HIDE_VIDEO, (int(hidden_by), video.video_id))
    more = int(is_public_in(video.state, hidden_by, video.visibility)) - int(is_public(video))
    if more:
        cursor.execute(COUNT_VIDEO, (video.channel_id, more, more))
    events.publish(cursor, VideoVisibilityChanged(video.hash_path, video.channel_id))


def _comment(cursor: Cursor, subject: Subject, verdict: Verdict) -> None:
    video_id = comment_rows.video_of(cursor, subject.subject_id)
    if video_id is None:
        raise Failure(Code.NOT_FOUND)
    held_video(cursor, video_id)
    row, parent = lock_thread(cursor, subject.subject_id)
    match verdict:
        case Verdict.REMOVE:
            comment_rows.delete(cursor, row, parent)
        case Verdict.RESTORE:
            if HiddenBy.DECISION not in row.hidden_by:
                raise _nothing_to_restore()
            comment_rows.restore(cursor, row, parent, HiddenBy.DECISION)
        case _:
            comment_rows.hide(cursor, row, parent, HiddenBy.DECISION)


def _channel(cursor: Cursor, channel_id: int, verdict: Verdict) -> None:
    if not cursor.execute(LOCK_CHANNEL, (channel_id,)):
        raise Failure(Code.NOT_FOUND)
    ((suspended,),) = cursor.fetchall()
    restore = verdict is Verdict.RESTORE
    if restore and not suspended:
        raise _nothing_to_restore()
    if not restore and suspended:
        return
    cursor.execute(READMIT if restore else SUSPEND, (channel_id,))
    statement = SHOW_VIDEOS if restore else HIDE_VIDEOS
    cursor.execute(statement, (int(HiddenBy.CHANNEL), channel_id))
    cursor.execute(COUNT_VIDEOS, (channel_id, channel_id))
    cursor.execute(SYNC_COMMENTS, (channel_id,))
    events.publish(cursor, ChannelVisibilityChanged(channel_id))


def _nothing_to_restore() -> Failure:
    return Failure(Code.ALREADY_DECIDED, "There is nothing of it to restore.")
