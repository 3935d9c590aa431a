"""What auth's tables keep about a person beside the account and its sessions."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pymysql.cursors import Cursor

from vireo_auth.core.exports import KnownAddress, KnownDevice, Link, SentMail
from vireo_auth.core.mails import Template
from vireo_auth.storage.mails import add_mail_job, address_digest
from vireo_common.database import Database

# ``MOST_DEVICES`` bounds them.
DEVICES = """
SELECT HEX(DeviceKey), SeenAt FROM KnownDevices WHERE ChannelID = %s ORDER BY SeenAt DESC
"""

# Five an hour for three days, and for one hour, bound them.
LINKS = """
SELECT Purpose, Email, ExpiresAt FROM EmailTokens
WHERE ChannelID = %s AND ExpiresAt > NOW(3) ORDER BY ExpiresAt DESC
"""

# Thirty an hour for a day bound them.
MAILS = """
SELECT Purpose, MailedAt FROM MailedAddresses WHERE AddressHash = %s ORDER BY MailedAt DESC
"""

ADDRESSES = """
SELECT Address, SeenAt FROM KnownAddresses WHERE ChannelID = %s AND Address > %s
ORDER BY Address LIMIT %s
"""

OWNER = "SELECT Email FROM ChannelDetails WHERE ChannelID = %s"


class ExportTables:
    """Several tables in MariaDB, read for one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def devices(self, channel_id: int) -> Sequence[KnownDevice]:
        """From where the account was signed in to before, the last one first."""
        rows = self._read(DEVICES, channel_id)
        return [KnownDevice(digest.lower(), _utc(seen)) for digest, seen in rows]

    def links(self, channel_id: int) -> Sequence[Link]:
        """Links that can still be used, the last one first."""
        rows = self._read(LINKS, channel_id)
        return [Link(purpose, email, _utc(expires)) for purpose, email, expires in rows]

    def mails(self, email: str) -> Sequence[SentMail]:
        """The mails that an address got within a day, the last one first."""
        rows = self._read(MAILS, address_digest(email))
        return [SentMail(purpose, _utc(sent)) for purpose, sent in rows]

    def addresses(self, channel_id: int, after: str, limit: int) -> Sequence[KnownAddress]:
        """Addresses that come after ``after``, in their order as text."""
        rows = self._read(ADDRESSES, channel_id, after, limit)
        return [KnownAddress(address, _utc(seen)) for address, seen in rows]

    def tell_asked(self, channel_id: int, mail_id: str) -> bool:
        """Have a mail sent to the owner; ``False`` where there is none."""

        def work(cursor: Cursor) -> bool:
            if not cursor.execute(OWNER, (channel_id,)):
                return False
            ((address,),) = cursor.fetchall()
            told = Template.EXPORT_ASKED
            add_mail_job(cursor, told, channel_id=channel_id, to=address, mail_id=mail_id)
            return True

        return self._database.transaction("exports.tell_asked", work)

    def _read(self, statement: str, *values: object) -> Sequence[tuple[Any, ...]]:
        with self._database.read() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


def _utc(time: dt.datetime) -> dt.datetime:
    return time.replace(tzinfo=dt.UTC)
