"""What goes of reports and decisions with a channel or a video.

A decision stays, for the audit log names it, but without a word that somebody typed.
"""

from vireo_common.database import Database
from vireo_community.storage.removals import Removal, What

OF_CHANNEL = (
    "DELETE FROM Reports WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM Reporters WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM ReportWrites WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM CommentFilters WHERE ChannelID = %s LIMIT %s",
    "DELETE FROM CommentSyncs WHERE ChannelID = %s LIMIT %s",
    """
    UPDATE Decisions SET Note = '', Title = '', Appeal = NULL
    WHERE OwnerID = %s AND (Note <> '' OR Title <> '' OR Appeal IS NOT NULL) LIMIT %s
    """,
    """
    UPDATE ModerationCases SET OpenMark = CaseID, ClosedAt = NOW(3), Outcome = 'gone'
    WHERE OwnerID = %s AND OpenMark = 0 LIMIT %s
    """,
)

# The texts of reports about it, which others wrote, say nothing any more.
CLOSE = """
UPDATE ModerationCases SET OpenMark = CaseID, ClosedAt = NOW(3), Outcome = 'gone'
WHERE Subject = %s AND SubjectID = %s AND OpenMark = 0
"""
REPORTS_ABOUT = "DELETE FROM Reports WHERE Subject = %s AND SubjectID = %s LIMIT %s"


class ModerationRemovals:
    """Pieces of removals, for ``worker.removals``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_channel(self, removal: Removal, rows: int) -> bool:
        """Remove some of what there is of somebody who is gone; whether there is more."""
        more = False
        for statement in OF_CHANNEL:
            more |= self._database.write(statement, (removal.gone_id, rows)) == rows
        return self._about(What.CHANNEL, removal, rows) or more

    def of_video(self, removal: Removal, rows: int) -> bool:
        """Remove some of what there is about a video that is gone; whether there is more."""
        return self._about(What.VIDEO, removal, rows)

    def _about(self, what: What, removal: Removal, rows: int) -> bool:
        self._database.write(CLOSE, (what, removal.gone_id))
        return self._database.write(REPORTS_ABOUT, (what, removal.gone_id, rows)) == rows
