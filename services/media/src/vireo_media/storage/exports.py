"""The table ``Exports``, with the jobs that are committed together with a row."""

from pymysql.cursors import Cursor

from vireo_common import events, jobs
from vireo_common.database import Database, Duplicate, MissingParent
from vireo_common.events import DataExportRequested
from vireo_media.core.exports import ChannelGone, Export, ExportState

EXPORT_QUEUE = "export"
EXPORT = "export"
ATTEMPTS = 3

COLUMNS = "SELECT ExportName, ChannelID, State, FileName FROM Exports"

CURRENT = f"""
{COLUMNS} WHERE ChannelID = %s
    AND (State = 'waiting' OR (State = 'ready' AND ExpiresAt > NOW(3)))
"""

BY_NAME = f"{COLUMNS} WHERE ExportName = %s"

FORGET_USELESS = """
DELETE FROM Exports WHERE ChannelID = %s
    AND (State = 'failed' OR ExpiresAt <= NOW(3) OR ExportName = %s)
"""

INSERT = "INSERT INTO Exports (ExportName, ChannelID, AskedAt) VALUES (%s, %s, NOW(3))"

SET_READY = """
UPDATE Exports SET State = 'ready', FileName = %s, Bytes = %s, MadeAt = NOW(3),
    ExpiresAt = NOW(3) + INTERVAL %s SECOND
WHERE ExportName = %s AND State = 'waiting'
"""

SET_FAILED = "UPDATE Exports SET State = 'failed' WHERE ExportName = %s AND State = 'waiting'"

# Later than it is served for the last time: nobody who was just given the file finds it gone.
SWEEP = """
DELETE FROM Exports WHERE ExpiresAt < NOW(3) - INTERVAL 1 MINUTE ORDER BY ExpiresAt LIMIT 1000
"""


class ExportGone(Exception):
    """The export's channel was deleted while it was made."""


class ExportTable:
    """Exports in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, channel_id: int) -> Export | None:
        """The channel's export that is waiting, or is ready and has not expired."""
        return self._find(CURRENT, channel_id)

    def find(self, name: str) -> Export | None:
        """The export with this name, in whatever state."""
        return self._find(BY_NAME, name)

    def begin(self, channel_id: int, name: str, instead_of: str) -> None:
        """Insert an export with the job that makes it, and have its owner notified, unless
        another request was quicker.

        Raises:
            ChannelGone: nothing was inserted.
        """

        def work(cursor: Cursor) -> None:
            cursor.execute(FORGET_USELESS, (channel_id, instead_of))
            cursor.execute(INSERT, (name, channel_id))
            jobs.enqueue(cursor, EXPORT_QUEUE, EXPORT, name, max_attempts=ATTEMPTS)
            events.publish(cursor, DataExportRequested(channel_id))

        try:
            self._database.transaction("exports.begin", work)
        except Duplicate:
            # There is one by now, which a request at the same moment began.
            return
        except MissingParent:
            raise ChannelGone from None

    def sweep(self) -> None:
        """Delete exports that have expired; a bounded number."""
        self._database.sweep(SWEEP)

    def _find(self, statement: str, value: int | str) -> Export | None:
        with self._database.read() as cursor:
            cursor.execute(statement, (value,))
            row = cursor.fetchone()
        return Export(row[0], row[1], ExportState(row[2]), row[3]) if row else None


def set_ready(cursor: Cursor, name: str, file_name: str, size: int, seconds: int) -> None:
    """Note in the caller's transaction that an export can be served, for so many seconds.

    Raises:
        ExportGone: the caller's transaction is to be rolled back.
    """
    if cursor.execute(SET_READY, (file_name, size, seconds, name)) != 1:
        raise ExportGone


def set_failed(cursor: Cursor, name: str) -> None:
    """Note in the caller's transaction that an export can't be made."""
    cursor.execute(SET_FAILED, (name,))
