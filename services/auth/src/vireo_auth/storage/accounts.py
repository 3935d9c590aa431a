"""The tables ``Channels`` and ``ChannelDetails``."""

import datetime as dt
from dataclasses import dataclass

from pymysql.cursors import Cursor

from vireo_auth.core.accounts import AlreadySignedUp, EmailTaken, NewAccount, UsernameTaken
from vireo_auth.core.mails import Template
from vireo_auth.core.sessions import Confirmed, PasswordReplaced
from vireo_auth.core.sign_in import Account
from vireo_auth.storage.email_changes import require_free
from vireo_auth.storage.mails import Cause, add_mail_job
from vireo_auth.storage.names import ReservedNames
from vireo_common.database import Database, Duplicate

INSERT_CHANNEL = """
INSERT INTO Channels (Username, Password, RequestKey, CreatedAt)
VALUES (%s, %s, %s, UTC_TIMESTAMP())
"""

MADE_BY = "SELECT EXISTS (SELECT 1 FROM Channels WHERE RequestKey = %s)"

INSERT_DETAILS = """
INSERT INTO ChannelDetails (ChannelID, Fname, Mname, Lname, Email, Birth)
VALUES (%s, %s, %s, %s, %s, %s)
"""

BY_NAME = "SELECT ChannelID, Password FROM Channels WHERE Username = %s"

SET_HASH = "UPDATE Channels SET Password = %s WHERE ChannelID = %s"

LOCK = """
SELECT Username, Email, EmailVerifiedAt IS NOT NULL, Password
FROM Channels JOIN ChannelDetails USING (ChannelID)
WHERE ChannelID = %s FOR UPDATE
"""


class AccountTable:
    """Accounts in MariaDB."""

    def __init__(self, database: Database, reserved: ReservedNames) -> None:
        self._database = database
        self._reserved = reserved

    def add(
        self,
        account: NewAccount,
        password_hash: str,
        birth: dt.date,
        request_key: bytes | None = None,
        origin: str = "",
    ) -> None:
        """Insert both rows of an account and the mail that asks for its address, or nothing.

        Raises:
            AlreadySignedUp: by a request with this key.
            UsernameTaken, EmailTaken: a unique constraint decided, or the name is reserved.
        """

        def work(cursor: Cursor) -> None:
            cursor.execute(INSERT_CHANNEL, (account.username, password_hash, request_key))
            channel_id = int(cursor.lastrowid or 0)
            names = (account.fname, account.mname, account.lname)
            cursor.execute(INSERT_DETAILS, (channel_id, *names, account.email, birth))
            if self._reserved.holds(cursor, account.username):
                raise UsernameTaken
            require_free(cursor, account.email, channel_id)
            template, cause = Template.VERIFY, Cause(origin)
            add_mail_job(cursor, template, channel_id=channel_id, to=account.email, cause=cause)

        try:
            self._database.transaction("accounts.add", work)
        except Duplicate as duplicate:
            # A repetition violates the name's constraint first, so the key is looked for here.
            if request_key and self._made_by(request_key):
                raise AlreadySignedUp from None
            raise (UsernameTaken if duplicate.key == "Username" else EmailTaken) from None

    def _made_by(self, request_key: bytes) -> bool:
        with self._database.read() as cursor:
            cursor.execute(MADE_BY, (request_key,))
            ((found,),) = cursor.fetchall()
        return bool(found)

    def find(self, username: str) -> Account | None:
        """The account with this name, whatever the case of its letters."""
        with self._database.read() as cursor:
            cursor.execute(BY_NAME, (username,))
            row = cursor.fetchone()
        return Account(*row) if row else None


@dataclass(frozen=True)
class Locked:
    """An account whose row is locked; ``verified`` says whether its address is."""

    username: str
    email: str
    verified: bool


def lock_account(cursor: Cursor, owner: Confirmed) -> Locked:
    """Lock an account for the caller's transaction.

    Raises:
        PasswordReplaced: it is gone, or has another password than the one that was right.
    """
    cursor.execute(LOCK, (owner.channel_id,))
    row = cursor.fetchone()
    if row is None:
        raise PasswordReplaced
    username, email, verified, password_hash = row
    # Compared here: the column takes letters of either case for the same.
    if password_hash != owner.password_hash:
        raise PasswordReplaced
    return Locked(username, email, bool(verified))


def set_password(cursor: Cursor, channel_id: int, password_hash: str) -> None:
    """Replace the password in the caller's transaction."""
    cursor.execute(SET_HASH, (password_hash, channel_id))
