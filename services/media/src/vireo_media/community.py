"""Media's neighbour community: what a person did with videos and with others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vireo_common.client import ServiceClient


class Community:
    """Calls to community; every one raises ``Failure``: ``not_found`` or ``unavailable``."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def lists(self, channel_id: int) -> Sequence[str]:
        """The names of the lists that it keeps about a channel."""
        found: list[str] = self._client.get(f"/internal/exports/{channel_id}")["lists"]
        return found

    def rows(self, channel_id: int, name: str) -> Iterator[Mapping[str, Any]]:
        """One of these lists, read page after page."""
        for page in self._client.pages(f"/internal/exports/{channel_id}/{name}"):
            yield from page
