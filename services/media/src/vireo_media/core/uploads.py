"""Bytes in: who may upload, and what becomes of a body that has arrived.

The bytes never pass through here. The gateway has them in a file; the worker validates, syncs
and keeps it, and this waits for its verdict.
"""

import datetime as dt
import re
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import PART, Kind, OpenUpload, OpenUploads

HASH_PATH = re.compile(r"[A-Za-z0-9]{7}")
POLL_SECONDS = 0.02
MAX_POLL_SECONDS = 0.25
# A body of 10 GiB on a slow disk is synced in this time. A worker that is down for so long is an
# outage, and whoever uploads should hear of it.
VERDICT_SECONDS = 300.0
# And for what comes before and after the wait.
ARRIVED_SECONDS = VERDICT_SECONDS + 30.0


class UploadState(StrEnum):
    """How far an upload is.

    ``received`` until the worker has decided; ``refused``, or ``stored`` once the body is validated
    and on the disk; ``placed`` once its files can be served, and ``published`` once catalog knows
    it.
    """

    RECEIVED = "received"
    REFUSED = "refused"
    STORED = "stored"
    PLACED = "placed"
    PUBLISHED = "published"


class Step(StrEnum):
    """What is being made of an upload, or is to be made next.

    ``copy``: the MP4 of its own frames; ``first``: what can be played first; ``renditions``: the
    rest of its stream.
    """

    QUEUED = "queued"
    PROBE = "probe"
    COPY = "copy"
    FIRST = "first"
    RENDITIONS = "renditions"
    DONE = "done"


@dataclass(frozen=True)
class Upload:
    """A body that has arrived; ``code`` and ``reason`` say why it was refused."""

    hash_path: str
    upload_id: str
    state: UploadState
    code: str
    reason: str
    step: Step = Step.QUEUED


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


class BodyCut(Exception):
    """A body lost its bytes on its way: it was too slow, or (``for_room``) the disk was full."""

    def __init__(self, *, for_room: bool) -> None:
        super().__init__()
        self.for_room = for_room


class UploadStore(Protocol):
    """Where uploads are kept, with the jobs that belong to them."""

    def find(self, hash_path: str) -> Upload | None:
        """The upload of a hash path."""

    def begin(self, hash_path: str, upload_id: str, channel_id: int, size: int) -> None:
        """Insert an upload, and the job that prepares it, when it is the channel's turn.

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
            BodyCut: it has lost some of its bytes.
        """

    def drop(self, hash_path: str, upload_id: str) -> None:
        """Remove a body that was adopted, however far it got."""


class Owners:
    """Who may send the bytes of a video.

    Args:
        find_video: asks catalog for a video that a channel is about to send; raises ``Failure``
            (``not_found``).
    """

    def __init__(self, store: UploadStore, find_video: Callable[[str, int], VideoFacts]) -> None:
        self._store = store
        self._find_video = find_video

    def check(self, hash_path: str, channel_id: int) -> None:
        """Whether the video is there, is the channel's, and has no bytes yet.

        Raises:
            Failure: ``not_found``, ``forbidden`` or ``already_uploaded``.
        """
        if not HASH_PATH.fullmatch(hash_path):
            raise Failure(Code.NOT_FOUND)
        if self._find_video(hash_path, channel_id).channel_id != channel_id:
            raise Failure(Code.FORBIDDEN)
        upload = self._store.find(hash_path)
        if upload and upload.state is not UploadState.REFUSED:
            raise Failure(Code.ALREADY_UPLOADED)


