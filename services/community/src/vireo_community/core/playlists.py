"""Playlists: videos in an order that a channel has given them; ``later`` is everybody's own."""

import datetime as dt
import re
import secrets
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure, FieldCode, FieldProblem
from vireo_common.pages import Page
from vireo_common.text import has_control_characters
from vireo_community.core.videos import VideoStore, find_video
from vireo_videos.mine import Mine
from vireo_videos.video import HASH_PATH, Video
from vireo_videos.visibility import may_view

LATER = "later"
"""The id of one's own list of what to watch later."""
MOST_PLAYLISTS = 200
"""Of one account."""
MOST_VIDEOS = 5_000
"""In one playlist."""
MAX_TITLE = 150
MAX_DESCRIPTION = 5_000
NAME_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
NAME_LENGTH = 16
"""95 bits: who was not given the id of an unlisted playlist does not find it."""
NAME = re.compile(rf"[A-Za-z0-9]{{{NAME_LENGTH}}}")


class PlaylistVisibility(StrEnum):
    """Who sees a playlist: everybody, who has its id, or its owner."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


@dataclass(frozen=True)
class Playlist:
    """A playlist; ``name`` is its id in addresses. ``videos`` counts all of them, also those that
    may not be seen by who asks. ``has_video``: whether the one that was asked for is in it;
    ``None`` where none was."""

    playlist_id: int
    name: str
    channel_id: int
    channel: str
    title: str
    description: str
    visibility: PlaylistVisibility
    videos: int
    updated: dt.datetime
    has_video: bool | None = None

    @property
    def is_later(self) -> bool:
        """Whether it is the one that everybody has."""
        return self.name == LATER


class TooMany(Exception):
    """There are as many as there may be."""


class NameTaken(Exception):
    """Choose another."""


@dataclass(frozen=True)
class Placed:
    """A video in a playlist. ``place`` counts all of them from 0, also those that are not seen."""

    video: Video
    mine: Mine
    place: int


class PlaylistStore(Protocol):
    """Where playlists are kept. Changes raise ``Failure`` (``not_found``, ``token_invalid``) where
    the playlist, the video or the account were deleted meanwhile."""

    def find(self, name: str) -> Playlist | None:
        """The playlist with this id."""

    def later(self, channel_id: int) -> Playlist:
        """Somebody's list of what to watch later; made where it is not there."""

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
            NameTaken, TooMany: see ``MOST_PLAYLISTS``.
        """

    def edit(self, playlist_id: int, changes: Mapping[str, str]) -> None:
        """Set title, description or visibility."""

    def remove(self, playlist_id: int) -> None:
        """Delete it."""

    def page(self, channel_id: int, limit: int, cursor: str | None) -> Page[Playlist]:
        """The channel's playlists, ``later`` before all others, which are the newest first."""

    def holding(self, playlist_ids: Sequence[int], video_id: int) -> Set[int]:
        """Which of these playlists have the video."""

    def videos(
        self, playlist: Playlist, viewer: int | None, limit: int, cursor: str | None
    ) -> Page[Placed]:
        """What is in it and the viewer may see, in its order."""

    def put(self, playlist: Playlist, video_id: int, position: int | None) -> None:
        """Put a video to a place, or at the end; one that is in it moves.

        Raises:
            TooMany: see ``MOST_VIDEOS``.
        """

    def take(self, playlist: Playlist, video_id: int) -> bool:
        """Take a video out; whether it was in it."""


