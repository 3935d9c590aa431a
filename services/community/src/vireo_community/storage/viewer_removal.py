"""What goes with a video or a channel that is deleted: in pieces, each with its counters.

The row of the video or the channel is gone before, so that nothing is added meanwhile (whoever adds
something holds it), and nothing of what is still there is shown. Everything may be run again.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_common.events import Unsubscribed
from vireo_community.core.views import Outcome
from vireo_community.storage.playlists import DELETE, DELETE_VIDEOS, take_out

FORGET_VIDEO = "DELETE FROM WatchHistory WHERE VideoID = %s LIMIT %s"
FORGET_VIEWER = "DELETE FROM WatchHistory WHERE ChannelID = %s LIMIT %s"
END_SESSIONS = "DELETE FROM ViewSessions WHERE VideoID = %s LIMIT %s"
FORGET_MARKS = "DELETE FROM ViewMarks WHERE VideoID = %s LIMIT %s"

PLAYLISTS_WITH = "SELECT PlaylistID FROM PlaylistVideos WHERE VideoID = %s LIMIT %s"
PLAYLISTS_OF = "SELECT PlaylistID FROM Playlists WHERE ChannelID = %s LIMIT %s FOR UPDATE"

LOGGED = "SELECT ViewID, Outcome FROM ViewLog WHERE VideoID = %s LIMIT %s FOR UPDATE"
UNLOG = "DELETE FROM ViewLog WHERE ViewID IN %s"
BASE = "SELECT Views FROM ViewBase WHERE VideoID = %s FOR UPDATE"
FORGET_BASE = "DELETE FROM ViewBase WHERE VideoID = %s"
UNCOUNT_VIEWS = "UPDATE VideoCounters SET Views = Views - %s WHERE VideoID = %s"
UNCOUNT_CHANNEL = "UPDATE ChannelCounters SET Views = Views - %s WHERE ChannelID = %s"
# Its other counter is that of comments, which go on their own way.
FORGET_COUNTERS = "DELETE FROM VideoCounters WHERE VideoID = %s AND Views = 0 AND Comments = 0"

FOLLOWED = """
SELECT SubscriptionID, ChannelID FROM Subscriptions WHERE FollowerID = %s LIMIT %s FOR UPDATE
"""
FOLLOWERS = """
SELECT SubscriptionID, FollowerID FROM Subscriptions WHERE ChannelID = %s LIMIT %s FOR UPDATE
"""
UNSUBSCRIBE = "DELETE FROM Subscriptions WHERE SubscriptionID IN %s"
UNCOUNT_FOLLOWERS = "UPDATE ChannelCounters SET Subscribers = Subscribers - %s WHERE ChannelID = %s"
FORGET_CHANNEL_COUNTERS = "DELETE FROM ChannelCounters WHERE ChannelID = %s"


# Rows of one piece that each lock more than themselves: a counter, or a playlist with its videos.
MOST_COUNTERS, MOST_PLAYLISTS = 100, 10


class Removal:
    """Everything of views, histories, subscriptions and playlists in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_video(self, video_id: int, channel_id: int, rows: int) -> bool:
        """Delete some of what there is of a video of this channel; whether there may be more."""

        def from_playlists(cursor: Cursor) -> int:
            cursor.execute(PLAYLISTS_WITH, (video_id, min(rows, MOST_COUNTERS)))
            found = sorted(playlist_id for (playlist_id,) in cursor.fetchall())
            for playlist_id in found:
                # A playlist that is deleted at this moment takes its rows with it.
                with suppress(Failure):
                    take_out(cursor, playlist_id, video_id)
            return len(found)

        def log(cursor: Cursor) -> int:
            cursor.execute(LOGGED, (video_id, rows))
            found = cursor.fetchall()
            if found:
                cursor.execute(UNLOG, ([view_id for view_id, _ in found],))
                counted = sum(outcome == Outcome.COUNTED for _, outcome in found)
                _uncount_views(cursor, video_id, channel_id, counted)
            return len(found)

        def base(cursor: Cursor) -> None:
            cursor.execute(BASE, (video_id,))
            row = cursor.fetchone()
            _uncount_views(cursor, video_id, channel_id, row[0] if row else 0)
            cursor.execute(FORGET_BASE, (video_id,))
            cursor.execute(FORGET_COUNTERS, (video_id,))

        more = self._some((FORGET_VIDEO, END_SESSIONS, FORGET_MARKS), video_id, rows)
        more |= self._database.transaction("removal.from_playlists", from_playlists) > 0
        more |= self._database.transaction("removal.log", log) > 0
        if not more:
            self._database.transaction("removal.base", base)
        return more

    def of_channel(self, channel_id: int, rows: int) -> bool:
        """Delete some of what there is of a channel, whose videos go by themselves; whether there
        may be more."""

        def followed(cursor: Cursor) -> int:
            cursor.execute(FOLLOWED, (channel_id, min(rows, MOST_COUNTERS)))
            found = cursor.fetchall()
            if found:
                cursor.execute(UNSUBSCRIBE, ([row[0] for row in found],))
                for _, other in found:
                    events.publish(cursor, Unsubscribed(other, channel_id))
                for other, count in sorted(Counter(row[1] for row in found).items()):
                    cursor.execute(UNCOUNT_FOLLOWERS, (count, other))
            return len(found)

        def followers(cursor: Cursor) -> int:
            cursor.execute(FOLLOWERS, (channel_id, rows))
            found = cursor.fetchall()
            if found:
                cursor.execute(UNSUBSCRIBE, ([row[0] for row in found],))
                cursor.execute(UNCOUNT_FOLLOWERS, (len(found), channel_id))
            return len(found)

        def playlists(cursor: Cursor) -> int:
            cursor.execute(PLAYLISTS_OF, (channel_id, min(rows, MOST_PLAYLISTS)))
            found = cursor.fetchall()
            for (playlist_id,) in found:
                cursor.execute(DELETE_VIDEOS, (playlist_id,))
                cursor.execute(DELETE, (playlist_id,))
            return len(found)

        more = self._some((FORGET_VIEWER,), channel_id, rows)
        more |= self._database.transaction("removal.followed", followed) > 0
        more |= self._database.transaction("removal.followers", followers) > 0
        more |= self._database.transaction("removal.playlists", playlists) > 0
        if not more:
            self._database.write(FORGET_CHANNEL_COUNTERS, (channel_id,))
        return more

    def _some(self, statements: Sequence[str], subject: int, rows: int) -> bool:
        deleted = [self._database.write(statement, (subject, rows)) for statement in statements]
        return max(deleted) == rows


def _uncount_views(cursor: Cursor, video_id: int, channel_id: int, views: int) -> None:
    if views:
        cursor.execute(UNCOUNT_VIEWS, (views, video_id))
        cursor.execute(UNCOUNT_CHANNEL, (views, channel_id))
