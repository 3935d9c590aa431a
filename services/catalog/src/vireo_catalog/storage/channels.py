"""The table ``Channels``: of it, catalog may read the ids and the names."""

from vireo_catalog.core.channels import Channel
from vireo_common.database import Database

BY_NAME = "SELECT ChannelID, Username FROM Channels WHERE Username = %s"


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
