"""An index of names that says which channels are shown: a search for names reads no row for it."""

from migrations.statements import run

revision = "0032"
down_revision = "0031"

SHOWN = "CREATE INDEX IF NOT EXISTS ShownNames ON Channels (Username, SuspendedAt)"


def upgrade() -> None:
    """Make the index."""
    run(SHOWN)
