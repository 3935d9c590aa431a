"""Which videos a channel's followers are to hear of, one by one: some are gone before they do."""

from migrations.statements import run

revision = "0036"
down_revision = "0035"

# In the order in which they were announced. Those that are not Running wait for the next round.
VIDEOS = """
CREATE TABLE IF NOT EXISTS NoticeFanoutVideos (
    AnnouncementID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ChannelID int NOT NULL,
    VideoID int NOT NULL,
    Running tinyint NOT NULL DEFAULT 0,
    UNIQUE KEY OfChannel (ChannelID, VideoID),
    KEY OfRound (ChannelID, Running, AnnouncementID)
) ENGINE = InnoDB
"""


def upgrade() -> None:
    """Make the table."""
    run(VIDEOS)
