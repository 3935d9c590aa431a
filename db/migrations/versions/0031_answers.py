"""A reply knows which comment it answers: one below which it stands, or another reply there.

Of those of before it is taken to be the comment below which they stand.
"""

from migrations.statements import run

revision = "0031"
down_revision = "0030"

COLUMN = "ALTER TABLE Comments ADD COLUMN IF NOT EXISTS AnswersID bigint NULL"

# Those that wait for review alone are asked.
OF_BEFORE = """
UPDATE Comments SET AnswersID = ParentID
WHERE State = 'review' AND ParentID <> 0 AND AnswersID IS NULL
"""


def upgrade() -> None:
    """Add it."""
    run(COLUMN, OF_BEFORE)
