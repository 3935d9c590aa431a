"""Which picture a video's thumbnail is, so that browsers may keep it for good."""

from migrations.statements import run

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    # As media tells it; NULL for a video from before, which is asked for as it was.
    """
    ALTER TABLE Videos ADD COLUMN IF NOT EXISTS
        ThumbnailVersion varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
