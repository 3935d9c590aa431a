"""The thumbnail of a video, as its owner chooses it: a candidate, another frame, or a picture."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from vireo_common.errors import Code, Failure, FieldCode, FieldProblem
from vireo_media.core.open_uploads import PICTURE_SECONDS, Kind, OpenUpload, OpenUploads
from vireo_media.core.pictures import MAX_BYTES, NO_ROOM
from vireo_media.core.places import held
from vireo_media.core.refused import Refused
from vireo_media.core.uploads import HASH_PATH

WIDTHS = (320, 640, 1280)
"""The gateway has the same (``thumbnails.conf``)."""
MOST_CANDIDATES = 6
# Requests that wait for a frame, in one process; each is one of its threads.
ASKING = 4
# A frame far behind a key frame of 4K takes seconds, and the slot may have one before it.
FRAME_SECONDS = 25.0
POLL_SECONDS, MAX_POLL_SECONDS = 0.02, 0.25
RETRY_SECONDS = 1


class Format(StrEnum):
    """What kind of picture a file is."""

    JPEG = "jpeg"
    WEBP = "webp"


class Size(NamedTuple):
    """One of the files that a thumbnail is served from; of ``width`` 0 is the whole one."""

    format: Format
    width: int


WHOLE = Size(Format.JPEG, 0)
SIZED: Sequence[Size] = [Size(each, width) for width in WIDTHS for each in Format]


class Choice(StrEnum):
    """What of a thumbnail its owner has chosen."""

    NOTHING = "nothing"
    FRAME = "frame"
    PICTURE = "picture"


class AskState(StrEnum):
    """What became of a frame that was asked for."""

    NONE = "none"
    WAITING = "waiting"
    DONE = "done"
    OUT_OF_RANGE = "out_of_range"
    FAILED = "failed"


@dataclass(frozen=True)
class VideoPictures:
    """What there is of a video beside its thumbnail. ``candidates`` are the times of frames in
    milliseconds, by which they are known, and so is ``chosen_at``. ``matrix`` is that of the film's
    colours, where its frames name none; ``""`` where nobody knows."""

    choice: Choice = Choice.NOTHING
    chosen_at: int | None = None
    candidates: Sequence[int] = ()
    storyboard: bool = False
    matrix: str = ""


@dataclass(frozen=True)
class Thumbnail:
    """A frame or picture; ``number`` is that of a frame, its time in milliseconds."""

    number: int | None
    chosen: bool
    version: str | None = None


class Busy(Exception):
    """The account waits for another frame already."""


class VideoGone(Exception):
    """The video was deleted, or has another upload by now; nothing was done."""


class PicturesStore(Protocol):
    """Which pictures a video has, and the jobs that take frames."""

    def owner_of(self, hash_path: str) -> int | None:
        """Whose video it is."""

    def find(self, hash_path: str) -> VideoPictures | None:
        """What there is; ``None`` where nothing was made yet."""

    def ask(self, hash_path: str, channel_id: int, ask_id: str, at: int) -> None:
        """Have the frame at so many milliseconds become the thumbnail.

        Raises:
            Busy: the account waits for another one.
            VideoGone: nothing can be taken.
        """

    def asked(self, hash_path: str, ask_id: str) -> AskState:
        """What became of it."""

    def withdraw(self, hash_path: str, ask_id: str) -> None:
        """Have it done no more, unless it is done."""

    def publish(self, hash_path: str, made: Mapping[Size, Path]) -> None:
        """Have a picture of its owner's become the thumbnail.

        Raises:
            VideoGone: nothing was done.
        """


class ThumbnailFiles(Protocol):
    """Where pictures are kept."""

    def draft(self, hash_path: str, maker: str, what: str) -> Path:
        """Where a file is until it is published."""

    def discard_drafts(self, hash_path: str, maker: str = "") -> None:
        """Remove what one maker has there."""

    def has_film(self, hash_path: str) -> bool:
        """Whether the video can be watched."""

    def version(self, hash_path: str) -> str | None:
        """Which thumbnail there is."""

    def candidate(self, hash_path: str, number: int) -> bytes | None:
        """The picture of a candidate."""


MakesSizes = Callable[[Path, Mapping[Size, Path]], None]
"""Writes a picture in sizes; raises ``Refused``."""


class Thumbnails:
    """The rules.

    Args:
        make: makes the files of a thumbnail of a picture.
        open_uploads: what is on its way: of each account one picture.
        frame_seconds: how long a request waits for its frame.
    """

    def __init__(
        self,
        store: PicturesStore,
        files: ThumbnailFiles,
        make: MakesSizes,
        open_uploads: OpenUploads,
        *,
        frame_seconds: float = FRAME_SECONDS,
    ) -> None:
        self._store = store
        self._files = files
        self._make = make
        self._open = open_uploads
        self._frame_seconds = frame_seconds
        self._asking = threading.BoundedSemaphore(ASKING)
        self._making = threading.BoundedSemaphore(1)
        self._sending = threading.BoundedSemaphore(ASKING)

    def candidates(self, hash_path: str, channel_id: int) -> Sequence[Thumbnail]:
        """The frames that one may choose from, by their times.

        Raises:
            Failure: ``not_found``: it is no video of the channel's.
        """
        found = self._owned(hash_path, channel_id)
        return [Thumbnail(each, _is_chosen(found, each)) for each in found.candidates]

    def candidate(self, hash_path: str, channel_id: int, number: int) -> bytes:
        """The picture of a candidate, a JPEG.

        Raises:
            Failure: ``not_found``.
        """
        found = self._owned(hash_path, channel_id)
        picture = self._files.candidate(hash_path, number) if number in found.candidates else None
        if picture is None:
            raise Failure(Code.NOT_FOUND)
        return picture

    def choose(
        self, hash_path: str, channel_id: int, candidate: int | None, seconds: float | None
    ) -> Thumbnail:
        """Have a candidate, or the frame at a time, become the thumbnail; it is when this returns.

        Raises:
            Failure: ``not_found``; ``invalid_body`` with a reason; ``not_playable`` while there is
                nothing to watch; ``rate_limited`` while another frame of the account's is taken;
                ``unavailable`` where no worker took it.
        """
        found = self._owned(hash_path, channel_id)
        at = _moment(found, candidate, seconds)
        self._require_film(hash_path)
        ask_id = secrets.token_hex(16)
        with held(self._asking, 0):
            try:
                self._store.ask(hash_path, channel_id, ask_id, at)
            except Busy:
                message = "Another picture of this account is being taken; wait until it is there."
                raise Failure(Code.RATE_LIMITED, message, retry_after=RETRY_SECONDS) from None
            except VideoGone:
                raise Failure(Code.NOT_FOUND) from None
            self._await_frame(hash_path, ask_id, "time" if candidate is None else "candidate")
        return Thumbnail(at, chosen=True, version=self._files.version(hash_path))

    def open(self, hash_path: str, channel_id: int, address: str, size: int | None) -> OpenUpload:
        """Let the owner send a picture of ``size`` bytes (if known).

        Raises:
            Failure: ``not_found``; ``not_playable``; ``rate_limited`` while another one of the
                account is on its way; ``disk_full``.
        """
        self._owned(hash_path, channel_id)
        self._require_film(hash_path)
        most = MAX_BYTES if size is None else min(size, MAX_BYTES)
        return self._open.open(Kind.PICTURE, channel_id, address, [most])

    def closing_on_failure(self, opened: OpenUpload) -> AbstractContextManager[None]:
        """Close what was opened where the ``with`` fails."""
        return self._open.closing_on_failure(opened)

    def set(
        self, hash_path: str, channel_id: int, open_id: str, read: Callable[[], bytes]
    ) -> Thumbnail:
        """Have a picture become the thumbnail; it is when this returns.

        Args:
            open_id: the id of what ``open`` gave for it.
            read: gets the bytes that the client sent, once there is a place for them.

        Raises:
            Failure: ``no_bytes``; ``unsupported_media`` or ``too_large`` with the reason;
                ``disk_full``; ``not_found`` where the video was deleted meanwhile;
                ``request_timeout`` where it was too slow; ``unavailable`` while too many others
                send one. Nothing has changed then.
        """
        with self._open.closing(open_id):
            self._open.arrived(open_id, Kind.PICTURE, None, PICTURE_SECONDS)
            self._owned(hash_path, channel_id)
            with held(self._sending, 0), held(self._making, PICTURE_SECONDS / 6):
                self._set(hash_path, read())
        return Thumbnail(None, chosen=True, version=self._files.version(hash_path))

    def _set(self, hash_path: str, body: bytes) -> None:
        if not body:
            raise Failure(Code.NO_BYTES, "The body is empty; send the bytes of the picture.")
        maker = secrets.token_hex(16)
        source = self._files.draft(hash_path, maker, "body")
        made = drafts_of_sizes(self._files.draft, hash_path, maker)
        try:
            source.write_bytes(body)
            self._make(source, made)
            self._store.publish(hash_path, made)
        except Refused as refused:
            raise Failure(Code(refused.code), refused.reason) from None
        except VideoGone:
            raise Failure(Code.NOT_FOUND) from None
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise Failure(Code.DISK_FULL) from None
        finally:
            self._files.discard_drafts(hash_path, maker)

    def _owned(self, hash_path: str, channel_id: int) -> VideoPictures:
        # The same for everybody else as for no video.
        if not HASH_PATH.fullmatch(hash_path) or self._store.owner_of(hash_path) != channel_id:
            raise Failure(Code.NOT_FOUND)
        return self._store.find(hash_path) or VideoPictures()

    def _require_film(self, hash_path: str) -> None:
        if not self._files.has_film(hash_path):
            raise Failure(Code.NOT_PLAYABLE)

    def _await_frame(self, hash_path: str, ask_id: str, field: str) -> None:
        deadline = time.monotonic() + self._frame_seconds
        pause = POLL_SECONDS
        while time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 1.2, MAX_POLL_SECONDS)
            match self._store.asked(hash_path, ask_id):
                case AskState.DONE:
                    return
                case AskState.OUT_OF_RANGE:
                    raise _invalid(field, FieldCode.OUT_OF_RANGE, "is after the end of the video")
                case AskState.FAILED:
                    raise _invalid(field, FieldCode.INVALID, "has no frame that can be shown")
                case AskState.NONE:
                    raise Failure(Code.NOT_FOUND)
                case AskState.WAITING:
                    continue
        self._store.withdraw(hash_path, ask_id)
        raise Failure(Code.UNAVAILABLE)


def drafts_of_sizes(
    draft: Callable[[str, str, str], Path], hash_path: str, maker: str
) -> dict[Size, Path]:
    """Where all files of a thumbnail are while they are made."""
    sizes = (WHOLE, *SIZED)
    return {size: draft(hash_path, maker, f"{size.width}.{size.format}") for size in sizes}


def _is_chosen(found: VideoPictures, number: int) -> bool:
    return found.choice is Choice.FRAME and found.chosen_at == number


def _moment(found: VideoPictures, candidate: int | None, seconds: float | None) -> int:
    """The time that is meant, in milliseconds.

    Raises:
        Failure: ``missing_field``; ``invalid_body``.
    """
    if candidate is None and seconds is None:
        missing = FieldProblem(FieldCode.MISSING, "missing; or `time`")
        raise Failure(Code.MISSING_FIELD, fields={"candidate": missing})
    if candidate is not None and seconds is not None:
        raise _invalid("time", FieldCode.INVALID, "must not stand beside `candidate`")
    if seconds is not None:
        return round(seconds * 1000)
    if candidate not in found.candidates:
        raise _invalid("candidate", FieldCode.INVALID, "is none of this video")
    return int(candidate or 0)


def _invalid(field: str, code: FieldCode, message: str) -> Failure:
    return Failure(Code.INVALID_BODY, fields={field: FieldProblem(code, message)})
