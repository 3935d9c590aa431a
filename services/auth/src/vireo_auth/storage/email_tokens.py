"""The table ``EmailTokens``, as far as links are used up; the worker makes them (``mails.py``).

The row of the account's address is the lock: of those who use a link at the same moment one wins,
and a link is good only while the account still has the address that it was sent to.
"""

from pymysql.cursors import Cursor

from vireo_auth.core.mails import Purpose, Template
from vireo_auth.core.sign_in import name_key
from vireo_auth.storage.accounts import set_password
from vireo_auth.storage.attempts import let_in
from vireo_auth.storage.mails import add_mail_job
from vireo_auth.storage.sessions import end_all
from vireo_common.database import Database, MissingParent

GOOD = """
SELECT ChannelDetails.ChannelID, Username FROM EmailTokens
JOIN Channels USING (ChannelID)
JOIN ChannelDetails
    ON ChannelDetails.ChannelID = EmailTokens.ChannelID
    AND ChannelDetails.Email = EmailTokens.Email
WHERE TokenHash = %s AND Purpose = %s AND ExpiresAt > NOW(3)
"""

LOCK_DETAILS = """
SELECT Email, EmailVerifiedAt IS NOT NULL FROM ChannelDetails WHERE ChannelID = %s FOR UPDATE
"""

TAKE = """
DELETE FROM EmailTokens
WHERE TokenHash = %s AND Purpose = %s AND ChannelID = %s AND Email = %s AND ExpiresAt > NOW(3)
"""

FORGET_OTHERS = "DELETE FROM EmailTokens WHERE ChannelID = %s AND Purpose = %s"

VERIFIED = """
UPDATE ChannelDetails SET EmailVerifiedAt = NOW() WHERE ChannelID = %s AND EmailVerifiedAt IS NULL
"""


class _NotGood(Exception):
    """The token is not good (any more); nothing of the transaction is kept."""


class EmailTable:
    """Which addresses are proven, in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def verify(self, token_hash: bytes) -> bool:
        """Use a token up, and note that its account's address is proven."""

        def work(cursor: Cursor) -> bool:
            used = _use(cursor, token_hash, Purpose.VERIFY)
            if used is None:
                return False
            cursor.execute(VERIFIED, (used[0],))
            return True

        return self._database.transaction("emails.verify", work)

    def ask(self, channel_id: int) -> None:
        """Have another mail sent to the account's address, unless it is proven already."""

        def work(cursor: Cursor) -> None:
            cursor.execute(LOCK_DETAILS, (channel_id,))
            row = cursor.fetchone()
            if row and not row[1]:
                add_mail_job(cursor, Template.VERIFY, channel_id=channel_id, to=row[0])

        self._database.transaction("emails.ask", work)


class ResetTable:
    """Passwords that are replaced by a link, in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, email: str) -> None:
        """Have a mail sent to this address, if it turns out to be that of an account."""
        with self._database.read() as cursor:
            add_mail_job(cursor, Template.RESET, channel_id=None, to=email)

    def is_good(self, token_hash: bytes) -> bool:
        """Whether a token can be used now."""
        with self._database.read() as cursor:
            return cursor.execute(GOOD, (token_hash, Purpose.RESET.value)) == 1

    def replace(self, token_hash: bytes, password_hash: str, address: str) -> bool:
        """Use a token up: replace the password, end all sessions and the lockout of ``address``,
        and tell the owner."""

        def work(cursor: Cursor) -> None:
            if not cursor.execute(GOOD, (token_hash, Purpose.RESET.value)):
                raise _NotGood
            ((channel_id, username),) = cursor.fetchall()
            # The lockout first: its lock comes before the account's in a sign-in too.
            let_in(cursor, name_key(username), address, channel_id)
            used = _use(cursor, token_hash, Purpose.RESET)
            if used is None:
                raise _NotGood
            channel_id, email = used
            set_password(cursor, channel_id, password_hash)
            end_all(cursor, channel_id)
            add_mail_job(cursor, Template.PASSWORD_CHANGED, channel_id=channel_id, to=email)

        try:
            self._database.transaction("resets.replace", work)
        except (_NotGood, MissingParent):
            return False
        return True


def _use(cursor: Cursor, token_hash: bytes, purpose: Purpose) -> tuple[int, str] | None:
    """Delete a good token, and all others of its purpose; whose it was: channel and address."""
    cursor.execute(GOOD, (token_hash, purpose.value))
    found = cursor.fetchone()
    if found is None:
        return None
    channel_id = int(found[0])
    cursor.execute(LOCK_DETAILS, (channel_id,))
    details = cursor.fetchone()
    if details is None:
        return None
    email = str(details[0])
    if not cursor.execute(TAKE, (token_hash, purpose.value, channel_id, email)):
        return None
    cursor.execute(FORGET_OTHERS, (channel_id, purpose.value))
    return channel_id, email
