"""Streams: renditions of a video, how far its processing is, and what catalog shows of it."""

from migrations.statements import run

revision = "0033"
down_revision = "0032"

# `FilesEvent` is the id of the newest event that was recorded here.
FILES = """
ALTER TABLE Videos
    ADD COLUMN IF NOT EXISTS Stream tinyint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS Storyboard tinyint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS Captions mediumtext NOT NULL DEFAULT '[]',
    ADD COLUMN IF NOT EXISTS Chapters mediumtext NOT NULL DEFAULT '[]',
    ADD COLUMN IF NOT EXISTS FilesEvent bigint NOT NULL DEFAULT 0
"""

ASCII = "CHARACTER SET ascii COLLATE ascii_bin"

# A rendition is known by its height, which is the shorter side; the sound, which all of them share,
# has the height 0. `Part` is its name in the store, `Facts` what the master playlist says of it;
# `Cost` is the share of the work that it is, pixels times frames.
RENDITIONS = f"""
CREATE TABLE IF NOT EXISTS Renditions (
    PathHash varchar(7) {ASCII} NOT NULL,
    UploadID char(32) {ASCII} NOT NULL,
    Height smallint NOT NULL,
    State enum('waiting', 'processing', 'ready', 'failed') {ASCII} NOT NULL,
    Percent tinyint NOT NULL DEFAULT 0,
    Part varchar(40) {ASCII} NOT NULL DEFAULT '',
    Facts text {ASCII} NOT NULL DEFAULT '{{}}',
    Bytes bigint NOT NULL DEFAULT 0,
    Cost bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (PathHash, UploadID, Height)
) ENGINE = InnoDB
"""

# `Failure` is why nothing more is made of it; `FirstPlaySeconds` are those from the last byte until
# it could be played; `ExpectedAt` is when all of it should be there.
PROCESSING = f"""
ALTER TABLE Uploads
    ADD COLUMN IF NOT EXISTS Step
        enum('queued', 'probe', 'copy', 'first', 'renditions', 'done') {ASCII} NOT NULL
        DEFAULT 'queued',
    ADD COLUMN IF NOT EXISTS Failure varchar(255) NULL,
    ADD COLUMN IF NOT EXISTS ExpectedAt datetime(3) NULL,
    ADD COLUMN IF NOT EXISTS FirstPlaySeconds double NULL
"""

# Videos of before have no stream.
WHOLE = "UPDATE Uploads SET Step = 'done' WHERE State = 'published'"


def upgrade() -> None:
    """Add the columns and the table."""
    run(FILES, RENDITIONS, PROCESSING, WHOLE)
