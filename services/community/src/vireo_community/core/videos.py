"""Videos, as far as community has to do with them: who may see one, and whose it is."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_videos.video import HASH_PATH, CommentsPolicy
from vireo_videos.visibility import HiddenBy, State, Visibility, may_view


@dataclass(frozen=True)
class Subject:
    """A video that somebody does something about; ``duration`` is in seconds."""

    video_id: int
    channel_id: int
    state: State
    hash_path: str
    comments_policy: CommentsPolicy
    hidden_by: HiddenBy = HiddenBy.NOTHING
    visibility: Visibility = Visibility.PUBLIC
    viewers: Set[int] = frozenset()
    pinned_id: int | None = None
    """The comment that stands above the others."""
    in_review: int = 0
    """How many comments wait for the owner, replies too."""
    duration: float | None = None
    """In seconds, where it is known."""


class VideoStore(Protocol):
    """Where videos are found."""

    def find(self, hash_path: str) -> Subject | None:
        """The video in whatever state."""


def find_video(store: VideoStore, hash_path: str, viewer: int | None) -> Subject:
    """The video, for a viewer who may see it; ``None`` is somebody who is not signed in.

    Raises:
        Failure: ``not_found``, also where it is there and may not be seen.
    """
    video = store.find(hash_path) if HASH_PATH.fullmatch(hash_path) else None
    if video is None or not may_view(viewer, video):
        raise Failure(Code.NOT_FOUND)
    return video
