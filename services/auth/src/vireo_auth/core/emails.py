"""Proving an address: whoever sends the token of a mail back has read the mail."""

from typing import Protocol

from vireo_auth.core.accounts import EmailTaken
from vireo_auth.core.sessions import Client, digest
from vireo_common.addresses import network
from vireo_common.errors import TAKEN, Code, Failure


class EmailStore(Protocol):
    """Where it is kept which addresses are verified. Tokens come as their SHA-256."""

    def verify(self, token_hash: bytes) -> bool:
        """Use a token up, and note that its account's address is verified; ``False`` where it is
        not good for that."""

    def ask(self, channel_id: int, origin: str) -> None:
        """Have another mail sent to the account's address, unless it is verified already.

        ``origin`` is the network of whoever asks; mails are counted by it.
        """

    def undo(self, token_hash: bytes, origin: str) -> bool:
        """Use a token up: give an account back the address that the token was sent to, which is
        verified by that; end all sessions, and send a link for a new password.

        ``False``, and nothing is done, where the token is not good for that (any more).

        Raises:
            EmailTaken: another account has the address by now.
        """


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

    def resend(self, channel_id: int, client: Client) -> None:
        """Send the mail once more; the answer is the same where the address is verified already."""
        self._store.ask(channel_id, network(client.address))

    def undo(self, token: str, client: Client) -> None:
        """Take a change of the address back, from the address that was there before.

        Whoever changed it knows the password, so a link for a new one is sent too.

        Raises:
            Failure: ``link_invalid``, whatever is wrong with the token; ``email_taken``.
        """
        try:
            undone = self._store.undo(digest(token), network(client.address))
        except EmailTaken:
            raise Failure(Code.EMAIL_TAKEN, fields={"email": TAKEN}) from None
        if not undone:
            raise Failure(Code.LINK_INVALID)
