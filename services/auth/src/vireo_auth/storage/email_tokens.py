"""Use of the links in ``EmailTokens``; the worker makes them (``mails.py``).

The row of the account's address is locked: of concurrent uses of a link one wins, and a link is
valid only while the account has the address that it was sent to.
"""

from pymysql.cursors import Cursor

from vireo_auth.core.accounts import EmailTaken
from vireo_auth.core.mails import Purpose, Template
from vireo_auth.core.sign_in import name_key
from vireo_auth.storage.accounts import set_password
from vireo_auth.storage.attempts import let_in
from vireo_auth.storage.browsers import forget_browsers
from vireo_auth.storage.email_changes import forget_since
from vireo_auth.storage.mails import Cause, add_mail_job
from vireo_auth.storage.sessions import end_all
from vireo_common.database import Database, Duplicate, MissingParent

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


UNDOES = """
SELECT EmailTokens.ChannelID, ChangeID, OldEmail FROM EmailTokens
JOIN EmailChanges USING (ChangeID)
WHERE TokenHash = %s AND Purpose = 'undo' AND ExpiresAt > NOW(3)
"""

TAKE_UNDO = """
DELETE FROM EmailTokens WHERE TokenHash = %s AND Purpose = 'undo' AND ExpiresAt > NOW(3)
"""

SET_BACK = "UPDATE ChannelDetails SET Email = %s, EmailVerifiedAt = NOW() WHERE ChannelID = %s"

FORGET_ASKED = "DELETE FROM EmailTokens WHERE ChannelID = %s AND Purpose <> 'undo'"


class _NotGood(Exception):
    """The token is invalid or expired; the transaction is rolled back."""


class EmailTable:
    """Which addresses are verified, in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def verify(self, token_hash: bytes) -> bool:
        """Use a token up, and note that its account's address is verified."""

        def work(cursor: Cursor) -> bool:
            used = _use(cursor, token_hash, Purpose.VERIFY)
            if used is None:
                return False
            channel_id, _ = used
            cursor.execute(VERIFIED, (channel_id,))
            return True

        return self._database.transaction("emails.verify", work)

    def ask(self, channel_id: int, origin: str) -> None:
        """Have another mail sent to the account's address, unless it is verified already."""

        def work(cursor: Cursor) -> None:
            cursor.execute(LOCK_DETAILS, (channel_id,))
            details = cursor.fetchone()
            if details is None:
                return
            email, verified = details
            if not verified:
                template, cause = Template.VERIFY, Cause(origin)
                add_mail_job(cursor, template, channel_id=channel_id, to=email, cause=cause)

        self._database.transaction("emails.ask", work)

    def undo(self, token_hash: bytes, origin: str) -> bool:
        """Use a token up: restore the old address, end all sessions, and notify both addresses.

        Raises:
            EmailTaken: a unique constraint decided.
        """

        def work(cursor: Cursor) -> bool:
            if not cursor.execute(UNDOES, (token_hash,)):
                return False
            ((channel_id, change_id, old),) = cursor.fetchall()
            cursor.execute(LOCK_DETAILS, (channel_id,))
            details = cursor.fetchone()
            if details is None or not cursor.execute(TAKE_UNDO, (token_hash,)):
                return False
            email, verified = details
            cursor.execute(SET_BACK, (old, channel_id))
            forget_since(cursor, channel_id, change_id)
            cursor.execute(FORGET_ASKED, (channel_id,))
            end_all(cursor, channel_id)
            forget_browsers(cursor, channel_id)
            cause = Cause(origin, channel_id, verified=True)
            add_mail_job(cursor, Template.RESET, channel_id=None, to=old, cause=cause)
            cause = Cause(origin, channel_id, verified=bool(verified))
            template = Template.EMAIL_UNDONE
            add_mail_job(cursor, template, channel_id=channel_id, to=email, cause=cause)
            return True

        try:
            return self._database.transaction("emails.undo", work)
        except Duplicate:
            raise EmailTaken from None


class ResetTable:
    """Passwords that are replaced by a link, in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, email: str, origin: str) -> None:
        """Have a mail sent to this address, if it turns out to be that of an account."""

        def work(cursor: Cursor) -> None:
            add_mail_job(cursor, Template.RESET, channel_id=None, to=email, cause=Cause(origin))

        self._database.transaction("resets.ask", work)

    def is_good(self, token_hash: bytes) -> bool:
        """Whether a token can be used now."""
        with self._database.read() as cursor:
            return cursor.execute(GOOD, (token_hash, Purpose.RESET.value)) == 1

    def replace(self, token_hash: bytes, password_hash: str, address: str) -> bool:
        """Use a token up: replace the password, end all sessions and the lockout of ``address``,
        and notify the owner."""

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
            forget_browsers(cursor, channel_id)
            template, cause = Template.PASSWORD_CHANGED, Cause(address)
            add_mail_job(cursor, template, channel_id=channel_id, to=email, cause=cause)

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
    channel_id, _ = found
    cursor.execute(LOCK_DETAILS, (channel_id,))
    details = cursor.fetchone()
    if details is None:
        return None
    email, _ = details
    if not cursor.execute(TAKE, (token_hash, purpose.value, channel_id, email)):
        return None
    cursor.execute(FORGET_OTHERS, (channel_id, purpose.value))
    return channel_id, email
