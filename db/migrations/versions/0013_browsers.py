"""Browsers that an account was signed in with, and what a refresh token's successor is made with.

- ``Browsers`` has the hash of a random mark in a cookie: who has it may try the password though
  strangers guess at the account.
- ``RefreshTokens.Salt`` makes the next token of a spent one the same for whoever sends it twice at
  once. Without the services' secret it says nothing of that token.
"""

from migrations.statements import run

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    """
    CREATE TABLE IF NOT EXISTS Browsers (
        ChannelID int NOT NULL,
        MarkHash binary(32) NOT NULL,
        MadeAt datetime(3) NOT NULL,
        SeenAt datetime(3) NOT NULL,
        PRIMARY KEY (ChannelID, MarkHash),
        KEY SeenAt (SeenAt),
        CONSTRAINT BrowsersChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
    "ALTER TABLE RefreshTokens ADD COLUMN IF NOT EXISTS Salt binary(32) NULL",
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
