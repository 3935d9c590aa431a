"""What goes of notices with a channel or a video."""

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_community.core.notices import MILESTONES, Kind
from vireo_community.storage.removals import Removal

OF_RECIPIENT = (
    "DELETE FROM Notices WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticesTold WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticesTold WHERE ActorID = %s LIMIT %s",
    "DELETE FROM NoticeSettings WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeDigests WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeMails WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeMailDays WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeFanouts WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeFanoutVideos WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM NoticeBoxes WHERE ChannelID = %s LIMIT %s",
)

BY_ACTOR = "SELECT NoticeID, ChannelID, Count, Kind FROM Notices WHERE ActorID = %s LIMIT %s"
OF_VIDEO = "SELECT NoticeID, ChannelID, Count, Kind FROM Notices WHERE VideoID = %s LIMIT %s"

# Of several only the last one is known: the others stay.
# Into what is not as it was read, more was merged: it is looked at again.
AS_READ = "NoticeID = %s AND Count = %s AND {column} = %s"
FORGET = "UPDATE Notices SET {column} = NULL, `Change` = %s WHERE " + AS_READ
DELETE = "DELETE FROM Notices WHERE " + AS_READ

BUMP = "UPDATE NoticeBoxes SET LastChange = LastChange + 1 WHERE ChannelID = %s"
CHANGE = "SELECT LastChange FROM NoticeBoxes WHERE ChannelID = %s"

# What was told once about it; likes of its comments go with those who wrote them.
FORGET_TOLD = """
DELETE FROM NoticesTold
WHERE ChannelID = %s AND Kind IN %s AND Subject IN %s LIMIT %s
"""
OF_ONE_VIDEO = (Kind.LIKE, Kind.MILESTONE, Kind.READY, Kind.VIDEO)
BOXES_AT_ONCE = 100
"""Recipients whose notices are locked together."""


class NoticeRemovals:
    """Pieces of removals, for ``worker.removals``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_channel(self, removal: Removal, rows: int) -> bool:
        """Remove some notices to somebody who is gone, and about them; whether there are more."""
        channel_id, more = removal.gone_id, False
        for statement in OF_RECIPIENT:
            more |= self._database.write(statement, (channel_id, rows)) == rows
        return self._forget(BY_ACTOR, "ActorID", channel_id, rows) or more

    def of_video(self, removal: Removal, rows: int) -> bool:
        """Remove some notices about a video that is gone; whether there are more."""
        reached = [f"views {removal.gone_id} {number}" for number in MILESTONES]
        subjects = (str(removal.gone_id), f"video {removal.gone_id}", *reached)
        told = self._database.write(FORGET_TOLD, (removal.owner_id, OF_ONE_VIDEO, subjects, rows))
        return self._forget(OF_VIDEO, "VideoID", removal.gone_id, rows) or told == rows

    def _forget(self, find: str, column: str, gone_id: int, rows: int) -> bool:
        def work(cursor: Cursor) -> int:
            cursor.execute(find, (gone_id, min(rows, BOXES_AT_ONCE)))
            found = cursor.fetchall()
            # In the order in which everybody locks several.
            for notice_id, recipient, count, kind in sorted(found, key=lambda row: row[1]):
                cursor.execute(BUMP, (recipient,))
                as_read = (notice_id, count, gone_id)
                # The number of a milestone says nothing of how many notices it was.
                if count > 1 and kind != Kind.MILESTONE:
                    cursor.execute(CHANGE, (recipient,))
                    ((change,),) = cursor.fetchall() or ((0,),)
                    cursor.execute(FORGET.format(column=column), (change, *as_read))
                else:
                    cursor.execute(DELETE.format(column=column), as_read)
            return len(found)

        return self._database.transaction("notices.forget", work) > 0
