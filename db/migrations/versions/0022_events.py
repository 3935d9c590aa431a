"""Events: what one service lets the others know, a job in the queue of each consumer."""

from migrations.statements import run

revision = "0022"
down_revision = "0021"

STATEMENTS = ("CREATE TABLE IF NOT EXISTS Events LIKE Jobs",)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
