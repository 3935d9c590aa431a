"""Failed sign-ins by address: one that guesses at many names is slowed down."""

from migrations.statements import run

revision = "0005"
down_revision = "0004"

ADD_INDEX = "CREATE INDEX IF NOT EXISTS ByAddress ON SignInFailures (Address, FailedAt)"


def upgrade() -> None:
    """Add the index."""
    run(ADD_INDEX)
