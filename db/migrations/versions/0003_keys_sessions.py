"""Sessions with their refresh tokens, and the public keys that tokens are verified with.

Deleting a channel ends its sessions, and ending a session takes back its refresh tokens.
"""

from migrations.statements import run

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    # The public halves alone (base64url, RFC 8037's "x"). A key signs until another one replaces
    # it, and verifies until the last token that it signed has expired.
    """
    CREATE TABLE IF NOT EXISTS SigningKeys (
        KeyID varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        PublicKey varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        CreatedAt datetime(3) NOT NULL,
        RetiredAt datetime(3) NULL
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS Sessions (
        SessionID char(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        ChannelID int NOT NULL,
        Device varchar(255) NOT NULL,
        Address varchar(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        CreatedAt datetime(3) NOT NULL,
        SeenAt datetime(3) NOT NULL,
        RefreshedAt datetime(3) NOT NULL,
        KEY OfChannel (ChannelID, SeenAt),
        KEY RefreshedAt (RefreshedAt),
        CONSTRAINT SessionsChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
    # SHA-256 of tokens of 256 random bits: there is nothing to guess, so it needs no salt.
    """
    CREATE TABLE IF NOT EXISTS RefreshTokens (
        TokenHash binary(32) NOT NULL PRIMARY KEY,
        SessionID char(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        IssuedAt datetime(3) NOT NULL,
        SpentAt datetime(3) NULL,
        KEY OfSession (SessionID, SpentAt),
        CONSTRAINT RefreshTokensSession FOREIGN KEY (SessionID)
            REFERENCES Sessions (SessionID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
