"""What an upload, a picture or a data export has in staging and in the store, and its way there.

The order of these acts is what makes a killed process harmless: see each of them.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vireo_media.storage import blobs
from vireo_media.storage.blobs import Blobs, Key, Kind, Transfer
from vireo_media.storage.disk_blobs import DiskBlobs
from vireo_media.storage.picture_files import VideoPictureFiles
from vireo_media.storage.staging import Results, Staging

# The part of a stream that names the others.
MASTER = "master"
_MOST_OF_A_PLAYLIST = 1 << 20


@dataclass(frozen=True)
class TransferredFilm:
    """A video and its thumbnail that can be published at once."""

    video: Transfer
    thumbnail: Transfer


@dataclass(frozen=True)
class CaptionsTransfer:
    """Captions and their playlist that can be published at once."""

    captions: Transfer
    playlist: Transfer


# Where captions are served, and where they are kept while nobody is served them.
_CAPTIONS = (
    (Kind.CAPTIONS, Kind.HIDDEN_CAPTIONS),
    (Kind.CAPTIONS_LIST, Kind.HIDDEN_CAPTIONS_LIST),
)
CAPTIONS_KINDS = tuple(kind for both in _CAPTIONS for kind in both)


class MediaFiles:
    """Staging, and the store of blobs."""

    def __init__(self, staging: Staging, store: Blobs) -> None:
        self.staging = staging
        self.blobs = store
        self.pictures = VideoPictureFiles(staging, store)

    # uploads

    def adopt(self, body: str, hash_path: str, upload_id: str) -> int:
        """Keep a body that the gateway received; see ``Staging``."""
        return self.staging.adopt(body, hash_path, upload_id)

    def keep(self, hash_path: str, upload_id: str) -> None:
        """Make a validated and synced body the original.

        Its file in staging stays until ``Staging.discard``: a program may be about to open it.
        """
        body = self.staging.body(hash_path, upload_id)
        self.blobs.put(blobs.original(hash_path, upload_id), body, keep_source=True)

    def transfer(self, hash_path: str, results: Results) -> TransferredFilm:
        """Get a film and its thumbnail to where ``publish`` is quick."""
        return TransferredFilm(
            self.blobs.transfer(blobs.video(hash_path), results.video),
            self.blobs.transfer(blobs.thumbnail(hash_path), results.thumbnail),
        )

    def publish(
        self, film: TransferredFilm, *, hidden: bool = False, keep_thumbnail: bool = False
    ) -> str:
        """Publish the thumbnail and then the video; returns the thumbnail's version.

        Args:
            hidden: a moderator has hidden it meanwhile: it is kept where nobody is served it.
            keep_thumbnail: its owner has chosen the one that there is.
        """
        hash_path = film.video.key.name
        there = self.pictures.version(hash_path) if keep_thumbnail else None
        if there is None:
            # Its sizes are made afterwards; those of the one before show something else.
            self.pictures.drop_sized(hash_path)
            there = self._commit(film.thumbnail, hidden=hidden)
        else:
            shown = blobs.thumbnail(hash_path)
            unseen = blobs.hidden(shown)
            self.blobs.move(*((shown, unseen) if hidden else (unseen, shown)))
        self._commit(film.video, hidden=hidden)
        for shown, unseen in _both_places(hash_path):
            self.blobs.delete(shown if hidden else unseen)
        return there

    def _commit(self, transfer: Transfer, *, hidden: bool) -> str:
        shown, unseen = transfer.key, blobs.hidden(transfer.key)
        version = self.blobs.commit(replace(transfer, key=unseen if hidden else shown))
        # What was decided meanwhile may not have been done yet: the one of before would be moved
        # over this one.
        self.blobs.delete(shown if hidden else unseen)
        return version

    def place(self, hash_path: str, *, hidden: bool) -> None:
        """Have the files of a published video served no more, or again."""
        for shown, unseen in (*_both_places(hash_path), *self._stream_places(hash_path)):
            self.blobs.move(*((shown, unseen) if hidden else (unseen, shown)))
        self.pictures.place(hash_path, hidden=hidden)

    def settle(self, hash_path: str) -> None:
        """Return when what was published or placed survives a power cut; gone meanwhile is
        fine."""
        places = (
            *_both_places(hash_path),
            *self._stream_places(hash_path),
            *self._captions_places(hash_path),
        )
        self.blobs.settle(*(key for both in places for key in both))

    def drop(self, hash_path: str, upload_id: str) -> None:
        """Remove everything of one upload that was not acknowledged."""
        self.blobs.delete(blobs.original(hash_path, upload_id))
        self.staging.discard(hash_path, upload_id)

    def remove(self, hash_path: str) -> None:
        """Remove all files of a video; the public ones first."""
        for shown, unseen in (*_both_places(hash_path), *self._stream_places(hash_path)):
            self.blobs.delete(shown)
            self.blobs.delete(unseen)
        self.pictures.remove(hash_path)
        for kind in (*CAPTIONS_KINDS, Kind.ORIGINAL):
            for key in self.blobs.keys(kind, prefix=f"{hash_path}."):
                self.blobs.delete(key)
        self.staging.discard(hash_path)

    # streams

    def transfer_part(
        self, hash_path: str, part: str, file: Path, lists: Mapping[str, str], results: Results
    ) -> Sequence[Transfer]:
        """Get a part of a stream to where ``publish_parts`` is quick.

        Args:
            lists: its playlists, by their names.
        """
        transfers = [self.blobs.transfer(blobs.stream(hash_path, part), file)]
        for name, text in lists.items():
            path = results.part(name, ".m3u8")
            path.write_text(text)
            transfers.append(self.blobs.transfer(blobs.stream_list(hash_path, name), path))
        return transfers

    def publish_parts(self, parts: Sequence[Transfer], *, hidden: bool = False) -> None:
        """Publish parts of a stream, which no master names yet."""
        for part in parts:
            self._commit(part, hidden=hidden)

    def publish_master(
        self, hash_path: str, text: str, results: Results, *, hidden: bool = False
    ) -> None:
        """Publish the playlist that names the others, in place of the one before."""
        self.rewrite_master(hash_path, text, results.part(MASTER, ".m3u8"), hidden=hidden)

    def rewrite_master(
        self, hash_path: str, text: str, path: Path, *, hidden: bool = False
    ) -> None:
        """The same, by a file in staging that is named otherwise."""
        path.write_text(text)
        key = blobs.stream_list(hash_path, MASTER)
        self._commit(self.blobs.transfer(key, path), hidden=hidden)

    def publish_video(self, video: Transfer, *, hidden: bool = False) -> None:
        """Publish another video in place of the one before, with the same thumbnail."""
        self._commit(video, hidden=hidden)

    def film(self, hash_path: str) -> Key:
        """The key of the published video, which may be hidden."""
        shown = blobs.video(hash_path)
        places = (shown, blobs.hidden(shown))
        return next((key for key in places if self.blobs.size(key) is not None), shown)

    def part(self, hash_path: str, part: str) -> Key:
        """The key of a part of a stream, which may be hidden."""
        shown = blobs.stream(hash_path, part)
        places = (shown, blobs.hidden(shown))
        return next((key for key in places if self.blobs.size(key) is not None), shown)

    def _stream_places(self, hash_path: str) -> Sequence[tuple[Key, Key]]:
        """Where each part of a stream is served, and where it is kept while hidden."""
        shown = {
            Key(kind, key.name)
            for kind in blobs.OF_STREAM
            for place in (kind, blobs.HIDDEN_KINDS[kind])
            for key in self.blobs.keys(place, prefix=f"{hash_path}.")
        }
        return [(key, blobs.hidden(key)) for key in sorted(shown, key=lambda key: key.name)]

    def name_relatively(self, hash_path: str) -> None:
        """Have hidden playlists of an earlier version name captions as those of today do: below
        the address that they were asked for, which may begin with a grant."""
        master = blobs.hidden(blobs.stream_list(hash_path, MASTER))
        self._replace(master, f'"/captions/{hash_path}/', f'"../../captions/{hash_path}/')
        for key in self.blobs.keys(Kind.HIDDEN_CAPTIONS_LIST, prefix=f"{hash_path}."):
            self._replace(key, f"/captions/{hash_path}/", "")

    def _replace(self, key: Key, words: str, by: str) -> None:
        if self.blobs.size(key) is None:
            return
        with self.blobs.open(key) as content:
            text = content.read(_MOST_OF_A_PLAYLIST).decode()
        if words in text:
            path = self.staging.captions(secrets.token_hex(16), "m3u8")
            path.write_text(text.replace(words, by))
            self.blobs.commit(self.blobs.transfer(key, path))

    # captions

    def transfer_captions(
        self, hash_path: str, language: str, captions: Path, playlist: Path
    ) -> CaptionsTransfer:
        """Get captions and their playlist to where ``publish_captions`` is quick."""
        return CaptionsTransfer(
            *(
                self.blobs.transfer(blobs.captions(kind, hash_path, language), path)
                for (kind, _), path in zip(_CAPTIONS, (captions, playlist), strict=True)
            )
        )

    def publish_captions(self, made: CaptionsTransfer, *, unseen: bool) -> None:
        """Let the gateway find captions, in place of those in the same language.

        Args:
            unseen: nobody may see the video (yet): they are kept where nobody is served them.
        """
        hash_path, language = blobs.part_of(made.captions.key)
        transfers = (made.captions, made.playlist)
        for transfer, (shown, hidden) in zip(transfers, _CAPTIONS, strict=True):
            place, other = (hidden, shown) if unseen else (shown, hidden)
            key = blobs.captions(place, hash_path, language)
            self.blobs.commit(replace(transfer, key=key) if unseen else transfer)
            self.blobs.delete(blobs.captions(other, hash_path, language))

    def place_captions(self, hash_path: str, *, unseen: bool) -> None:
        """Have all captions of a video served no more, or again."""
        for shown, hidden in self._captions_places(hash_path):
            self.blobs.move(*((shown, hidden) if unseen else (hidden, shown)))

    def _captions_places(self, hash_path: str) -> Sequence[tuple[Key, Key]]:
        """Where captions are served, and where they are kept while nobody is served them."""
        return [
            (Key(shown, name), Key(hidden, name))
            for shown, hidden in _CAPTIONS
            for name in sorted(
                {
                    key.name
                    for kind in (shown, hidden)
                    for key in self.blobs.keys(kind, prefix=f"{hash_path}.")
                }
            )
        ]

    def remove_captions(self, hash_path: str, language: str) -> None:
        """Remove captions in a language; that there are none is fine."""
        for kind in CAPTIONS_KINDS:
            self.blobs.delete(blobs.captions(kind, hash_path, language))

    def find_captions(self, hash_path: str, language: str) -> Key | None:
        """Where captions in a language are, whether they are served or not."""
        keys = [blobs.captions(kind, hash_path, language) for kind in _CAPTIONS[0]]
        return next((key for key in keys if self.blobs.size(key) is not None), None)

    # pictures of channels

    def picture_body(self, name: str) -> Path:
        """Where the bytes are that came as a channel's picture."""
        return self.staging.picture_body(name)

    def picture_result(self, name: str) -> Path:
        """Where a channel's picture is until it is published."""
        return self.staging.picture_result(name)

    def publish_picture(self, name: str) -> None:
        """Publish a picture; it survives a power cut when this returns."""
        self.blobs.put(blobs.picture(name), self.staging.picture_result(name))

    def discard_picture(self, name: str) -> None:
        """Remove what is not published of it."""
        self.staging.discard_picture(name)

    def remove_picture(self, name: str) -> None:
        """Remove a published picture."""
        self.blobs.delete(blobs.picture(name))

    # data exports

    def has_export(self, name: str) -> bool:
        """Whether the archive of a data export is there."""
        return self.blobs.size(blobs.export(name)) is not None

    def transfer_export(self, name: str, part: Path) -> Transfer:
        """Get a complete and synced archive to where ``place_export`` is quick."""
        return self.blobs.transfer(blobs.export(name), part)

    def place_export(self, archive: Transfer) -> None:
        """Let the gateway find an archive; it survives a power cut when this returns."""
        self.blobs.commit(archive)
        self.blobs.settle(archive.key)


def _both_places(hash_path: str) -> Sequence[tuple[Key, Key]]:
    """Where a video and its thumbnail are served, and where they are kept while hidden."""
    shown = (blobs.video(hash_path), blobs.thumbnail(hash_path))
    return [(key, blobs.hidden(key)) for key in shown]


def files_on_disk(root: Path, spool: Path | None = None) -> MediaFiles:
    """Staging and the store in one folder, whose parts are made where they are missing."""
    staging, store = Staging(root, spool), DiskBlobs(root)
    staging.make_folders()
    store.make_folders()
    return MediaFiles(staging, store)
