"""Videos: validation, visibility, changes and deletion."""

import datetime as dt
import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from vireo_catalog.core.chapters import chapters_in
from vireo_catalog.core.checks import check, time_problem
from vireo_catalog.core.writes import TooManyOpen, too_many_open
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page
from vireo_common.rates import TooFast, slow_down
from vireo_videos.mine import Mine
from vireo_videos.video import HASH_PATH, Captions, Chapter, CommentsPolicy, Video
from vireo_videos.visibility import CLOSED, State, Visibility, is_open, may_view

ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Progress:
    """What media reports of a video that has bytes: its state, why it failed or (of a ready
    one) what is missing from it, its measures, and the SHA-256 of its original (``""``: not known).

    ``event_id`` is of the event that says the same; ``None`` where there is none, of a media
    service of the version before.
    """

    state: State
    reason: str = ""
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    thumbnail_version: str | None = None
    sha256: str = ""
    event_id: int | None = None


@dataclass(frozen=True)
class Files:
    """What media has made of a video beside its MP4, all of it, and the event that says the
    same. ``thumbnail_version`` is said where its owner has chosen another thumbnail."""

    event_id: int
    stream: bool = False
    storyboard: bool = False
    captions: Sequence[Captions] = ()
    chapters: Sequence[Chapter] = ()
    thumbnail_version: str | None = None


@dataclass(frozen=True)
class Change:
    """What its owner changes of a video; ``None`` stays as it is."""

    title: str | None = None
    description: str | None = None
    comments_policy: CommentsPolicy | None = None
    visibility: Visibility | None = None
    publish_at: dt.datetime | None = None


@dataclass(frozen=True)
class Shown:
    """A video for a viewer; ``mine`` is what they have with it, where somebody is signed in."""

    video: Video
    is_owner: bool
    mine: Mine | None = None


class HashPathTaken(Exception):
    """The hash path was given out before."""


class AlreadyAnnounced(Exception):
    """The same request has made a video before, whose hash path is ``hash_path``."""

    def __init__(self, hash_path: str) -> None:
        super().__init__(hash_path)
        self.hash_path = hash_path


class ChannelGone(Exception):
    """The channel was deleted meanwhile."""


class VideoStore(Protocol):
    """Where videos are kept."""

    def add(
        self,
        hash_path: str,
        channel_id: int,
        title: str,
        description: str,
        request_key: bytes | None = None,
    ) -> None:
        """Insert a video without bytes.

        Raises:
            HashPathTaken: choose another.
            AlreadyAnnounced: by a request with this key.
            ChannelGone: the channel was deleted meanwhile.
            TooFast, TooManyOpen: the account has to wait.
        """

    def find(self, hash_path: str) -> Video | None:
        """The video in whatever state."""

    def newest(self, limit: int, cursor: str | None) -> Page[Video]:
        """A page of what is ready, newest first."""

    def newest_of(self, channel_id: int, limit: int, cursor: str | None) -> Page[Video]:
        """A page of what is ready of one channel, newest first."""

    def all_of(self, channel_id: int, limit: int, cursor: str | None) -> Page[Video]:
        """A page of one channel's videos in whatever state, the newest announcement first."""

    def mine(self, viewer: int, video_ids: Sequence[int]) -> Mapping[int, Mine]:
        """What the viewer has with each of these videos, by their ids."""

    def is_moderator(self, viewer: int) -> bool:
        """Whether the viewer decides about what others show."""

    def change(self, hash_path: str, channel_id: int, change: Change) -> bool:
        """Change what is given of the channel's video; ``False`` where it has no such video.

        Raises:
            TooFast: the account has to wait.
        """

    def record(self, hash_path: str, progress: Progress) -> bool:
        """Record what media reports; ``False`` where there is no such video."""

    def record_files(self, hash_path: str, files: Files) -> bool:
        """Record what there is of it beside its MP4; ``False`` where there is no such video."""

    def remove(self, hash_path: str, channel_id: int) -> bool:
        """Delete the channel's video and have its files removed; ``False`` where the channel has
        no such video.

        Raises:
            TooFast: the account has to wait.
        """

    def withdraw(self, hash_path: str, channel_id: int) -> None:
        """Delete the channel's video, unless bytes of it have arrived."""

    def keep_open(self, hash_path: str) -> None:
        """Note that the bytes of an announced video may be on their way."""


