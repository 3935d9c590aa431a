"""Who may see a video: the one place that decides it, for every service.

A video's state (how far its processing is), what moderators decided about it, and its visibility
are kept apart. The third follows from the others: everybody sees what is ready and not hidden, and
its owner sees it always. ``PUBLIC`` and ``VISIBLE`` say the same in statements about ``Videos``.
"""

from enum import IntFlag, StrEnum
from typing import Protocol

PUBLIC = "IsPublic = 1"
"""What everybody may see: a column that the database computes of ``State`` and ``HiddenBy``. The
indexes of the lists begin with it."""
PLAYABLE = "State = 'ready'"
"""What can be played, whether it is hidden or not: its words are kept, so that they are there once
it is shown again."""
VISIBLE = f"(v.{PUBLIC} OR v.ChannelID = %s)"
"""What the viewer may see whose id is the parameter, in a join that calls the table ``v``."""


class State(StrEnum):
    """How far a video is: ``waiting`` for its bytes or for the media worker, then on its way."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class HiddenBy(IntFlag):
    """Why a video or comment is hidden; it is shown where nothing of it holds."""

    NOTHING = 0
    DECISION = 1
    """A moderator's decision about it."""
    CHANNEL = 2
    """Its channel is suspended."""
    REMOVAL = 4
    """It was removed for good, and its rows are still to go."""


class Owned(Protocol):
    """What the decision rests on."""

    @property
    def channel_id(self) -> int:
        """Its owner's channel."""

    @property
    def state(self) -> State:
        """Its processing state."""

    @property
    def hidden_by(self) -> HiddenBy:
        """What hides it."""


def is_playable(state: State) -> bool:
    """Whether a video in this state can be played; everybody may see it unless it is hidden."""
    return state is State.READY


def is_public_in(state: State, hidden_by: HiddenBy) -> bool:
    """Whether everybody may see a video like this: it is listed, found and counted."""
    return is_playable(state) and not hidden_by


def is_public(video: Owned) -> bool:
    """Whether everybody may see the video."""
    return is_public_in(video.state, video.hidden_by)


def may_view(viewer: int | None, video: Owned, *, moderator: bool = False) -> bool:
    """Whether a viewer may see the video; ``None`` is somebody who is not signed in.

    Args:
        moderator: the viewer decides about what others show, and sees what is hidden too.
    """
    if is_public(video) or viewer == video.channel_id:
        return True
    return moderator and is_playable(video.state)
