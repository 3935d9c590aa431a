"""The account of an owner, over ``Channels`` and ``ChannelDetails``, and its end."""

import datetime as dt
from collections.abc import Mapping

from pymysql.cursors import Cursor

from vireo_auth.core.accounts import EmailTaken
from vireo_auth.core.mails import Template
from vireo_auth.core.me import Profile
from vireo_auth.storage.mails import add_mail_job
from vireo_common.database import Database, Duplicate
from vireo_common.jobs import enqueue

FIND = """
SELECT Username, Fname, Mname, Lname, Email, EmailVerifiedAt IS NOT NULL, Birth
FROM Channels JOIN ChannelDetails USING (ChannelID) WHERE ChannelID = %s
"""

LOCK = """
SELECT Username, Email FROM Channels JOIN ChannelDetails USING (ChannelID)
WHERE ChannelID = %s FOR UPDATE
"""

SET = {
    "fname": "UPDATE ChannelDetails SET Fname = %s WHERE ChannelID = %s",
    "mname": "UPDATE ChannelDetails SET Mname = %s WHERE ChannelID = %s",
    "lname": "UPDATE ChannelDetails SET Lname = %s WHERE ChannelID = %s",
    "email": "UPDATE ChannelDetails SET Email = %s, EmailVerifiedAt = NULL WHERE ChannelID = %s",
}

FORGET_LINKS = "DELETE FROM EmailTokens WHERE ChannelID = %s"

SET_HASH = "UPDATE Channels SET Password = %s WHERE ChannelID = %s"

END_OTHERS = "DELETE FROM Sessions WHERE ChannelID = %s AND SessionID <> %s"

VIDEOS = "SELECT PathHash FROM Videos WHERE ChannelID = %s"

DELETE = "DELETE FROM Channels WHERE ChannelID = %s"

# Media's: what catalog leaves for a video that its owner deletes.
MEDIA_QUEUE, REMOVE = "media", "remove"
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

    def change(self, channel_id: int, changes: Mapping[str, str]) -> None:
        """Set some fields; another address has to be proven anew, and the old one hears of it.

        Raises:
            EmailTaken: a unique constraint decided.
        """

        def work(cursor: Cursor) -> None:
            if (account := _locked(cursor, channel_id)) is None:
                return
            username, old_address = account
            for field, text in changes.items():
                cursor.execute(SET[field], (text, channel_id))
            if "email" not in changes:
                return
            # Links in mails are bound to the address that they were sent to.
            cursor.execute(FORGET_LINKS, (channel_id,))
            told = {"username": username, "time": _now()}
            add_mail_job(
                cursor, Template.EMAIL_CHANGED, channel_id=channel_id, to=old_address, values=told
            )
            add_mail_job(cursor, Template.VERIFY, channel_id=channel_id, to=changes["email"])

        try:
            self._database.transaction("profiles.change", work)
        except Duplicate:
            raise EmailTaken from None

    def change_password(self, channel_id: int, password_hash: str, session_id: str) -> None:
        """Set the password, end every session but one, and tell the owner."""

        def work(cursor: Cursor) -> None:
            if (account := _locked(cursor, channel_id)) is None:
                return
            username, address = account
            cursor.execute(SET_HASH, (password_hash, channel_id))
            cursor.execute(END_OTHERS, (channel_id, session_id))
            told = {"username": username, "time": _now()}
            add_mail_job(
                cursor, Template.PASSWORD_CHANGED, channel_id=channel_id, to=address, values=told
            )

        self._database.transaction("profiles.change_password", work)

    def delete(self, channel_id: int) -> None:
        """Delete the channel with everything that hangs on it, and have its files removed.

        The lock comes first: no video can be announced between the list and the deletion.
        """

        def work(cursor: Cursor) -> None:
            if (account := _locked(cursor, channel_id)) is None:
                return
            username, address = account
            cursor.execute(VIDEOS, (channel_id,))
            for (hash_path,) in cursor.fetchall():
                enqueue(cursor, MEDIA_QUEUE, REMOVE, hash_path, max_attempts=REMOVE_ATTEMPTS)
            cursor.execute(DELETE, (channel_id,))
            told = {"username": username, "time": _now()}
            add_mail_job(cursor, Template.ACCOUNT_DELETED, channel_id=None, to=address, values=told)

        self._database.transaction("profiles.delete", work)


def _locked(cursor: Cursor, channel_id: int) -> tuple[str, str] | None:
    cursor.execute(LOCK, (channel_id,))
    row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
