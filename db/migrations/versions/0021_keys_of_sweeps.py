"""Keys for sweeps that read whole tables."""

from migrations.statements import run

revision = "0021"
down_revision = "0020"

STATEMENTS = (
    "ALTER TABLE Uploads ADD KEY IF NOT EXISTS Refused (State, ReceivedAt)",
    "ALTER TABLE KnownAddresses ADD KEY IF NOT EXISTS SeenAt (SeenAt)",
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
