"""How much each account may write at the moment: a bucket that fills up again with time."""

from migrations.statements import run

revision = "0015"
down_revision = "0014"

CREATE = """
CREATE TABLE IF NOT EXISTS ChannelWrites (
    ChannelID int NOT NULL PRIMARY KEY,
    Room double NOT NULL,
    FilledAt datetime(3) NOT NULL,
    CONSTRAINT ChannelWritesChannel FOREIGN KEY (ChannelID)
        REFERENCES Channels (ChannelID) ON DELETE CASCADE
) ENGINE = InnoDB
"""


def upgrade() -> None:
    """Make the table."""
    run(CREATE)
