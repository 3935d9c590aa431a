"""What every service reads of auth's tables: sessions and public keys.

A token is valid only while its session exists. Every service looks it up in the table, so that a
sign-out takes effect everywhere at once, also while auth is down.
"""

from enum import StrEnum

from vireo_common.database import Database
from vireo_common.tokens import KeySet, public_key

STANDING = """
SELECT Sessions.SessionID, Sessions.SeenAt < NOW(3) - INTERVAL %s SECOND,
    Channels.SuspendedAt IS NOT NULL
FROM Channels LEFT JOIN Sessions
    ON Sessions.SessionID = %s AND Sessions.ChannelID = Channels.ChannelID
WHERE Channels.ChannelID = %s
"""

# The condition again, because another request may have updated it meanwhile.
NOTE_SEEN = """
UPDATE Sessions SET SeenAt = NOW(3) WHERE SessionID = %s AND SeenAt < NOW(3) - INTERVAL %s SECOND
"""

KEYS = "SELECT KeyID, PublicKey FROM SigningKeys ORDER BY CreatedAt, KeyID"

# The precision of `SeenAt`, so that not every request writes a row.
SEEN_SECONDS = 60


class Standing(StrEnum):
    """The account and session of a token whose signature and times are valid."""

    GOOD = "good"
    SUSPENDED = "suspended"
    ENDED = "ended"
    NO_ACCOUNT = "no account"


class SessionReader:
    """Auth's tables, for checking tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, account_id: int, session_id: str) -> Standing:
        """Whether an account and its session exist; updates when the session was seen."""
        with self._database.read() as cursor:
            cursor.execute(STANDING, (SEEN_SECONDS, session_id, account_id))
            row = cursor.fetchone()
        if row is None:
            return Standing.NO_ACCOUNT
        found, unnoted, suspended = row
        if found is None:
            return Standing.ENDED
        if unnoted:
            self._database.write(NOTE_SEEN, (session_id, SEEN_SECONDS))
        return Standing.SUSPENDED if suspended else Standing.GOOD

    def key_set(self) -> KeySet:
        """The keys that tokens are verified with."""
        with self._database.read() as cursor:
            cursor.execute(KEYS)
            return {"keys": [public_key(key_id, x) for key_id, x in cursor.fetchall()]}
