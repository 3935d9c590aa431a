"""The SHA-256 of a file."""

import hashlib
import threading
from pathlib import Path

PIECE_BYTES = 1 << 20


def digest(path: Path, stop: threading.Event) -> str:
    """The SHA-256 of a file in hexadecimal; ``""`` where ``stop`` is set before its end.

    It holds 1 MiB, and no lock of the interpreter while it computes.
    """
    found = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(PIECE_BYTES):
            if stop.is_set():
                return ""
            found.update(piece)
    return found.hexdigest()
