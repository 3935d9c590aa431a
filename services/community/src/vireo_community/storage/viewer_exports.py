"""What is kept about a viewer, read for the export of their data: pages in the order of ids."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from vireo_common.database import Database

# Also of what may not be seen any more: that they watched it is theirs.
SUBSCRIPTIONS = """
SELECT f.SubscriptionID, c.Username, f.Notify, f.CreatedAt
FROM Subscriptions f JOIN Channels c ON c.ChannelID = f.ChannelID
WHERE f.FollowerID = %s AND f.SubscriptionID > %s ORDER BY f.SubscriptionID LIMIT %s
"""

HISTORY = """
SELECT h.VideoID, v.PathHash, h.Position, h.WatchedAt
FROM WatchHistory h FORCE INDEX (PRIMARY) JOIN Videos v ON v.VideoID = h.VideoID
WHERE h.ChannelID = %s AND h.VideoID > %s ORDER BY h.VideoID LIMIT %s
"""

PLAYLISTS = """
SELECT PlaylistID, Title, Description, Visibility, UpdatedAt FROM Playlists
WHERE ChannelID = %s AND PlaylistID > %s ORDER BY PlaylistID LIMIT %s
"""

PLAYLIST_VIDEOS = """
SELECT v.PathHash FROM PlaylistVideos i JOIN Videos v ON v.VideoID = i.VideoID
WHERE i.PlaylistID = %s ORDER BY i.Place
"""


@dataclass(frozen=True)
class ExportedSubscription:
    """A channel that somebody follows."""

    row_id: int
    channel: str
    notify: str
    since: dt.datetime


@dataclass(frozen=True)
class ExportedWatch:
    """A video that somebody has watched, and where they stand."""

    row_id: int
    hash_path: str
    position: float
    watched_at: dt.datetime


@dataclass(frozen=True)
class ExportedPlaylist:
    """A playlist with the hash paths of what is in it, 5,000 at the most."""

    row_id: int
    title: str
    description: str
    visibility: str
    updated: dt.datetime
    videos: Sequence[str]


class ViewerExports:
    """Several tables in MariaDB, read for one person; ``after`` is the last ``row_id``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def subscriptions(
        self, channel_id: int, after: int, limit: int
    ) -> Sequence[ExportedSubscription]:
        """Whom they follow."""
        with self._database.read() as cursor:
            cursor.execute(SUBSCRIPTIONS, (channel_id, after, limit))
            rows = cursor.fetchall()
        return [ExportedSubscription(row, name, notify, _utc(at)) for row, name, notify, at in rows]

    def history(self, channel_id: int, after: int, limit: int) -> Sequence[ExportedWatch]:
        """What they have watched."""
        with self._database.read() as cursor:
            cursor.execute(HISTORY, (channel_id, after, limit))
            rows = cursor.fetchall()
        return [ExportedWatch(row, made, position, _utc(at)) for row, made, position, at in rows]

    def playlists(self, channel_id: int, after: int, limit: int) -> Sequence[ExportedPlaylist]:
        """Their playlists, with what they watch later."""
        found = []
        with self._database.read() as cursor:
            cursor.execute(PLAYLISTS, (channel_id, after, limit))
            for playlist_id, title, description, visibility, updated in cursor.fetchall():
                cursor.execute(PLAYLIST_VIDEOS, (playlist_id,))
                videos = [str(hash_path) for (hash_path,) in cursor.fetchall()]
                texts = (title, description, visibility)
                found.append(ExportedPlaylist(playlist_id, *texts, _utc(updated), videos))
        return found


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC)
