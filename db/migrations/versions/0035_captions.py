"""Captions of videos, and chapters that were found in their files."""

from migrations.statements import run

revision = "0035"
down_revision = "0034"

ASCII = "CHARACTER SET ascii COLLATE ascii_bin"

# `SetAt` is in seconds since 1970, as the time of the file.
CAPTIONS = f"""
CREATE TABLE IF NOT EXISTS Captions (
    PathHash varchar(7) {ASCII} NOT NULL,
    Language varchar(35) {ASCII} NOT NULL,
    Label varchar(100) NOT NULL,
    Source enum('owner', 'file') {ASCII} NOT NULL,
    Bytes int NOT NULL,
    SetAt bigint NOT NULL,
    PRIMARY KEY (PathHash, Language)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
"""

# A row is there once the file of this upload was looked through.
CHAPTERS = f"""
CREATE TABLE IF NOT EXISTS FileChapters (
    PathHash varchar(7) {ASCII} NOT NULL PRIMARY KEY,
    UploadID char(32) {ASCII} NOT NULL,
    Chapters mediumtext NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
"""


def upgrade() -> None:
    """Add the tables."""
    run(CAPTIONS, CHAPTERS)
