"""The table ``SearchWords``: the terms of every video that is ready, and of no other."""

from pymysql.cursors import Cursor

from vireo_catalog.core.words import terms_of
from vireo_common.database import Database

TITLE, TEXT = 1, 2
"""The fields: the title, and title and description together."""

TEXTS = "SELECT Title, Description, Upload FROM Videos WHERE VideoID = %s AND State = 'ready'"

THERE = "SELECT Field, Word FROM SearchWords WHERE VideoID = %s"

# {} has a pair of placeholders for each.
DELETE = "DELETE FROM SearchWords WHERE VideoID = %s AND (Field, Word) IN ({})"

INSERT = "INSERT INTO SearchWords (Field, Word, Upload, VideoID) VALUES (%s, %s, %s, %s)"

INDEXED = "UPDATE Videos SET Indexed = 1 WHERE VideoID = %s"

UNINDEXED = """
SELECT VideoID FROM Videos WHERE Indexed = 0 AND State = 'ready' ORDER BY VideoID LIMIT %s
"""

LOCK = "SELECT 1 FROM Videos WHERE VideoID = %s FOR UPDATE"

# Of one transaction: others wait for its locks.
VIDEOS_AT_ONCE = 50


def index(cursor: Cursor, video_id: int) -> None:
    """Make the terms of a video what its texts say, in the caller's transaction, which holds the
    video's row. Only what differs is written."""
    cursor.execute(TEXTS, (video_id,))
    row = cursor.fetchone()
    if row is None:
        return
    title, description, upload = row
    in_title, in_all = terms_of(title, description)
    wanted = {(TITLE, term.encode()) for term in in_title}
    wanted |= {(TEXT, term.encode()) for term in in_all}
    cursor.execute(THERE, (video_id,))
    there = {(int(field), bytes(word)) for field, word in cursor.fetchall()}
    if gone := there - wanted:
        marks = ", ".join(["(%s, %s)"] * len(gone))
        flat = [value for pair in sorted(gone) for value in pair]
        cursor.execute(DELETE.format(marks), (video_id, *flat))
    # In the order of the primary key: two transactions that write the same words wait for each
    # other, and do not end in a deadlock.
    new = [(field, word, upload, video_id) for field, word in sorted(wanted - there)]
    if new:
        cursor.executemany(INSERT, new)
    cursor.execute(INDEXED, (video_id,))


class WordTable:
    """What catalog's worker does: the terms of videos that have none yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def index_missing(self) -> bool:
        """Index some videos that are ready and not indexed; whether there may be more."""
        with self._database.read() as cursor:
            cursor.execute(UNINDEXED, (VIDEOS_AT_ONCE,))
            ids = [int(video_id) for (video_id,) in cursor.fetchall()]

        def work(cursor: Cursor) -> None:
            for video_id in ids:
                cursor.execute(LOCK, (video_id,))
                index(cursor, video_id)

        if ids:
            self._database.transaction("words.index_missing", work)
        return len(ids) == VIDEOS_AT_ONCE
