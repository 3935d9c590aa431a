"""Whether an account may see a video now, read in one statement for its grant."""

from vireo_common.database import Database
from vireo_media.core.viewing import Seen
from vireo_videos.visibility import VIEWERS, HiddenBy, State, Visibility, viewers_of

# A session that has ended has no row; there are few of an account.
SEEN = f"""
SELECT v.ChannelID, v.State, v.HiddenBy, v.Visibility, {VIEWERS}, r.ChannelID IS NOT NULL
FROM Videos v JOIN Channels c ON c.ChannelID = %s LEFT JOIN Roles r ON r.ChannelID = c.ChannelID
WHERE v.PathHash = %s AND EXISTS (
    SELECT 1 FROM Sessions s WHERE s.ChannelID = c.ChannelID
    AND LEFT(SHA2(s.SessionID, 256), %s) = %s)
"""


class ViewingTable:
    """Videos and sessions in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, hash_path: str, holder: int, session: str) -> Seen | None:
        """The video, for an account; ``None`` where one of them is gone, or the session ended."""
        with self._database.read() as cursor:
            cursor.execute(SEEN, (holder, hash_path, len(session), session))
            row = cursor.fetchone()
        if row is None:
            return None
        owner, state, hidden_by, visibility, viewers, moderator = row
        return Seen(
            owner,
            State(state),
            HiddenBy(hidden_by),
            Visibility(visibility),
            viewers_of(viewers),
            moderator=bool(moderator),
        )
