"""The tables ``Playlists`` and ``PlaylistVideos``.

Places are the numbers from 0 on without a gap. Who changes them locks the playlist's row first, so
that two who order it at once come one after the other.
"""

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from typing import Any

from pymysql.cursors import Cursor

from vireo_common.database import Database, Duplicate
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_community.core.playlists import (
    LATER,
    MOST_PLAYLISTS,
    MOST_VIDEOS,
    NameTaken,
    Placed,
    Playlist,
    PlaylistVisibility,
    TooMany,
)
from vireo_community.storage.channels import hold_channels
from vireo_community.storage.videos import hold_video
from vireo_videos.mine import Mine, mine
from vireo_videos.rows import LISTED, LISTED_JOINS, listed
from vireo_videos.visibility import LISTED_FOR, visible_to

# One more than any row has.
LAST = (1 << 63) - 1
NOBODY = 0
"""The id of no channel."""

# Those of a channel that is suspended are its own.
_PLAYLIST = f"""
SELECT p.PlaylistID, IF(p.Later = 1, '{LATER}', p.Name), p.ChannelID, c.Username, p.Title,
    p.Description, IF(c.SuspendedAt IS NULL, p.Visibility, 'private'), p.Videos, p.UpdatedAt
FROM Playlists p JOIN Channels c ON c.ChannelID = p.ChannelID
"""

BY_NAME = f"{_PLAYLIST} WHERE p.Name = %s AND p.Later IS NULL"

LATER_OF = f"{_PLAYLIST} WHERE p.ChannelID = %s AND p.Later = 1"

PAGE = f"""
{_PLAYLIST} WHERE p.ChannelID = %s AND p.PlaylistID < %s AND p.Later IS NULL
ORDER BY p.PlaylistID DESC LIMIT %s
"""

# Its name is never looked for.
MAKE_LATER = """
INSERT IGNORE INTO Playlists
    (Name, ChannelID, Later, Title, Description, Visibility, UpdatedAt)
VALUES (CONCAT('later ', %s), %s, 1, 'Watch later', '', 'private', NOW(3))
"""