class Playlists:
    """The rules of playlists."""

    def __init__(self, store: PlaylistStore, videos: VideoStore) -> None:
        self._store = store
        self._videos = videos

    def show(self, name: str, viewer: int | None) -> Playlist:
        """A playlist that the viewer may see.

        Raises:
            Failure: ``not_found``; ``token_missing``: ``later`` is that of a token.
        """
        if name == LATER:
            if viewer is None:
                raise Failure(Code.TOKEN_MISSING)
            return self._store.later(viewer)
        found = self._store.find(name) if NAME.fullmatch(name) else None
        hidden = found is not None and found.visibility is PlaylistVisibility.PRIVATE
        if found is None or (hidden and found.channel_id != viewer):
            raise Failure(Code.NOT_FOUND)
        return found

    def add(self, channel_id: int, title: str, description: str, visibility: str) -> Playlist:
        """Make a playlist.

        Raises:
            Failure: ``invalid_body`` with a reason for each field; ``rate_limited``.
        """
        title = title.strip()
        _check({"title": title, "description": description})
        while True:
            name = "".join(secrets.choice(NAME_LETTERS) for _ in range(NAME_LENGTH))
            try:
                self._store.add(
                    channel_id, name, title, description, PlaylistVisibility(visibility)
                )
            except NameTaken:
                continue
            except TooMany:
                said = f"You have {MOST_PLAYLISTS} playlists; delete some first."
                raise Failure(Code.RATE_LIMITED, said, limit=MOST_PLAYLISTS) from None
            return self.show(name, channel_id)

    def edit(self, name: str, channel_id: int, changes: Mapping[str, str]) -> Playlist:
        """Change one's own playlist.

        Raises:
            Failure: ``not_found``, ``forbidden``; ``invalid_body`` with a reason for each field.
        """
        playlist = self._own(name, channel_id)
        _not_later(playlist)
        wanted = {
            field: text.strip() if field == "title" else text for field, text in changes.items()
        }
        _check(wanted)
        self._store.edit(playlist.playlist_id, wanted)
        return self.show(name, channel_id)

    def remove(self, name: str, channel_id: int) -> None:
        """Delete one's own playlist.

        Raises:
            Failure: ``not_found``, ``forbidden``.
        """
        playlist = self._own(name, channel_id)
        _not_later(playlist)
        self._store.remove(playlist.playlist_id)

    def page(
        self, channel_id: int, limit: int, cursor: str | None, hash_path: str | None = None
    ) -> Page[Playlist]:
        """One's own playlists, ``later`` before all others, which are the newest first.

        Args:
            hash_path: of a video of which each says whether it is in it.

        Raises:
            Failure: ``not_found``: the account may not see such a video.
        """
        page = self._store.page(channel_id, limit, cursor)
        if hash_path is None:
            return page
        video = find_video(self._videos, hash_path, channel_id)
        holding = self._store.holding([row.playlist_id for row in page.rows], video.video_id)
        rows = [replace(row, has_video=row.playlist_id in holding) for row in page.rows]
        return Page(rows, page.next_cursor)

    def videos(self, name: str, viewer: int | None, limit: int, cursor: str | None) -> Page[Placed]:
        """What is in a playlist and the viewer may see, in its order.

        Raises:
            Failure: see ``show``.
        """
        playlist = self.show(name, viewer)
        return self._store.videos(playlist, viewer, limit, cursor)

    def put(self, name: str, channel_id: int, hash_path: str, position: int | None) -> Playlist:
        """Put a video into one's own playlist, or move it there.

        Args:
            position: from 0 on; behind the end is the end. ``None`` is the end for a new one, and
                where it is for one that is in it.

        Raises:
            Failure: ``not_found``, ``forbidden``, ``rate_limited``.
        """
        playlist = self._own(name, channel_id)
        video = find_video(self._videos, hash_path, channel_id)
        try:
            self._store.put(playlist, video.video_id, position)
        except TooMany:
            said = f"The playlist has {MOST_VIDEOS} videos; take some out first."
            raise Failure(Code.RATE_LIMITED, said, limit=MOST_VIDEOS) from None
        return self.show(name, channel_id)

    def take(self, name: str, channel_id: int, hash_path: str) -> Playlist:
        """Take a video out of one's own playlist, also one that one may not see any more.

        Raises:
            Failure: ``not_found``, ``forbidden``.
        """
        playlist = self._own(name, channel_id)
        video = self._videos.find(hash_path) if HASH_PATH.fullmatch(hash_path) else None
        if video is None:
            raise Failure(Code.NOT_FOUND)
        if not self._store.take(playlist, video.video_id) and not may_view(channel_id, video):
            raise Failure(Code.NOT_FOUND)
        return self.show(name, channel_id)

    def _own(self, name: str, channel_id: int) -> Playlist:
        playlist = self.show(name, channel_id)
        if playlist.channel_id != channel_id:
            raise Failure(Code.FORBIDDEN)
        return playlist


def _not_later(playlist: Playlist) -> None:
    if playlist.is_later:
        raise Failure(Code.FORBIDDEN, "This playlist stays as it is.")


def _check(given: Mapping[str, str]) -> None:
    found = {}
    title, description = given.get("title", "x"), given.get("description", "")
    if not 1 <= len(title) <= MAX_TITLE:
        code = FieldCode.TOO_LONG if title else FieldCode.TOO_SHORT
        found["title"] = FieldProblem(code, f"must have 1 to {MAX_TITLE} characters")
    elif has_control_characters(title):
        forbidden = FieldCode.FORBIDDEN_CHARACTERS
        found["title"] = FieldProblem(forbidden, "must not hold control characters")
    if len(description) > MAX_DESCRIPTION:
        said = f"must have at most {MAX_DESCRIPTION} characters"
        found["description"] = FieldProblem(FieldCode.TOO_LONG, said)
    elif has_control_characters(description, allowed="\n\r\t"):
        said = "must not hold control characters but line breaks and tabs"
        found["description"] = FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, said)
    if found:
        raise Failure(Code.INVALID_BODY, fields=found)
