"""Answers to requests that carried an ``Idempotency-Key``, kept for a day."""

from migrations.statements import run

revision = "0006"
down_revision = "0005"

# Status and Body are NULL while the first of them is at work; LeaseUntil says until when it may be.
CREATE = """
CREATE TABLE IF NOT EXISTS IdempotentRequests (
    KeyHash binary(32) NOT NULL PRIMARY KEY,
    RequestHash binary(32) NOT NULL,
    Status smallint NULL,
    Body mediumtext NULL,
    LeaseUntil datetime(3) NOT NULL,
    ExpiresAt datetime(3) NOT NULL,
    KEY ExpiresAt (ExpiresAt)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
"""


def upgrade() -> None:
    """Make the table."""
    run(CREATE)