# The count stops at the limit.
COUNT = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM Playlists WHERE ChannelID = %s AND Later IS NULL LIMIT %s
) few
"""

INSERT = """
INSERT INTO Playlists (Name, ChannelID, Title, Description, Visibility, UpdatedAt)
VALUES (%s, %s, %s, %s, %s, NOW(3))
"""

SET = {
    "title": "UPDATE Playlists SET Title = %s WHERE PlaylistID = %s",
    "description": "UPDATE Playlists SET Description = %s WHERE PlaylistID = %s",
    "visibility": "UPDATE Playlists SET Visibility = %s WHERE PlaylistID = %s",
}

LOCK = "SELECT Videos FROM Playlists WHERE PlaylistID = %s FOR UPDATE"

DELETE_VIDEOS = "DELETE FROM PlaylistVideos WHERE PlaylistID = %s"

DELETE = "DELETE FROM Playlists WHERE PlaylistID = %s"

# To its owner all that they may see; to others what is listed.
VIDEOS = """
SELECT STRAIGHT_JOIN {listed}, i.Place
FROM PlaylistVideos i FORCE INDEX (Places)
JOIN Videos v ON v.VideoID = i.VideoID {joins}
WHERE i.PlaylistID = %s AND {shown} AND i.Place >= %s
ORDER BY i.Place LIMIT %s
"""

VIDEOS_OF_OWNER = VIDEOS.format(listed=LISTED, joins=LISTED_JOINS, shown=visible_to("%s"))
VIDEOS_OF_OTHERS = VIDEOS.format(listed=LISTED, joins=LISTED_JOINS, shown=LISTED_FOR)

HOLDING = "SELECT PlaylistID FROM PlaylistVideos WHERE VideoID = %s AND PlaylistID IN ({ids})"

PLACE = "SELECT Place FROM PlaylistVideos WHERE PlaylistID = %s AND VideoID = %s"

ADD = "INSERT INTO PlaylistVideos (PlaylistID, VideoID, Place) VALUES (%s, %s, %s)"

TAKE = "DELETE FROM PlaylistVideos WHERE PlaylistID = %s AND VideoID = %s"

SHIFT = """
UPDATE PlaylistVideos SET Place = Place + %s WHERE PlaylistID = %s AND Place BETWEEN %s AND %s
"""

MOVE = "UPDATE PlaylistVideos SET Place = %s WHERE PlaylistID = %s AND VideoID = %s"

TOUCH = "UPDATE Playlists SET Videos = Videos + %s, UpdatedAt = NOW(3) WHERE PlaylistID = %s"


class PlaylistTable:
    """Playlists in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> Playlist | None:
        """The playlist with this id."""
        return self._one(BY_NAME, name)

    def later(self, channel_id: int) -> Playlist:
        """Somebody's list of what to watch later; made where it is not there.

        Raises:
            Failure: ``token_invalid``: the account was deleted meanwhile.
        """

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, channel_id)
            cursor.execute(MAKE_LATER, (channel_id, channel_id))

        found = self._one(LATER_OF, channel_id)
        if found is None:
            self._database.transaction("playlists.later", work)
            found = self._one(LATER_OF, channel_id)
        if found is None:
            raise Failure(Code.TOKEN_INVALID)
        return found

    def _one(self, statement: str, value: object) -> Playlist | None:
        with self._database.read() as cursor:
            cursor.execute(statement, (value,))
            row = cursor.fetchone()
        return _playlist(row) if row else None

    def add(
        self,
        channel_id: int,
        name: str,
        title: str,
        description: str,
        visibility: PlaylistVisibility,
    ) -> None:
        """Make a playlist.

        Raises:
            Failure: ``token_invalid``: the account was deleted meanwhile.
            NameTaken, TooMany: nothing was made.
        """

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, channel_id)
            cursor.execute(COUNT, (channel_id, MOST_PLAYLISTS))
            ((count,),) = cursor.fetchall()
            if count >= MOST_PLAYLISTS:
                raise TooMany
            cursor.execute(INSERT, (name, channel_id, title, description, visibility.value))

        try:
            self._database.transaction("playlists.add", work)
        except Duplicate:
            raise NameTaken from None

    def edit(self, playlist_id: int, changes: Mapping[str, str]) -> None:
        """Set title, description or visibility.

        Raises:
            Failure: ``not_found``: it was deleted meanwhile.
        """

        def work(cursor: Cursor) -> None:
            _lock(cursor, playlist_id)
            for field, text in changes.items():
                cursor.execute(SET[field], (text, playlist_id))
            cursor.execute(TOUCH, (0, playlist_id))

        self._database.transaction("playlists.edit", work)

    def remove(self, playlist_id: int) -> None:
        """Delete it; idempotent."""

        def work(cursor: Cursor) -> None:
            if cursor.execute(LOCK, (playlist_id,)):
                cursor.execute(DELETE_VIDEOS, (playlist_id,))
                cursor.execute(DELETE, (playlist_id,))

        self._database.transaction("playlists.remove", work)

    def page(self, channel_id: int, limit: int, cursor: str | None) -> Page[Playlist]:
        """The channel's playlists, ``later`` before all others, which are the newest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        (before,) = decode_cursor(cursor, (int,)) if cursor is not None else (LAST,)
        rows = [self.later(channel_id)] if cursor is None else []
        with self._database.read() as reading:
            reading.execute(PAGE, (channel_id, before, limit + 1 - len(rows)))
            rows += [_playlist(row) for row in reading.fetchall()]
        if len(rows) <= limit:
            return Page(rows, None)
        last = rows[limit - 1]
        return Page(rows[:limit], encode_cursor([LAST if last.is_later else last.playlist_id]))

    def holding(self, playlist_ids: Sequence[int], video_id: int) -> Set[int]:
        """Which of these playlists have the video."""
        if not playlist_ids:
            return frozenset()
        statement = HOLDING.format(ids=", ".join(["%s"] * len(playlist_ids)))
        with self._database.read() as reading:
            reading.execute(statement, (video_id, *playlist_ids))
            return {row[0] for row in reading.fetchall()}

    def videos(
        self, playlist: Playlist, viewer: int | None, limit: int, cursor: str | None
    ) -> Page[Placed]:
        """What is in it and the viewer may see, in its order.

        Raises:
            Failure: ``invalid_cursor``.
        """
        (first,) = decode_cursor(cursor, (int,)) if cursor is not None else (0,)
        is_own = viewer == playlist.channel_id
        who = (viewer or NOBODY,) * (2 if is_own else 1)
        with self._database.read() as reading:
            statement = VIDEOS_OF_OWNER if is_own else VIDEOS_OF_OTHERS
            reading.execute(statement, (playlist.playlist_id, *who, first, limit + 1))
            rows = reading.fetchall()
            found = [(listed(row[:-1]), row[-1]) for row in rows[:limit]]
            ids = [video.video_id for video, _ in found]
            theirs = mine(reading, viewer, ids) if viewer is not None else {}
        shown = [Placed(video, theirs.get(video.video_id, Mine()), place) for video, place in found]
        return Page(shown, encode_cursor([rows[limit][-1]]) if len(rows) > limit else None)

    def put(self, playlist: Playlist, video_id: int, position: int | None) -> None:
        """Put a video to a place, or at the end; one that is in it moves.

        Raises:
            Failure: ``not_found``, ``token_invalid``: something was deleted meanwhile.
            TooMany: there are ``MOST_VIDEOS``.
        """
        playlist_id = playlist.playlist_id

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, playlist.channel_id)
            hold_video(cursor, video_id)
            count = _lock(cursor, playlist_id)
            place = _place(cursor, playlist_id, video_id)
            if place is not None:
                if position is not None:
                    _move(cursor, playlist_id, video_id, place, min(position, count - 1))
                return
            if count >= MOST_VIDEOS:
                raise TooMany
            to = count if position is None else min(position, count)
            cursor.execute(SHIFT, (1, playlist_id, to, count))
            cursor.execute(ADD, (playlist_id, video_id, to))
            cursor.execute(TOUCH, (1, playlist_id))

        self._database.transaction("playlists.put", work)

    def take(self, playlist: Playlist, video_id: int) -> bool:
        """Take a video out; whether it was in it.

        Raises:
            Failure: ``not_found``: the playlist was deleted meanwhile.
        """
        return self._database.transaction(
            "playlists.take", lambda cursor: take_out(cursor, playlist.playlist_id, video_id)
        )


def take_out(cursor: Cursor, playlist_id: int, video_id: int) -> bool:
    """Take a video out of a playlist in the caller's transaction; whether it was in it."""
    count = _lock(cursor, playlist_id)
    place = _place(cursor, playlist_id, video_id)
    if place is None:
        return False
    cursor.execute(TAKE, (playlist_id, video_id))
    cursor.execute(SHIFT, (-1, playlist_id, place + 1, count))
    cursor.execute(TOUCH, (-1, playlist_id))
    return True


