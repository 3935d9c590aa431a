"""What catalog does about the events that it consumes."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from vireo_catalog.core.videos import Progress
from vireo_catalog.core.visibility import State
from vireo_catalog.storage.videos import VideoTable
from vireo_common.events import VideoStateChanged


def consumed(videos: VideoTable) -> Mapping[type[Any], Callable[[Any], None]]:
    """A function for each kind of event."""

    def state_changed(event: VideoStateChanged) -> None:
        facts = asdict(event)
        hash_path, state = facts.pop("hash_path"), State(facts.pop("state"))
        if not videos.record(hash_path, Progress(state, **facts)):
            videos.remove_files(hash_path)

    return {VideoStateChanged: state_changed}
