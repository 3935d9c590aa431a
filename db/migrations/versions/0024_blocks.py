"""The first table of community: who blocks whom. None of its tables has foreign keys (ADR 0045)."""

from migrations.statements import run

revision = "0024"
down_revision = "0023"

BLOCKS = """
CREATE TABLE IF NOT EXISTS Blocks (
    BlockID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ChannelID int NOT NULL,
    BlockedID int NOT NULL,
    CreatedAt datetime(3) NOT NULL,
    UNIQUE KEY Pair (ChannelID, BlockedID),
    KEY OfChannel (ChannelID, BlockID),
    KEY OfBlocked (BlockedID)
) ENGINE = InnoDB
"""


def upgrade() -> None:
    """Make the table."""
    run(BLOCKS)
