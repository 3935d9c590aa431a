"""Permits: that somebody may upload was settled before the body came, and stays settled.

The gateway carries a permit from the question to the request with the body. Without it a token
that expires during a long upload would spoil what was allowed at its beginning.
"""

import hashlib
import hmac
import re

CHANNEL_ID = re.compile(r"[0-9]{1,20}")


class Permits:
    """Makes and checks permits; ``secret`` is the services' own, so nobody else can make one."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def make(self, hash_path: str, channel_id: int) -> str:
        """A permit for ``channel_id`` to upload to ``hash_path``."""
        return f"{channel_id}.{self._seal(hash_path, channel_id)}"

    def channel_id(self, hash_path: str, permit: str) -> int | None:
        """Whose permit it is; ``None`` where it is no permit for this hash path."""
        number, _, seal = permit.partition(".")
        if not CHANNEL_ID.fullmatch(number):
            return None
        right = self._seal(hash_path, int(number)).encode()
        matches = hmac.compare_digest(seal.encode("utf-8", "replace"), right)
        return int(number) if matches else None

    def _seal(self, hash_path: str, channel_id: int) -> str:
        text = f"upload:{hash_path}:{channel_id}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
