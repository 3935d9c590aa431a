"""Bounds: for refresh tokens and mails of one account, and one effect for one announcement.

- ``IdempotentRequests.Lease`` says who may write the answer.
- ``HashPaths.RequestKey`` makes a video that is announced twice with one key the same video.
- Notices are counted like mails with links; refresh tokens by the hour.
"""

from migrations.statements import run

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    "ALTER TABLE IdempotentRequests ADD COLUMN IF NOT EXISTS Lease binary(16) NOT NULL DEFAULT ''",
    "ALTER TABLE HashPaths ADD COLUMN IF NOT EXISTS RequestKey binary(32) NULL",
    "CREATE UNIQUE INDEX IF NOT EXISTS RequestKey ON HashPaths (RequestKey)",
    "CREATE INDEX IF NOT EXISTS Issued ON RefreshTokens (SessionID, IssuedAt)",
    """
    ALTER TABLE MailedAddresses MODIFY Purpose enum('verify', 'reset', 'notice')
        CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
