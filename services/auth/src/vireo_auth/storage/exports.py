"""Data of a person beside the account and its sessions, for the export."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pymysql.cursors import Cursor

from vireo_auth.core.exports import (
    Browser,
    ChangedEmail,
    KnownAddress,
    KnownDevice,
    Link,
    SentMail,
)
from vireo_auth.core.mails import Template, of_account, of_account_at, of_mailbox
from vireo_auth.storage.mails import Cause, add_mail_job, budget_digest
from vireo_common.addresses import network
from vireo_common.database import Database

# ``MOST_DEVICES`` bounds them.
DEVICES = """
SELECT HEX(DeviceKey), SeenAt FROM KnownDevices WHERE ChannelID = %s ORDER BY SeenAt DESC
"""

# ``MOST_BROWSERS`` bounds them.
BROWSERS = "SELECT MadeAt, SeenAt FROM Browsers WHERE ChannelID = %s ORDER BY SeenAt DESC"

# Five an hour for three days, and for one hour, bound them.
LINKS = """
SELECT Purpose, Email, ExpiresAt FROM EmailTokens
WHERE ChannelID = %s AND ExpiresAt > NOW(3) ORDER BY ExpiresAt DESC
"""

# The pauses between them, and how many there are an hour, bound them.
MAILS = """
SELECT Purpose, MailedAt FROM MailedAddresses
WHERE AddressHash IN (%s, %s, %s) ORDER BY MailedAt DESC
"""

ADDRESSES = """
SELECT Address, SeenAt FROM KnownAddresses WHERE ChannelID = %s AND Address > %s
ORDER BY Address LIMIT %s
"""

OWNER = """
SELECT Email, (
    SELECT Address FROM Sessions WHERE Sessions.ChannelID = ChannelDetails.ChannelID
    ORDER BY SeenAt DESC LIMIT 1
) FROM ChannelDetails WHERE ChannelID = %s
"""

EMAIL_CHANGES = """
SELECT OldEmail, ChangedAt FROM EmailChanges WHERE ChannelID = %s ORDER BY ChangeID DESC
"""


class ExportTables:
    """Several tables in MariaDB, read for one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def devices(self, channel_id: int) -> Sequence[KnownDevice]:
        """From where the account was signed in to before, the last one first."""
        rows = self._read(DEVICES, channel_id)
        return [KnownDevice(digest.lower(), _utc(seen)) for digest, seen in rows]

    def browsers(self, channel_id: int) -> Sequence[Browser]:
        """Browsers that have a cookie for the account, the last one first."""
        return [Browser(_utc(made), _utc(seen)) for made, seen in self._read(BROWSERS, channel_id)]

    def links(self, channel_id: int) -> Sequence[Link]:
        """Links that can still be used, the last one first."""
        rows = self._read(LINKS, channel_id)
        return [Link(purpose, email, _utc(expires)) for purpose, email, expires in rows]

    def mails(self, channel_id: int, email: str) -> Sequence[SentMail]:
        """The mails of an account and to an address within a day, the last one first."""
        whose = of_account(channel_id), of_account_at(channel_id, email), of_mailbox(email)
        rows = self._read(MAILS, *map(budget_digest, whose))
        return [SentMail(purpose, _utc(sent)) for purpose, sent in rows]

    def email_changes(self, channel_id: int) -> Sequence[ChangedEmail]:
        """Addresses that the account had before and may get back, the last one first."""
        rows = self._read(EMAIL_CHANGES, channel_id)
        return [ChangedEmail(email, _utc(changed)) for email, changed in rows]

    def addresses(self, channel_id: int, after: str, limit: int) -> Sequence[KnownAddress]:
        """Addresses that come after ``after``, in their order as text."""
        rows = self._read(ADDRESSES, channel_id, after, limit)
        return [KnownAddress(address, _utc(seen)) for address, seen in rows]

    def _read(self, statement: str, *values: object) -> Sequence[tuple[Any, ...]]:
        with self._database.read() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


def notify_requested(cursor: Cursor, channel_id: int) -> None:
    """Notify the owner by mail in the caller's transaction, if there still is one, that an archive
    was requested, which may have been with a stolen token (OWASP ASVS 5.0, 6.3.7)."""
    if not cursor.execute(OWNER, (channel_id,)):
        return
    ((email, seen_at),) = cursor.fetchall()
    # Media does not say who asked; the address of the last session is the best guess.
    template, cause = Template.EXPORT_ASKED, Cause(network(seen_at or ""))
    add_mail_job(cursor, template, channel_id=channel_id, to=email, cause=cause)


def _utc(time: dt.datetime) -> dt.datetime:
    return time.replace(tzinfo=dt.UTC)
