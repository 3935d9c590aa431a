"""Links in mails, how many mails an address got, and when an address was proven.

Jobs of the queue ``mail`` hold no token: the worker makes one when it sends, and only its hash is
kept here.
"""

from migrations.statements import run

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    "ALTER TABLE ChannelDetails ADD COLUMN IF NOT EXISTS EmailVerifiedAt datetime NULL",
    # SHA-256 of tokens of 256 random bits: there is nothing to guess, so it needs no salt.
    """
    CREATE TABLE IF NOT EXISTS EmailTokens (
        TokenHash binary(32) NOT NULL PRIMARY KEY,
        ChannelID int NOT NULL,
        Purpose enum('verify', 'reset') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Email varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_as_ci NOT NULL,
        ExpiresAt datetime(3) NOT NULL,
        KEY OfChannel (ChannelID, Purpose),
        KEY ExpiresAt (ExpiresAt),
        CONSTRAINT EmailTokensChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
    # It outlives links that were used and accounts that were deleted: both could be made anew, in
    # order to fill somebody's mailbox.
    """
    CREATE TABLE IF NOT EXISTS MailedAddresses (
        AddressHash binary(32) NOT NULL,
        Purpose enum('verify', 'reset') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        JobID bigint NOT NULL,
        MailedAt datetime(3) NOT NULL,
        PRIMARY KEY (AddressHash, Purpose, JobID),
        KEY MailedAt (MailedAt)
    ) ENGINE = InnoDB
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
