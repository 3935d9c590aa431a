"""The table ``ChannelPictures``; of former pictures an event tells, which removes their files."""

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import Database, MissingParent
from vireo_common.events import ChannelPictureRemoved
from vireo_media.core.pictures import ChannelGone

FORMER = "SELECT Name FROM ChannelPictures WHERE ChannelID = %s FOR UPDATE"

SET = """
INSERT INTO ChannelPictures (ChannelID, Name, SetAt) VALUES (%s, %s, NOW(3))
ON DUPLICATE KEY UPDATE Name = VALUES(Name), SetAt = VALUES(SetAt)
"""

DELETE = "DELETE FROM ChannelPictures WHERE ChannelID = %s"

OF_CHANNEL = "SELECT Name FROM ChannelPictures WHERE ChannelID = %s"

HAS = "SELECT EXISTS (SELECT 1 FROM ChannelPictures WHERE Name = %s)"


class PictureTable:
    """The pictures of channels in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, channel_id: int, name: str) -> None:
        """Give the channel the picture of this name, and have its former one's file removed.

        Raises:
            ChannelGone: nothing was set.
        """

        def work(cursor: Cursor) -> None:
            _remove_former(cursor, channel_id)
            cursor.execute(SET, (channel_id, name))

        try:
            self._database.transaction("pictures.set", work)
        except MissingParent:
            raise ChannelGone from None

    def remove(self, channel_id: int) -> None:
        """Take the channel's picture away, if it has one, and have its file removed."""

        def work(cursor: Cursor) -> None:
            _remove_former(cursor, channel_id)
            cursor.execute(DELETE, (channel_id,))

        self._database.transaction("pictures.remove", work)

    def find(self, channel_id: int) -> str | None:
        """The name of the channel's picture, if it has one."""
        with self._database.read() as cursor:
            cursor.execute(OF_CHANNEL, (channel_id,))
            row = cursor.fetchone()
        return str(row[0]) if row else None

    def has(self, name: str) -> bool:
        """Whether a channel has the picture of this name."""
        with self._database.read() as cursor:
            cursor.execute(HAS, (name,))
            ((found,),) = cursor.fetchall()
        return bool(found)


def _remove_former(cursor: Cursor, channel_id: int) -> None:
    if cursor.execute(FORMER, (channel_id,)):
        ((name,),) = cursor.fetchall()
        events.publish(cursor, ChannelPictureRemoved(name, channel_id))
