"""Views that one can believe, and where a viewer stands (ADR 0048).

A view counts once per viewer and video in six hours, when ten seconds, or half of a shorter video,
were watched; not the owner's own, and not a known robot's.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vireo_community.core.history import HistoryStore
from vireo_community.core.robots import is_robot
from vireo_community.core.videos import Subject, VideoStore, find_video
from vireo_community.core.viewers import Viewer

ENOUGH_SECONDS = 10.0
"""Watched, for a view to count; half of a video that is shorter than twice as long."""
WINDOW_HOURS = 6
"""In which a viewer's views of one video are one."""
FIRST_SECONDS = 15.0
"""What a session is believed before time has passed: players call every ten seconds."""
SLACK_SECONDS = 2.0
"""What later calls are believed beyond the time that has passed, all of them together: a call may
have taken longer than the next one."""
MOST_SESSIONS = 10_000
"""Begun by one source within the window; nothing is kept of more."""
MOST_OF_NETWORK = 1_000
"""Views of one video that count from one address without an account within the window: a school, or
a provider's customers behind one address; not a program that changes its User-Agent."""


class Outcome(StrEnum):
    """What became of a view that was long enough."""

    COUNTED = "counted"
    AGAIN = "again"
    OWN = "own"
    ROBOT = "robot"
    CROWD = "crowd"


@dataclass(frozen=True)
class Viewing:
    """A session of a viewer with a video."""

    video_id: int
    owner: int
    viewer: Viewer
    session: bytes


@dataclass(frozen=True)
class Watched:
    """A viewing that was long enough: what is to be settled, once for each session.

    ``refused`` is the reason not to count it that is known already.
    """

    viewing: Viewing
    refused: Outcome | None


class ViewStore(Protocol):
    """Where views are kept."""

    def watch(self, viewing: Viewing, seconds: float, enough: float) -> bool:
        """Add what was watched since the last call of the session, as far as it is believed.

        Returns:
            Whether the session has been watched for ``enough`` and is not settled.

        Raises:
            Failure: ``not_found``: the video was deleted meanwhile.
        """

    def settle(self, watched: Watched) -> Outcome | None:
        """Count the view or log why not; ``None`` where another call has settled the session."""


class Views:
    """The rules of views."""

    def __init__(self, store: ViewStore, history: HistoryStore, videos: VideoStore) -> None:
        self._store = store
        self._history = history
        self._videos = videos

    def note(
        self, hash_path: str, viewer: Viewer, session: str, position: float, watched: float
    ) -> None:
        """Note where a viewer stands, and the seconds watched since the last call of the session.

        Raises:
            Failure: ``not_found``; ``token_invalid``: the account was deleted meanwhile.
        """
        video = find_video(self._videos, hash_path, viewer.account)
        if viewer.account is not None:
            stands = position if video.duration is None else min(position, video.duration)
            self._history.keep(viewer.account, video.video_id, stands)
        digest = hashlib.sha256(session.encode("utf-8", "replace")).digest()[: len(viewer.key)]
        viewing = Viewing(video.video_id, video.channel_id, viewer, digest)
        if self._store.watch(viewing, watched, enough_of(video)):
            self._store.settle(Watched(viewing, _refused(video, viewer)))


def enough_of(video: Subject) -> float:
    """The seconds that must be watched for a view to count."""
    return min(ENOUGH_SECONDS, (video.duration or 2 * ENOUGH_SECONDS) / 2)


def _refused(video: Subject, viewer: Viewer) -> Outcome | None:
    if viewer.account == video.channel_id:
        return Outcome.OWN
    return Outcome.ROBOT if is_robot(viewer.agent) else None
