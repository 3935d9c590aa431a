"""Who may see a video: the one place that decides it, for every service.

A video's state (how far its processing is) and its visibility are kept apart. Today the second
follows from the first: everybody sees what is ready, and its owner sees it in every state.
``PUBLIC`` and ``VISIBLE`` say the same in statements about ``Videos``.
"""

from enum import StrEnum
from typing import Protocol

PUBLIC = "State = 'ready'"
"""What everybody may see. The indexes of the lists begin with this column."""
VISIBLE = f"(v.{PUBLIC} OR v.ChannelID = %s)"
"""What the viewer may see whose id is the parameter, in a join that calls the table ``v``."""


class State(StrEnum):
    """How far a video is: ``waiting`` for its bytes or for the media worker, then on its way."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Owned(Protocol):
    """What the decision rests on."""

    @property
    def channel_id(self) -> int:
        """Its owner's channel."""

    @property
    def state(self) -> State:
        """Its processing state."""


def is_public_in(state: State) -> bool:
    """Whether everybody may see a video in this state: it is listed, found and counted."""
    return state is State.READY


def is_public(video: Owned) -> bool:
    """Whether everybody may see the video."""
    return is_public_in(video.state)


def may_view(viewer: int | None, video: Owned) -> bool:
    """Whether a viewer may see the video; ``None`` is somebody who is not signed in."""
    return is_public(video) or viewer == video.channel_id
