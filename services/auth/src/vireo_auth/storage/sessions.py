"""The tables ``Sessions`` and ``RefreshTokens``.

A session's row is locked before its tokens are, so that using one and ending the session are
serialized.
"""

import datetime as dt
from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_auth.core.sessions import (
    GRACE_SECONDS,
    LIFE_SECONDS,
    MOST_AN_HOUR,
    MOST_SESSIONS,
    REFRESH_SECONDS,
    Client,
    Confirmed,
    Held,
    Refusal,
    Session,
    Successor,
)
from vireo_auth.storage.accounts import lock_account
from vireo_auth.storage.devices import know_device
from vireo_auth.storage.keys import publish_key
from vireo_common.database import Database
from vireo_common.tokens import Signer

INSERT_SESSION = """
INSERT INTO Sessions (SessionID, ChannelID, Device, Address, CreatedAt, SeenAt, RefreshedAt)
VALUES (%s, %s, %s, %s, NOW(3), NOW(3), NOW(3))
"""

INSERT_REFRESH = (
    "INSERT INTO RefreshTokens (TokenHash, SessionID, IssuedAt) VALUES (%s, %s, NOW(3))"
)

BEYOND_THE_MOST = """
SELECT SessionID FROM Sessions WHERE ChannelID = %s
ORDER BY SeenAt DESC, SessionID LIMIT 1000 OFFSET %s
"""

SESSION_OF = "SELECT SessionID FROM RefreshTokens WHERE TokenHash = %s"

LOCK_SESSION = """
SELECT ChannelID, CreatedAt < NOW(3) - INTERVAL %s SECOND FROM Sessions
WHERE SessionID = %s FOR UPDATE
"""

FIND_REFRESH = """
SELECT SpentAt IS NOT NULL, SpentAt < NOW(3) - INTERVAL %s SECOND,
    IssuedAt < NOW(3) - INTERVAL %s SECOND, Salt
FROM RefreshTokens WHERE TokenHash = %s
"""

ISSUED = """
SELECT 1 FROM RefreshTokens
WHERE SessionID = %s AND IssuedAt > NOW(3) - INTERVAL 1 HOUR LIMIT 1 OFFSET %s
"""

# A token that was spent so long ago has expired too, so that its reuse need not be detected.
FORGET_SPENT = """
DELETE FROM RefreshTokens
WHERE SessionID = %s AND SpentAt < NOW(3) - INTERVAL %s SECOND LIMIT 1000
"""

SPEND = "UPDATE RefreshTokens SET SpentAt = NOW(3), Salt = %s WHERE TokenHash = %s"

REFRESHED = """
UPDATE Sessions SET SeenAt = NOW(3), RefreshedAt = NOW(3), Device = %s, Address = %s
WHERE SessionID = %s
"""

OF_CHANNEL = """
SELECT SessionID, Device, Address, CreatedAt, SeenAt FROM Sessions
WHERE ChannelID = %s AND RefreshedAt > NOW(3) - INTERVAL %s SECOND
ORDER BY SeenAt DESC, SessionID
"""

END = "DELETE FROM Sessions WHERE SessionID = %s AND ChannelID = %s"

END_OTHERS = "DELETE FROM Sessions WHERE ChannelID = %s AND SessionID <> %s"

SWEEP = """
DELETE FROM Sessions WHERE RefreshedAt < NOW(3) - INTERVAL %s SECOND ORDER BY RefreshedAt LIMIT 1000
"""


class SessionTable:
    """Sessions in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, session_id: str, owner: Confirmed, client: Client, token_hash: bytes, signer: Signer
    ) -> None:
        """Insert a session with its first refresh token; the oldest make room.

        The owner is notified of a new device.

        Raises:
            PasswordReplaced: no session was opened.
        """
        channel_id = owner.channel_id

        def work(cursor: Cursor) -> None:
            lock_account(cursor, owner)
            publish_key(cursor, signer)
            cursor.execute(INSERT_SESSION, (session_id, channel_id, client.device, client.address))
            cursor.execute(INSERT_REFRESH, (token_hash, session_id))
            know_device(cursor, channel_id, client)
            if cursor.execute(BEYOND_THE_MOST, (channel_id, MOST_SESSIONS)):
                for (oldest,) in cursor.fetchall():
                    cursor.execute(END, (oldest, channel_id))

        self._database.transaction("sessions.open", work)

    def rotate(
        self, spent: bytes, salt: bytes, successor: Successor, client: Client, signer: Signer
    ) -> Held | Refusal:
        """Replace a refresh token by the next, or end the session of one that was copied."""

        def work(cursor: Cursor) -> Held | Refusal:
            cursor.execute(SESSION_OF, (spent,))
            # An unknown token has the session "", which there never is.
            (session_id,) = cursor.fetchone() or ("",)
            cursor.execute(LOCK_SESSION, (LIFE_SECONDS, session_id))
            session = cursor.fetchone()
            cursor.execute(FIND_REFRESH, (GRACE_SECONDS, REFRESH_SECONDS, spent))
            token = cursor.fetchone()
            if session is None or token is None:
                return Refusal.UNKNOWN
            was_spent, long_ago, expired, kept_salt = token
            channel_id, lived = session
            if was_spent and long_ago:
                cursor.execute(END, (session_id, channel_id))
                return Refusal.REUSED
            if expired or lived:
                return Refusal.EXPIRED
            publish_key(cursor, signer)
            if was_spent and kept_salt is not None:
                return Held(channel_id, session_id, kept_salt)
            if cursor.execute(ISSUED, (session_id, MOST_AN_HOUR - 1)):
                return Refusal.TOO_MANY
            cursor.execute(FORGET_SPENT, (session_id, REFRESH_SECONDS))
            cursor.execute(SPEND, (salt, spent))
            cursor.execute(INSERT_REFRESH, (successor(salt), session_id))
            cursor.execute(REFRESHED, (client.device, client.address, session_id))
            return Held(channel_id, session_id, salt)

        return self._database.transaction("sessions.rotate", work)

    def of_channel(self, channel_id: int) -> Sequence[Session]:
        """The sessions of a channel, the one that was seen last first."""
        with self._database.read() as cursor:
            cursor.execute(OF_CHANNEL, (channel_id, REFRESH_SECONDS))
            rows = cursor.fetchall()
        return [
            Session(session_id, device, address, _utc(first), _utc(last))
            for session_id, device, address, first, last in rows
        ]

    def end(self, channel_id: int, session_id: str) -> bool:
        """Delete a session of a channel; ``False`` where it has none with this id."""
        return self._database.write(END, (session_id, channel_id)) == 1

    def end_others(self, channel_id: int, session_id: str) -> None:
        """Delete the sessions of a channel but one."""
        self._database.write(END_OTHERS, (channel_id, session_id))

    def sweep(self) -> None:
        """Delete sessions that were not refreshed in time; a bounded number."""
        self._database.sweep(SWEEP, (REFRESH_SECONDS,))


def end_all(cursor: Cursor, channel_id: int, *, but: str = "") -> None:
    """Delete all sessions of a channel in the caller's transaction, but one."""
    cursor.execute(END_OTHERS, (channel_id, but))


def _utc(time: dt.datetime) -> dt.datetime:
    return time.replace(tzinfo=dt.UTC)
