"""Files out: what is left of a video that was deleted."""

from typing import Protocol

from vireo_media.core.uploads import HASH_PATH


class RemovedUploads(Protocol):
    """Where uploads are kept."""

    def forget(self, hash_path: str) -> None:
        """Delete the upload and its jobs; a worker that runs one finds that it lost it."""


class RemovedFiles(Protocol):
    """Where files are kept."""

    def remove(self, hash_path: str) -> None:
        """Remove all files of a video."""


class Removal:
    """Removes everything that media has of a video; doing so twice is doing so once."""

    def __init__(self, uploads: RemovedUploads, files: RemovedFiles) -> None:
        self._uploads = uploads
        self._files = files

    def __call__(self, hash_path: str) -> None:
        """Remove it. The row goes first: a worker that is about to publish asks for it last."""
        if HASH_PATH.fullmatch(hash_path):
            self._uploads.forget(hash_path)
            self._files.remove(hash_path)
