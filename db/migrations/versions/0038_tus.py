"""Uploads in pieces (tus), and the digest of an original."""

from migrations.statements import run

revision = "0038"
down_revision = "0037"

STATEMENTS = (
    # Bytes: how many were there at the end of the last piece; while one is written the file has
    # more. TrustedBytes: a piece with a checksum is being written, and what is behind them does not
    # count. UploadID: its video's upload, once all is there. Length: NULL until it is said.
    # Announced: its video was announced with it, and goes with it.
    """
    CREATE TABLE IF NOT EXISTS TusUploads (
        TusID char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        ChannelID int NOT NULL,
        Address varchar(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Kind enum('whole', 'partial', 'final') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        PathHash char(7) CHARACTER SET ascii COLLATE ascii_bin NULL,
        Announced tinyint NOT NULL DEFAULT 0,
        Length bigint NULL,
        Bytes bigint NOT NULL DEFAULT 0,
        TrustedBytes bigint NULL,
        UploadID char(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
        Metadata varchar(8000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Concat varchar(8000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        CreatedAt datetime(3) NOT NULL,
        ExpiresAt datetime(3) NOT NULL,
        KEY OfVideo (PathHash),
        KEY OfChannel (ChannelID),
        KEY Kept (UploadID, ChannelID, Address, Bytes),
        KEY ExpiresAt (ExpiresAt),
        CONSTRAINT TusUploadsChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
    """
    ALTER TABLE OpenUploads MODIFY Kind enum('video', 'picture', 'piece')
        CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    """,
    # Of the original, in hexadecimal; empty where it is not known.
    """
    ALTER TABLE Videos ADD COLUMN IF NOT EXISTS
        Sha256 char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
