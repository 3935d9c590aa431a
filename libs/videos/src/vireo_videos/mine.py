"""What a viewer has with videos: read for some at once, and only where somebody is signed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pymysql.cursors import Cursor

MyReaction = Literal["like", "dislike", "none"]

MINE = """
SELECT v.VideoID, r.Reaction, h.Position, f.FollowerID IS NOT NULL
FROM Videos v
LEFT JOIN Reactions r ON r.VideoID = v.VideoID AND r.ChannelID = %s
LEFT JOIN WatchHistory h ON h.VideoID = v.VideoID AND h.ChannelID = %s
LEFT JOIN Subscriptions f ON f.ChannelID = v.ChannelID AND f.FollowerID = %s
WHERE v.VideoID IN %s
"""


@dataclass(frozen=True)
class Mine:
    """What one viewer has with one video; ``position`` is in seconds, 0 where there is none."""

    reaction: MyReaction = "none"
    position: float = 0.0
    subscribed: bool = False


def mine(cursor: Cursor, viewer: int, video_ids: Sequence[int]) -> Mapping[int, Mine]:
    """What the viewer has with each of these videos, by their ids."""
    found = dict.fromkeys(video_ids, Mine())
    if video_ids:
        cursor.execute(MINE, (viewer, viewer, viewer, tuple(video_ids)))
        for video_id, reaction, position, subscribed in cursor.fetchall():
            found[video_id] = Mine(reaction or "none", position or 0.0, bool(subscribed))
    return found


def show_mine(found: Mine) -> dict[str, object]:
    """The keys of it in a video's object."""
    return {
        "my_reaction": found.reaction,
        "my_position": found.position,
        "subscribed": found.subscribed,
    }
