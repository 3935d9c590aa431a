"""Who may see a private video beside its owner."""

from collections.abc import Callable
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_common.pages import Page
from vireo_common.rates import TooFast, slow_down
from vireo_videos.channel import NAME, ChannelSummary

MOST_VIEWERS = 100


class TooManyViewers(Exception):
    """The video has ``MOST_VIEWERS`` viewers."""


class ViewerStore(Protocol):
    """Where viewers are kept."""

    def add(self, hash_path: str, channel_id: int, name: str) -> bool:
        """Name a viewer of the channel's video; idempotent. ``False`` where there is no such
        channel.

        Raises:
            TooFast: the account has to wait.
            TooManyViewers: nothing was changed.
        """

    def remove(self, hash_path: str, channel_id: int, name: str) -> bool:
        """Strike a viewer off; idempotent. ``False`` where there is no such channel.

        Raises:
            TooFast: the account has to wait.
        """

    def page(self, hash_path: str, limit: int, cursor: str | None) -> Page[ChannelSummary]:
        """Who was named, in the order of names."""


class Viewers:
    """The rules of viewers.

    They are kept whatever the video's visibility is, and count while it is ``private``.

    Args:
        require_owner: raises ``Failure`` unless the video is the channel's.
    """

    def __init__(self, store: ViewerStore, require_owner: Callable[[str, int], None]) -> None:
        self._store = store
        self._require_owner = require_owner

    def add(self, hash_path: str, channel_id: int, name: str) -> None:
        """Name a viewer of one's own video.

        Raises:
            Failure: ``not_found`` (the video, or the channel), ``forbidden``, ``rate_limited``.
        """
        self._require_owner(hash_path, channel_id)
        try:
            found = bool(NAME.fullmatch(name)) and self._store.add(hash_path, channel_id, name)
        except TooManyViewers:
            said = f"The video has {MOST_VIEWERS} viewers; strike some off first."
            raise Failure(Code.RATE_LIMITED, said, limit=MOST_VIEWERS) from None
        except TooFast as refused:
            raise slow_down(refused) from None
        if not found:
            raise Failure(Code.NOT_FOUND)

    def remove(self, hash_path: str, channel_id: int, name: str) -> None:
        """Strike a viewer of one's own video off.

        Raises:
            Failure: ``not_found`` (the video, or the channel), ``forbidden``, ``rate_limited``.
        """
        self._require_owner(hash_path, channel_id)
        try:
            found = bool(NAME.fullmatch(name)) and self._store.remove(hash_path, channel_id, name)
        except TooFast as refused:
            raise slow_down(refused) from None
        if not found:
            raise Failure(Code.NOT_FOUND)

    def page(
        self, hash_path: str, channel_id: int, limit: int, cursor: str | None
    ) -> Page[ChannelSummary]:
        """Who was named for one's own video, in the order of names.

        Raises:
            Failure: ``not_found``, ``forbidden``, ``invalid_cursor``.
        """
        self._require_owner(hash_path, channel_id)
        return self._store.page(hash_path, limit, cursor)
