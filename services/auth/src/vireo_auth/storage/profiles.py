"""The account of an owner, over ``Channels`` and ``ChannelDetails``, and its end."""

from collections.abc import Mapping

from pymysql.cursors import Cursor

from vireo_auth.core.accounts import EmailTaken
from vireo_auth.core.mails import Template
from vireo_auth.core.me import Profile
from vireo_auth.core.sessions import Confirmed
from vireo_auth.storage.accounts import lock_account, set_password
from vireo_auth.storage.mails import add_mail_job
from vireo_auth.storage.sessions import end_all
from vireo_common.database import Database, Duplicate
from vireo_common.jobs import enqueue

FIND = """
SELECT Username, Fname, Mname, Lname, Email, EmailVerifiedAt IS NOT NULL, Birth
FROM Channels JOIN ChannelDetails USING (ChannelID) WHERE ChannelID = %s
"""

SET = {
    "fname": "UPDATE ChannelDetails SET Fname = %s WHERE ChannelID = %s",
    "mname": "UPDATE ChannelDetails SET Mname = %s WHERE ChannelID = %s",
    "lname": "UPDATE ChannelDetails SET Lname = %s WHERE ChannelID = %s",
    "email": "UPDATE ChannelDetails SET Email = %s, EmailVerifiedAt = NULL WHERE ChannelID = %s",
}

FORGET_LINKS = "DELETE FROM EmailTokens WHERE ChannelID = %s"

# A video without bytes has no files.
VIDEOS = "SELECT PathHash FROM Videos WHERE ChannelID = %s AND StoredAt IS NOT NULL"

PICTURE = "SELECT Name FROM ChannelPictures WHERE ChannelID = %s"

DELETE = "DELETE FROM Channels WHERE ChannelID = %s"

# Media's: what catalog leaves for a video that its owner deletes, and the like for a picture.
REMOVAL_QUEUE, REMOVE, REMOVE_PICTURE = "removal", "remove", "remove_picture"
REMOVE_ATTEMPTS = 20


class ProfileTable:
    """Accounts in MariaDB, as their owners see them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, channel_id: int) -> Profile | None:
        """The account with this id."""
        with self._database.read() as cursor:
            cursor.execute(FIND, (channel_id,))
            row = cursor.fetchone()
        if row is None:
            return None
        username, fname, mname, lname, email, verified, birth = row
        return Profile(username, fname, mname, lname, email, bool(verified), birth)

    def change_names(self, channel_id: int, changes: Mapping[str, str]) -> None:
        """Set some fields without the address, all at once."""

        def work(cursor: Cursor) -> None:
            _set(cursor, channel_id, changes)

        self._database.transaction("profiles.change_names", work)

    def change_all(self, owner: Confirmed, changes: Mapping[str, str]) -> None:
        """Set some fields; another address has to be proven anew, and the old one hears of it.

        Raises:
            EmailTaken: a unique constraint decided.
            PasswordReplaced: nothing was changed.
        """

        def work(cursor: Cursor) -> None:
            _, old_address = lock_account(cursor, owner)
            _set(cursor, owner.channel_id, changes)
            # Links in mails are bound to the address that they were sent to.
            cursor.execute(FORGET_LINKS, (owner.channel_id,))
            for template, address in (
                (Template.EMAIL_CHANGED, old_address),
                (Template.VERIFY, changes["email"]),
            ):
                add_mail_job(cursor, template, channel_id=owner.channel_id, to=address)

        try:
            self._database.transaction("profiles.change_all", work)
        except Duplicate:
            raise EmailTaken from None

    def change_password(self, owner: Confirmed, password_hash: str, session_id: str) -> None:
        """Set the password, end every session but one, and tell the owner.

        Raises:
            PasswordReplaced: nothing was changed.
        """

        def work(cursor: Cursor) -> None:
            _, address = lock_account(cursor, owner)
            set_password(cursor, owner.channel_id, password_hash)
            end_all(cursor, owner.channel_id, but=session_id)
            told = Template.PASSWORD_CHANGED
            add_mail_job(cursor, told, channel_id=owner.channel_id, to=address)

        self._database.transaction("profiles.change_password", work)

    def delete(self, owner: Confirmed) -> None:
        """Delete the channel with everything that hangs on it, and have its files removed.

        The lock comes first: no video can be announced between the list and the deletion.

        Raises:
            PasswordReplaced: nothing was deleted.
        """

        def work(cursor: Cursor) -> None:
            username, address = lock_account(cursor, owner)
            for files, kind in ((VIDEOS, REMOVE), (PICTURE, REMOVE_PICTURE)):
                cursor.execute(files, (owner.channel_id,))
                for (name,) in cursor.fetchall():
                    enqueue(cursor, REMOVAL_QUEUE, kind, name, max_attempts=REMOVE_ATTEMPTS)
            cursor.execute(DELETE, (owner.channel_id,))
            told, values = Template.ACCOUNT_DELETED, {"username": username}
            add_mail_job(cursor, told, channel_id=None, to=address, values=values)

        self._database.transaction("profiles.delete", work)


def _set(cursor: Cursor, channel_id: int, changes: Mapping[str, str]) -> None:
    for field, text in changes.items():
        cursor.execute(SET[field], (text, channel_id))
