"""What goes with a video or a channel that is deleted: in pieces, each with its counters.

The row of the video or the channel is gone before, so that nothing is added meanwhile (whoever adds
something holds it), and nothing of what is still there is shown. Everything may be run again.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import SWEEP_ROWS, Database
from vireo_common.errors import Failure
from vireo_common.events import Unsubscribed
from vireo_community.core.views import Outcome
from vireo_community.storage.playlists import DELETE, DELETE_VIDEOS, take_out

FORGET_VIDEO = "DELETE FROM WatchHistory WHERE VideoID = %s LIMIT 1000"
FORGET_VIEWER = "DELETE FROM WatchHistory WHERE ChannelID = %s LIMIT 1000"
END_SESSIONS = "DELETE FROM ViewSessions WHERE VideoID = %s LIMIT 1000"
FORGET_MARKS = "DELETE FROM ViewMarks WHERE VideoID = %s LIMIT 1000"

PLAYLISTS_WITH = "SELECT PlaylistID FROM PlaylistVideos WHERE VideoID = %s LIMIT 100"
PLAYLISTS_OF = "SELECT PlaylistID FROM Playlists WHERE ChannelID = %s LIMIT 10 FOR UPDATE"

LOGGED = "SELECT ViewID, Outcome FROM ViewLog WHERE VideoID = %s LIMIT 1000 FOR UPDATE"
UNLOG = "DELETE FROM ViewLog WHERE ViewID IN %s"
BASE = "SELECT Views FROM ViewBase WHERE VideoID = %s FOR UPDATE"
FORGET_BASE = "DELETE FROM ViewBase WHERE VideoID = %s"
UNCOUNT_VIEWS = "UPDATE VideoCounters SET Views = Views - %s WHERE VideoID = %s"
UNCOUNT_CHANNEL = "UPDATE ChannelCounters SET Views = Views - %s WHERE ChannelID = %s"
# Its other counter is that of comments, which go on their own way.
FORGET_COUNTERS = "DELETE FROM VideoCounters WHERE VideoID = %s AND Views = 0 AND Comments = 0"

FOLLOWED = """
SELECT SubscriptionID, ChannelID FROM Subscriptions WHERE FollowerID = %s LIMIT 100 FOR UPDATE
"""
FOLLOWERS = """
SELECT SubscriptionID, FollowerID FROM Subscriptions WHERE ChannelID = %s LIMIT 1000 FOR UPDATE
"""
UNSUBSCRIBE = "DELETE FROM Subscriptions WHERE SubscriptionID IN %s"
UNCOUNT_FOLLOWERS = "UPDATE ChannelCounters SET Subscribers = Subscribers - %s WHERE ChannelID = %s"
FORGET_CHANNEL_COUNTERS = "DELETE FROM ChannelCounters WHERE ChannelID = %s"


class Removal:
    """Everything of views, histories, subscriptions and playlists in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_video(self, video_id: int, channel_id: int) -> None:
        """Delete what there is of a video of this channel."""
        for statement in (FORGET_VIDEO, END_SESSIONS, FORGET_MARKS):
            self._drain(statement, video_id)

        def from_playlists(cursor: Cursor) -> int:
            cursor.execute(PLAYLISTS_WITH, (video_id,))
            found = sorted(playlist_id for (playlist_id,) in cursor.fetchall())
            for playlist_id in found:
                # A playlist that is deleted at this moment takes its rows with it.
                with suppress(Failure):
                    take_out(cursor, playlist_id, video_id)
            return len(found)

        def log(cursor: Cursor) -> int:
            cursor.execute(LOGGED, (video_id,))
            rows = cursor.fetchall()
            if rows:
                cursor.execute(UNLOG, ([view_id for view_id, _ in rows],))
                counted = sum(outcome == Outcome.COUNTED for _, outcome in rows)
                _uncount_views(cursor, video_id, channel_id, counted)
            return len(rows)

        def base(cursor: Cursor) -> int:
            cursor.execute(BASE, (video_id,))
            row = cursor.fetchone()
            _uncount_views(cursor, video_id, channel_id, row[0] if row else 0)
            cursor.execute(FORGET_BASE, (video_id,))
            cursor.execute(FORGET_COUNTERS, (video_id,))
            return 0

        self._repeat("removal.from_playlists", from_playlists)
        self._repeat("removal.log", log)
        self._repeat("removal.base", base)

    def of_channel(self, channel_id: int) -> None:
        """Delete what there is of a channel; its videos go by themselves."""
        self._drain(FORGET_VIEWER, channel_id)

        def followed(cursor: Cursor) -> int:
            cursor.execute(FOLLOWED, (channel_id,))
            rows = cursor.fetchall()
            if rows:
                cursor.execute(UNSUBSCRIBE, ([row[0] for row in rows],))
                for _, other in rows:
                    events.publish(cursor, Unsubscribed(other, channel_id))
                for other, count in sorted(Counter(row[1] for row in rows).items()):
                    cursor.execute(UNCOUNT_FOLLOWERS, (count, other))
            return len(rows)

        def followers(cursor: Cursor) -> int:
            cursor.execute(FOLLOWERS, (channel_id,))
            rows = cursor.fetchall()
            if rows:
                cursor.execute(UNSUBSCRIBE, ([row[0] for row in rows],))
                cursor.execute(UNCOUNT_FOLLOWERS, (len(rows), channel_id))
            return len(rows)

        def playlists(cursor: Cursor) -> int:
            cursor.execute(PLAYLISTS_OF, (channel_id,))
            rows = cursor.fetchall()
            for (playlist_id,) in rows:
                cursor.execute(DELETE_VIDEOS, (playlist_id,))
                cursor.execute(DELETE, (playlist_id,))
            return len(rows)

        self._repeat("removal.followed", followed)
        self._repeat("removal.followers", followers)
        self._repeat("removal.playlists", playlists)
        self._database.write(FORGET_CHANNEL_COUNTERS, (channel_id,))

    def _drain(self, statement: str, subject: int) -> None:
        while self._database.write(statement, (subject,)) >= SWEEP_ROWS:
            pass

    def _repeat(self, name: str, piece: Callable[[Cursor], int]) -> None:
        """Run a piece until it finds nothing more."""
        while self._database.transaction(name, piece):
            pass


def _uncount_views(cursor: Cursor, video_id: int, channel_id: int, views: int) -> None:
    if views:
        cursor.execute(UNCOUNT_VIEWS, (views, video_id))
        cursor.execute(UNCOUNT_CHANNEL, (views, channel_id))
