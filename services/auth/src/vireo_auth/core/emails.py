"""Proving an address: whoever sends the token of a mail back has read the mail."""

from typing import Protocol

from vireo_auth.core.sessions import digest
from vireo_common.errors import Code, Failure


class EmailStore(Protocol):
    """Where it is kept which addresses are proven. Tokens come as their SHA-256."""

    def verify(self, token_hash: bytes) -> bool:
        """Use a token up, and note that its account's address is proven; ``False`` where it is
        not good for that."""

    def ask(self, channel_id: int) -> None:
        """Have another mail sent to the account's address, unless it is proven already."""


class Emails:
    """The rules of addresses."""

    def __init__(self, store: EmailStore) -> None:
        self._store = store

    def verify(self, token: str) -> None:
        """Prove an address.

        Raises:
            Failure: ``link_invalid``, whatever is wrong with the token.
        """
        if not self._store.verify(digest(token)):
            raise Failure(Code.LINK_INVALID)

    def resend(self, channel_id: int) -> None:
        """Send the mail once more; nothing tells whether there was a reason to."""
        self._store.ask(channel_id)
