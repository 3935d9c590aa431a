"""Archives of what Vireo knows about a person, and the index for all videos of a channel."""

from migrations.statements import run

revision = "0011"
down_revision = "0010"

STATEMENTS = (
    # One of a channel at a time. ExportName names the file, and can't be guessed.
    """
    CREATE TABLE IF NOT EXISTS Exports (
        ExportName char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        ChannelID int NOT NULL,
        State enum('waiting', 'ready', 'failed')
            CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'waiting',
        FileName varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
        Bytes bigint NULL,
        AskedAt datetime(3) NOT NULL,
        MadeAt datetime(3) NULL,
        ExpiresAt datetime(3) NULL,
        UNIQUE KEY OfChannel (ChannelID),
        KEY ExpiresAt (ExpiresAt),
        CONSTRAINT ExportsChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
    # In whatever state they are; the index of lists begins with the state.
    "CREATE INDEX IF NOT EXISTS OfChannel ON Videos (ChannelID, VideoID)",
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
