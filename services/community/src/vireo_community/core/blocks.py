"""Blocks: a blocked channel can't comment on one's videos, reply to one or mention one."""

from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_common.pages import Page
from vireo_community.core.channels import ChannelStore, find_channel
from vireo_videos.channel import ChannelSummary

MOST_BLOCKS = 10_000
"""Of one account."""


class TooManyBlocks(Exception):
    """The account blocks so many already."""


class BlockStore(Protocol):
    """Where blocks are kept."""

    def add(self, channel_id: int, blocked_id: int) -> None:
        """Block; idempotent.

        Raises:
            Failure: ``token_invalid``, ``not_found``: one of them was deleted meanwhile.
            TooManyBlocks: see ``MOST_BLOCKS``.
        """

    def remove(self, channel_id: int, blocked_id: int) -> None:
        """Unblock; idempotent."""

    def page(self, channel_id: int, limit: int, cursor: str | None) -> Page[ChannelSummary]:
        """Whom the channel blocks, the latest first."""


class Blocks:
    """The rules of blocks."""

    def __init__(self, store: BlockStore, channels: ChannelStore) -> None:
        self._store = store
        self._channels = channels

    def add(self, channel_id: int, name: str) -> None:
        """Block the channel with this name.

        Raises:
            Failure: ``not_found``; ``forbidden`` where it is one's own; ``rate_limited``.
        """
        blocked = find_channel(self._channels, name, suspended=True)
        if blocked.channel_id == channel_id:
            raise Failure(Code.FORBIDDEN, "This is your own channel.")
        try:
            self._store.add(channel_id, blocked.channel_id)
        except TooManyBlocks:
            said = f"You block {MOST_BLOCKS} channels already; unblock some first."
            raise Failure(Code.RATE_LIMITED, said, limit=MOST_BLOCKS) from None

    def remove(self, channel_id: int, name: str) -> None:
        """Unblock the channel with this name.

        Raises:
            Failure: ``not_found``.
        """
        blocked = find_channel(self._channels, name, suspended=True)
        self._store.remove(channel_id, blocked.channel_id)

    def page(self, channel_id: int, limit: int, cursor: str | None) -> Page[ChannelSummary]:
        """Whom the channel blocks, the latest first."""
        return self._store.page(channel_id, limit, cursor)
