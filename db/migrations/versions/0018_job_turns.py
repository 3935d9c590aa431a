"""Jobs of a queue can take turns between those whom they are for.

``TurnOf`` says for whom a job is, nobody by default; ``Turn`` when it is due among the others,
``Cost`` which of one's own goes first. ``JobTurns`` has the turn that a queue has come to.
"""

from migrations.statements import run

revision = "0018"
down_revision = "0017"

STATEMENTS = (
    """
    ALTER TABLE Jobs
        ADD COLUMN IF NOT EXISTS TurnOf varchar(64) CHARACTER SET ascii COLLATE ascii_bin
            NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS Turn bigint NOT NULL DEFAULT 0,
        ADD COLUMN IF NOT EXISTS Cost bigint NOT NULL DEFAULT 0
    """,
    "CREATE INDEX IF NOT EXISTS Turns ON Jobs (Queue, State, Turn, RunAfter, JobID)",
    "CREATE INDEX IF NOT EXISTS OwnCosts ON Jobs (Queue, State, TurnOf, Cost, JobID)",
    "CREATE INDEX IF NOT EXISTS OwnTurns ON Jobs (Queue, TurnOf, Turn)",
    """
    CREATE TABLE IF NOT EXISTS JobTurns (
        Queue varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        Turn bigint NOT NULL
    ) ENGINE = InnoDB
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
