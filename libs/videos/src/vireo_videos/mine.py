"""What a viewer has with videos: where they stand, and whether they follow the channel."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymysql.cursors import Cursor

MINE = """
SELECT v.VideoID, h.Position, f.FollowerID IS NOT NULL
FROM Videos v
LEFT JOIN WatchHistory h ON h.VideoID = v.VideoID AND h.ChannelID = %s
LEFT JOIN Subscriptions f ON f.ChannelID = v.ChannelID AND f.FollowerID = %s
WHERE v.VideoID IN %s
"""


@dataclass(frozen=True)
class Mine:
    """What one viewer has with one video; ``position`` is in seconds, 0 where there is none."""

    position: float = 0.0
    subscribed: bool = False


def find_mine(cursor: Cursor, viewer: int, video_ids: Sequence[int]) -> dict[int, Mine]:
    """What the viewer has with each of these videos; all of them are there."""
    found = dict.fromkeys(video_ids, Mine())
    if video_ids:
        cursor.execute(MINE, (viewer, viewer, tuple(video_ids)))
        for video_id, position, subscribed in cursor.fetchall():
            found[video_id] = Mine(position or 0.0, bool(subscribed))
    return found


def show_mine(mine: Mine) -> dict[str, object]:
    """The keys of it in a video's object."""
    return {"my_position": mine.position, "subscribed": mine.subscribed}
