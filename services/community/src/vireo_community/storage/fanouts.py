"""The table ``NoticeFanouts``: new videos of a channel on their way to its followers.

What a channel publishes while its followers are being told waits, and is told in one the next time:
five hundred videos at once are two rounds, merged in each follower's one unread notice. Which
videos they are is in ``NoticeFanoutVideos``: each follower hears of those that can be seen then.
"""

from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_community.core.notices import Kind
from vireo_community.storage.waiting_mails import wait
from vireo_videos.visibility import PUBLIC

AT_ONCE = 500
"""Followers of one transaction, whose notices it locks."""
RUNS_A_DAY = 10
"""Rounds of one channel that have somebody to tell; what it publishes beyond is told on the next
day."""

# A video is announced once, whatever becomes of its visibility.
FIRST_TIME = """
INSERT IGNORE INTO NoticesTold (ChannelID, Kind, Subject, ActorID) VALUES (%s, 'video', %s, 0)
"""

WAIT = """
INSERT INTO NoticeFanouts (ChannelID, Waiting, WaitingVideo, StepAt) VALUES (%s, 1, %s, NOW(3))
ON DUPLICATE KEY UPDATE Waiting = Waiting + 1, WaitingVideo = VALUES(WaitingVideo)
"""

# The order of its ids is that in which videos were announced.
ADD = "INSERT IGNORE INTO NoticeFanoutVideos (ChannelID, VideoID) VALUES (%s, %s)"

# Whose turn was longest ago: a channel of a million followers keeps no other waiting.
NEXT = """
SELECT ChannelID, Running, DoneUntil FROM NoticeFanouts FORCE INDEX (Due)
WHERE Due AND (Running > 0 OR Day IS NULL OR Day < UTC_DATE() OR Runs < %s)
ORDER BY StepAt LIMIT 1 FOR UPDATE SKIP LOCKED
"""

BEGIN = """
UPDATE NoticeFanouts SET Running = Waiting, RunningVideo = WaitingVideo, Waiting = 0, DoneUntil = 0,
    Runs = IF(Day = UTC_DATE(), Runs, 0), Day = UTC_DATE()
WHERE ChannelID = %s
"""

TAKE = "UPDATE NoticeFanoutVideos SET Running = 1 WHERE ChannelID = %s AND Running = 0"

# A worker of the version before, which an upgrade ends, knows the latest video of a round alone.
ADOPT = """
INSERT IGNORE INTO NoticeFanoutVideos (ChannelID, VideoID, Running)
SELECT ChannelID, RunningVideo, 1 FROM NoticeFanouts WHERE ChannelID = %s
"""

# The latest video of the round that everybody may see, and how many these are. A suspended
# channel's videos are hidden with it.
SHOWN = f"""
SELECT v.VideoID, COUNT(*) OVER ()
FROM NoticeFanoutVideos f JOIN Videos v ON v.VideoID = f.VideoID AND v.{PUBLIC}
WHERE f.ChannelID = %s AND f.Running = 1
ORDER BY f.AnnouncementID DESC LIMIT 1
"""

# Share locks: nobody of them is deleted before they are told, and their rows stay behind.
FOLLOWERS = """
SELECT s.SubscriptionID, s.FollowerID, c.ChannelID IS NOT NULL AND s.Notify = 'all'
    AND COALESCE(w.App, 1)
    AND NOT EXISTS (
        SELECT 1 FROM Blocks b WHERE b.ChannelID = s.FollowerID AND b.BlockedID = s.ChannelID)
FROM Subscriptions s LEFT JOIN Channels c ON c.ChannelID = s.FollowerID
LEFT JOIN NoticeSettings w ON w.ChannelID = s.FollowerID AND w.Kind = 'video'
WHERE s.ChannelID = %s AND s.SubscriptionID > %s
ORDER BY s.SubscriptionID LIMIT %s LOCK IN SHARE MODE
"""

CHANGES = """
INSERT INTO NoticeBoxes (ChannelID, LastChange) VALUES (%s, 1)
ON DUPLICATE KEY UPDATE LastChange = LastChange + 1
"""

TELL = """
INSERT INTO Notices (ChannelID, Kind, Subject, `Change`, Count, VideoID, ActorID, CreatedAt)
SELECT ChannelID, %s, %s, LastChange, %s, %s, %s, NOW(3) FROM NoticeBoxes WHERE ChannelID IN %s
ON DUPLICATE KEY UPDATE Count = Count + VALUES(Count), `Change` = VALUES(`Change`),
    VideoID = VALUES(VideoID), CreatedAt = VALUES(CreatedAt)
"""

STEP = """
UPDATE NoticeFanouts SET DoneUntil = %s, Runs = Runs + %s, StepAt = NOW(3) WHERE ChannelID = %s
"""

END = "UPDATE NoticeFanouts SET Running = 0 WHERE ChannelID = %s"
FORGET = "DELETE FROM NoticeFanoutVideos WHERE ChannelID = %s AND Running = 1"


class FanoutTable:
    """Fan-outs in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def step(self) -> bool:
        """Tell some followers of one channel; ``False`` where there is nothing to do."""
        return self._database.transaction("fanouts.step", _step)


def announce(cursor: Cursor, channel_id: int, video_id: int) -> None:
    """Have a channel's followers told of a video, in the caller's transaction; once for ever."""
    if cursor.execute(FIRST_TIME, (channel_id, video_id)):
        cursor.execute(WAIT, (channel_id, video_id))
        cursor.execute(ADD, (channel_id, video_id))


def _step(cursor: Cursor) -> bool:
    if not cursor.execute(NEXT, (RUNS_A_DAY,)):
        return False
    ((channel_id, running, done_until),) = cursor.fetchall()
    if not running:
        done_until = 0
        cursor.execute(BEGIN, (channel_id,))
        cursor.execute(TAKE, (channel_id,))
    cursor.execute(ADOPT, (channel_id,))
    told = _tell(cursor, channel_id, done_until)
    # A round that finds nobody to tell, or nothing, is none of the day's.
    counts = not running and bool(told)
    cursor.execute(STEP, (told[-1] if told else done_until, counts, channel_id))
    if len(told) < AT_ONCE:
        cursor.execute(END, (channel_id,))
        cursor.execute(FORGET, (channel_id,))
    return True


def _tell(cursor: Cursor, channel_id: int, done_until: int) -> Sequence[int]:
    """Tell the next followers, as far as they want to know; the ids of their subscriptions, none
    where nobody may see a video of the round any more."""
    if not cursor.execute(SHOWN, (channel_id,)):
        return []
    ((video_id, count),) = cursor.fetchall()
    cursor.execute(FOLLOWERS, (channel_id, done_until, AT_ONCE))
    rows = cursor.fetchall()
    told = sorted(follower for _, follower, wants in rows if wants)
    if told:
        cursor.executemany(CHANGES, [(follower,) for follower in told])
        subject = (Kind.VIDEO, f"channel {channel_id}")
        cursor.execute(TELL, (*subject, count, video_id, channel_id, told))
        wait(cursor, Kind.VIDEO, told)
    return [subscription for subscription, *_ in rows]
