"""What is reported and decided about, as it is now.

Statements call the tables ``Comments m``, ``Videos v`` and ``Channels c``; ``{row}`` is the
row that has ``Subject``, ``SubjectID`` and ``OwnerID``.
"""

from collections.abc import Sequence
from typing import Any

from vireo_community.core.moderation import About, Kind, Shown
from vireo_videos.visibility import HiddenBy

COLUMNS = "{row}.Subject, v.PathHash, m.CommentID, c.Username, v.Title, m.Text, " + (
    "v.HiddenBy, m.HiddenBy, c.SuspendedAt IS NOT NULL"
)
COUNT = 9
"""How many columns those are."""

JOINS = """
LEFT JOIN Comments m
    ON {row}.Subject = 'comment' AND m.CommentID = {row}.SubjectID AND m.State <> 'deleted'
LEFT JOIN Videos v ON v.VideoID = IF({row}.Subject = 'video', {row}.SubjectID, m.VideoID)
LEFT JOIN Channels c ON c.ChannelID = {row}.OwnerID
"""


def about(row: Sequence[Any]) -> About:
    """The columns as a value."""
    kind, video, comment, channel, title, text, of_video, of_comment, suspended = row
    kind = Kind(kind)
    there = {Kind.VIDEO: video, Kind.COMMENT: comment, Kind.CHANNEL: channel}[kind] is not None
    hidden_by = of_video if kind is Kind.VIDEO else of_comment
    return About(
        kind=kind,
        video=video,
        comment=comment,
        channel=channel,
        title=title,
        text=text,
        shown=_shown(
            HiddenBy(hidden_by or 0), there=there and channel is not None, by=bool(suspended)
        ),
    )


def _shown(hidden_by: HiddenBy, *, there: bool, by: bool) -> Shown:
    if not there:
        return "gone"
    if hidden_by & ~HiddenBy.CHANNEL:
        return "hidden"
    return "suspended" if by else "shown"
