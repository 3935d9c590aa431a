"""Password hashes: bcrypt, which reads 72 bytes and no more.

A hash takes a core for a fifth of a second. Hashes are made in threads of their own that stand back
behind everybody else: a flood of sign-ins takes what the machine has left and no more.
"""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import bcrypt
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from vireo_common.errors import Code, Failure

MIN_BYTES = 8
MAX_BYTES = 72
COMMON = frozenset(FREQUENCY_LISTS["passwords"])


# Of 0 to 19: a thread that is this nice gets a fifteenth of the time of one that is not.
NICE = 12


class Passwords:
    """Hashes and checks passwords.

    Args:
        cost: log2 of bcrypt's rounds.
        places: how many requests may hash or wait for it at once, in this process.
    """

    def __init__(self, cost: int, places: int = 12) -> None:
        self._cost = cost
        self._places = threading.BoundedSemaphore(places)
        # One a core: more would only take turns.
        self._pool = ThreadPoolExecutor(os.cpu_count(), "bcrypt", _stand_back)
        # Checked where there is no account, so that both answers take as long.
        self._nobody = bcrypt.hashpw(b"", bcrypt.gensalt(cost))

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place among those who hash; take it before anything is counted.

        Raises:
            Failure: ``unavailable``: all are taken, and some threads stay free for other requests.
        """
        if not self._places.acquire(blocking=False):
            raise Failure(Code.UNAVAILABLE)
        try:
            yield
        finally:
            self._places.release()

    def hash(self, password: str) -> str:
        """The hash to store, 60 characters."""
        salt = bcrypt.gensalt(self._cost)
        return self._pool.submit(bcrypt.hashpw, password.encode(), salt).result().decode("ascii")

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` is the one of the hash; takes as long where there is no hash."""
        given = password.encode("utf-8", "replace")
        known = stored.encode() if stored else self._nobody
        right = self._pool.submit(bcrypt.checkpw, given[:MAX_BYTES], known).result()
        return right and stored is not None and len(given) <= MAX_BYTES


def _stand_back() -> None:
    # Linux has a priority for each thread.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def weakness(password: str) -> str:
    """Why a new password is refused, as a sentence; empty where it is fine."""
    size = len(password.encode("utf-8", "replace"))
    if size < MIN_BYTES:
        return f"must have at least {MIN_BYTES} bytes"
    if size > MAX_BYTES:
        return f"must have at most {MAX_BYTES} bytes in UTF-8"
    if "\0" in password:
        return "must not hold the NUL character"
    if password.lower() in COMMON:
        return "is one of the commonly used passwords"
    return ""
