"""The signed-in account: what its owner sees, changes and deletes."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from vireo_auth.core.accounts import EmailTaken, name_problem
from vireo_auth.core.addresses import address_problem, normalized
from vireo_auth.core.mails import UNDO_SECONDS
from vireo_auth.core.passwords import Passwords, weakness
from vireo_auth.core.sessions import Client, Confirmed, PasswordReplaced
from vireo_auth.core.sign_in import mark_of
from vireo_common.addresses import network
from vireo_common.errors import MISSING, TAKEN, Code, Failure, FieldProblem
from vireo_common.roles import Role

CHANGEABLE = ("fname", "mname", "lname", "email", "history")
Wanted = str | bool
"""What one of ``CHANGEABLE`` is set to."""


@dataclass(frozen=True)
class Profile:
    """An account as its owner sees it; ``verified`` says whether the address is verified,
    ``history`` whether community keeps what they watch, and ``suspended`` whether a moderator has
    the channel shown to nobody."""

    username: str
    fname: str
    mname: str
    lname: str
    email: str
    verified: bool
    birth: dt.date
    history: bool
    role: Role | None = None
    suspended: bool = False


class TooManyChanges(Exception):
    """The account had another address too often within three days."""


class ProfileStore(Protocol):
    """Where accounts are kept. What an owner must hear of is mailed with the change."""

    def find(self, channel_id: int) -> Profile | None:
        """The account with this id."""

    def change_plain(self, channel_id: int, changes: Mapping[str, Wanted]) -> None:
        """Set some of ``CHANGEABLE`` without the address."""

    def change_all(self, owner: Confirmed, changes: Mapping[str, Wanted], origin: str) -> None:
        """Set some of ``CHANGEABLE`` with the address, which has to be verified anew.

        ``origin`` is the network of whoever does it, here and below; mails are counted by it.

        Raises:
            EmailTaken: a unique constraint decided, or another account may get it back.
            PasswordReplaced, TooManyChanges: nothing was changed.
        """

    def change_password(
        self,
        owner: Confirmed,
        password_hash: str,
        session_id: str,
        mark: bytes | None,
        origin: str,
    ) -> None:
        """Set the password, end every session but one, and forget every browser but one.

        Raises:
            PasswordReplaced: nothing was changed.
        """

    def delete(self, owner: Confirmed, origin: str) -> None:
        """Delete the channel with everything that hangs on it, and have its files removed.

        Raises:
            PasswordReplaced: nothing was deleted.
        """


class Me:
    """The rules.

    Args:
        confirm: checks a name's password as signing in does, with the same counters; raises
            ``Failure``.
    """

    def __init__(
        self,
        store: ProfileStore,
        passwords: Passwords,
        confirm: Callable[[str, str, Client], Confirmed],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._confirm = confirm

    def show(self, channel_id: int) -> Profile:
        """The account.

        Raises:
            Failure: ``token_invalid``: it was deleted at this moment.
        """
        profile = self._store.find(channel_id)
        if profile is None:
            raise Failure(Code.TOKEN_INVALID)
        return profile

    def change(
        self, channel_id: int, wanted: Mapping[str, Wanted], password: str | None, client: Client
    ) -> Profile:
        """Change some of ``CHANGEABLE``, all of them or none.

        Changing the address takes the password, because a reset link is sent there (OWASP ASVS 5.0,
        7.5.1).

        Raises:
            Failure: ``invalid_body`` with a reason for each field; ``missing_field`` or what
                signing in refuses with where the password is needed; ``email_taken``;
                ``rate_limited`` after too many addresses.
        """
        found = {field: _problem(field, text) for field, text in wanted.items()}
        if problems := {field: problem for field, problem in found.items() if problem}:
            raise Failure(Code.INVALID_BODY, fields=problems)
        before = self.show(channel_id)
        given = dict(wanted)
        if "email" in given:
            given["email"] = normalized(str(given["email"]))
        changes = {field: text for field, text in given.items() if getattr(before, field) != text}
        if "email" not in changes:
            self._store.change_plain(channel_id, changes)
            return self.show(channel_id)
        if password is None:
            raise Failure(Code.MISSING_FIELD, fields={"password": MISSING})
        with self._confirmed(channel_id, password, client) as owner:
            try:
                self._store.change_all(owner, changes, network(client.address))
            except EmailTaken:
                raise Failure(Code.EMAIL_TAKEN, fields={"email": TAKEN}) from None
            except TooManyChanges:
                raise Failure(
                    Code.RATE_LIMITED,
                    "The address was changed too often; wait some days.",
                    retry_after=UNDO_SECONDS,
                ) from None
        return self.show(channel_id)

    def change_password(
        self, channel_id: int, session_id: str, old: str, new: str, client: Client
    ) -> None:
        """Set another password; every session but ``session_id`` ends.

        Raises:
            Failure: ``invalid_body`` where the new one is too weak; what signing in refuses with
                where the old one is wrong.
        """
        if problem := weakness(new):
            raise Failure(Code.INVALID_BODY, fields={"new_password": problem})
        with self._confirmed(channel_id, old, client) as owner:
            with self._passwords.place():
                password_hash = self._passwords.hash(new)
            mark = mark_of(client, self.show(channel_id).username)
            origin = network(client.address)
            self._store.change_password(owner, password_hash, session_id, mark, origin)

    def delete(self, channel_id: int, password: str, client: Client) -> None:
        """Delete the account with its channel and videos.

        Raises:
            Failure: what signing in refuses with where the password is wrong.
        """
        with self._confirmed(channel_id, password, client) as owner:
            self._store.delete(owner, network(client.address))

    @contextmanager
    def _confirmed(self, channel_id: int, password: str, client: Client) -> Iterator[Confirmed]:
        """The owner, for a change that fails where the password is replaced meanwhile."""
        owner = self._confirm(self.show(channel_id).username, password, client)
        try:
            yield owner
        except PasswordReplaced:
            raise Failure(Code.BAD_CREDENTIALS, attempts_left=owner.attempts_left) from None


def _problem(field: str, text: Wanted) -> FieldProblem | None:
    if isinstance(text, bool):
        return None
    if field == "email":
        return address_problem(text)
    return name_problem(text, 0 if field == "mname" else 1)
