"""Mails: their kinds, the purposes of their links, and their rate limits.

Anybody can sign up with somebody else's address, and have mails sent there. Mails to an address
that its account has verified are limited by account and address: what strangers send to it, or to
other spellings of it, counts elsewhere. Mails to one that is not verified are limited by mailbox,
for all accounts together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from vireo_auth.core.addresses import mailbox_of


class Template(StrEnum):
    """The mails; each is a pair of files in ``vireo_auth/mail/templates``.

    The values that each needs stand beside it; all have the ``time`` at which they were committed,
    and ``username`` where the account is still there.
    """

    VERIFY = "verify"
    """Proves an address. No values."""
    RESET = "reset"
    """Gives a link for a new password. No values."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a name, no secret)
    """Notice of a change. No values."""
    EMAIL_CHANGED = "email_changed"
    """Notice of a change to the old address, with a link that undoes it. No values."""
    EMAIL_UNDONE = "email_undone"
    """Notice to an address that the account no longer has. No values."""
    NEW_DEVICE = "new_device"
    """Notice of a sign-in: ``device``, ``address``."""
    EXPORT_ASKED = "export_asked"
    """Notice that a data export was requested with the account's token. No values."""
    ACCOUNT_DELETED = "account_deleted"
    """Notice of a deletion: ``username``."""


class Purpose(StrEnum):
    """What mails are counted by; a link's token is valid for its own purpose alone."""

    VERIFY = "verify"
    RESET = "reset"
    UNDO = "undo"
    NOTICE = "notice"
    """This one and those below have no link; each has a limit of its own."""
    PASSWORD = "password"  # noqa: S105 (a name, no secret)
    UNDONE = "undone"
    EXPORT = "export"
    DELETION = "deletion"

    @property
    def has_link(self) -> bool:
        """Whether its mails carry one, and a token with it."""
        return self in {Purpose.VERIFY, Purpose.RESET, Purpose.UNDO}

    @property
    def seconds(self) -> int:
        """For how long a link is good."""
        return 3600 if self is Purpose.RESET else UNDO_SECONDS


PURPOSES: Mapping[Template, Purpose] = {
    Template.VERIFY: Purpose.VERIFY,
    Template.RESET: Purpose.RESET,
    Template.PASSWORD_CHANGED: Purpose.PASSWORD,
    Template.EMAIL_CHANGED: Purpose.UNDO,
    Template.EMAIL_UNDONE: Purpose.UNDONE,
    Template.NEW_DEVICE: Purpose.NOTICE,
    Template.EXPORT_ASKED: Purpose.EXPORT,
    Template.ACCOUNT_DELETED: Purpose.DELETION,
}
UNDO_SECONDS = 3 * 24 * 3600
# Seconds between two mails that are asked for, between two notices of the same security event, and
# between two other notices. Events meanwhile are combined in one mail.
ASKED_PAUSE, TOLD_PAUSE, NOTICE_PAUSE = 60, 300, 600
MOST_AN_HOUR = 5
# Of all kinds together, to an address that is not verified.
MOST_IN_ALL = 10
NO_END = 1 << 30


@dataclass(frozen=True)
class Budget:
    """A rate limit of mails.

    Args:
        whose: what it is counted by: an account, an address or an origin.
        purpose: what is counted there; ``NOTICE`` where all kinds are.
        pause: seconds between two of them.
        most: so many an hour.
    """

    whose: str
    purpose: Purpose
    pause: int
    most: int


@dataclass(frozen=True)
class Addressee:
    """Who gets a mail, and who is the cause of it.

    Args:
        address: where it goes.
        account: whom it is about; ``None`` where nobody knows.
        verified: whether the account has verified this address.
        origin: the network of the request that caused it, see ``network``; empty where none did.
    """

    address: str
    account: int | None
    verified: bool
    origin: str

    def budgets(self, purpose: Purpose, most_of_origin: int) -> Iterator[Budget]:
        """What a mail has to fit into, all of them.

        Args:
            most_of_origin: mails an hour that one origin may cause to addresses that are not
                verified, or for new passwords.
        """
        pause = TOLD_PAUSE
        if purpose in {Purpose.VERIFY, Purpose.RESET}:
            pause = ASKED_PAUSE
        elif purpose is Purpose.NOTICE:
            pause = NOTICE_PAUSE
        # Notices are only combined, never dropped; a mail that is asked for can be asked for again.
        most = NO_END if self.verified and purpose is not Purpose.RESET else MOST_AN_HOUR
        if self.verified:
            yield Budget(of_account_at(self.account, self.address), purpose, pause, most)
        else:
            mailbox = of_mailbox(self.address)
            yield Budget(mailbox, purpose, pause, most)
            yield Budget(f"{mailbox} in all", Purpose.NOTICE, 0, MOST_IN_ALL)
            if self.account is not None:
                # It may have had other addresses within the hour.
                yield Budget(of_account(self.account), purpose, 0, most)
        if self.origin and (not self.verified or purpose is Purpose.RESET):
            yield Budget(f"origin:{self.origin}", Purpose.NOTICE, 0, most_of_origin)


def of_mailbox(address: str) -> str:
    """The limits' key for mails to a mailbox that the account has not verified."""
    return f"mailbox:{mailbox_of(address)}"


def of_account(account: int | None) -> str:
    """The limits' key for all mails about an account to such addresses."""
    return f"account:{account}"


def of_account_at(account: int | None, address: str) -> str:
    """The limits' key for an account's mails to an address that it has verified."""
    return f"account:{account} {mailbox_of(address)}"


@dataclass(frozen=True)
class Recipient:
    """An account as far as a mail to it needs it; ``verified`` says whether the address is."""

    channel_id: int
    username: str
    email: str
    verified: bool
