"""Who may see a video: the one place that decides it, for every service.

A video's state (how far its processing is), what moderators decided about it, and the visibility
that its owner chose are kept apart. Who may see it follows from all three. ``PUBLIC`` and
``VISIBLE`` say the same in statements about ``Videos``.
"""

from collections.abc import Set
from enum import IntFlag, StrEnum
from typing import Protocol

PUBLIC = "IsPublic = 1"
"""What everybody may see and finds: a column that the database computes of ``State``, ``HiddenBy``
and ``Visibility``. The indexes of the lists begin with it."""
PLAYABLE = "State = 'ready'"
"""What can be played, whether it is hidden or not: its words are kept, so that they are there once
it is shown again."""
LISTED_FOR = f"(v.{PUBLIC} OR v.ChannelID = %s)"
"""What is listed for the viewer whose id is the parameter, in a join that calls the table ``v``:
what everybody finds, and their own."""
VISIBLE = """
(v.IsPublic = 1 OR v.ChannelID = %(viewer)s OR (v.State = 'ready' AND v.HiddenBy = 0 AND (
    v.Visibility = 'unlisted' OR (v.Visibility = 'private' AND EXISTS (
        SELECT 1 FROM VideoViewers w
        WHERE w.VideoID = v.VideoID AND w.ChannelID = %(viewer)s)))))
"""
"""What may be seen by the viewer that ``%(viewer)s`` is replaced with, where they have its hash
path: in lists of what they have met before. See ``visible_to``."""
REVIEWED = "(v.Visibility NOT IN ('private', 'scheduled') OR v.HiddenBy & 1)"
"""What moderators may name, in a statement that calls the table ``v``: not what its owner has
closed, unless a decision hides it."""
VIEWERS = """
IF(v.Visibility = 'private', (
    SELECT GROUP_CONCAT(w.ChannelID) FROM VideoViewers w WHERE w.VideoID = v.VideoID), NULL)
"""
"""A column for ``viewers_of``."""


def visible_to(viewer: str) -> str:
    """``VISIBLE`` for a column, or ``"%s"`` with the viewer's id as the parameter, twice."""
    return VISIBLE.replace("%(viewer)s", viewer)


def viewers_of(column: str | None) -> Set[int]:
    """Who was named for a video, of the column ``VIEWERS``."""
    return frozenset(int(each) for each in column.split(",")) if column else frozenset()


class State(StrEnum):
    """How far a video is: ``waiting`` for its bytes or for the media worker, then on its way."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Visibility(StrEnum):
    """Who is to see a video, as its owner has chosen."""

    PUBLIC = "public"
    """Everybody; it is listed and found."""
    UNLISTED = "unlisted"
    """Who has its hash path."""
    PRIVATE = "private"
    """Its owner, and who was named."""
    SCHEDULED = "scheduled"
    """Its owner; it is public from a moment on."""


CLOSED = frozenset({Visibility.PRIVATE, Visibility.SCHEDULED})
"""What is not seen by who has the hash path alone."""


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

    @property
    def visibility(self) -> Visibility:
        """What its owner chose."""

    @property
    def viewers(self) -> Set[int]:
        """The channels that were named; of a private one alone."""


def is_playable(state: State) -> bool:
    """Whether a video in this state can be played by who may see it."""
    return state is State.READY


def is_public_in(state: State, hidden_by: HiddenBy, visibility: Visibility) -> bool:
    """Whether everybody may see a video like this: it is listed, found and counted."""
    return is_playable(state) and not hidden_by and visibility is Visibility.PUBLIC


def is_public(video: Owned) -> bool:
    """Whether everybody may see the video, and finds it."""
    return is_public_in(video.state, video.hidden_by, video.visibility)


def is_open(video: Owned) -> bool:
    """Whether whoever has its hash path may see the video: its bytes need no grant."""
    return is_playable(video.state) and not video.hidden_by and video.visibility not in CLOSED


def may_view(viewer: int | None, video: Owned, *, moderator: bool = False) -> bool:
    """Whether a viewer who has its hash path may see the video; ``None`` is somebody who is not
    signed in.

    Args:
        moderator: the viewer decides about what others show, and sees what is hidden too. What its
            owner has closed is none of it, unless a decision hides it.
    """
    if is_open(video) or viewer == video.channel_id:
        return True
    if not is_playable(video.state):
        return False
    if video.visibility not in CLOSED or HiddenBy.DECISION in video.hidden_by:
        return moderator
    return not video.hidden_by and viewer in video.viewers
