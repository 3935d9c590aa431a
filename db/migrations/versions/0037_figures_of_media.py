"""Figures of media's workers, which have no address at which they could be asked."""

from migrations.statements import run

revision = "0037"
down_revision = "0036"

# A histogram for each name: how many values lay up to a bound and above the one before it, and
# their sum. The last bound is 1e308, for there is no infinity.
FIGURES = """
CREATE TABLE IF NOT EXISTS MediaFigures (
    Name varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    Bound double NOT NULL,
    Number bigint NOT NULL,
    Total double NOT NULL,
    PRIMARY KEY (Name, Bound)
) ENGINE = InnoDB
"""


def upgrade() -> None:
    """Make the table."""
    run(FIGURES)
