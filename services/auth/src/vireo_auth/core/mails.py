"""Mails: which ones there are, what their links are good for, and how many of them one gets."""

from dataclasses import dataclass
from enum import StrEnum


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
    """Tells of a change. No values."""
    EMAIL_CHANGED = "email_changed"
    """Tells the old address of a change. No values."""
    NEW_DEVICE = "new_device"
    """Tells of a sign-in: ``device``, ``address``."""
    EXPORT_ASKED = "export_asked"
    """Tells that somebody with the account's token asked for all of its data. No values."""
    ACCOUNT_DELETED = "account_deleted"
    """Tells of a deletion: ``username``."""


class Purpose(StrEnum):
    """What mails are counted by; the token of a link for one is never good for the other."""

    VERIFY = "verify"
    RESET = "reset"
    NOTICE = "notice"
    """Has no link."""

    @property
    def seconds(self) -> int:
        """For how long it is."""
        return 3600 if self is Purpose.RESET else 3 * 24 * 3600

    @property
    def bounds(self) -> tuple[int, int]:
        """What one address gets at the most: seconds between two mails, and mails an hour.

        Anybody can sign up with somebody else's address, and have mails sent there.
        """
        return (0, 20) if self is Purpose.NOTICE else (60, 5)


@dataclass(frozen=True)
class Recipient:
    """An account as far as a mail to it needs it; ``verified`` says whether the address is."""

    channel_id: int
    username: str
    email: str
    verified: bool
