"""Places of a process for work that takes much of it for a moment, and waiting for one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vireo_common.errors import Code, Failure


@contextmanager
def held(places: threading.BoundedSemaphore, seconds: float) -> Iterator[None]:
    """Hold one of the places.

    Raises:
        Failure: ``unavailable``: none was free for so long.
    """
    if not places.acquire(timeout=seconds):
        raise Failure(Code.UNAVAILABLE)
    try:
        yield
    finally:
        places.release()
