"""Reactions: what people think of videos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Failure
from vireo_community.core.batches import Batches
from vireo_community.core.videos import VideoStore, find_video
from vireo_videos.mine import MyReaction


@dataclass(frozen=True)
class Wish:
    """What somebody wants to think of a video from now on."""

    channel_id: int
    reaction: MyReaction


@dataclass(frozen=True)
class Counts:
    """How many like a video, and how many do not."""

    likes: int
    dislikes: int


class ReactionStore(Protocol):
    """Where reactions are kept."""

    def react(self, video_id: int, wishes: Sequence[Wish]) -> Sequence[Counts | Failure]:
        """Fulfil some wishes, in their order, in one transaction; what each one gets.

        A wish is refused with ``token_invalid`` where its channel is gone, with ``not_found`` where
        it may not see the video, or not any more.
        """


class Reactions:
    """The rules of reactions."""

    def __init__(self, store: ReactionStore, videos: VideoStore) -> None:
        self._videos = videos
        self._batches = Batches(store.react)

    def react(self, channel_id: int, hash_path: str, reaction: MyReaction) -> Counts:
        """Think this of a video from now on; idempotent.

        Raises:
            Failure: ``not_found`` where the channel may not see it; ``token_invalid``.
        """
        video = find_video(self._videos, hash_path, channel_id)
        return self._batches.do(video.video_id, Wish(channel_id, reaction))
