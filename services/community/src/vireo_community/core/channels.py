"""Channels, as far as community has to do with them."""

from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_videos.channel import NAME


@dataclass(frozen=True)
class Channel:
    """A channel's id, and its name as its owner typed it."""

    channel_id: int
    name: str


class ChannelStore(Protocol):
    """Where channels are found."""

    def find(self, name: str) -> Channel | None:
        """The channel with this name, whatever the case of its letters."""


def find_channel(store: ChannelStore, name: str) -> Channel:
    """The channel with this name.

    Raises:
        Failure: ``not_found``.
    """
    channel = store.find(name) if NAME.fullmatch(name) else None
    if channel is None:
        raise Failure(Code.NOT_FOUND)
    return channel
