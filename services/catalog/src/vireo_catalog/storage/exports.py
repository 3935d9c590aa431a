"""A channel and its videos in whatever state, read for the channel's owner."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from vireo_catalog.core.channels import ChannelCount
from vireo_common.database import Database
from vireo_videos.channel import Link
from vireo_videos.rows import LISTED_JOINS, WHOLE, video
from vireo_videos.video import Video

CHANNEL = """
SELECT Channels.ChannelID, Username, COALESCE(Videos, 0), COALESCE(About, ''), COALESCE(Links, '[]')
FROM Channels LEFT JOIN ChannelStats USING (ChannelID) LEFT JOIN ChannelTexts USING (ChannelID)
WHERE Channels.ChannelID = %s
"""

VIDEOS = f"""
SELECT STRAIGHT_JOIN {WHOLE}
FROM Videos v FORCE INDEX (OfChannel) {LISTED_JOINS}
WHERE v.ChannelID = %s AND v.VideoID > %s ORDER BY v.VideoID LIMIT %s
"""


VIEWERS = """
SELECT w.VideoID, c.Username FROM VideoViewers w JOIN Channels c ON c.ChannelID = w.ChannelID
WHERE w.VideoID IN %s ORDER BY c.Username
"""


class ExportTables:
    """Several tables in MariaDB, read for one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def channel(self, channel_id: int) -> ChannelCount | None:
        """The channel with this id."""
        with self._database.read() as cursor:
            cursor.execute(CHANNEL, (channel_id,))
            row = cursor.fetchone()
        if row is None:
            return None
        found, name, videos, about, links = row
        return ChannelCount(
            found, name, videos, about, [Link(**link) for link in json.loads(links)]
        )

    def videos(self, channel_id: int, after: int, limit: int) -> Sequence[Video]:
        """Its videos in whatever state whose id is beyond ``after``, in the order of ids."""
        with self._database.read() as cursor:
            cursor.execute(VIDEOS, (channel_id, after, limit))
            return [video(row) for row in cursor.fetchall()]

    def viewers(self, video_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """The names of who was named for videos, by the ids of these."""
        found = defaultdict[int, list[str]](list)
        if video_ids:
            with self._database.read() as cursor:
                cursor.execute(VIEWERS, (tuple(video_ids),))
                for video_id, name in cursor.fetchall():
                    found[video_id].append(name)
        return found
