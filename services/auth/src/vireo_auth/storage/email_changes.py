"""The table ``EmailChanges``: addresses that accounts had before, while links bring them back.

An address that may come back is nobody else's meanwhile: whoever changed a stranger's address could
take the old one in another account, and nothing would undo that.
"""

from pymysql.cursors import Cursor

from vireo_auth.core.accounts import EmailTaken
from vireo_auth.core.mails import UNDO_SECONDS
from vireo_auth.core.me import TooManyChanges
from vireo_common.database import Database

# More changes than a person needs, and few enough that nobody can hold many addresses.
MOST_CHANGES = 10
# Links leave for up to five days after the change, and are good for three from then on.
KEPT_DAYS = 9

NOTE = "INSERT INTO EmailChanges (ChannelID, OldEmail, ChangedAt) VALUES (%s, %s, NOW(3))"

COUNT = """
SELECT COUNT(*) FROM EmailChanges
WHERE ChannelID = %s AND ChangedAt > NOW(3) - INTERVAL %s SECOND
"""

HELD = """
SELECT 1 FROM EmailChanges
WHERE OldEmail = %s AND ChannelID <> %s AND ChangedAt > NOW(3) - INTERVAL %s SECOND
"""

# With their links, by the foreign key.
FORGET_SINCE = "DELETE FROM EmailChanges WHERE ChannelID = %s AND ChangeID >= %s"

# Bounded, so that the sweep never holds many locks.
SWEEP = """
DELETE FROM EmailChanges WHERE ChangedAt < NOW(3) - INTERVAL %s DAY ORDER BY ChangedAt LIMIT 1000
"""


class EmailChangeTable:
    """The table, for whoever cleans up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sweep(self) -> None:
        """Forget changes that no link undoes any more; a bounded number."""
        self._database.write(SWEEP, (KEPT_DAYS,))


def require_free(cursor: Cursor, email: str, channel_id: int) -> None:
    """Refuse an address that another account may get back.

    Asked after the address was inserted, and before anything is read without a lock in the caller's
    transaction: a change that has not been committed yet holds the insertion up, and is seen here.

    Raises:
        EmailTaken
    """
    if cursor.execute(HELD, (email, channel_id, UNDO_SECONDS)):
        raise EmailTaken


def note_change(cursor: Cursor, channel_id: int, old_email: str) -> int:
    """Note that an account has another address; the id of the change.

    Raises:
        TooManyChanges
    """
    cursor.execute(COUNT, (channel_id, UNDO_SECONDS))
    ((count,),) = cursor.fetchall()
    if count >= MOST_CHANGES:
        raise TooManyChanges
    cursor.execute(NOTE, (channel_id, old_email))
    return int(cursor.lastrowid or 0)


def forget_since(cursor: Cursor, channel_id: int, change_id: int) -> None:
    """Take back a change and all after it: their links are good for nothing any more.

    Earlier ones stay. Otherwise whoever changed an address twice could use their own link, and the
    owner's would end with it.
    """
    cursor.execute(FORGET_SINCE, (channel_id, change_id))
