"""Who may see a video: its visibility, when it is published, and who was named."""

from migrations.statements import run

revision = "0039"
down_revision = "0038"

# `PublishAt` belongs to `scheduled` alone; `PublishedAt` is when everybody could see it for the
# first time. `IsPublic` is computed of one more column: the table is copied.
VISIBILITY = """
ALTER TABLE Videos
    ADD COLUMN IF NOT EXISTS Visibility enum('public', 'unlisted', 'private', 'scheduled')
        CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'public',
    ADD COLUMN IF NOT EXISTS PublishAt datetime NULL,
    ADD COLUMN IF NOT EXISTS PublishedAt datetime NULL
"""
IS_PUBLIC = """
ALTER TABLE Videos MODIFY COLUMN IsPublic tinyint
    AS (State = _ascii 'ready' COLLATE ascii_bin AND HiddenBy = 0
        AND Visibility = _ascii 'public' COLLATE ascii_bin) PERSISTENT
"""
DUE = "CREATE INDEX IF NOT EXISTS Scheduled ON Videos (PublishAt)"

# What is ready has been published when its bytes were there.
PUBLISHED = """
UPDATE Videos SET PublishedAt = Upload WHERE PublishedAt IS NULL AND State = 'ready'
"""

VIEWERS = """
CREATE TABLE IF NOT EXISTS VideoViewers (
    VideoID int NOT NULL,
    ChannelID int NOT NULL,
    AddedAt datetime(3) NOT NULL,
    PRIMARY KEY (VideoID, ChannelID),
    KEY OfChannel (ChannelID),
    CONSTRAINT ViewersVideo FOREIGN KEY (VideoID)
        REFERENCES Videos (VideoID) ON DELETE CASCADE,
    CONSTRAINT ViewersChannel FOREIGN KEY (ChannelID)
        REFERENCES Channels (ChannelID) ON DELETE CASCADE
) ENGINE = InnoDB
"""


def upgrade() -> None:
    """Make the columns and the table; all that is there is public, as before."""
    for statement in (VISIBILITY, IS_PUBLIC, DUE, PUBLISHED, VIEWERS):
        run(statement)
