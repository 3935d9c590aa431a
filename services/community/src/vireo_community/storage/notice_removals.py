"""What goes of notices with a channel or a video."""

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_community.storage.notices import next_change
from vireo_community.storage.removals import Removal

OF_RECIPIENT = (
    "DELETE FROM Notices WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticesTold WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticesTold WHERE ActorID = %s LIMIT %s",
    "DELETE FROM NoticeSettings WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeDigests WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeFanouts WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeBoxes WHERE ChannelID = %s LIMIT %s",
)

BY_ACTOR = "SELECT NoticeID, ChannelID, Count FROM Notices WHERE ActorID = %s LIMIT %s"
OF_VIDEO = "SELECT NoticeID, ChannelID, Count FROM Notices WHERE VideoID = %s LIMIT %s"

# Of several only the last one is known: the others stay.
FORGET_ACTOR = "UPDATE Notices SET ActorID = NULL, `Change` = %s WHERE NoticeID = %s"
FORGET_VIDEO = "UPDATE Notices SET VideoID = NULL, `Change` = %s WHERE NoticeID = %s"
DELETE = "DELETE FROM Notices WHERE NoticeID = %s"


class NoticeRemovals:
    """Pieces of removals, for ``worker.removals``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_channel(self, removal: Removal, rows: int) -> bool:
        """Remove some notices to somebody who is gone, and about them; whether there are more."""
        channel_id, more = removal.gone_id, False
        for statement in OF_RECIPIENT:
            more |= self._database.write(statement, (channel_id, rows)) == rows
        return self._forget(BY_ACTOR, FORGET_ACTOR, channel_id, rows) or more

    def of_video(self, removal: Removal, rows: int) -> bool:
        """Remove some notices about a video that is gone; whether there are more."""
        return self._forget(OF_VIDEO, FORGET_VIDEO, removal.gone_id, rows)

    def _forget(self, find: str, forget: str, gone_id: int, rows: int) -> bool:
        def work(cursor: Cursor) -> int:
            cursor.execute(find, (gone_id, rows))
            found = cursor.fetchall()
            # In the order in which everybody locks several.
            for notice_id, recipient, count in sorted(found, key=lambda row: row[1]):
                change = next_change(cursor, recipient)
                if count > 1:
                    cursor.execute(forget, (change, notice_id))
                else:
                    cursor.execute(DELETE, (notice_id,))
            return len(found)

        return self._database.transaction("notices.forget", work) == rows
