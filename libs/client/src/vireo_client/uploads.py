"""Bytes in: a file is sent in pieces, and again from its start where the line was cut."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from vireo_client.errors import FileProblem, NoAnswer, VireoError
from vireo_client.transport import Patience, Transport

File = str | os.PathLike[str]
Progress = Callable[[int, int], None]
"""Called with the bytes sent and their total; the first begins again after a cut."""

PIECE = 256 * 1024
ALREADY_UPLOADED = "already_uploaded"
_TYPE = "application/octet-stream"
_CUTS = 5
# After these nobody knows whether the bytes have arrived.
_UNKNOWN = frozenset({502, 503, 504})
_LATER = frozenset({429, *_UNKNOWN})


class FileBody:
    """The bytes of a file as the body of one request; ``len`` is what will be sent.

    Raises:
        OSError: it can't be opened, or is no file.
    """

    def __init__(self, path: Path, progress: Progress | None) -> None:
        self._path = path
        self._progress = progress or (lambda sent, total: None)
        kind = path.stat().st_mode
        # Looked at beforehand: opening a pipe waits for who writes into it.
        if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
            raise OSError(errno.EINVAL, "It is no regular file", str(path))
        self._file: BinaryIO = path.open("rb")
        self._size = os.fstat(self._file.fileno()).st_size

    def __enter__(self) -> "FileBody":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """From the start, however often. An ``OSError`` in here would be taken for the line's."""
        sent = 0
        try:
            self._file.seek(0)
            self._progress(0, self._size)
            while sent < self._size:
                piece = self._file.read(min(PIECE, self._size - sent))
                if not piece:
                    raise FileProblem(f"{self._path.name} has become shorter.")
                yield piece
                sent += len(piece)
                self._progress(sent, self._size)
        except OSError as problem:
            raise FileProblem(f"{self._path.name}: {problem.strerror or problem}") from problem


class VideoUpload:
    """The bytes of one announced video, until Vireo has them.

    ``arrived`` asks Vireo whether it has them: the answer may be what the cut took.
    """

    def __init__(
        self, transport: Transport, hash_path: str, body: FileBody, arrived: Callable[[], bool]
    ) -> None:
        self._transport = transport
        self._path = f"/upload/v/{hash_path}"
        self._body = body
        self._arrived = arrived
        self._patience = Patience(transport.patience, _CUTS)
        self._in_doubt = False

    def send(self, token: str) -> None:
        """Send them.

        Raises:
            VireoError: they were refused, or the line was cut too often.
        """
        while True:
            try:
                self._transport.send_body(self._path, token, self._body, _TYPE)
            except VireoError as problem:
                unknown = isinstance(problem, NoAnswer) or problem.status in _UNKNOWN
                self._in_doubt |= unknown
                # What was sent before a cut has arrived, or is still being looked at.
                ours = problem.code == ALREADY_UPLOADED and self._in_doubt
                if ours and self._arrived():
                    return
                worth_it = ours or unknown or problem.status in _LATER
                if not worth_it or not self._patience.lasts(problem):
                    raise
            else:
                return
