"""``Channels.RequestKey`` makes an account that one request asks for twice the same account."""

from migrations.statements import run

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    "ALTER TABLE Channels ADD COLUMN IF NOT EXISTS RequestKey binary(32) NULL",
    "CREATE UNIQUE INDEX IF NOT EXISTS RequestKey ON Channels (RequestKey)",
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
