"""The table ``SearchWords``: the terms of every video that is ready, and of no other.

Those of a hidden one stay, for the day on which it is shown again; search shows what everybody may
see, whatever has terms.
"""

import datetime as dt
from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_catalog.core.words import terms_of
from vireo_common.database import Database
from vireo_videos.visibility import PLAYABLE

TITLE, TEXT = 1, 2
"""The fields: the title, and title and description together."""

# In all of these {} stands for placeholders. The rows of the videos are locked: who changes their
# texts waits, and indexes them again.
TEXTS = f"""
SELECT VideoID, Title, Description, Upload FROM Videos
WHERE VideoID IN ({{}}) AND {PLAYABLE} FOR UPDATE
"""

THERE = "SELECT VideoID, Field, Word FROM SearchWords WHERE VideoID IN ({})"

DELETE = "DELETE FROM SearchWords WHERE VideoID = %s AND Field = %s AND Word IN ({})"

INSERT = "INSERT INTO SearchWords (VideoID, Field, Word, Upload) VALUES (%s, %s, %s, %s)"

FORGET = "DELETE FROM SearchWords WHERE VideoID = %s"

INDEXED = "UPDATE Videos SET Indexed = 1 WHERE VideoID IN ({})"

UNINDEXED = f"""
SELECT VideoID FROM Videos WHERE Indexed = 0 AND {PLAYABLE} ORDER BY VideoID LIMIT %s
"""

# Videos of one transaction, for others wait for its locks.
VIDEOS_AT_ONCE = 50


def index(cursor: Cursor, video_ids: Sequence[int]) -> None:
    """Make the terms of videos what their texts say, in the caller's transaction. Only what differs
    is written."""
    marks = ", ".join(["%s"] * len(video_ids))
    cursor.execute(TEXTS.format(marks), tuple(video_ids))
    uploads: dict[int, dt.datetime] = {}
    wanted: set[tuple[int, int, bytes]] = set()
    for video_id, title, description, upload in cursor.fetchall():
        uploads[video_id] = upload
        for field, terms in zip((TITLE, TEXT), terms_of(title, description), strict=True):
            wanted |= {(video_id, field, term.encode()) for term in terms}
    if not uploads:
        return
    ids = tuple(uploads)
    marks = ", ".join(["%s"] * len(ids))
    cursor.execute(THERE.format(marks), ids)
    there = {(video_id, field, bytes(word)) for video_id, field, word in cursor.fetchall()}
    gone: dict[tuple[int, int], list[bytes]] = {}
    for video_id, field, word in sorted(there - wanted):
        gone.setdefault((video_id, field), []).append(word)
    for key, words in gone.items():
        cursor.execute(DELETE.format(", ".join(["%s"] * len(words))), (*key, *words))
    # In the order of the primary key, so that two transactions that write the same words wait for
    # each other and do not end in a deadlock.
    new = sorted((field, word, video_id) for video_id, field, word in wanted - there)
    if new:
        rows = [(video_id, field, word, uploads[video_id]) for field, word, video_id in new]
        cursor.executemany(INSERT, rows)
    cursor.execute(INDEXED.format(marks), ids)


def index_anew(cursor: Cursor, video_id: int) -> None:
    """Make the terms of a video anew, with another time of upload, which each term has."""
    cursor.execute(FORGET, (video_id,))
    index(cursor, [video_id])


class WordTable:
    """What catalog's worker does: the terms of videos that have none yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def index_missing(self) -> bool:
        """Index some videos that are ready and not indexed; whether there may be more."""
        with self._database.read() as cursor:
            cursor.execute(UNINDEXED, (VIDEOS_AT_ONCE,))
            ids = [int(video_id) for (video_id,) in cursor.fetchall()]
        if ids:
            self._database.transaction("words.index", lambda cursor: index(cursor, ids))
        return len(ids) == VIDEOS_AT_ONCE
