"""What one has watched and how far, unless one does not want it to be kept."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_common.pages import Page
from vireo_community.core.videos import VideoStore
from vireo_videos.mine import Mine
from vireo_videos.video import HASH_PATH, Video
from vireo_videos.visibility import may_view

MOST_WATCHED = 5_000
"""Videos in one account's history; the oldest go."""


@dataclass(frozen=True)
class WatchedVideo:
    """A video in a history: where its viewer stands, in seconds, and since when."""

    video: Video
    position: float
    watched_at: dt.datetime
    mine: Mine


class HistoryStore(Protocol):
    """Where histories are kept."""

    def keep(self, channel_id: int, video_id: int, position: float) -> None:
        """Note where somebody stands, unless they keep no history.

        Raises:
            Failure: ``token_invalid``, ``not_found``: one of them was deleted meanwhile.
        """

    def page(self, channel_id: int, limit: int, cursor: str | None) -> Page[WatchedVideo]:
        """What the account has watched and may still see, the latest first."""

    def clear(self, channel_id: int) -> None:
        """Forget all of it."""

    def forget(self, channel_id: int, video_id: int) -> bool:
        """Forget one video; whether it was known."""


class History:
    """The rules of histories."""

    def __init__(self, store: HistoryStore, videos: VideoStore) -> None:
        self._store = store
        self._videos = videos

    def page(self, channel_id: int, limit: int, cursor: str | None) -> Page[WatchedVideo]:
        """What the account has watched and may still see, the latest first."""
        return self._store.page(channel_id, limit, cursor)

    def clear(self, channel_id: int) -> None:
        """Forget all of it."""
        self._store.clear(channel_id)

    def forget(self, channel_id: int, hash_path: str) -> None:
        """Forget one video, also one that one may not see any more.

        Raises:
            Failure: ``not_found``.
        """
        video = self._videos.find(hash_path) if HASH_PATH.fullmatch(hash_path) else None
        if video is None:
            raise Failure(Code.NOT_FOUND)
        if not self._store.forget(channel_id, video.video_id) and not may_view(channel_id, video):
            raise Failure(Code.NOT_FOUND)
