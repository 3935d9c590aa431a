"""The account of an owner, over ``Channels`` and ``ChannelDetails``, and its end."""

from collections.abc import Mapping

from pymysql.cursors import Cursor

from vireo_auth.core.accounts import EmailTaken
from vireo_auth.core.mails import Template
from vireo_auth.core.me import Profile, Wanted
from vireo_auth.core.sessions import Confirmed
from vireo_auth.storage.accounts import lock_account, set_password
from vireo_auth.storage.browsers import forget_browsers
from vireo_auth.storage.email_changes import note_change, require_free
from vireo_auth.storage.mails import Cause, add_mail_job, forget_refused
from vireo_auth.storage.names import ReservedNames
from vireo_auth.storage.roles import note_end, noted
from vireo_auth.storage.sessions import end_all
from vireo_common import events
from vireo_common.audit_log import Head
from vireo_common.database import Database, Duplicate
from vireo_common.events import ChannelPictureRemoved, ChannelRemoved, VideoRemoved
from vireo_common.roles import Role, role_of

FIND = """
SELECT Username, Fname, Mname, Lname, Email, EmailVerifiedAt IS NOT NULL, Birth,
    COALESCE(History, 1), Role, SuspendedAt IS NOT NULL
FROM Channels JOIN ChannelDetails USING (ChannelID) LEFT JOIN Preferences USING (ChannelID)
LEFT JOIN Roles USING (ChannelID)
WHERE ChannelID = %s
"""

SET = {
    "fname": "UPDATE ChannelDetails SET Fname = %s WHERE ChannelID = %s",
    "mname": "UPDATE ChannelDetails SET Mname = %s WHERE ChannelID = %s",
    "lname": "UPDATE ChannelDetails SET Lname = %s WHERE ChannelID = %s",
    "email": "UPDATE ChannelDetails SET Email = %s, EmailVerifiedAt = NULL WHERE ChannelID = %s",
    "history": """
        INSERT INTO Preferences (History, ChannelID) VALUES (%s, %s)
        ON DUPLICATE KEY UPDATE History = VALUES(History)
    """,
}

# Community holds the channel while it keeps something: nothing is kept after the owner's answer.
LOCK = "SELECT 1 FROM Channels WHERE ChannelID = %s FOR UPDATE"

FORGET_LINKS = "DELETE FROM EmailTokens WHERE ChannelID = %s AND Purpose <> 'undo'"

# Those without bytes too: their first ones may arrive at this moment.
VIDEOS = "SELECT PathHash, VideoID FROM Videos WHERE ChannelID = %s"

PICTURE = "SELECT Name FROM ChannelPictures WHERE ChannelID = %s"

DELETE = "DELETE FROM Channels WHERE ChannelID = %s"


