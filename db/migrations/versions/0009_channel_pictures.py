"""The pictures that channels have set: ``Name`` is that of a file in the media folder.

A new picture gets a new name, so that a file is never changed while it is sent.
"""

from migrations.statements import run

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    """
    CREATE TABLE IF NOT EXISTS ChannelPictures (
        ChannelID int NOT NULL PRIMARY KEY,
        Name char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        SetAt datetime(3) NOT NULL,
        UNIQUE KEY Name (Name),
        FOREIGN KEY (ChannelID) REFERENCES Channels (ChannelID) ON DELETE CASCADE
    )
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
