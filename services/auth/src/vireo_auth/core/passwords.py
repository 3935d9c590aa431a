"""Password hashes: bcrypt, which reads 72 bytes and no more.

A password is the same however its letters were put together: one keyboard sends "é" as one
character, another as a letter and an accent. It is hashed, and counted, in Unicode's form NFC
(RFC 8265, section 4.2). Hashes of before were made of what was typed, and match in that form too.

A hash takes a core for a fifth of a second. Hashes are made in threads of their own with a low
priority, so that a flood of sign-ins gets only the processor time that others leave.
"""

import importlib.util
import os
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import bcrypt

from vireo_common.errors import Code, Failure, FieldCode, FieldProblem

MIN_BYTES = 8
MAX_BYTES = 72
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
        # Read before anybody asks, and before processes are forked from this one, which share it.
        _common()
        self._places = threading.BoundedSemaphore(places)
        # One thread a core: more would make no hash faster.
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
        given = _composed(password)
        return self._pool.submit(bcrypt.hashpw, given, salt).result().decode("ascii")

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` is the one of the hash; takes as long where there is no hash."""
        known = stored.encode() if stored else self._nobody
        # In ASCII all forms are one, and so they are in most of what people type.
        forms = dict.fromkeys((_composed(password), *_forms_of_before(password)))
        # All are checked, also after a match: the time must not show which one was right.
        right = [self._is_right(form, known) for form in forms]
        return any(right) and stored is not None

    def _is_right(self, given: bytes, known: bytes) -> bool:
        right = self._pool.submit(bcrypt.checkpw, given[:MAX_BYTES], known).result()
        return right and len(given) <= MAX_BYTES


@cache
def _common() -> frozenset[str]:
    # The module with the lists alone, and only for a moment: the package makes ranks of all of its
    # lists when it is imported, and would keep 16 MB where the list of passwords takes 4.
    package = importlib.util.find_spec("zxcvbn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("zxcvbn is not installed")
    path = Path(package.origin).with_name("frequency_lists.py")
    spec = importlib.util.spec_from_file_location("frequency_lists", path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"{path} is no module")
    lists = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lists)
    return frozenset(lists.FREQUENCY_LISTS["passwords"])


def _composed(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")


def _forms_of_before(password: str) -> tuple[bytes, bytes]:
    """Forms that older hashes may have been made of: as it is typed now, or NFD."""
    apart = unicodedata.normalize("NFD", password)
    return password.encode("utf-8", "replace"), apart.encode("utf-8", "replace")


def _stand_back() -> None:
    # Linux has a priority for each thread.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def weakness(password: str) -> FieldProblem | None:
    """Why a new password is refused."""
    size = len(_composed(password))
    if size < MIN_BYTES:
        return FieldProblem(FieldCode.TOO_SHORT, f"must have at least {MIN_BYTES} bytes")
    if size > MAX_BYTES:
        return FieldProblem(FieldCode.TOO_LONG, f"must have at most {MAX_BYTES} bytes in UTF-8")
    if "\0" in password:
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, "must not hold the NUL character")
    if unicodedata.normalize("NFC", password).lower() in _common():
        return FieldProblem(FieldCode.COMMON_PASSWORD, "is one of the commonly used passwords")
    return None