class ProfileTable:
    """Accounts in MariaDB, as their owners see them."""

    def __init__(self, database: Database, reserved: ReservedNames) -> None:
        self._database = database
        self._reserved = reserved

    def find(self, channel_id: int) -> Profile | None:
        """The account with this id."""
        with self._database.read() as cursor:
            cursor.execute(FIND, (channel_id,))
            row = cursor.fetchone()
        if row is None:
            return None
        username, fname, mname, lname, email, verified, birth, history, role, suspended = row
        return Profile(
            username=username,
            fname=fname,
            mname=mname,
            lname=lname,
            email=email,
            verified=bool(verified),
            birth=birth,
            history=bool(history),
            role=Role(role) if role else None,
            suspended=bool(suspended),
        )

    def change_plain(self, channel_id: int, changes: Mapping[str, Wanted]) -> None:
        """Set some fields without the address, all at once."""

        def work(cursor: Cursor) -> None:
            _set(cursor, channel_id, changes)

        self._database.transaction("profiles.change_plain", work)

    def change_all(self, owner: Confirmed, changes: Mapping[str, Wanted], origin: str) -> None:
        """Set some fields; a new address has to be verified, and the old one is notified.

        Raises:
            EmailTaken: a unique constraint decided, or another account may get it back.
            PasswordReplaced, TooManyChanges: nothing was changed.
        """
        channel_id, email = owner.channel_id, str(changes["email"])

        def work(cursor: Cursor) -> None:
            before = lock_account(cursor, owner)
            _set(cursor, channel_id, changes)
            require_free(cursor, email, channel_id)
            # Links in mails are bound to the address that they were sent to, but those that undo.
            cursor.execute(FORGET_LINKS, (channel_id,))
            change = note_change(cursor, channel_id, before.email)
            cause = Cause(origin, channel_id, before.verified, change)
            template = Template.EMAIL_CHANGED
            add_mail_job(cursor, template, channel_id=channel_id, to=before.email, cause=cause)
            cause = Cause(origin)
            add_mail_job(cursor, Template.VERIFY, channel_id=channel_id, to=email, cause=cause)

        try:
            self._database.transaction("profiles.change_all", work)
        except Duplicate:
            raise EmailTaken from None

    def change_password(
        self,
        owner: Confirmed,
        password_hash: str,
        session_id: str,
        mark: bytes | None,
        origin: str,
    ) -> None:
        """Set the password, end every session and forget every browser but one; notify the owner.

        Raises:
            PasswordReplaced: nothing was changed.
        """

        def work(cursor: Cursor) -> None:
            account = lock_account(cursor, owner)
            set_password(cursor, owner.channel_id, password_hash)
            end_all(cursor, owner.channel_id, but=session_id)
            forget_browsers(cursor, owner.channel_id, but=mark or b"")
            template, whose, cause = Template.PASSWORD_CHANGED, owner.channel_id, Cause(origin)
            add_mail_job(cursor, template, channel_id=whose, to=account.email, cause=cause)

        self._database.transaction("profiles.change_password", work)

    def delete(self, owner: Confirmed, origin: str) -> None:
        """Delete the channel with everything that hangs on it, and have its files removed.

        Its name stays taken for a while. That it had a role, and has none any more, stands in the
        audit log. The lock comes first: no video can be announced between
        the list and the deletion.

        Raises:
            PasswordReplaced: nothing was deleted.
        """

        def work(cursor: Cursor) -> Head | None:
            account = lock_account(cursor, owner)
            role = role_of(cursor, owner.channel_id)
            _publish_removal(cursor, owner.channel_id, account.username)
            cursor.execute(DELETE, (owner.channel_id,))
            self._reserved.reserve(cursor, account.username)
            forget_refused(cursor, owner.channel_id)
            template, values = Template.ACCOUNT_DELETED, {"username": account.username}
            cause = Cause(origin, owner.channel_id, account.verified)
            add_mail_job(
                cursor, template, channel_id=None, to=account.email, values=values, cause=cause
            )
            return note_end(cursor, owner.channel_id, role) if role else None

        noted(self._database.transaction("profiles.delete", work))


def _publish_removal(cursor: Cursor, channel_id: int, name: str) -> None:
    """Let the others know of the channel, and of what goes with it."""
    cursor.execute(VIDEOS, (channel_id,))
    videos = [VideoRemoved(path, channel_id, video_id) for path, video_id in cursor.fetchall()]
    cursor.execute(PICTURE, (channel_id,))
    pictures = [ChannelPictureRemoved(picture, channel_id) for (picture,) in cursor.fetchall()]
    events.publish_all(cursor, [*videos, *pictures, ChannelRemoved(channel_id, name)])


def _set(cursor: Cursor, channel_id: int, changes: Mapping[str, Wanted]) -> None:
    if "history" in changes and not cursor.execute(LOCK, (channel_id,)):
        # Deleted at this moment, which the next look at it says.
        return
    for field, text in changes.items():
        cursor.execute(SET[field], (text, channel_id))
