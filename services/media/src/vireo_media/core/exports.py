"""The archive of all that Vireo knows about a person: when there is one, and what is in it."""

import secrets
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_media.core import formats
from vireo_media.core.refused import Refused

# A name of a file may have 255 bytes on most file systems. The hash path, a number and the end come
# to it, and somebody may unpack it below a long folder.
MAX_TITLE_BYTES = 120
# What some system gives a meaning to in the name of a file.
_FORBIDDEN = frozenset('/\\:*?"<>|')
# Letters, marks that belong to them, numbers, punctuation and symbols. All else does not print:
# control and format characters (those that turn the direction of writing among them), halves of
# surrogate pairs, private use, and what Unicode has not given out.
_PRINTED = frozenset("LMNPS")
_ENDS = {
    formats.MP4: "mp4",
    formats.MATROSKA: "mkv",
    formats.AVI: "avi",
    formats.MPEG_TS: "ts",
    formats.MPEG_PS: "mpg",
    formats.FLV: "flv",
    formats.ASF: "wmv",
    formats.OGG: "ogv",
}


class ExportState(StrEnum):
    """How far an export is: ``waiting`` until the worker has made it, then ``ready`` until it
    expires; or ``failed``."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Export:
    """An export of a channel; ``name`` is random and names its file in the media folder,
    ``file_name`` is what its person saves it as."""

    name: str
    channel_id: int
    state: ExportState
    file_name: str


class ChannelGone(Exception):
    """The channel was deleted meanwhile."""


class ExportStore(Protocol):
    """Where exports are kept, with the jobs that make them."""

    def current(self, channel_id: int) -> Export | None:
        """The channel's export that is waiting, or is ready and has not expired."""

    def begin(self, channel_id: int, name: str, instead_of: str) -> None:
        """Insert an export with the jobs that make it and notify its owner, unless another request
        was quicker.

        Args:
            instead_of: the name of an export that is of no use any more; ``""`` for none.

        Raises:
            ChannelGone: nothing was inserted.
        """


class ExportFiles(Protocol):
    """Where their files are kept."""

    def has_export(self, name: str) -> bool:
        """Whether the file of an export is there."""


class Exports:
    """The rules of exports: a channel has one at a time, which is served until it expires."""

    def __init__(self, store: ExportStore, files: ExportFiles) -> None:
        self._store = store
        self._files = files

    def ask(self, channel_id: int) -> Export | None:
        """The channel's export; ``None`` while it is made, which this begins where it must.

        Raises:
            Failure: ``token_invalid``: the channel was deleted at this moment.
        """
        export = self._store.current(channel_id)
        if export is not None:
            if export.state is ExportState.WAITING:
                return None
            if self._files.has_export(export.name):
                return export
        # One whose file is gone (a restored backup has none) is made anew.
        lost = export.name if export else ""
        try:
            self._store.begin(channel_id, secrets.token_hex(16), lost)
        except ChannelGone:
            raise Failure(Code.TOKEN_INVALID) from None
        return None


def archive_name(username: str) -> str:
    """What a person saves the archive as: names of accounts are safe in headers and as files."""
    return f"vireo-{username}.zip"


def entry_name(number: int, hash_path: str, title: str, head: bytes) -> str:
    """The name of an original in the archive, which every system can unpack.

    Args:
        number: of the video in the archive. It keeps apart what a file system that knows no case
            takes for the same, as hash paths may be.
        head: the first ``formats.HEAD_BYTES`` bytes of the file, which say what kind it is.
    """
    stem = f"{number:05d} {hash_path} {safe_title(title)}".strip()
    return f"videos/{stem}.{_end_of(head)}"


def thumbnail_name(number: int, hash_path: str, title: str) -> str:
    """The name of a picture that was sent as a thumbnail in the archive."""
    return f"thumbnails/{number:05d} {hash_path} {safe_title(title)}".strip() + ".jpg"


def captions_name(number: int, hash_path: str, title: str, language: str) -> str:
    """The name of captions in the archive."""
    stem = f"{number:05d} {hash_path} {safe_title(title)}".strip()
    return f"captions/{stem}.{language}.vtt"


def safe_title(title: str) -> str:
    """What of a title can stand in the name of a file: in one line, visible, without a separator,
    neither begun nor ended by a dot or a blank; at most ``MAX_TITLE_BYTES``, maybe nothing."""
    kept = (
        " " if c.isspace() or c in _FORBIDDEN else c
        for c in unicodedata.normalize("NFC", title)
        if c.isspace() or unicodedata.category(c)[0] in _PRINTED
    )
    text = " ".join("".join(kept).split())
    cut = text.encode()[:MAX_TITLE_BYTES].decode(errors="ignore")
    return cut.strip(" .")


def _end_of(head: bytes) -> str:
    try:
        return _ENDS[formats.recognise(head)]
    except Refused:
        return "video"


README = """\
All that Vireo knows about you. The .json files are text, in UTF-8; times are in UTC.

account.json          your names, your mail address and whether it is verified, your date of birth
sessions.json         where you are signed in: device, network address, first and last time
known_devices.json    devices that you signed in from, as digests; you are notified of others
browsers.json         browsers that have a cookie by which your account knows them again
known_addresses.json  network addresses that you signed in from
links.json            links in mails to you that are still good, without what opens them
email_changes.json    addresses that your account had in the last days, and when they were changed
mails.json            mails of the last day, by their purpose, because their number is limited
channel.json          your channel
picture.webp          its picture, if you have set one
reactions.json        what you think of videos
comments.json         what you wrote below videos
comment_likes.json    comments that you like
blocks.json           channels that you block
subscriptions.json    channels that you follow
history.json          videos that you watched, and where you stand
playlists.json        your playlists, with the videos in them
notices.json          what you were told, of 90 days
notice_settings.json  what you want to be told, where you changed it
moderation.json       what moderators decided about you and what is yours, and your appeals
reports.json          what you reported, and why
comment_filter.json   words and links for which comments on your videos wait for you
videos.json           your videos: texts, state, times, measures, counts, and what was uploaded;
                      "file" is the name of the original in this archive, null where there is none,
                      "captions" are those that you set, with their names in this archive,
                      "thumbnail" is the picture that you sent as such, null where there is none
videos/               your originals, byte for byte as you uploaded them
captions/             captions that you set, as they are served
thumbnails/           pictures that you sent as thumbnails, as they are served

Not in it, because they open something: the hash of your password, and tokens with their hashes.
Neither are the converted copies of your videos, which are made from the originals, nor counters
against guessing, which are of whoever tried a password and are forgotten within a day or so.
"""