def _playlist(row: Sequence[Any]) -> Playlist:
    playlist_id, name, channel_id, channel, title, description, visibility, videos, updated = row
    return Playlist(
        playlist_id=playlist_id,
        name=name,
        channel_id=channel_id,
        channel=channel,
        title=title,
        description=description,
        visibility=PlaylistVisibility(visibility),
        videos=videos,
        updated=updated.replace(tzinfo=dt.UTC),
    )


def _lock(cursor: Cursor, playlist_id: int) -> int:
    """Lock a playlist; how many videos are in it."""
    cursor.execute(LOCK, (playlist_id,))
    row = cursor.fetchone()
    if row is None:
        raise Failure(Code.NOT_FOUND)
    return int(row[0])


def _place(cursor: Cursor, playlist_id: int, video_id: int) -> int | None:
    cursor.execute(PLACE, (playlist_id, video_id))
    row = cursor.fetchone()
    return int(row[0]) if row else None


def _move(cursor: Cursor, playlist_id: int, video_id: int, place: int, to: int) -> None:
    if to == place:
        return
    if to < place:
        cursor.execute(SHIFT, (1, playlist_id, to, place - 1))
    else:
        cursor.execute(SHIFT, (-1, playlist_id, place + 1, to))
    cursor.execute(MOVE, (to, playlist_id, video_id))
    cursor.execute(TOUCH, (0, playlist_id))
