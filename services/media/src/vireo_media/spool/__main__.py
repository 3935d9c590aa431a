"""``python -m vireo_media.spool``: runs as the user of the gateway, where media has one of its own.

It answers media on a Unix socket, and does three things to files in ``incoming``, where media can't
write: lets media have one, cuts one, removes one (``storage/bodies.py``).
"""

import os
import socketserver
import sys
import threading
from pathlib import Path
from typing import Any

from vireo_common import logs
from vireo_common.logs import get_logger
from vireo_media.settings import FilesSettings
from vireo_media.storage.bodies import LONGEST, OwnBodies
from vireo_media.storage.staging import INCOMING

log = get_logger()

PATIENCE_SECONDS = 5.0
AT_ONCE = 32


class Spool(socketserver.ThreadingUnixStreamServer):
    """Answers questions about the bodies in ``folder`` on the socket ``path``, each in a thread."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, path: Path, folder: Path) -> None:
        # An earlier run left it there.
        path.unlink(missing_ok=True)
        self.bodies = OwnBodies(folder, shared=True)
        # A body that is cut while it is shared would be shared without its bytes.
        self._one_at_a_time = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        before = os.umask(0o117)
        try:
            super().__init__(str(path), Question)
        finally:
            os.umask(before)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say what went wrong; whoever asked hears it by the end of the connection."""
        log.error("spool_failed", exc_info=sys.exception())

    def answer(self, verb: str, name: str) -> bool:
        """Do what is asked for.

        Raises:
            ValueError: there is no such verb, or this is no name.
        """
        with self._one_at_a_time:
            if verb == "share":
                self.bodies.share(name)
            elif verb == "remove":
                self.bodies.remove(name)
            elif verb in {"cut", "cut_for_room"}:
                return self.bodies.cut(name, for_room=verb == "cut_for_room")
            else:
                raise ValueError("the spool does no such thing")
        return True

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, of which there are no more than ``AT_ONCE``."""
        self._places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()


class Question(socketserver.StreamRequestHandler):
    """One question."""

    server: Spool
    timeout = PATIENCE_SECONDS

    def handle(self) -> None:
        """Answer it; nothing is said to what can't be understood."""
        try:
            line = self.rfile.readline(LONGEST).decode()
            if not line.endswith("\n"):
                raise ValueError("the question was cut off")
            verb, _, name = line.removesuffix("\n").partition(" ")
            done = self.server.answer(verb, name)
        except (ValueError, TimeoutError):
            log.warning("spool_not_understood")
            return
        self.wfile.write(b"yes\n" if done else b"no\n")


def main() -> int:
    """Answer until the process is stopped; the exit code where it can't begin."""
    settings = FilesSettings.read()
    logs.configure("media-spool", settings.log_level)
    if settings.spool_socket is None:
        sys.exit("settings: VIREO_SPOOL_SOCKET is not set")
    with Spool(settings.spool_socket, settings.media_root / INCOMING) as spool:
        log.info("spool_started")
        spool.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
