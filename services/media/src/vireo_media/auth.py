"""Media's neighbour auth: what it knows about a person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vireo_common.client import ServiceClient


class Auth:
    """Calls to auth; every one raises ``Failure``: ``not_found`` or ``unavailable``."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def known(self, channel_id: int) -> dict[str, Any]:
        """What is kept about an account: ``account``, and lists by their names."""
        found: dict[str, Any] = self._client.get(f"/internal/exports/{channel_id}")
        return found

    def addresses(self, channel_id: int) -> Iterator[Sequence[Mapping[str, Any]]]:
        """The addresses that were signed in from, page after page."""
        return self._client.pages(f"/internal/exports/{channel_id}/addresses")
