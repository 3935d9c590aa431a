"""Password hashes: bcrypt, which reads 72 bytes and no more."""

import bcrypt
from zxcvbn.frequency_lists import FREQUENCY_LISTS

MIN_BYTES = 8
MAX_BYTES = 72
COMMON = frozenset(FREQUENCY_LISTS["passwords"])


class Passwords:
    """Hashes and checks passwords at one cost (log2 of the rounds)."""

    def __init__(self, cost: int) -> None:
        self._cost = cost
        # Checked where there is no account, so that both answers take as long.
        self._nobody = bcrypt.hashpw(b"", bcrypt.gensalt(cost))

    def hash(self, password: str) -> str:
        """The hash to store, 60 characters."""
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(self._cost)).decode("ascii")

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` is the one of the hash; takes as long where there is no hash."""
        given = password.encode("utf-8", "replace")
        right = bcrypt.checkpw(given[:MAX_BYTES], stored.encode() if stored else self._nobody)
        return right and stored is not None and len(given) <= MAX_BYTES


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
