"""The table ``OpenUploads``: what is on its way in, for all processes of media together."""

from collections.abc import Callable, Sequence

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_media.core.open_uploads import Kept, Kind, OpenUpload

# Locks the row, and makes it where there is none; who comes second waits for the end of the first
# one's transaction, which also comes when its process dies.
GATE = """
INSERT INTO Gates (Name) VALUES ('uploads') ON DUPLICATE KEY UPDATE Name = VALUES(Name)
"""

LIVE = """
SELECT OpenID, Kind, ChannelID, Address, Bytes, Arrived,
    TIMESTAMPDIFF(MICROSECOND, OpenedAt, NOW(3)) / 1000000
FROM OpenUploads WHERE LeaseUntil >= NOW(3)
"""

WRITE = """
INSERT INTO OpenUploads (OpenID, Kind, ChannelID, Address, Bytes, Arrived, OpenedAt, LeaseUntil)
VALUES (%s, %s, %s, %s, %s, %s, NOW(3), NOW(3) + INTERVAL %s MICROSECOND)
ON DUPLICATE KEY UPDATE Bytes = VALUES(Bytes), Arrived = VALUES(Arrived),
    LeaseUntil = VALUES(LeaseUntil)
"""

# What is complete is its video's.
KEPT = """
SELECT ChannelID, Address, SUM(Bytes) FROM TusUploads WHERE UploadID IS NULL AND Bytes > 0
    AND ExpiresAt > NOW(3)
GROUP BY ChannelID, Address
"""

RENEW = """
UPDATE OpenUploads SET Bytes = %s, LeaseUntil = NOW(3) + INTERVAL %s MICROSECOND
WHERE OpenID = %s
"""

CLOSE = "DELETE FROM OpenUploads WHERE OpenID = %s"

SWEEP = "DELETE FROM OpenUploads WHERE LeaseUntil < NOW(3) ORDER BY LeaseUntil LIMIT 1000"


class OpenUploadTable:
    """Open uploads in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(self, decide: Callable[[Sequence[OpenUpload]], OpenUpload]) -> OpenUpload:
        """Write what ``decide`` makes of all open uploads; no other change comes between.

        A row with the same id is replaced. What ``decide`` raises changes nothing.
        """

        def work(cursor: Cursor) -> OpenUpload:
            cursor.execute(GATE)
            cursor.execute(LIVE)
            changed = decide([_of(row) for row in cursor.fetchall()])
            values = (changed.open_id, changed.kind, changed.channel_id, changed.address)
            lease = int(changed.lease * 1_000_000)
            cursor.execute(WRITE, (*values, changed.size, int(changed.arrived), lease))
            return changed

        return self._database.transaction("open_uploads.change", work)

    def all(self) -> Sequence[OpenUpload]:
        """All open uploads."""
        with self._database.read() as cursor:
            cursor.execute(LIVE)
            return [_of(row) for row in cursor.fetchall()]

    def kept(self) -> Sequence[Kept]:
        """What there is of unfinished uploads in pieces."""
        with self._database.read() as cursor:
            cursor.execute(KEPT)
            return [Kept(channel, address, int(size)) for channel, address, size in cursor]

    def renew(self, open_id: str, size: int, seconds: float) -> None:
        """Note how many bytes still come, and when the lease ends; gone is fine."""
        self._database.write(RENEW, (size, int(seconds * 1_000_000), open_id))

    def close(self, open_id: str) -> None:
        """Forget an open upload; that it is not there is fine."""
        self._database.write(CLOSE, (open_id,))

    def sweep(self) -> None:
        """Forget what was not heard of in its time; a bounded number."""
        self._database.sweep(SWEEP)


def _of(row: tuple[object, ...]) -> OpenUpload:
    open_id, kind, channel_id, address, size, arrived, age = row
    return OpenUpload(
        str(open_id),
        Kind(str(kind)),
        int(str(channel_id)),
        str(address),
        int(str(size)),
        arrived=bool(arrived),
        age=float(str(age)),
    )
