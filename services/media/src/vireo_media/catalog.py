"""Media's neighbour catalog: who owns a video, and how far it is."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from vireo_common.client import ServiceClient
from vireo_common.errors import Code
from vireo_common.events import VideoFilesChanged, VideoStateChanged
from vireo_media.core.uploads import VideoFacts


class Catalog:
    """Calls to catalog; every one raises ``Failure``: ``not_found`` or ``unavailable``."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def find_video(self, hash_path: str, sender: int) -> VideoFacts:
        """Whose video it is; the channel ``sender`` is about to send its bytes."""
        found = self._client.get(f"/internal/videos/{hash_path}?sender={sender}")
        return VideoFacts(channel_id=int(found["channel_id"]))

    def announce(self, channel_id: int, title: str, description: str) -> str:
        """Announce a video; returns its hash path.

        Raises:
            Failure: ``rate_limited``, ``suspended`` or ``token_invalid`` too.
        """
        body = {
            "channel_id": channel_id,
            "title": title,
            "description": description,
            # A call may be sent twice, and announces one video.
            "request_key": secrets.token_hex(32),
        }
        found = self._client.call(
            "POST",
            "/internal/videos",
            body=body,
            passed_on=(Code.RATE_LIMITED, Code.SUSPENDED, Code.TOKEN_INVALID),
        )
        return str(found["hash_path"])

    def withdraw(self, hash_path: str, channel_id: int) -> None:
        """Take back an announcement that got no bytes."""
        self._client.call("DELETE", f"/internal/videos/{hash_path}?sender={channel_id}")

    def notify(self, change: VideoStateChanged, event_id: int) -> None:
        """Notify it of a new state, which the event with this id says too; idempotent."""
        body = {**asdict(change), "event_id": event_id}
        self._client.call("PUT", f"/internal/videos/{body.pop('hash_path')}", body=body)

    def notify_files(self, files: VideoFilesChanged, event_id: int) -> None:
        """Notify it of what there is beside a video's MP4, which the event with this id says too;
        idempotent."""
        body = {**asdict(files), "event_id": event_id}
        self._client.call("PUT", f"/internal/videos/{body.pop('hash_path')}/files", body=body)

    def channel(self, channel_id: int) -> dict[str, Any]:
        """What catalog keeps about a channel beside its videos, by the names of its parts."""
        found: dict[str, Any] = self._client.get(f"/internal/exports/{channel_id}")
        return found

    def videos(self, channel_id: int) -> Iterator[Sequence[Mapping[str, Any]]]:
        """A channel's videos in whatever state, the oldest first, page after page."""
        return self._client.pages(f"/internal/exports/{channel_id}/videos")
