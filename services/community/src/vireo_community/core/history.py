"""What one has watched and how far, unless one does not want it to be kept."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from vireo_common.pages import Page
from vireo_community.core.videos import VideoStore, find_video
from vireo_videos.video import Video

MOST_WATCHED = 5_000
"""Videos in one account's history; the oldest go."""


@dataclass(frozen=True)
class WatchedVideo:
    """A video in a history: where its viewer stands, in seconds, and since when."""

    video: Video
    position: float
    watched_at: dt.datetime


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

    def forget(self, channel_id: int, video_id: int) -> None:
        """Forget one video; idempotent."""


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
        """Forget one video.

        Raises:
            Failure: ``not_found``.
        """
        self._store.forget(channel_id, find_video(self._videos, hash_path, channel_id).video_id)
