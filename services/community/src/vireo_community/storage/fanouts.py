"""The table ``NoticeFanouts``: new videos of a channel on their way to its followers.

What a channel publishes while its followers are being told waits, and is told in one the next time:
five hundred videos at once are two rounds, merged in each follower's one unread notice.
"""

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_community.core.notices import Kind
from vireo_community.storage.waiting_mails import wait
from vireo_videos.visibility import PUBLIC

AT_ONCE = 500
"""Followers of one transaction, whose notices it locks."""
RUNS_A_DAY = 10
"""Rounds of one channel; what it publishes beyond is told on the next day."""

# A video is announced once, whatever becomes of its visibility.
FIRST_TIME = """
INSERT IGNORE INTO NoticesTold (ChannelID, Kind, Subject, ActorID) VALUES (%s, 'video', %s, 0)
"""

WAIT = """
INSERT INTO NoticeFanouts (ChannelID, Waiting, WaitingVideo, StepAt) VALUES (%s, 1, %s, NOW(3))
ON DUPLICATE KEY UPDATE Waiting = Waiting + 1, WaitingVideo = VALUES(WaitingVideo)
"""

# Whose turn was longest ago: a channel of a million followers keeps no other waiting.
NEXT = """
SELECT ChannelID, Running, RunningVideo, DoneUntil, Waiting, WaitingVideo
FROM NoticeFanouts FORCE INDEX (Due)
WHERE Due AND (Running > 0 OR Day IS NULL OR Day < UTC_DATE() OR Runs < %s)
ORDER BY StepAt LIMIT 1 FOR UPDATE SKIP LOCKED
"""

BEGIN = """
UPDATE NoticeFanouts SET Running = Waiting, RunningVideo = WaitingVideo, Waiting = 0, DoneUntil = 0,
    Runs = IF(Day = UTC_DATE(), Runs, 0) + 1, Day = UTC_DATE()
WHERE ChannelID = %s
"""

# A suspended channel's videos are hidden with it.
SHOWN = f"SELECT 1 FROM Videos WHERE VideoID = %s AND {PUBLIC}"

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
UPDATE NoticeFanouts SET DoneUntil = %s, Running = IF(%s, 0, Running), StepAt = NOW(3)
WHERE ChannelID = %s
"""


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


def _step(cursor: Cursor) -> bool:
    if not cursor.execute(NEXT, (RUNS_A_DAY,)):
        return False
    ((channel_id, count, video_id, done_until, waiting, waiting_video),) = cursor.fetchall()
    if not count:
        cursor.execute(BEGIN, (channel_id,))
        count, video_id, done_until = waiting, waiting_video, 0
    if not cursor.execute(SHOWN, (video_id,)):
        # Nobody may see it any more: the round ends here.
        cursor.execute(STEP, (done_until, True, channel_id))
        return True
    cursor.execute(FOLLOWERS, (channel_id, done_until, AT_ONCE))
    rows = cursor.fetchall()
    told = sorted(follower for _, follower, wants in rows if wants)
    if told:
        cursor.executemany(CHANGES, [(follower,) for follower in told])
        subject = (Kind.VIDEO, f"channel {channel_id}")
        cursor.execute(TELL, (*subject, count, video_id, channel_id, told))
        wait(cursor, Kind.VIDEO, told)
    last = rows[-1][0] if rows else done_until
    cursor.execute(STEP, (last, len(rows) < AT_ONCE, channel_id))
    return True
