"""Pictures of videos: candidates for the thumbnail, what its owner chose, storyboard, preview."""

from migrations.statements import run

revision = "0034"
down_revision = "0033"

ASCII = "CHARACTER SET ascii COLLATE ascii_bin"

# `Matrix` is that of the film's colours, where its frames name none; `ChosenAt` and the numbers in
# `Candidates` are milliseconds. `AskID` is of the last frame that somebody waited for.
PICTURES = f"""
CREATE TABLE IF NOT EXISTS VideoPictures (
    PathHash varchar(7) {ASCII} NOT NULL PRIMARY KEY,
    State enum('waiting', 'queued', 'made', 'failed') {ASCII} NOT NULL DEFAULT 'queued',
    Matrix varchar(20) {ASCII} NOT NULL DEFAULT '',
    Chosen enum('nothing', 'frame', 'picture') {ASCII} NOT NULL DEFAULT 'nothing',
    ChosenAt int NULL,
    Candidates varchar(500) {ASCII} NOT NULL DEFAULT '[]',
    Storyboard tinyint NOT NULL DEFAULT 0,
    AskID char(32) {ASCII} NOT NULL DEFAULT '',
    AskState enum('none', 'waiting', 'done', 'out_of_range', 'failed') {ASCII} NOT NULL
        DEFAULT 'none',
    KEY State (State)
) ENGINE = InnoDB
"""

# Those of before get theirs little by little.
OF_BEFORE = """
INSERT IGNORE INTO VideoPictures (PathHash, State)
SELECT PathHash, 'waiting' FROM Uploads WHERE State = 'published'
"""

# The id of the newest event that told which thumbnail there is: states and choices tell it.
EVENT = """
ALTER TABLE Videos ADD COLUMN IF NOT EXISTS ThumbnailEvent bigint NOT NULL DEFAULT 0
"""


def upgrade() -> None:
    """Add the table, with a row for each video of before, and the column."""
    run(PICTURES, OF_BEFORE, EVENT)
