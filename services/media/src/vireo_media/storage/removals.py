"""The jobs that remove files of what has no row any more."""

from pymysql.cursors import Cursor

from vireo_common import jobs

REMOVAL_QUEUE = "removal"
REMOVE, REMOVE_PICTURE = "remove", "remove_picture"
# What is one (a dead worker, a disk in trouble) is rarely the job's fault, so many are allowed.
ATTEMPTS = 20
# Catalog may have read the name just now, and the gateway be about to open the file.
PICTURE_SECONDS = 10


def add_remove_job(cursor: Cursor, hash_path: str, turn_of: str) -> None:
    """Have the files of a video removed, when it is its channel's turn."""
    _enqueue(cursor, REMOVE, hash_path, turn_of)


def add_remove_picture_job(cursor: Cursor, name: str, turn_of: str) -> None:
    """Have the file of a picture removed in a while, when it is its channel's turn."""
    _enqueue(cursor, REMOVE_PICTURE, name, turn_of, PICTURE_SECONDS)


def _enqueue(cursor: Cursor, kind: str, subject: str, turn_of: str, delay: float = 0) -> None:
    jobs.enqueue(
        cursor, REMOVAL_QUEUE, kind, subject, max_attempts=ATTEMPTS, delay=delay, turn_of=turn_of
    )
