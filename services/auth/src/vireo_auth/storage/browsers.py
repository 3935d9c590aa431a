"""The table ``Browsers``: marks of browsers that an account was signed in with, as hashes."""

from pymysql.cursors import Cursor

from vireo_common.database import Database

# More browsers than a person uses; the oldest make room.
MOST_BROWSERS = 100

IS_KNOWN = "SELECT 1 FROM Browsers WHERE ChannelID = %s AND MarkHash = %s"

FORGET = "DELETE FROM Browsers WHERE ChannelID = %s AND MarkHash = %s"

KNOW = """
INSERT INTO Browsers (ChannelID, MarkHash, MadeAt, SeenAt) VALUES (%s, %s, NOW(3), NOW(3))
"""

BEYOND_THE_MOST = """
SELECT MarkHash FROM Browsers WHERE ChannelID = %s ORDER BY SeenAt DESC LIMIT 1000 OFFSET %s
"""

FORGET_OTHERS = "DELETE FROM Browsers WHERE ChannelID = %s AND MarkHash <> %s"

SWEEP = "DELETE FROM Browsers WHERE SeenAt < NOW(3) - INTERVAL 400 DAY ORDER BY SeenAt LIMIT 1000"


class BrowserTable:
    """The table, for the sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sweep(self) -> None:
        """Forget browsers whose cookie has expired; a bounded number."""
        self._database.sweep(SWEEP)


def is_known(cursor: Cursor, channel_id: int, mark: bytes) -> bool:
    """Whether an account was signed in with this browser."""
    return cursor.execute(IS_KNOWN, (channel_id, mark)) == 1


def know_browser(cursor: Cursor, channel_id: int, old: bytes | None, new: bytes) -> None:
    """Remember a browser by its new mark in the caller's transaction; the old one ends.

    Raises:
        MissingParent: the account is gone.
    """
    # Looked for without a lock: deleting what is not there would lock the gap that sign-ins of the
    # same account at the same moment insert into.
    if old is not None and is_known(cursor, channel_id, old):
        cursor.execute(FORGET, (channel_id, old))
    cursor.execute(KNOW, (channel_id, new))
    cursor.execute(BEYOND_THE_MOST, (channel_id, MOST_BROWSERS))
    for (oldest,) in cursor.fetchall():
        cursor.execute(FORGET, (channel_id, oldest))


def forget_browsers(cursor: Cursor, channel_id: int, *, but: bytes = b"") -> None:
    """Forget all browsers of an account but one, in the caller's transaction."""
    cursor.execute(FORGET_OTHERS, (channel_id, but))
