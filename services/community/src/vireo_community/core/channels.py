"""Channels, as far as community has to do with them."""

from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_videos.channel import NAME


@dataclass(frozen=True)
class Channel:
    """A channel's id, its name as its owner typed it, and whether a moderator has suspended it."""

    channel_id: int
    name: str
    suspended: bool = False


class ChannelStore(Protocol):
    """Where channels are found."""

    def find(self, name: str) -> Channel | None:
        """The channel with this name, whatever the case of its letters."""


def find_channel(store: ChannelStore, name: str, *, suspended: bool = False) -> Channel:
    """The channel with this name.

    Args:
        suspended: also one that is shown to nobody.

    Raises:
        Failure: ``not_found``.
    """
    channel = store.find(name) if NAME.fullmatch(name) else None
    if channel is None or (channel.suspended and not suspended):
        raise Failure(Code.NOT_FOUND)
    return channel
