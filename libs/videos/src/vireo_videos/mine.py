"""What a viewer has with videos: read for some at once, and only where somebody is signed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pymysql.cursors import Cursor

MyReaction = Literal["like", "dislike", "none"]

REACTIONS = """
SELECT VideoID, Reaction FROM Reactions FORCE INDEX (PRIMARY)
WHERE ChannelID = %s AND VideoID IN %s
"""


@dataclass(frozen=True)
class Mine:
    """What one viewer has with one video."""

    reaction: MyReaction = "none"


def mine(cursor: Cursor, viewer: int, video_ids: Sequence[int]) -> Mapping[int, Mine]:
    """What the viewer has with each of these videos, by their ids."""
    if not video_ids:
        return {}
    cursor.execute(REACTIONS, (viewer, tuple(video_ids)))
    reactions: dict[int, MyReaction] = dict(cursor.fetchall())
    return {video_id: Mine(reactions.get(video_id, "none")) for video_id in video_ids}
