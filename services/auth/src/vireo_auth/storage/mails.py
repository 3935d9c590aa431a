"""The queue ``mail`` of the table ``Jobs``, and what its worker needs of other tables.

A mail is a job that is committed with what it tells of. The job holds no token: the worker makes
one at the moment it sends, and keeps its hash.
"""

import hashlib
import secrets
import time
from collections.abc import Mapping

from pymysql.cursors import Cursor

from vireo_auth.core.mails import Purpose, Recipient, Template
from vireo_common.database import Database
from vireo_common.jobs import enqueue

QUEUE = "mail"
# Only a worker that died counts; a mail server that is away does not.
MAX_ATTEMPTS = 20

RECIPIENT = """
SELECT ChannelID, Username, Email, EmailVerifiedAt IS NOT NULL
FROM Channels JOIN ChannelDetails USING (ChannelID) WHERE
"""

BY_ID = f"{RECIPIENT} ChannelID = %s"

BY_EMAIL = f"{RECIPIENT} Email = %s"

# Also the lock under which the mails to one address are counted.
LOCK_ADDRESS = "SELECT 1 FROM ChannelDetails WHERE ChannelID = %s AND Email = %s FOR UPDATE"

# Locked, so that of two workers the second counts the mail of the first.
MAILED = """
SELECT COUNT(*), COALESCE(MAX(MailedAt) > NOW(3) - INTERVAL %s SECOND, 0) FROM MailedAddresses
WHERE AddressHash = %s AND Purpose = %s AND JobID <> %s AND MailedAt > NOW(3) - INTERVAL 1 HOUR
FOR UPDATE
"""

NOTE_MAILED = """
INSERT INTO MailedAddresses (AddressHash, Purpose, JobID, MailedAt) VALUES (%s, %s, %s, NOW(3))
ON DUPLICATE KEY UPDATE MailedAt = NOW(3)
"""

KEEP_LINK = """
INSERT INTO EmailTokens (TokenHash, ChannelID, Purpose, Email, ExpiresAt)
VALUES (%s, %s, %s, %s, NOW(3) + INTERVAL %s SECOND)
"""

# Bounded, so that the sweep never holds many locks.
SWEEP_TOKENS = "DELETE FROM EmailTokens WHERE ExpiresAt < NOW(3) ORDER BY ExpiresAt LIMIT 1000"

SWEEP_MAILED = """
DELETE FROM MailedAddresses WHERE MailedAt < NOW(3) - INTERVAL 1 DAY ORDER BY MailedAt LIMIT 1000
"""


def add_mail_job(
    cursor: Cursor,
    template: Template,
    *,
    channel_id: int | None,
    to: str,
    values: Mapping[str, str] | None = None,
    mail_id: str | None = None,
) -> None:
    """Have a mail sent, once the caller's transaction is committed.

    Args:
        channel_id: whom it is about; ``None`` where the account is to be found by ``to``, or is
            gone.
        to: the address.
        values: what the template needs, see ``Template``; never a secret.
        mail_id: the same where what it tells of may be committed twice; otherwise a new one.
    """
    payload = {
        # Of this mail alone: a receiver tells by it that a mail came twice.
        "id": mail_id or secrets.token_hex(16),
        "at": int(time.time()),
        "channel": channel_id,
        "to": to,
        "values": dict(values or {}),
    }
    subject = "" if channel_id is None else str(channel_id)
    enqueue(cursor, QUEUE, template.value, subject, payload, max_attempts=MAX_ATTEMPTS)


class MailTable:
    """What the worker reads and writes in MariaDB, beside its jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recipient(self, channel_id: int) -> Recipient | None:
        """The account with this id."""
        return self._find(BY_ID, channel_id)

    def recipient_by_email(self, email: str) -> Recipient | None:
        """The account with this address, whatever the case of its letters."""
        return self._find(BY_EMAIL, email)

    def sweep(self) -> None:
        """Delete what no rule looks at any more; a bounded number of rows."""
        self._database.write(SWEEP_TOKENS)
        self._database.write(SWEEP_MAILED)

    def _find(self, statement: str, value: int | str) -> Recipient | None:
        with self._database.read() as cursor:
            cursor.execute(statement, (value,))
            row = cursor.fetchone()
        return Recipient(row[0], row[1], row[2], bool(row[3])) if row else None


def add_token(
    cursor: Cursor, job_id: int, recipient: Recipient, purpose: Purpose, token_hash: bytes
) -> bool:
    """Store the token of a mail in the caller's transaction.

    Returns ``False``, and stores nothing, where the address is no longer the account's or got
    enough such mails by other jobs. A job that runs again is no other job.
    """
    if not cursor.execute(LOCK_ADDRESS, (recipient.channel_id, recipient.email)):
        return False
    if not _counted(cursor, job_id, recipient.email, purpose):
        return False
    token = (token_hash, recipient.channel_id, purpose.value, recipient.email, purpose.seconds)
    cursor.execute(KEEP_LINK, token)
    return True


def count_notice(cursor: Cursor, job_id: int, address: str) -> bool:
    """Count a notice in the caller's transaction; ``False`` where the address got enough."""
    return _counted(cursor, job_id, address, Purpose.NOTICE)


def address_digest(address: str) -> bytes:
    """What stands for a mail address, without regard to case, as accounts compare addresses."""
    return hashlib.sha256(address.lower().encode()).digest()


def _counted(cursor: Cursor, job_id: int, address: str, purpose: Purpose) -> bool:
    address_hash = address_digest(address)
    pause, most = purpose.bounds
    cursor.execute(MAILED, (pause, address_hash, purpose.value, job_id))
    count, just_now = cursor.fetchone() or (0, 0)
    # Without a pause "just now" means nothing: another worker's clock may be ahead by a moment.
    if (pause and just_now) or count >= most:
        return False
    cursor.execute(NOTE_MAILED, (address_hash, purpose.value, job_id))
    return True
