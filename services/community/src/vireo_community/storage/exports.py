"""What a person did, read for them: a statement for each list of their archive.

A list is a line in ``PARTS``: its statement takes the channel, the key after which it begins, and a
limit. The first column is the key; the others are named as the archive names them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from vireo_common.database import Database
from vireo_common.text import iso_time

REACTIONS = """
SELECT STRAIGHT_JOIN r.VideoID, v.PathHash AS video, r.Reaction AS reaction, r.CreatedAt AS at
FROM Reactions r FORCE INDEX (OfChannel) JOIN Videos v ON v.VideoID = r.VideoID
WHERE r.ChannelID = %s AND r.VideoID > %s ORDER BY r.VideoID LIMIT %s
"""

COMMENTS = """
SELECT STRAIGHT_JOIN m.CommentID, m.CommentID AS id, v.PathHash AS video,
    NULLIF(m.ParentID, 0) AS reply_to, m.State AS state, m.Text AS text, m.CreatedAt AS created,
    m.EditedAt AS edited, m.Likes AS likes, m.Replies AS replies
FROM Comments m FORCE INDEX (OfChannel) JOIN Videos v ON v.VideoID = m.VideoID
WHERE m.ChannelID = %s AND m.CommentID > %s ORDER BY m.CommentID LIMIT %s
"""

COMMENT_LIKES = """
SELECT STRAIGHT_JOIN l.CommentID, l.CommentID AS comment, v.PathHash AS video, l.CreatedAt AS at
FROM CommentLikes l FORCE INDEX (OfChannel) JOIN Comments m ON m.CommentID = l.CommentID
JOIN Videos v ON v.VideoID = m.VideoID
WHERE l.ChannelID = %s AND l.CommentID > %s ORDER BY l.CommentID LIMIT %s
"""

BLOCKS = """
SELECT STRAIGHT_JOIN b.BlockID, c.Username AS channel, b.CreatedAt AS at
FROM Blocks b FORCE INDEX (OfChannel) JOIN Channels c ON c.ChannelID = b.BlockedID
WHERE b.ChannelID = %s AND b.BlockID > %s ORDER BY b.BlockID LIMIT %s
"""

# Also of what may not be seen any more: that they watched it is theirs.
SUBSCRIPTIONS = """
SELECT f.SubscriptionID, c.Username AS channel, f.Notify AS notify, f.CreatedAt AS at
FROM Subscriptions f JOIN Channels c ON c.ChannelID = f.ChannelID
WHERE f.FollowerID = %s AND f.SubscriptionID > %s ORDER BY f.SubscriptionID LIMIT %s
"""

HISTORY = """
SELECT h.VideoID, v.PathHash AS video, h.Position AS position, h.WatchedAt AS watched_at
FROM WatchHistory h FORCE INDEX (PRIMARY) JOIN Videos v ON v.VideoID = h.VideoID
WHERE h.ChannelID = %s AND h.VideoID > %s ORDER BY h.VideoID LIMIT %s
"""

# 5,000 videos of a playlist are far below what the server concatenates.
PLAYLISTS = """
SELECT p.PlaylistID, p.Title AS title, p.Description AS description, p.Visibility AS visibility,
    p.UpdatedAt AS updated, (
        SELECT GROUP_CONCAT(v.PathHash ORDER BY i.Place)
        FROM PlaylistVideos i JOIN Videos v ON v.VideoID = i.VideoID
        WHERE i.PlaylistID = p.PlaylistID
    ) AS videos
FROM Playlists p WHERE p.ChannelID = %s AND p.PlaylistID > %s ORDER BY p.PlaylistID LIMIT %s
"""

NOTICES = """
SELECT n.NoticeID, n.Kind AS kind, n.Count AS count, v.PathHash AS video, c.Username AS channel,
    n.CommentID AS comment, n.CreatedAt AS created, n.ReadAt AS `read`
FROM Notices n FORCE INDEX (OfChannel) LEFT JOIN Videos v ON v.VideoID = n.VideoID
LEFT JOIN Channels c ON c.ChannelID = n.ActorID
WHERE n.ChannelID = %s AND n.NoticeID > %s ORDER BY n.NoticeID LIMIT %s
"""

# There are fewer kinds than rows on a page: all of them have one key.
NOTICE_SETTINGS = """
SELECT 1, s.Kind AS kind, s.App AS app, s.Mail AS mail, COALESCE(d.Digest, 'off') AS digest
FROM Channels c LEFT JOIN NoticeSettings s ON s.ChannelID = c.ChannelID
LEFT JOIN NoticeDigests d ON d.ChannelID = c.ChannelID
WHERE c.ChannelID = %s AND 1 > %s AND COALESCE(s.Kind, d.Digest) IS NOT NULL LIMIT %s
"""

# What they were told of decisions; and of reports that they made themselves.
DECISIONS = """
SELECT d.DecisionID, d.Subject AS type, d.Title AS title, d.Decision AS decision,
    d.Reason AS reason, d.Note AS note, d.CreatedAt AS created, d.Appeal AS appeal,
    d.AppealedAt AS appealed
FROM Decisions d FORCE INDEX (OfOwner)
WHERE d.OwnerID = %s AND d.DecisionID > %s AND d.Decision <> 'dismiss'
ORDER BY d.DecisionID LIMIT %s
"""

REPORTS = """
SELECT r.ReportID, r.Subject AS type, r.Reason AS reason, r.Text AS text, r.CreatedAt AS created
FROM Reports r FORCE INDEX (OfChannel) WHERE r.ChannelID = %s AND r.ReportID > %s
ORDER BY r.ReportID LIMIT %s
"""

COMMENT_FILTER = """
SELECT 1, Words AS words, Links AS links FROM CommentFilters
WHERE ChannelID = %s AND 1 > %s LIMIT %s
"""

PARTS: Mapping[str, str] = {
    "reactions": REACTIONS,
    "comments": COMMENTS,
    "comment_likes": COMMENT_LIKES,
    "blocks": BLOCKS,
    "subscriptions": SUBSCRIPTIONS,
    "history": HISTORY,
    "playlists": PLAYLISTS,
    "notices": NOTICES,
    "notice_settings": NOTICE_SETTINGS,
    "moderation": DECISIONS,
    "reports": REPORTS,
    "comment_filter": COMMENT_FILTER,
}

IS_THERE = "SELECT 1 FROM Channels WHERE ChannelID = %s"


class ExportTables:
    """Several tables in MariaDB, read for one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def parts(self) -> Sequence[str]:
        """The names of the lists."""
        return list(PARTS)

    def is_there(self, channel_id: int) -> bool:
        """Whether there is such a channel."""
        with self._database.read() as cursor:
            return cursor.execute(IS_THERE, (channel_id,)) > 0

    def rows(
        self, part: str, channel_id: int, after: int, limit: int
    ) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """Rows of a list whose key is beyond ``after``, in the order of keys, each with its key."""
        with self._database.read() as cursor:
            cursor.execute(PARTS[part], (channel_id, after, limit))
            names = [column[0] for column in cursor.description][1:]
            rows = cursor.fetchall()
        return [(row[0], dict(map(_shown, names, row[1:]))) for row in rows]


def _shown(name: str, value: object) -> tuple[str, object]:
    """A column as the archive has it: times as text, what was concatenated as a list."""
    if name == "videos":
        return name, str(value or "").split(",") if value else []
    return name, iso_time(value) if isinstance(value, dt.datetime) else value
