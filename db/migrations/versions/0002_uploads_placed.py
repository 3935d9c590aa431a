"""Uploads can be ``placed``: their files are where they are served, and catalog does not know yet.

Between the two an upload can neither be refused nor withdrawn.
"""

from migrations.statements import run

revision = "0002"
down_revision = "0001"

ADD_PLACED = """
ALTER TABLE Uploads MODIFY State enum('received', 'stored', 'refused', 'published', 'placed')
    CHARACTER SET ascii COLLATE ascii_bin NOT NULL
"""


def upgrade() -> None:
    """Add the value at the end, which changes no row."""
    run(ADD_PLACED)
