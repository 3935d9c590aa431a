"""The table ``Reactions``, and the counters of it in ``Videos``.

Who changes a video's reactions holds the video's row, so that its counters equal the rows at every
moment. Channels are locked before videos everywhere: a channel's deletion goes the same way.
"""

from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.events import VideoLiked
from vireo_community.core.reactions import Counts, Wish
from vireo_community.core.videos import Subject
from vireo_community.storage.channels import hold_living
from vireo_community.storage.videos import lock_video
from vireo_videos.mine import MyReaction
from vireo_videos.visibility import may_view

OF_THESE = """
SELECT ChannelID, Reaction FROM Reactions FORCE INDEX (PRIMARY)
WHERE VideoID = %s AND ChannelID IN %s
"""

SET = """
INSERT INTO Reactions (VideoID, ChannelID, Reaction, CreatedAt)
VALUES (%s, %s, %s, UTC_TIMESTAMP())
ON DUPLICATE KEY UPDATE Reaction = VALUES(Reaction), CreatedAt = VALUES(CreatedAt)
"""

DELETE = "DELETE FROM Reactions WHERE VideoID = %s AND ChannelID IN %s"

COUNT = "UPDATE Videos SET `Like` = `Like` + %s, Dislike = Dislike + %s WHERE VideoID = %s"

COUNTS = "SELECT `Like`, Dislike FROM Videos WHERE VideoID = %s"


class ReactionTable:
    """Reactions in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def react(self, video_id: int, wishes: Sequence[Wish]) -> Sequence[Counts | Failure]:
        """Fulfil some wishes, in their order, in one transaction; what each one gets."""

        def work(cursor: Cursor) -> Sequence[Counts | Failure]:
            living = hold_living(cursor, {wish.channel_id for wish in wishes})
            video = lock_video(cursor, video_id)
            outcomes = [_refusal(wish, living, video) for wish in wishes]
            if video is None:
                return [outcome or Failure(Code.NOT_FOUND) for outcome in outcomes]
            # The last wish of a channel counts.
            wanted = {
                wish.channel_id: wish.reaction
                for wish, refusal in zip(wishes, outcomes, strict=True)
                if refusal is None
            }
            counts = _set(cursor, video, wanted)
            return [outcome or counts for outcome in outcomes]

        return self._database.transaction("reactions.react", work)


def _refusal(wish: Wish, living: set[int], video: Subject | None) -> Failure | None:
    if wish.channel_id not in living:
        return Failure(Code.TOKEN_INVALID)
    if video is None or not may_view(wish.channel_id, video):
        return Failure(Code.NOT_FOUND)
    return None


def _set(cursor: Cursor, video: Subject, wanted: dict[int, MyReaction]) -> Counts:
    """Set the reactions of some channels to a video whose row is locked."""
    before: dict[int, MyReaction] = {}
    if wanted:
        cursor.execute(OF_THESE, (video.video_id, tuple(wanted)))
        before = dict(cursor.fetchall())
    changed = {
        channel_id: reaction
        for channel_id, reaction in wanted.items()
        if before.get(channel_id, "none") != reaction
    }
    removed = tuple(channel_id for channel_id, to in changed.items() if to == "none")
    put = [(video.video_id, channel_id, to) for channel_id, to in changed.items() if to != "none"]
    if removed:
        cursor.execute(DELETE, (video.video_id, removed))
    if put:
        cursor.executemany(SET, put)
    if changed:
        after = list(changed.values())
        was = [before.get(channel_id) for channel_id in changed]
        likes, dislikes = (after.count(kind) - was.count(kind) for kind in ("like", "dislike"))
        cursor.execute(COUNT, (likes, dislikes, video.video_id))
    for channel_id, reaction in changed.items():
        if reaction == "like" and channel_id != video.channel_id:
            said = VideoLiked(video.video_id, video.hash_path, channel_id, video.channel_id)
            events.publish(cursor, said)
    cursor.execute(COUNTS, (video.video_id,))
    ((total_likes, total_dislikes),) = cursor.fetchall()
    return Counts(total_likes, total_dislikes)
