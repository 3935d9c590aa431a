"""Bodies that are on their way in: the room on the disk that each of them may still take.

``Gates`` holds a row that is locked while it is decided who may send: two who ask at once must not
both get the last room.
"""

from migrations.statements import run

revision = "0017"
down_revision = "0016"

STATEMENTS = (
    # Bytes: as many as the body may have; once it is there (Arrived), as many as its results take.
    """
    CREATE TABLE IF NOT EXISTS OpenUploads (
        OpenID char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        Kind enum('video', 'picture') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        ChannelID int NOT NULL,
        Address varchar(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Bytes bigint NOT NULL,
        Arrived tinyint NOT NULL DEFAULT 0,
        OpenedAt datetime(3) NOT NULL,
        LeaseUntil datetime(3) NOT NULL,
        KEY LeaseUntil (LeaseUntil)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS Gates (
        Name varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY
    ) ENGINE = InnoDB
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
