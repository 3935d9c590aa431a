"""Likes of comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Failure


@dataclass(frozen=True)
class LikeWish:
    """Whether somebody wants to like a comment from now on."""

    channel_id: int
    like: bool


class LikeStore(Protocol):
    """Where likes of comments are kept."""

    def like(self, comment_id: int, wishes: Sequence[LikeWish]) -> Sequence[Failure | None]:
        """Fulfil some wishes, in their order, in one transaction.

        A wish is refused with ``token_invalid`` where its channel is gone, with ``not_found`` where
        the comment is not shown any more.
        """
