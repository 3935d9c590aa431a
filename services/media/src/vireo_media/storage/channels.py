"""The table ``Channels``: of it, media may see which ids there are."""

from vireo_common.database import Database

BY_ID = "SELECT ChannelID FROM Channels WHERE ChannelID = %s"


class ChannelTable:
    """Channels in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def exists(self, channel_id: int) -> bool:
        """Whether there is a channel with this id."""
        with self._database.read() as cursor:
            return cursor.execute(BY_ID, (channel_id,)) == 1
