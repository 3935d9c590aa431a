"""Rows of videos and channels in lists, and the place of a video in a list by time.

Statements call the tables ``Videos v``, ``Channels c`` and ``VideoCounters k``.

Keyset pages are written ``Upload <= ? AND (Upload < ? OR VideoID < ?)``: MariaDB serves this from
the index, and does not serve ``(Upload, VideoID) < (?, ?)``.
"""

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from vireo_common.pages import decode_cursor
from vireo_videos.channel import ChannelPage, ChannelSummary, Link, Notify
from vireo_videos.video import Captions, Chapter, CommentsPolicy, Video
from vireo_videos.visibility import PUBLIC, VIEWERS, HiddenBy, State, Visibility, viewers_of

LISTED = """
v.VideoID, v.PathHash, v.ChannelID, c.Username, v.Title, v.Upload, v.Duration, v.Width, v.Height,
v.`Like`, v.Dislike, v.ThumbnailVersion, COALESCE(k.Views, 0), COALESCE(k.Comments, 0),
v.Stream, v.Storyboard, v.Visibility, v.PublishedAt
"""
"""Of a video that is ready, for lists: each column costs, and there may be a hundred rows."""
_STATE = "v.State, v.Reason, v.StoredAt, v.CommentsPolicy, v.HiddenBy, v.Sha256, v.PublishAt"
WHOLE = f"{LISTED}, v.Description, v.Captions, v.Chapters, {_STATE}, {VIEWERS}"
TO_OWNER = f"{LISTED}, '', '[]', '[]', {_STATE}, NULL"
"""The same for lists, without the text that may be long."""
LISTED_JOINS = """
JOIN Channels c ON c.ChannelID = v.ChannelID
LEFT JOIN VideoCounters k ON k.VideoID = v.VideoID
"""
"""What follows ``Videos v`` in a statement that has ``LISTED``."""

CHANNEL = "c.ChannelID, c.Username, COALESCE(s.Videos, 0), n.PathHash, n.Upload"
"""Of a channel in lists: its counter, and its newest video that everybody may see."""
CHANNEL_JOINS = f"""
LEFT JOIN ChannelStats s ON s.ChannelID = c.ChannelID
LEFT JOIN Videos n ON n.VideoID = (
    SELECT VideoID FROM Videos WHERE ChannelID = c.ChannelID AND {PUBLIC}
    ORDER BY Upload DESC, VideoID DESC LIMIT 1
)
"""
CHANNEL_PAGE = f"""
SELECT STRAIGHT_JOIN {CHANNEL}, COALESCE(k.Subscribers, 0), COALESCE(k.Views, 0),
    COALESCE(t.About, ''), COALESCE(t.Links, '[]'), c.CreatedAt, f.Notify
FROM Channels c {CHANNEL_JOINS}
LEFT JOIN ChannelCounters k ON k.ChannelID = c.ChannelID
LEFT JOIN ChannelTexts t ON t.ChannelID = c.ChannelID
LEFT JOIN Subscriptions f ON f.ChannelID = c.ChannelID AND f.FollowerID = %s
WHERE c.Username = %s AND (c.SuspendedAt IS NULL OR c.ChannelID = %s)
"""
"""A channel's own page, for the viewer with the first and the last parameter's id, by the name: one
that is suspended has a page for itself alone."""


class _Listed(NamedTuple):
    """The columns of ``LISTED``."""

    video_id: int
    hash_path: str
    channel_id: int
    channel: str
    title: str
    upload: dt.datetime
    duration: float | None
    width: int | None
    height: int | None
    likes: int
    dislikes: int
    thumbnail_version: str | None
    views: int
    comments: int
    stream: int
    storyboard: int
    visibility: str
    published_at: dt.datetime | None


AFTER = "AND v.Upload <= %s AND (v.Upload < %s OR v.VideoID < %s)"


def position(cursor: str | None) -> tuple[Any, ...]:
    """The parameters of ``AFTER``; none for the first page.

    Raises:
        Failure: ``invalid_cursor``.
    """
    if cursor is None:
        return ()
    seconds, video_id = decode_cursor(cursor, (int, int))
    return after_place((int(seconds), int(video_id)))


def after_place(after: tuple[int, int]) -> tuple[Any, ...]:
    """The parameters of ``AFTER`` for a place."""
    seconds, video_id = after
    # Later than any upload, and within what a datetime can hold.
    seconds = min(seconds, 253_402_300_799)
    upload = dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)
    return (upload, upload, video_id)


def place(row: Video) -> tuple[int, int]:
    """Where a video stands in a list that is newest first."""
    return int(row.upload.timestamp()), row.video_id


def channel(row: Sequence[Any]) -> ChannelSummary:
    """A row of ``CHANNEL`` as a value."""
    channel_id, name, videos, newest, upload = row
    at = upload.replace(tzinfo=dt.UTC) if upload else None
    return ChannelSummary(channel_id, name, videos, newest, at)


def channel_page(row: Sequence[Any]) -> ChannelPage:
    """A row of ``CHANNEL_PAGE`` as a value."""
    *summary, subscribers, views, about, links, created, notify = row
    return ChannelPage(
        summary=channel(summary),
        subscribers=subscribers,
        views=views,
        about=about,
        links=[Link(**link) for link in json.loads(links)],
        created=created.replace(tzinfo=dt.UTC) if created else None,
        notify=Notify(notify) if notify else None,
    )


def listed(row: Sequence[Any]) -> Video:
    """A row of ``LISTED`` as a value. Lists are sent without descriptions, which may be long."""
    columns = _Listed(*row)
    # The time of upload is the time at which the bytes were there.
    return _video(columns, "", State.READY, "", columns.upload)


def video(row: Sequence[Any]) -> Video:
    """A row of ``WHOLE`` as a value."""
    *columns, description, captions, chapters, state, reason, stored_at = row[:-5]
    policy, hidden_by, sha256, publish_at, viewers = row[-5:]
    found = _video(_Listed(*columns), description, State(state), reason, stored_at)
    return dataclasses.replace(
        found,
        comments_policy=CommentsPolicy(policy),
        hidden_by=HiddenBy(hidden_by),
        sha256=sha256,
        publish_at=_utc(publish_at),
        viewers=viewers_of(viewers),
        captions=[Captions(**each) for each in json.loads(captions)],
        chapters=[Chapter(**each) for each in json.loads(chapters)],
    )


def _video(
    columns: _Listed,
    description: str,
    state: State,
    reason: str,
    stored_at: dt.datetime | None,
) -> Video:
    """The times in the table are in UTC."""
    return Video(
        video_id=columns.video_id,
        hash_path=columns.hash_path,
        channel_id=columns.channel_id,
        channel=columns.channel,
        title=columns.title,
        description=description,
        upload=columns.upload.replace(tzinfo=dt.UTC),
        state=state,
        reason=reason,
        stored_at=_utc(stored_at),
        duration=columns.duration,
        width=columns.width,
        height=columns.height,
        likes=columns.likes,
        dislikes=columns.dislikes,
        thumbnail_version=columns.thumbnail_version,
        views=columns.views,
        comments=columns.comments,
        stream=bool(columns.stream),
        storyboard=bool(columns.storyboard),
        visibility=Visibility(columns.visibility),
        published_at=_utc(columns.published_at),
    )


def _utc(time: dt.datetime | None) -> dt.datetime | None:
    return time.replace(tzinfo=dt.UTC) if time else None
