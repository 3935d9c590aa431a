"""A new password for somebody who forgot the old one."""

from typing import Protocol

from vireo_auth.core.addresses import MAX_EMAIL
from vireo_auth.core.passwords import Passwords, weakness
from vireo_auth.core.sessions import Client, digest
from vireo_common.addresses import network
from vireo_common.errors import Code, Failure


class ResetStore(Protocol):
    """Where passwords are replaced. Tokens come as their SHA-256."""

    def ask(self, email: str, origin: str) -> None:
        """Have a mail sent to this address, if it turns out to be that of an account.

        ``origin`` is the network of whoever asks; mails are counted by it.
        """

    def is_good(self, token_hash: bytes) -> bool:
        """Whether a token can be used now."""

    def replace(self, token_hash: bytes, password_hash: str, address: str) -> bool:
        """Use a token up: replace the password, end all sessions, and notify the owner.

        ``address`` is where that was done: its lockout there ends, so that the owner can sign in at
        once.

        ``False``, and nothing is done, where the token is not good for that (any more).
        """


class Resets:
    """The rules of new passwords."""

    def __init__(self, store: ResetStore, passwords: Passwords) -> None:
        self._store = store
        self._passwords = passwords

    def ask(self, email: str, client: Client) -> None:
        """Have a link sent to an address.

        The worker looks for the account, so that neither the answer nor its time shows whether
        there is one.
        """
        if len(email) <= MAX_EMAIL:
            self._store.ask(email, network(client.address))

    def reset(self, token: str, password: str, client: Client) -> None:
        """Replace the password of the account that a link was sent to.

        Raises:
            Failure: ``invalid_body`` for a weak password, which leaves the link good;
                ``link_invalid``, whatever is wrong with the token; ``unavailable`` where too
                many passwords are hashed at this moment.
        """
        if problem := weakness(password):
            raise Failure(Code.INVALID_BODY, fields={"password": problem})
        hashed = digest(token)
        # Checked first, so that a guessed token costs no hash.
        if not self._store.is_good(hashed):
            raise Failure(Code.LINK_INVALID)
        with self._passwords.place():
            password_hash = self._passwords.hash(password)
        if not self._store.replace(hashed, password_hash, network(client.address)):
            raise Failure(Code.LINK_INVALID)
