"""Halves of the keys that grants for bytes are signed with; the other half is the service token."""

from migrations.statements import run

revision = "0020"
down_revision = "0019"

STATEMENTS = (
    # ValidUntil: of a key that was replaced; NULL of the newest.
    """
    CREATE TABLE IF NOT EXISTS GrantKeys (
        KeyID char(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        Half binary(32) NOT NULL,
        CreatedAt datetime(3) NOT NULL,
        ValidUntil datetime(3) NULL
    ) ENGINE = InnoDB
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
