"""Permits: that somebody may send a body was settled before it came, and stays settled.

The gateway carries a permit from the question to the request with the body, and to the word that
the body has ended. Without it a token that expires during a long upload would spoil what was
allowed at its beginning; and without it media takes no body.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from vireo_common.errors import Code, Failure

PERMIT = re.compile(r"([A-Za-z0-9]{1,16})\.([0-9]{1,20})\.([0-9a-f]{32})\.([0-9a-f]{64})")


@dataclass(frozen=True)
class Permit:
    """Who may send what: ``subject`` is a hash path, or the word for a picture."""

    subject: str
    channel_id: int
    open_id: str


class Permits:
    """Makes and checks permits; ``secret`` is the services' own, so nobody else can make one."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def make(self, permit: Permit) -> str:
        """A permit as a text for a header."""
        text = f"{permit.subject}.{permit.channel_id}.{permit.open_id}"
        return f"{text}.{self._seal(text)}"

    def read(self, text: str) -> Permit:
        """The permit that a text is.

        Raises:
            Failure: ``forbidden``: it is none.
        """
        found = PERMIT.fullmatch(text)
        if not found:
            raise Failure(Code.FORBIDDEN)
        subject, channel_id, open_id, seal = found.groups()
        if not hmac.compare_digest(seal, self._seal(f"{subject}.{channel_id}.{open_id}")):
            raise Failure(Code.FORBIDDEN)
        return Permit(subject, int(channel_id), open_id)

    def read_for(self, subject: str, text: str) -> Permit:
        """The permit for ``subject`` that a text is.

        Raises:
            Failure: ``forbidden``: it is none.
        """
        permit = self.read(text)
        if permit.subject != subject:
            raise Failure(Code.FORBIDDEN)
        return permit

    def _seal(self, text: str) -> str:
        return hmac.new(self._secret, f"permit:{text}".encode(), hashlib.sha256).hexdigest()