class Videos:
    """The rules of videos.

    Args:
        remove_files: asks media to take the files down now; the event of ``store.remove`` does it
            later where that fails.
    """

    def __init__(self, store: VideoStore, remove_files: Callable[[str], None]) -> None:
        self._store = store
        self._remove_files = remove_files

    def announce(
        self, channel_id: int, title: str, description: str, request_key: bytes | None = None
    ) -> str:
        """Make a video that waits for its bytes; returns its hash path.

        Args:
            request_key: the same for repetitions of one request, which make one video.

        Raises:
            Failure: ``invalid_body`` with a reason for each field; ``token_invalid`` where the
                channel was deleted meanwhile; ``rate_limited``.
        """
        title = title.strip()
        if problems := check(title, description):
            raise Failure(Code.INVALID_BODY, fields=problems)
        while True:
            hash_path = "".join(secrets.choice(ALPHABET) for _ in range(7))
            try:
                self._store.add(hash_path, channel_id, title, description, request_key)
            except HashPathTaken:
                continue
            except AlreadyAnnounced as announced:
                return announced.hash_path
            except ChannelGone:
                raise Failure(Code.TOKEN_INVALID) from None
            except TooManyOpen:
                raise too_many_open() from None
            except TooFast as refused:
                raise slow_down(refused) from None
            return hash_path

    def show(
        self,
        hash_path: str,
        viewer: Callable[[], int | None],
        recent: Callable[[], int | None] | None = None,
    ) -> Shown:
        """A video that is ready, or the viewer's own in any state.

        Args:
            viewer: gives the viewer's channel id, or raises what is wrong with their token.
            recent: the same, cheaper, of a session that was there a moment ago; enough for who
                looks at what everybody may see and is not its owner.

        Raises:
            Failure: ``not_found``, the same for no video and for one that is not for the viewer;
                what is wrong with the token, unless everybody may see the video, also with an
                expired token.
        """
        video = self._find(hash_path)
        if video is not None and is_open(video):
            who = _somebody(recent or viewer)
            if recent is not None and who == video.channel_id:
                who = _somebody(viewer)
        else:
            who = viewer()
        if video is None or not self._may_view(who, video):
            raise Failure(Code.NOT_FOUND)
        # What its owner writes is more than what its file says.
        if chapters := chapters_in(video.description, video.duration):
            video = replace(video, chapters=chapters)
        if who is None:
            return Shown(video, is_owner=False)
        theirs = self._store.mine(who, [video.video_id])[video.video_id]
        return Shown(video, video.channel_id == who, theirs)

    def _may_view(self, viewer: int | None, video: Video) -> bool:
        if may_view(viewer, video):
            return True
        return viewer is not None and may_view(
            viewer, video, moderator=self._store.is_moderator(viewer)
        )

    def mine(self, viewer: Callable[[], int | None], videos: Sequence[Video]) -> Mapping[int, Mine]:
        """What the viewer has with each video of a list, by their ids; nothing for nobody.

        Args:
            viewer: see ``show``. Lists are everybody's, also with a token that is not valid.
        """
        who = _somebody(viewer) if videos else None
        if who is None:
            return {}
        return self._store.mine(who, [video.video_id for video in videos])

    def is_open(self, hash_path: str) -> bool:
        """Whether who has its hash path may see the video."""
        video = self._find(hash_path)
        return video is not None and is_open(video)

    def newest(self, limit: int, cursor: str | None) -> Page[Video]:
        """A page of all videos that are ready, newest first."""
        return self._store.newest(limit, cursor)

    def newest_of(self, channel_id: int, limit: int, cursor: str | None) -> Page[Video]:
        """A page of a channel's videos that are ready, newest first."""
        return self._store.newest_of(channel_id, limit, cursor)

    def all_of(self, channel_id: int, limit: int, cursor: str | None) -> Page[Video]:
        """A page of one's own videos in whatever state, the newest announcement first."""
        return self._store.all_of(channel_id, limit, cursor)

    def edit(self, hash_path: str, channel_id: int, change: Change) -> Shown:
        """Change what is given of one's own video, in whatever state.

        Where ``publish_at`` is given alone, the video becomes ``scheduled``.

        Raises:
            Failure: ``invalid_body`` with a reason for each field; ``not_found``, or ``forbidden``
                where it is public and somebody else's; ``rate_limited``.
        """
        self.require_owner(hash_path, channel_id)
        title = change.title.strip() if change.title is not None else None
        problems = check("-" if title is None else title, change.description or "")
        if problem := time_problem(change.visibility, change.publish_at):
            problems["publish_at"] = problem
        if problems:
            raise Failure(Code.INVALID_BODY, fields=problems)
        try:
            if change.publish_at is not None:
                change = replace(change, visibility=Visibility.SCHEDULED)
            there = self._store.change(hash_path, channel_id, replace(change, title=title))
        except TooFast as refused:
            raise slow_down(refused) from None
        if not there:
            raise Failure(Code.NOT_FOUND)
        return self.show(hash_path, lambda: channel_id)

    def require_owner(self, hash_path: str, channel_id: int) -> None:
        """Let pass whose own video it is, in whatever state.

        Raises:
            Failure: ``not_found``, or ``forbidden`` where they may see it and it is somebody
                else's.
        """
        video = self._find(hash_path)
        if video is None or not may_view(channel_id, video):
            raise Failure(Code.NOT_FOUND)
        if video.channel_id != channel_id:
            raise Failure(Code.FORBIDDEN)

    def about_to_send(self, hash_path: str, sender: int | None) -> Video:
        """The video whose bytes a channel is about to send; its owner keeps the announcement for
        another day.

        Raises:
            Failure: ``not_found``: it is not there, or is closed to who wants to send.
        """
        video = self.find_any(hash_path)
        closed = video.hidden_by or video.visibility in CLOSED
        if sender is not None and closed and not may_view(sender, video):
            raise Failure(Code.NOT_FOUND)
        if video.stored_at is None and video.channel_id == sender:
            self._store.keep_open(hash_path)
        return video

    def withdraw(self, hash_path: str, sender: int | None) -> None:
        """Take back an announcement that got no bytes; that it is not there is fine."""
        if sender is not None and HASH_PATH.fullmatch(hash_path):
            self._store.withdraw(hash_path, sender)

    def find_any(self, hash_path: str) -> Video:
        """The video in any state, for the other services.

        Raises:
            Failure: ``not_found``.
        """
        video = self._find(hash_path)
        if video is None:
            raise Failure(Code.NOT_FOUND)
        return video

    def delete(self, hash_path: str, channel_id: int) -> None:
        """Delete a video with everything that belongs to it.

        Raises:
            Failure: ``not_found``, or ``forbidden`` where it is public and somebody else's;
                ``rate_limited``.
        """
        self.require_owner(hash_path, channel_id)
        try:
            there = self._store.remove(hash_path, channel_id)
        except TooFast as refused:
            raise slow_down(refused) from None
        if not there:
            raise Failure(Code.NOT_FOUND)
        self._remove_files(hash_path)

    def record(self, hash_path: str, progress: Progress) -> None:
        """Record what media reports of a video.

        Raises:
            Failure: ``not_found``: it was deleted meanwhile.
        """
        if not (HASH_PATH.fullmatch(hash_path) and self._store.record(hash_path, progress)):
            raise Failure(Code.NOT_FOUND)

    def record_files(self, hash_path: str, files: Files) -> None:
        """Record what there is of a video beside its MP4.

        Raises:
            Failure: ``not_found``: it was deleted meanwhile.
        """
        if not (HASH_PATH.fullmatch(hash_path) and self._store.record_files(hash_path, files)):
            raise Failure(Code.NOT_FOUND)

    def _find(self, hash_path: str) -> Video | None:
        return self._store.find(hash_path) if HASH_PATH.fullmatch(hash_path) else None


def _somebody(viewer: Callable[[], int | None]) -> int | None:
    """Who looks at what everybody may see, also with a token that is not valid any more."""
    try:
        return viewer()
    except Failure:
        return None
