"""Catalog's part of a person's data export, which media assembles."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from vireo_catalog.core.channels import ChannelCount
from vireo_common.errors import Code, Failure
from vireo_videos.video import Video

# Descriptions of 50,000 characters each make a page of 12 MB at the most.
PAGE = 20


class ExportStore(Protocol):
    """Where a channel and all of its videos are kept."""

    def channel(self, channel_id: int) -> ChannelCount | None:
        """The channel with this id."""

    def videos(self, channel_id: int, after: int, limit: int) -> Sequence[Video]:
        """Its videos in whatever state whose id is beyond ``after``, in the order of ids."""

    def viewers(self, video_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """The names of who was named for videos, by the ids of these."""


class Exports:
    """The rules."""

    def __init__(self, store: ExportStore) -> None:
        self._store = store

    def channel(self, channel_id: int) -> ChannelCount:
        """The channel.

        Raises:
            Failure: ``not_found``.
        """
        channel = self._store.channel(channel_id)
        if channel is None:
            raise Failure(Code.NOT_FOUND)
        return channel

    def videos(self, channel_id: int, after: int) -> tuple[Sequence[Video], int | None]:
        """The next ``PAGE`` videos after the id ``after``, and the last id where there may be more.

        Raises:
            Failure: ``not_found``: there is no such channel, or not any more.
        """
        self.channel(channel_id)
        found = self._store.videos(channel_id, after, PAGE)
        return found, found[-1].video_id if len(found) == PAGE else None

    def viewers(self, videos: Sequence[Video]) -> Mapping[int, Sequence[str]]:
        """The names of who was named for each of some videos, by their ids."""
        return self._store.viewers([video.video_id for video in videos])
