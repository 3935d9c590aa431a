"""Bytes out: into a file beside the target, which takes its name when it is whole."""

import os
from pathlib import Path
from typing import BinaryIO

import requests

from vireo_client.errors import NotReady, VireoError, retry_after, strange
from vireo_client.transport import Patience, Request, Transport
from vireo_client.uploads import Progress

_PIECE = 256 * 1024
_CUTS = 5


class Download:
    """A file that is fetched into ``target``, and carried on where the line was cut.

    ``mode`` is who may do what with it, less what the umask takes away.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        target: Path,
        progress: Progress | None,
        mode: int = 0o666,
    ) -> None:
        self._transport = transport
        self._path = path
        self._target = target
        self._progress = progress or (lambda done, total: None)
        self._mode = mode
        self._tag = ""

    def fetch(self, token: str = "") -> None:
        """Fetch it.

        Raises:
            NotReady: it is still being made; ``retry_after`` says when to ask again.
            VireoError: it was refused, or the line was cut too often.
            OSError: it can't be written.
        """
        part = self._target.with_name(f"{self._target.name}.part")
        patience = Patience(self._transport.patience, _CUTS)
        try:
            part.unlink(missing_ok=True)
            made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._mode)
            with os.fdopen(made, "wb") as out:
                while not self._carry_on(out, token, patience):
                    pass
            part.replace(self._target)
        finally:
            part.unlink(missing_ok=True)

    def _carry_on(self, out: BinaryIO, token: str, patience: Patience) -> bool:
        """Fetch what is missing; whether that is all."""
        headers = {"Accept-Encoding": "identity"}
        if out.tell() and self._tag:
            headers |= {"Range": f"bytes={out.tell()}-", "If-Range": self._tag}
        request = Request("GET", self._path, headers=headers, stream=True)
        with self._transport.send(request, token) as answer:
            if answer.status_code == 202:
                raise NotReady("It is still being made.", retry_after=retry_after(answer))
            if answer.status_code == 206:
                if not answer.headers.get("Content-Range", "").startswith(f"bytes {out.tell()}-"):
                    raise strange(answer)
            else:
                out.seek(0)
                out.truncate()
            self._tag = answer.headers.get("ETag", "")
            total = out.tell() + int(answer.headers.get("Content-Length", "0"))
            try:
                for piece in answer.iter_content(_PIECE):
                    out.write(piece)
                    self._progress(out.tell(), total)
            except requests.RequestException as problem:
                failure: VireoError = self._transport.no_answer(problem)
                if not patience.lasts(failure):
                    raise failure from problem
                return False
        return True
