"""The table ``CommentSyncs``: comments of a channel that was suspended, or is not any more.

They are shown or not by the join with the channel at once; counters, which have to equal what is
shown, follow in pieces. Each comment is a transaction, as with a channel that is deleted.
"""

from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_community.storage import comment_rows
from vireo_community.storage.comment_rows import lock_thread
from vireo_community.storage.hiding import LATER
from vireo_community.storage.videos import HOLD
from vireo_videos.visibility import HiddenBy

AT_ONCE = 200

# Whose turn was longest ago: a channel with very many comments keeps no other waiting.
NEXT = "SELECT ChannelID, DoneUntil, StepAt FROM CommentSyncs ORDER BY StepAt LIMIT 1"

COMMENTS = """
SELECT CommentID FROM Comments FORCE INDEX (OfChannel)
WHERE ChannelID = %s AND CommentID > %s ORDER BY CommentID LIMIT %s
"""

# Held: who suspends the channel, or readmits it, begins the sync anew.
SUSPENDED = """
SELECT SuspendedAt IS NOT NULL FROM Channels WHERE ChannelID = %s LOCK IN SHARE MODE
"""

# Not where it was begun anew meanwhile, which ``StepAt`` tells: every change of a row makes it
# later, and who begins anew while nothing is done yet leaves ``DoneUntil`` as it is.
STEP = f"""
UPDATE CommentSyncs SET DoneUntil = %s, StepAt = {LATER}
WHERE ChannelID = %s AND StepAt = %s
"""
DONE = "DELETE FROM CommentSyncs WHERE ChannelID = %s AND StepAt = %s"


class CommentSyncTable:
    """Syncs in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def step(self) -> bool:
        """Bring some comments of one channel up to date; ``False`` where there is nothing to do."""
        with self._database.read() as cursor:
            cursor.execute(NEXT)
            row = cursor.fetchone()
            if row is None:
                return False
            channel_id, done_until, step_at = row
            found = _ids(cursor, channel_id, done_until)
        for comment_id in found:
            self._sync(channel_id, comment_id)
        if len(found) == AT_ONCE:
            self._database.write(STEP, (found[-1], channel_id, step_at))
        else:
            self._database.write(DONE, (channel_id, step_at))
        return True

    def _sync(self, channel_id: int, comment_id: int) -> None:
        def work(cursor: Cursor) -> None:
            cursor.execute(SUSPENDED, (channel_id,))
            channel = cursor.fetchone()
            video_id = comment_rows.video_of(cursor, comment_id)
            if channel is None or video_id is None or not cursor.execute(HOLD, (video_id,)):
                # Whatever is gone takes its comments with it.
                return
            thread = lock_thread(cursor, comment_id)
            act = comment_rows.hide if channel[0] else comment_rows.restore
            act(cursor, *thread, HiddenBy.CHANNEL)

        try:
            self._database.transaction("comment_syncs.sync", work)
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                raise


def _ids(cursor: Cursor, channel_id: int, after: int) -> Sequence[int]:
    cursor.execute(COMMENTS, (channel_id, after, AT_ONCE))
    return [int(comment_id) for (comment_id,) in cursor.fetchall()]
