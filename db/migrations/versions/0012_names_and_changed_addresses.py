"""Names of deleted channels, changes of addresses that can be undone, and kinds of mails.

- ``ReservedNames`` keeps a deleted channel's name from others for a while: a keyed digest of it,
  and until when. It does not hang on the channel, which is gone.
- ``EmailChanges`` holds the address that an account had before, for as long as the link that was
  sent there brings it back. The order of the changes says which links end with one that is used.
- Notices that matter are counted each by itself.
"""

from migrations.statements import run

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    """
    CREATE TABLE IF NOT EXISTS ReservedNames (
        NameKey binary(32) NOT NULL PRIMARY KEY,
        ReservedUntil datetime(3) NOT NULL,
        KEY ReservedUntil (ReservedUntil)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS EmailChanges (
        ChangeID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
        ChannelID int NOT NULL,
        OldEmail varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_as_ci NOT NULL,
        ChangedAt datetime(3) NOT NULL,
        KEY OfChannel (ChannelID, ChangeID),
        KEY OldEmail (OldEmail),
        KEY ChangedAt (ChangedAt),
        CONSTRAINT EmailChangesChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
    """
    ALTER TABLE EmailTokens
        MODIFY Purpose enum('verify', 'reset', 'undo')
            CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        ADD COLUMN IF NOT EXISTS ChangeID bigint NULL
    """,
    """
    ALTER TABLE EmailTokens ADD CONSTRAINT EmailTokensChange FOREIGN KEY IF NOT EXISTS (ChangeID)
        REFERENCES EmailChanges (ChangeID) ON DELETE CASCADE
    """,
    """
    ALTER TABLE MailedAddresses
        MODIFY Purpose enum(
            'verify', 'reset', 'notice', 'undo', 'password', 'deletion', 'export', 'undone'
        )
            CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
