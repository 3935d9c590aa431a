"""Bytes in: who may upload, and what becomes of a body that has arrived.

The bytes never pass through here. The gateway has them in a file; the media worker proves, syncs
and keeps it, and this waits for what the worker says.
"""

import datetime as dt
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure

HASH_PATH = re.compile(r"[A-Za-z0-9]{7}")
POLL_SECONDS = 0.02
MAX_POLL_SECONDS = 0.25
# A body of 10 GiB on a slow disk is synced in this time. A worker that is down for so long is an
# outage, and whoever uploads should hear of it.
VERDICT_SECONDS = 300.0


class UploadState(StrEnum):
    """How far an upload is.

    ``received`` until the worker has spoken; ``refused``, or ``stored`` once the body is proven and
    on the disk; ``placed`` once its files can be served, and ``published`` once catalog knows it.
    """

    RECEIVED = "received"
    REFUSED = "refused"
    STORED = "stored"
    PLACED = "placed"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Upload:
    """A body that has arrived; ``code`` and ``reason`` say why it was refused."""

    hash_path: str
    upload_id: str
    state: UploadState
    code: str
    reason: str


@dataclass(frozen=True)
class Received:
    """What has arrived for a hash path: how many bytes, and when, in UTC."""

    upload_id: str
    state: UploadState
    size: int
    at: dt.datetime


@dataclass(frozen=True)
class VideoFacts:
    """What catalog says of a video."""

    channel_id: int


class AlreadyUploaded(Exception):
    """There is an upload for this hash path."""


class UploadStore(Protocol):
    """Where uploads are kept, with the jobs that belong to them."""

    def find(self, hash_path: str) -> Upload | None:
        """The upload of a hash path."""

    def begin(self, hash_path: str, upload_id: str, size: int) -> None:
        """Insert an upload, and the job that prepares it.

        Raises:
            AlreadyUploaded: unless the earlier one was refused.
        """

    def withdraw(self, hash_path: str, upload_id: str) -> bool:
        """Delete an upload that is ``received``, with its job; ``False`` where there is none."""


class BodyFiles(Protocol):
    """Where bodies are kept."""

    def adopt(self, body: str, hash_path: str, upload_id: str) -> int:
        """Keep a body that the gateway received; returns its size.

        Raises:
            FileNotFoundError: there is none.
        """

    def drop(self, hash_path: str, upload_id: str) -> None:
        """Remove a body that was adopted, however far it got."""

    def free_bytes(self) -> int:
        """Room on the disk."""


class Uploads:
    """The rules of uploads.

    Args:
        find_video: asks catalog for a video; raises ``Failure`` (``not_found``).
        max_bytes: the largest body.
        waiting: how many requests may wait for the worker at once, in this process.
        reserve_bytes: the room on the disk that uploads leave free.
    """

    def __init__(
        self,
        store: UploadStore,
        files: BodyFiles,
        find_video: Callable[[str], VideoFacts],
        *,
        max_bytes: int,
        reserve_bytes: int,
        waiting: int,
    ) -> None:
        self._store = store
        self._files = files
        self._find_video = find_video
        self._max_bytes = max_bytes
        self._reserve_bytes = reserve_bytes
        self._waiting = threading.BoundedSemaphore(waiting)

    def check_may_upload(self, hash_path: str, channel_id: int, size: int | None) -> None:
        """Whether ``channel_id`` may upload ``size`` bytes (if known) to ``hash_path`` now.

        Raises:
            Failure: ``not_found``, ``forbidden``, ``already_uploaded``, ``no_bytes``,
                ``too_large`` or ``disk_full``.
        """
        self.check_owner(hash_path, channel_id)
        if size == 0:
            raise Failure(Code.NO_BYTES)
        if size is not None and size > self._max_bytes:
            raise Failure(Code.TOO_LARGE, limit=self._max_bytes)
        # Room for the body, and for what is made of it.
        if self._files.free_bytes() < 2 * (size or 0) + self._reserve_bytes:
            raise Failure(Code.DISK_FULL)

    def check_owner(self, hash_path: str, channel_id: int) -> None:
        """Whether the video is there, is the channel's, and has no bytes yet.

        Raises:
            Failure: ``not_found``, ``forbidden`` or ``already_uploaded``.
        """
        if not HASH_PATH.fullmatch(hash_path):
            raise Failure(Code.NOT_FOUND)
        if self._find_video(hash_path).channel_id != channel_id:
            raise Failure(Code.FORBIDDEN)
        upload = self._store.find(hash_path)
        if upload and upload.state is not UploadState.REFUSED:
            raise Failure(Code.ALREADY_UPLOADED)

    def receive(self, hash_path: str, body: str) -> None:
        """Take a body that has arrived completely, and return when it is stored.

        Args:
            body: the path of the file that the gateway wrote.

        Raises:
            Failure: ``already_uploaded``; ``unsupported_media`` or ``too_large`` with the reason;
                ``no_bytes``; ``not_found`` where the video was deleted meanwhile;
                ``unavailable`` where no worker took it. Nothing is kept of it then, unless the
                database went away before that could be said.
        """
        upload_id = secrets.token_hex(16)
        try:
            size = self._files.adopt(body, hash_path, upload_id)
        except FileNotFoundError:
            raise Failure(Code.NO_BYTES) from None
        try:
            if size == 0:
                raise Failure(Code.NO_BYTES)
            if not self._waiting.acquire(blocking=False):
                # Some threads stay free for the questions of others.
                raise Failure(Code.UNAVAILABLE)
        except Failure:
            self._files.drop(hash_path, upload_id)
            raise
        try:
            self._begin(hash_path, upload_id, size)
            self._await_verdict(hash_path, upload_id)
        finally:
            self._waiting.release()

    def _begin(self, hash_path: str, upload_id: str, size: int) -> None:
        try:
            self._store.begin(hash_path, upload_id, size)
        except AlreadyUploaded:
            self._files.drop(hash_path, upload_id)
            raise Failure(Code.ALREADY_UPLOADED) from None
        except Failure:
            self._files.drop(hash_path, upload_id)
            raise

    def _await_verdict(self, hash_path: str, upload_id: str) -> None:
        deadline = time.monotonic() + VERDICT_SECONDS
        pause = POLL_SECONDS
        while time.monotonic() < deadline:
            time.sleep(pause)
            # Patient with what takes longer, so that many who wait cost little.
            pause = min(pause * 1.2, MAX_POLL_SECONDS)
            try:
                upload = self._store.find(hash_path)
            except Failure:
                # The database is away for a moment; the upload and its job are not lost by that.
                continue
            if _is_stored(upload, upload_id):
                return
        if self._store.withdraw(hash_path, upload_id):
            self._files.drop(hash_path, upload_id)
            raise Failure(Code.UNAVAILABLE)
        # The worker was quicker than the withdrawal, or the owner deleted the video. What is placed
        # can't be refused any more.
        _is_stored(self._store.find(hash_path), upload_id)


def _is_stored(upload: Upload | None, upload_id: str) -> bool:
    """Whether an upload may be acknowledged; ``False`` while the worker has not spoken.

    Raises:
        Failure: it was refused, or there is none with this id any more.
    """
    if upload is None or upload.upload_id != upload_id:
        raise Failure(Code.NOT_FOUND)
    if upload.state is UploadState.REFUSED:
        raise Failure(Code(upload.code), upload.reason)
    return upload.state in {UploadState.STORED, UploadState.PUBLISHED}
