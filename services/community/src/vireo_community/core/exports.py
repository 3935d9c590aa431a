"""Community's part of a person's data export, which media assembles."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from vireo_common.errors import Code, Failure

PAGE = 100
"""Rows of a page. Comments of 10,000 characters each make one of 4 MB at the most."""


class ExportStore(Protocol):
    """Where everything is kept that people did."""

    @property
    def parts(self) -> Sequence[str]:
        """The names of the lists."""

    def is_there(self, channel_id: int) -> bool:
        """Whether there is such a channel."""

    def rows(
        self, part: str, channel_id: int, after: int, limit: int
    ) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """Rows of a list whose key is beyond ``after``, in the order of keys, each with its key."""


class Exports:
    """The rules."""

    def __init__(self, store: ExportStore) -> None:
        self._store = store

    def parts(self, channel_id: int) -> Sequence[str]:
        """The names of the lists.

        Raises:
            Failure: ``not_found``.
        """
        self._require(channel_id)
        return self._store.parts

    def page(
        self, part: str, channel_id: int, after: int
    ) -> tuple[Sequence[Mapping[str, Any]], int | None]:
        """The next ``PAGE`` rows of a list, and the last key where there may be more.

        Raises:
            Failure: ``not_found``: there is no such channel, not any more, or no such list.
        """
        self._require(channel_id)
        if part not in self._store.parts:
            raise Failure(Code.NOT_FOUND)
        found = self._store.rows(part, channel_id, after, PAGE)
        return [row for _, row in found], found[-1][0] if len(found) == PAGE else None

    def _require(self, channel_id: int) -> None:
        if not self._store.is_there(channel_id):
            raise Failure(Code.NOT_FOUND)
