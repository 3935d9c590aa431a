"""How far the processing of a video is, for its owner, and another attempt at what has failed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_media.core.uploads import HASH_PATH, Step


class State(StrEnum):
    """How far something is."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class RenditionProgress:
    """How far a rendition is: ``percent`` of it is made; ``cost`` is pixels times frames."""

    height: int
    state: State
    percent: int
    size: int
    cost: int


@dataclass(frozen=True)
class Processing:
    """How far a video is.

    Args:
        place: in the queue, from 1; ``None`` where it does not wait.
        expected: when all of it should be there; ``None`` where that is not known.
        reason: why something of it has failed; empty where nothing has.
        attempts: how often what is done now was begun.
        first_play_seconds: from its last byte to when it could be played; ``None`` until then.
    """

    state: State
    step: Step
    place: int | None
    expected: dt.datetime | None
    reason: str
    attempts: int
    renditions: Sequence[RenditionProgress]
    first_play_seconds: float | None

    @property
    def percent(self) -> int:
        """Of all that is to be made."""
        if self.state is State.READY:
            return 100
        whole = sum(each.cost for each in self.renditions)
        done = sum(each.cost * each.percent for each in self.renditions)
        return min(done // whole, 99) if whole else 0


@dataclass(frozen=True)
class Owned:
    """Whose a video is, and whether everybody may see it."""

    channel_id: int
    is_public: bool


class ProcessingStore(Protocol):
    """Where all that is kept."""

    def owned(self, hash_path: str) -> Owned | None:
        """Whose video it is."""

    def of(self, hash_path: str) -> Processing:
        """How far it is."""

    def retry(self, hash_path: str, channel_id: int) -> bool:
        """Begin what has failed anew; ``False`` where nothing has."""


class Processings:
    """The rules."""

    def __init__(self, store: ProcessingStore) -> None:
        self._store = store

    def show(self, hash_path: str, channel_id: int) -> Processing:
        """How far one's own video is.

        Raises:
            Failure: ``not_found``; ``forbidden`` where it is public and somebody else's.
        """
        self.require_owner(hash_path, channel_id)
        return self._store.of(hash_path)

    def retry(self, hash_path: str, channel_id: int) -> Processing:
        """Begin anew what has failed of one's own video; how far it is then.

        Raises:
            Failure: as ``show``; ``nothing_failed``.
        """
        self.require_owner(hash_path, channel_id)
        if not self._store.retry(hash_path, channel_id):
            raise Failure(Code.NOTHING_FAILED)
        return self._store.of(hash_path)

    def require_owner(self, hash_path: str, channel_id: int) -> None:
        """Raises Failure, as ``show`` does."""
        found = self._store.owned(hash_path) if HASH_PATH.fullmatch(hash_path) else None
        if found is None:
            raise Failure(Code.NOT_FOUND)
        if found.channel_id != channel_id:
            raise Failure(Code.FORBIDDEN if found.is_public else Code.NOT_FOUND)
