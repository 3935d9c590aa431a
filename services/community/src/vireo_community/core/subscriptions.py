"""Subscriptions: who follows which channel, and the feed of their videos."""

from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_common.pages import Page
from vireo_community.core.channels import ChannelStore, find_channel
from vireo_videos.channel import ChannelPage, ChannelSummary, Notify
from vireo_videos.mine import Mine
from vireo_videos.video import Video

MOST_SUBSCRIPTIONS = 5_000
"""Of one account."""


class TooManySubscriptions(Exception):
    """The account follows so many channels already."""


@dataclass(frozen=True)
class Subscription:
    """A channel that somebody follows."""

    channel: ChannelSummary
    notify: Notify


class SubscriptionStore(Protocol):
    """Where subscriptions are kept."""

    def add(self, follower_id: int, channel_id: int, notify: Notify | None) -> None:
        """Follow; idempotent.

        Args:
            notify: where it is ``None`` it stays what it is, and begins as ``all``.

        Raises:
            Failure: ``token_invalid``, ``not_found``: one of them was deleted meanwhile.
            TooManySubscriptions: see ``MOST_SUBSCRIPTIONS``.
        """

    def remove(self, follower_id: int, channel_id: int) -> None:
        """Follow no more; idempotent."""

    def page(self, follower_id: int, limit: int, cursor: str | None) -> Page[Subscription]:
        """Whom somebody follows, the latest first."""

    def channel(self, follower_id: int, name: str) -> ChannelPage | None:
        """A channel as its page shows it to somebody."""


class FeedStore(Protocol):
    """Where the videos of followed channels are found."""

    def page(self, follower_id: int, limit: int, cursor: str | None) -> Page[tuple[Video, Mine]]:
        """The videos of all channels that somebody follows, newest first."""


class Subscriptions:
    """The rules of subscriptions."""

    def __init__(self, store: SubscriptionStore, channels: ChannelStore, feed: FeedStore) -> None:
        self._store = store
        self._channels = channels
        self._feed = feed

    def add(self, follower_id: int, name: str, notify: Notify | None) -> ChannelPage:
        """Follow the channel with this name, or change what one is told of.

        Raises:
            Failure: ``not_found``; ``forbidden`` where it is one's own; ``rate_limited``.
        """
        followed = find_channel(self._channels, name)
        if followed.channel_id == follower_id:
            raise Failure(Code.FORBIDDEN, "This is your own channel.")
        try:
            self._store.add(follower_id, followed.channel_id, notify)
        except TooManySubscriptions:
            said = f"You follow {MOST_SUBSCRIPTIONS} channels already; leave some first."
            raise Failure(Code.RATE_LIMITED, said, limit=MOST_SUBSCRIPTIONS) from None
        return self._shown(follower_id, name)

    def remove(self, follower_id: int, name: str) -> ChannelPage:
        """Follow the channel with this name no more.

        Raises:
            Failure: ``not_found``.
        """
        self._store.remove(follower_id, find_channel(self._channels, name).channel_id)
        return self._shown(follower_id, name)

    def page(self, follower_id: int, limit: int, cursor: str | None) -> Page[Subscription]:
        """Whom somebody follows, the latest first."""
        return self._store.page(follower_id, limit, cursor)

    def feed(self, follower_id: int, limit: int, cursor: str | None) -> Page[tuple[Video, Mine]]:
        """The videos of all channels that somebody follows, newest first."""
        return self._feed.page(follower_id, limit, cursor)

    def _shown(self, follower_id: int, name: str) -> ChannelPage:
        page = self._store.channel(follower_id, name)
        if page is None:
            raise Failure(Code.NOT_FOUND)
        return page
