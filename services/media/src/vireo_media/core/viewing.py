"""Grants for the bytes of a video that is not open to everybody (ADR 0062)."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_common.grants import GrantExpired, Grants, Purpose
from vireo_common.view_grants import REFERENCE_LENGTH
from vireo_videos.visibility import HiddenBy, State, Visibility, may_view


@dataclass(frozen=True)
class Seen:
    """What of a video and an account decides; see ``may_view``."""

    channel_id: int
    state: State
    hidden_by: HiddenBy
    visibility: Visibility
    viewers: Set[int]
    moderator: bool = False


class ViewingStore(Protocol):
    """Where videos and sessions are looked up."""

    def find(self, hash_path: str, holder: int, session: str) -> Seen | None:
        """The video, for an account; ``None`` where one of them is gone, or the session ended."""


class Viewing:
    """The rules."""

    def __init__(self, store: ViewingStore, grants: Grants) -> None:
        self._store = store
        self._grants = grants

    def require(self, hash_path: str, grant: str) -> None:
        """Let pass who has a grant for this video, and may see it now.

        Raises:
            Failure: ``forbidden``; ``unavailable``.
        """
        try:
            given = self._grants.read_for(grant, Purpose.VIEW, hash_path)
        except GrantExpired:
            raise Failure(Code.FORBIDDEN) from None
        if len(given.reference) != REFERENCE_LENGTH:
            raise Failure(Code.FORBIDDEN)
        seen = self._store.find(hash_path, given.holder, given.reference)
        if seen is None or not may_view(given.holder, seen, moderator=seen.moderator):
            raise Failure(Code.FORBIDDEN)
