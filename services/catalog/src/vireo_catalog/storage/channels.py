"""The table ``Channels``, of which catalog may read the ids and the names, and their pictures.

One that is suspended is shown to nobody.
"""

from vireo_catalog.core.channels import Channel, Picture
from vireo_common.database import Database

BY_NAME = """
SELECT ChannelID, Username FROM Channels WHERE Username = %s AND SuspendedAt IS NULL
"""

PICTURE = """
SELECT c.Username, p.Name FROM Channels c LEFT JOIN ChannelPictures p USING (ChannelID)
WHERE c.Username = %s AND c.SuspendedAt IS NULL
"""


class ChannelTable:
    """Channels in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> Channel | None:
        """The channel with this name, whatever the case of its letters."""
        with self._database.read() as cursor:
            cursor.execute(BY_NAME, (name,))
            row = cursor.fetchone()
        return Channel(*row) if row else None

    def picture(self, name: str) -> Picture | None:
        """What the channel with this name is shown by."""
        with self._database.read() as cursor:
            cursor.execute(PICTURE, (name,))
            row = cursor.fetchone()
        return Picture(*row) if row else None
