"""The picture that a channel sets: who may, how much, and when it counts."""

import errno
import re
import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import PICTURE_SECONDS, Kind, OpenUpload, OpenUploads
from vireo_media.core.places import held
from vireo_media.core.refused import Refused

NAME = re.compile(r"[0-9a-f]{32}")
MAX_BYTES = 10 << 20
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# Each takes a core, and up to 640 MB of memory, for a moment.
PLACES = 1
# A thread that waits here is missing elsewhere.
WAITING = 8
PLACE_SECONDS = 10.0


class ChannelGone(Exception):
    """The channel was deleted meanwhile."""


class PictureStore(Protocol):
    """Which picture a channel has."""

    def set(self, channel_id: int, name: str) -> None:
        """Give the channel the picture of this name, and have its former one's file removed.

        Raises:
            ChannelGone: nothing was set.
        """

    def remove(self, channel_id: int) -> None:
        """Take the channel's picture away, if it has one, and have its file removed."""


class PictureFiles(Protocol):
    """Where pictures are kept."""

    def picture_body(self, name: str) -> Path:
        """Where the bytes are that came."""

    def picture_result(self, name: str) -> Path:
        """Where a picture is until it is published."""

    def publish_picture(self, name: str) -> None:
        """Sync a result, and move it to where the gateway finds it."""

    def discard_picture(self, name: str) -> None:
        """Remove what is not published of it."""


class Pictures:
    """The rules of pictures.

    Args:
        make: writes a square picture to a path, of the file at another; raises ``Refused``.
        open_uploads: what is on its way: of each account one picture.
        places: how many are made at once, in this process.
        waiting: how many requests may have a place or wait for one.
        place_seconds: how long they wait.
    """

    def __init__(
        self,
        store: PictureStore,
        files: PictureFiles,
        make: Callable[[Path, Path], None],
        open_uploads: OpenUploads,
        *,
        places: int = PLACES,
        waiting: int = WAITING,
        place_seconds: float = PLACE_SECONDS,
    ) -> None:
        self._store = store
        self._files = files
        self._make = make
        self._open = open_uploads
        self._places = threading.BoundedSemaphore(places)
        self._waiting = threading.BoundedSemaphore(waiting)
        self._place_seconds = place_seconds

    def open(self, channel_id: int, address: str, size: int | None) -> OpenUpload:
        """Let the channel send a picture of ``size`` bytes (if known).

        Raises:
            Failure: ``rate_limited`` while another one of it is on its way; ``disk_full``.
        """
        most = MAX_BYTES if size is None else min(size, MAX_BYTES)
        return self._open.open(Kind.PICTURE, channel_id, address, [most])

    def closing_on_failure(self, opened: OpenUpload) -> AbstractContextManager[None]:
        """Close what was opened where the ``with`` fails."""
        return self._open.closing_on_failure(opened)

    def set(self, channel_id: int, open_id: str, read: Callable[[], bytes]) -> None:
        """Give the channel a picture; when this returns, it is on the disk and served.

        Args:
            open_id: the id of what ``open`` gave for it.
            read: gets the bytes that the client sent, once there is a place for them.

        Raises:
            Failure: ``no_bytes``; ``unsupported_media`` or ``too_large`` with the reason;
                ``disk_full``; ``token_invalid`` where the channel was deleted meanwhile;
                ``request_timeout`` where it was too slow; ``unavailable`` while too many others
                send one. Nothing has changed then.
        """
        with self._open.closing(open_id):
            self._open.arrived(open_id, Kind.PICTURE, None, PICTURE_SECONDS)
            with held(self._waiting, 0), held(self._places, self._place_seconds):
                self._set(channel_id, read())

    def _set(self, channel_id: int, body: bytes) -> None:
        if not body:
            raise Failure(Code.NO_BYTES, "The body is empty; send the bytes of the picture.")
        name = secrets.token_hex(16)
        try:
            source = self._files.picture_body(name)
            source.write_bytes(body)
            self._make(source, self._files.picture_result(name))
            self._files.publish_picture(name)
            self._store.set(channel_id, name)
        except Refused as refused:
            raise Failure(Code(refused.code), refused.reason) from None
        except ChannelGone:
            raise Failure(Code.TOKEN_INVALID) from None
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise Failure(Code.DISK_FULL) from None
        finally:
            self._files.discard_picture(name)

    def remove(self, channel_id: int) -> None:
        """Take the channel's picture away; the one that is drawn from its name is served again."""
        self._store.remove(channel_id)
