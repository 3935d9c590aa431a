"""The table ``EmailChanges``: previous addresses of accounts, while a link can restore them.

Meanwhile no other account can have such an address: otherwise whoever took over an account could
register its old address elsewhere, and the change could not be undone.
"""

from pymysql.cursors import Cursor

from vireo_auth.core.accounts import EmailTaken
from vireo_auth.core.mails import UNDO_SECONDS
from vireo_auth.core.me import TooManyChanges
from vireo_common.database import Database

# More changes than a person needs, and few enough that nobody can hold many addresses.
MOST_CHANGES = 10
# Mails may be sent up to five days after the change; their links are valid for three days more.
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
    """The table, for the sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sweep(self) -> None:
        """Forget changes that no link undoes any more; a bounded number."""
        self._database.sweep(SWEEP, (KEPT_DAYS,))


def require_free(cursor: Cursor, email: str, channel_id: int) -> None:
    """Refuse an address that another account may get back.

    Called after the address was inserted, which waits for a change that is not committed yet; that
    change is seen here.

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
    """Delete a change and all after it, with their links.

    Earlier ones stay, so that whoever changed an address twice can't end the owner's link by using
    their own.
    """
    cursor.execute(FORGET_SINCE, (channel_id, change_id))