class Uploads:
    """The rules of uploads.

    Args:
        find_video: see ``Owners``.
        open_uploads: what is on its way.
        max_bytes: the largest body.
        waiting: how many requests may wait for the worker at once, in this process.
        verdict_seconds: how long each waits.
        poll_seconds: when it looks for the first time, and how often at first.
    """

    def __init__(
        self,
        store: UploadStore,
        files: BodyFiles,
        find_video: Callable[[str, int], VideoFacts],
        open_uploads: OpenUploads,
        *,
        max_bytes: int,
        waiting: int,
        verdict_seconds: float = VERDICT_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._store = store
        self._files = files
        self.check_owner = Owners(store, find_video).check
        self._open = open_uploads
        self._max_bytes = max_bytes
        self._verdict_seconds = verdict_seconds
        self._poll_seconds = poll_seconds
        self._waiting = threading.BoundedSemaphore(waiting)

    def open(self, hash_path: str, channel_id: int, address: str, size: int | None) -> OpenUpload:
        """Let ``channel_id`` upload ``size`` bytes (if known) to ``hash_path`` now.

        Of a body whose length is not said, the gateway takes no more than the answer's ``size``.

        Raises:
            Failure: ``not_found``, ``forbidden``, ``already_uploaded``, ``no_bytes``,
                ``too_large``, ``rate_limited`` or ``disk_full``.
        """
        self.check_owner(hash_path, channel_id)
        if size == 0:
            raise Failure(Code.NO_BYTES)
        if size is not None and size > self._max_bytes:
            raise Failure(Code.TOO_LARGE, limit=self._max_bytes)
        # The gateway rounds up too.
        sizes = [size] if size is not None else [self._max_bytes, -(-self._max_bytes // PART)]
        return self._open.open(Kind.VIDEO, channel_id, address, sizes)

    def closing_on_failure(self, opened: OpenUpload) -> AbstractContextManager[None]:
        """Close what was opened where the ``with`` fails."""
        return self._open.closing_on_failure(opened)

    def is_partial(self, opened: OpenUpload, size: int | None) -> bool:
        """Whether a body of unknown length may have less than the largest."""
        return size is None and opened.size < self._max_bytes

    def take(self, hash_path: str, channel_id: int, open_id: str, body: str) -> None:
        """Take a body that was allowed; the disk space reserved for it is released at the end.

        Raises:
            Failure: see ``Owners.check`` and ``receive``.
        """
        with self._open.closing(open_id):
            try:
                self.check_owner(hash_path, channel_id)
            except Failure as failure:
                # That catalog is away is no reason to lose a body that may have taken hours: its
                # grant says whose it is. A video that was deleted meanwhile is found by the report.
                if failure.code is not Code.UNAVAILABLE:
                    raise
            self.receive(hash_path, channel_id, open_id, body)

    def receive(self, hash_path: str, channel_id: int, open_id: str, body: str) -> None:
        """Take a body that has arrived completely, and return when it is stored.

        Args:
            open_id: the id of what ``open`` gave for it.
            body: the path of the file that the gateway wrote.

        Raises:
            Failure: ``already_uploaded``; ``unsupported_media`` or ``too_large`` with the reason;
                ``no_bytes``; ``not_found`` where the video was deleted meanwhile;
                ``request_timeout`` where it was too slow; ``disk_full``; ``unavailable`` where no
                worker took it. Nothing is kept of it then, unless the database went away before
                that could be said.
        """
        upload_id = secrets.token_hex(16)
        size = self._adopt(body, hash_path, upload_id)
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
            self._begin(hash_path, upload_id, channel_id, open_id, size)
            self._await_verdict(hash_path, upload_id)
        finally:
            self._waiting.release()

    def _adopt(self, body: str, hash_path: str, upload_id: str) -> int:
        try:
            return self._files.adopt(body, hash_path, upload_id)
        except FileNotFoundError:
            raise Failure(Code.NO_BYTES) from None
        except BodyCut as cut:
            if cut.for_room:
                raise Failure(Code.DISK_FULL) from None
            raise Failure(Code.REQUEST_TIMEOUT, self._open.too_slow) from None

    def _begin(
        self, hash_path: str, upload_id: str, channel_id: int, open_id: str, size: int
    ) -> None:
        try:
            self._open.arrived(open_id, Kind.VIDEO, size, ARRIVED_SECONDS)
            self._store.begin(hash_path, upload_id, channel_id, size)
        except AlreadyUploaded:
            self._files.drop(hash_path, upload_id)
            raise Failure(Code.ALREADY_UPLOADED) from None
        except Failure:
            self._files.drop(hash_path, upload_id)
            raise

    def _await_verdict(self, hash_path: str, upload_id: str) -> None:
        began = time.monotonic()
        pause = self._poll_seconds
        while time.monotonic() < began + self._verdict_seconds:
            time.sleep(pause)
            # Patient with what takes longer, so that many who wait cost little: a twentieth of what
            # was waited.
            waited = time.monotonic() - began
            pause = min(max(self._poll_seconds, waited / 20), MAX_POLL_SECONDS)
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
    """Whether an upload may be acknowledged; ``False`` while there is no verdict yet.

    Raises:
        Failure: it was refused, or there is none with this id any more.
    """
    if upload is None or upload.upload_id != upload_id:
        raise Failure(Code.NOT_FOUND)
    if upload.state is UploadState.REFUSED:
        raise Failure(Code(upload.code), upload.reason)
    return upload.state in {UploadState.STORED, UploadState.PUBLISHED}
