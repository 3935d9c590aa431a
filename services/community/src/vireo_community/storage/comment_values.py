"""Rows of comments as values. Statements call the tables ``Comments m`` and ``Channels c``."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from vireo_community.core.comments import Comment, CommentState
from vireo_community.core.videos import Subject
from vireo_videos.visibility import HiddenBy

COLUMNS = """
m.CommentID, m.ChannelID, c.Username, m.ParentID, m.State, m.Text, m.CreatedAt, m.EditedAt,
m.Likes, m.Replies, m.HiddenBy, c.SuspendedAt IS NOT NULL
"""

MINE = """
EXISTS (SELECT 1 FROM CommentLikes l WHERE l.CommentID = m.CommentID AND l.ChannelID = %s),
EXISTS (SELECT 1 FROM Blocks b WHERE b.ChannelID = %s AND b.BlockedID = m.ChannelID)
    OR EXISTS (SELECT 1 FROM Blocks b WHERE b.ChannelID = m.ChannelID AND b.BlockedID = %s)
"""
"""What follows ``COLUMNS`` for a viewer: whether they like it, and whether a block hides it."""
NOBODYS = "0, 0"
"""The same for who is not signed in."""


def mine_of(viewer: int | None) -> tuple[int, ...]:
    """The parameters of ``MINE``; none for ``NOBODYS``."""
    return () if viewer is None else (viewer, viewer, viewer)


def comment(row: Sequence[Any], video: Subject) -> Comment:
    """A row of ``COLUMNS`` and whether the viewer likes it, as a value; its channel is ``""`` where
    that is gone."""
    comment_id, channel_id, name, parent_id, state, text, created, edited, *numbers = row
    likes, replies, hidden_by, suspended, my_like = numbers
    return Comment(
        comment_id=comment_id,
        hash_path=video.hash_path,
        channel_id=channel_id,
        channel=name or "",
        parent_id=parent_id,
        state=CommentState(state),
        text=text,
        created=created.replace(tzinfo=dt.UTC),
        edited=edited.replace(tzinfo=dt.UTC) if edited else None,
        likes=likes,
        replies=replies,
        my_like=bool(my_like),
        pinned=comment_id == video.pinned_id,
        # Its channel may have been suspended a moment ago.
        hidden_by=HiddenBy(hidden_by) | (HiddenBy.CHANNEL if suspended else HiddenBy.NOTHING),
    )
