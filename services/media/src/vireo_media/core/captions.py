"""Captions that the owner of a video sets: who may, how much, and what is kept of a file."""

import errno
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure, FieldCode, FieldProblem
from vireo_common.events import VideoFilesChanged
from vireo_media.core.caption_files import read_captions
from vireo_media.core.cues import MOST_BYTES, Cue, NotCaptions, webvtt
from vireo_media.core.languages import canonical, label_of
from vireo_media.core.places import held
from vireo_media.core.uploads import HASH_PATH, VideoFacts

MAX_BYTES = 1 << 20
MOST_LANGUAGES = 50
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# A file of a megabyte keeps a core busy for up to a second.
PLACES = 1
WAITING = 6
PLACE_SECONDS = 10.0


class Source(StrEnum):
    """Who has set captions: the owner, or they were in the file."""

    OWNER = "owner"
    FILE = "file"


@dataclass(frozen=True)
class Track:
    """Captions in one language, as they are served: a WebVTT. ``ends`` is in milliseconds."""

    language: str
    label: str
    text: str
    ends: int


class NoUpload(Exception):
    """There are no bytes of the video (yet), or not any more."""


class TooMany(Exception):
    """The video has captions in as many languages as it may."""


class FilesToTell(Protocol):
    """What there is of a video, as it was published in a transaction."""

    files: VideoFilesChanged
    event_id: int


class CaptionStore(Protocol):
    """Where captions are kept."""

    def set(self, hash_path: str, track: Track) -> FilesToTell:
        """Set the owner's captions in a language; they are on the disk when this returns.

        Raises:
            NoUpload, TooMany: nothing has changed.
            OSError: the disk is in trouble, or full.
        """

    def remove(self, hash_path: str, language: str) -> FilesToTell | None:
        """Remove captions; ``None`` where there are none in this language."""


class Captions:
    """The rules.

    Args:
        find_video: asks catalog for a video; raises ``Failure`` (``not_found``).
        tell: tells catalog at once what an event says too; raises ``Failure``.
        remove_video: removes what there is of a video that is gone.
    """

    def __init__(
        self,
        store: CaptionStore,
        find_video: Callable[[str, int], VideoFacts],
        tell: Callable[[FilesToTell], None],
        remove_video: Callable[[str], None],
    ) -> None:
        self._store = store
        self._find_video = find_video
        self._tell = tell
        self._remove_video = remove_video
        self._places = threading.BoundedSemaphore(PLACES)
        self._waiting = threading.BoundedSemaphore(WAITING)

    def set(self, hash_path: str, channel_id: int, tag: str, read: Callable[[], bytes]) -> Track:
        """Set the captions of one's own video in a language, in place of those that there are.

        Args:
            read: gets the bytes that the client sent, once there is a place for them.

        Raises:
            Failure: ``not_found``, also where it is somebody else's; ``invalid_query`` for what is
                no tag of a language; ``no_bytes``; ``no_video_file`` before the video's own bytes
                have come; ``invalid_body`` with the line and the reason; ``disk_full``;
                ``unavailable`` while too many others send some.
        """
        language = language_of(tag)
        self._require_owner(hash_path, channel_id)
        with held(self._waiting, 0), held(self._places, PLACE_SECONDS):
            track = track_of(read(), language)
        try:
            told = self._store.set(hash_path, track)
        except NoUpload:
            message = "Send the bytes of the video first, and then its captions."
            raise Failure(Code.NO_VIDEO_FILE, message) from None
        except TooMany:
            reason = f"the video has captions in {MOST_LANGUAGES} languages already"
            raise _refused(FieldCode.OUT_OF_RANGE, reason) from None
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise Failure(Code.DISK_FULL) from None
        self._told(hash_path, told)
        return track

    def remove(self, hash_path: str, channel_id: int, tag: str) -> None:
        """Remove the captions of one's own video in a language.

        Raises:
            Failure: ``not_found``, also where there are none; ``invalid_query``.
        """
        language = language_of(tag)
        self._require_owner(hash_path, channel_id)
        told = self._store.remove(hash_path, language)
        if told is None:
            raise Failure(Code.NOT_FOUND)
        self._told(hash_path, told)

    def _require_owner(self, hash_path: str, channel_id: int) -> None:
        if not HASH_PATH.fullmatch(hash_path):
            raise Failure(Code.NOT_FOUND)
        if self._find_video(hash_path, channel_id).channel_id != channel_id:
            raise Failure(Code.NOT_FOUND)

    def _told(self, hash_path: str, told: FilesToTell) -> None:
        try:
            self._tell(told)
        except Failure as failure:
            if failure.code is Code.NOT_FOUND:
                # The video was deleted at this moment: what came after its deletion goes too.
                self._remove_video(hash_path)
                raise
            # Catalog can't be reached; the event says it later.


def language_of(tag: str) -> str:
    """The canonical tag of a language in an address.

    Raises:
        Failure: ``invalid_query``.
    """
    language = canonical(tag)
    if language is None:
        problem = FieldProblem(FieldCode.INVALID, "is no tag of a language such as en or pt-BR")
        raise Failure(Code.INVALID_QUERY, fields={"language": problem})
    return language


def track_of(body: bytes, language: str) -> Track:
    """What is served of a file that a person sent.

    Raises:
        Failure: ``no_bytes``; ``invalid_body`` with the line and the reason.
    """
    if not body.strip():
        raise Failure(Code.NO_BYTES, "The body is empty; send a WebVTT or SRT file.")
    try:
        return made_track(body, language, label_of(language))
    except NotCaptions as problem:
        raise _refused(FieldCode.INVALID, problem.reason, line=problem.line) from None


def made_track(body: bytes, language: str, label: str, *, lenient: bool = False) -> Track:
    """What is served of a WebVTT or SRT.

    Raises:
        NotCaptions: with the line and the reason.
    """
    return track_of_cues(read_captions(body, language, lenient=lenient), language, label)


def track_of_cues(cues: Sequence[Cue], language: str, label: str) -> Track:
    """What is served of cues.

    Raises:
        NotCaptions: they are too many bytes.
    """
    text = webvtt(cues)
    if len(text.encode()) > MOST_BYTES:
        raise NotCaptions(1, f"as WebVTT it has more than {MOST_BYTES:,} bytes")
    return Track(language, label, text, max(cue.end for cue in cues))


def _refused(code: FieldCode, reason: str, line: int | None = None) -> Failure:
    fields = {"captions": FieldProblem(code, reason if line is None else f"line {line}: {reason}")}
    if line is None:
        return Failure(Code.INVALID_BODY, fields=fields)
    return Failure(Code.INVALID_BODY, f"Line {line}: {reason}.", fields=fields, line=line)
