"""The words of what can be found, in a table of their own in place of FULLTEXT indexes.

A FULLTEXT index holds every text that is ever written, of videos that nobody can find too, and
keeps what was deleted. ``SearchWords`` holds the words of videos that are ready, and its rows go
with them. They are made from the texts by catalog: ``Videos.Indexed`` says of which videos they are
there, and catalog's worker makes what is missing.

The version before searches the FULLTEXT indexes: until its catalog has been replaced, it answers
searches with 500.
"""

from migrations.statements import run

revision = "0014"
down_revision = "0013"

STATEMENTS = (
    # Field 1 is the title, 2 the title and the description. Words are folded by catalog, and
    # compared byte by byte. The primary key is the order in which they are looked for.
    """
    CREATE TABLE IF NOT EXISTS SearchWords (
        Field tinyint NOT NULL,
        Word varbinary(160) NOT NULL,
        Upload datetime NOT NULL,
        VideoID int NOT NULL,
        PRIMARY KEY (Field, Word, Upload, VideoID),
        KEY OfVideo (VideoID, Field, Word),
        CONSTRAINT SearchWordsVideo FOREIGN KEY (VideoID)
            REFERENCES Videos (VideoID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
    "ALTER TABLE Videos ADD COLUMN IF NOT EXISTS Indexed tinyint NOT NULL DEFAULT 0",
    "CREATE INDEX IF NOT EXISTS Unindexed ON Videos (Indexed, State, VideoID)",
    "DROP INDEX IF EXISTS TitleWords ON Videos",
    "DROP INDEX IF EXISTS AllWords ON Videos",
    # Only a rebuilt table is rid of the hidden column and the hidden tables of these indexes.
    "ALTER TABLE Videos FORCE",
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
