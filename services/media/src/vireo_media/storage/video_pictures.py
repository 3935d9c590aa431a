"""The table ``VideoPictures``, with the jobs that make what it tells of."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from pymysql.cursors import Cursor

from vireo_common import jobs
from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_common.events import VideoFilesChanged
from vireo_media.core.thumbnails import (
    WHOLE,
    AskState,
    Busy,
    Choice,
    Size,
    VideoGone,
    VideoPictures,
)
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.picture_files import TransferredPictures, TransferredThumbnail
from vireo_media.storage.video_files import FilesChange
from vireo_media.storage.visibility import is_hidden

PICTURES_QUEUE, FRAME_QUEUE = "pictures", "frame"
MAKE_PICTURES, TAKE_FRAME = "make_pictures", "take_frame"
ATTEMPTS, FRAME_ATTEMPTS = 3, 2
# Of videos from before, while fewer than this are waiting.
MOST_WAITING = 4

OWNER = "SELECT ChannelID FROM Videos WHERE PathHash = %s"

FIND = """
SELECT Chosen, ChosenAt, Candidates, Storyboard, Matrix FROM VideoPictures WHERE PathHash = %s
"""

LOCK_UPLOAD = "SELECT UploadID FROM Uploads WHERE PathHash = %s FOR UPDATE"

QUEUED = """
INSERT INTO VideoPictures (PathHash, Matrix) VALUES (%s, %s)
ON DUPLICATE KEY UPDATE State = 'queued', Matrix = VALUES(Matrix)
"""

MADE = """
INSERT INTO VideoPictures (PathHash, State, Candidates, Storyboard) VALUES (%s, 'made', %s, %s)
ON DUPLICATE KEY UPDATE State = VALUES(State), Candidates = VALUES(Candidates),
    Storyboard = VALUES(Storyboard)
"""

NOT_MADE = "UPDATE VideoPictures SET State = 'failed' WHERE PathHash = %s"

FAILED = "SELECT 1 FROM VideoPictures WHERE PathHash = %s AND State = 'failed'"

AGAIN = "UPDATE VideoPictures SET State = 'queued' WHERE PathHash = %s AND State = 'failed'"

CHOSEN = """
INSERT INTO VideoPictures (PathHash, State, Chosen, ChosenAt) VALUES (%s, 'waiting', %s, %s)
ON DUPLICATE KEY UPDATE Chosen = VALUES(Chosen), ChosenAt = VALUES(ChosenAt)
"""

# Ended ones are not in the table of jobs any more. Without a lock: two that come at the same moment
# may both be taken, and the second one of a video is what its owner gets.
WAITING_FRAMES = """
SELECT COUNT(*) FROM Jobs WHERE Queue = %s AND TurnOf = %s AND State <> 'quarantined'
"""

ASK = """
INSERT INTO VideoPictures (PathHash, State, AskID, AskState) VALUES (%s, 'waiting', %s, 'waiting')
ON DUPLICATE KEY UPDATE AskID = VALUES(AskID), AskState = VALUES(AskState)
"""

ASKED = "SELECT AskState FROM VideoPictures WHERE PathHash = %s AND AskID = %s"

ANSWER = """
UPDATE VideoPictures SET AskState = %s
WHERE PathHash = %s AND AskID = %s AND AskState = 'waiting'
"""

FORGET = "DELETE FROM VideoPictures WHERE PathHash = %s"

WAITING_PICTURES = "SELECT COUNT(*) FROM Jobs WHERE Queue = %s AND State <> 'quarantined'"

# What is not published (again) yet gets its job when it is.
OF_BEFORE = """
SELECT p.PathHash, u.UploadID, v.ChannelID FROM VideoPictures p
JOIN Uploads u ON u.PathHash = p.PathHash AND u.State = 'published'
JOIN Videos v ON v.PathHash = p.PathHash
WHERE p.State = 'waiting' LIMIT %s
"""

MAKING = """
SELECT EXISTS (
    SELECT 1 FROM Jobs WHERE Queue IN (%s, %s) AND State = 'running' AND LeaseToken = %s)
"""

SET_QUEUED = """
UPDATE VideoPictures SET State = 'queued' WHERE PathHash = %s AND State = 'waiting'
"""


class VideoPictureTable:
    """Pictures of videos in MariaDB.

    Args:
        notify: tells catalog at once what there is; the event with this id tells it too.
    """

    def __init__(
        self,
        database: Database,
        files: MediaFiles,
        notify: Callable[[VideoFilesChanged, int], None],
    ) -> None:
        self._database = database
        self._files = files
        self._notify = notify

    def owner_of(self, hash_path: str) -> int | None:
        """Whose video it is."""
        with self._database.read() as cursor:
            cursor.execute(OWNER, (hash_path,))
            row = cursor.fetchone()
        return int(row[0]) if row else None

    def find(self, hash_path: str) -> VideoPictures | None:
        """What there is; ``None`` where nothing was made yet."""
        with self._database.read() as cursor:
            return find(cursor, hash_path)

    def is_sent(self, hash_path: str) -> bool:
        """Whether the thumbnail is a picture that its owner sent."""
        found = self.find(hash_path)
        return found is not None and found.choice is Choice.PICTURE

    def ask(self, hash_path: str, channel_id: int, ask_id: str, at: int) -> None:
        """Have the frame at so many milliseconds become the thumbnail.

        Raises:
            Busy: the account waits for another one.
            VideoGone: nothing can be taken.
        """
        turn_of, payload = str(channel_id), {"ask_id": ask_id, "at": at}

        def work(cursor: Cursor) -> None:
            cursor.execute(WAITING_FRAMES, (FRAME_QUEUE, turn_of))
            ((waiting,),) = cursor.fetchall()
            if waiting:
                raise Busy
            if not cursor.execute(LOCK_UPLOAD, (hash_path,)):
                raise VideoGone
            cursor.execute(ASK, (hash_path, ask_id))
            jobs.enqueue(
                cursor,
                FRAME_QUEUE,
                TAKE_FRAME,
                hash_path,
                payload,
                max_attempts=FRAME_ATTEMPTS,
                turn_of=turn_of,
            )

        self._database.transaction("thumbnails.ask", work)

    def asked(self, hash_path: str, ask_id: str) -> AskState:
        """What became of it; ``NONE``: the video is gone, or another frame was asked for."""
        with self._database.read() as cursor:
            cursor.execute(ASKED, (hash_path, ask_id))
            row = cursor.fetchone()
        return AskState(row[0]) if row else AskState.NONE

    def withdraw(self, hash_path: str, ask_id: str) -> None:
        """Have it done no more, unless it is done."""

        def work(cursor: Cursor) -> None:
            if cursor.execute(ANSWER, (AskState.NONE, hash_path, ask_id)):
                jobs.cancel(cursor, FRAME_QUEUE, hash_path)

        self._database.transaction("thumbnails.withdraw", work)

    def publish(self, hash_path: str, made: Mapping[Size, Path]) -> None:
        """Have a picture of its owner's become the thumbnail.

        Raises:
            VideoGone: nothing was done.
        """
        told = FilesChange(hash_path)
        thumbnail = self._files.pictures.transfer_thumbnail(hash_path, made, made[WHOLE])

        def work(cursor: Cursor) -> None:
            choose(cursor, self._files, told, thumbnail, Choice.PICTURE)

        self._database.transaction("thumbnails.publish", work)
        self.tell(told)

    def tell(self, told: FilesChange) -> None:
        """Let what was published survive a power cut, and tell catalog of it at once."""
        self._files.settle(told.files.hash_path)
        self._files.pictures.settle(told.files.hash_path)
        try:
            self._notify(told.files, told.event_id)
        except Failure:
            # The event tells it; what is left of a video that was deleted is removed by another.
            return

    def is_making(self, maker: str) -> bool:
        """Whether a worker may still need what it has made: ``maker`` is its lease."""
        with self._database.read() as cursor:
            cursor.execute(MAKING, (PICTURES_QUEUE, FRAME_QUEUE, maker))
            ((found,),) = cursor.fetchall()
        return bool(found)

    def fill(self) -> None:
        """Have pictures made of some videos that have none, while the queue has little to do."""

        def work(cursor: Cursor) -> None:
            cursor.execute(WAITING_PICTURES, (PICTURES_QUEUE,))
            ((waiting,),) = cursor.fetchall()
            if waiting >= MOST_WAITING:
                return
            cursor.execute(OF_BEFORE, (MOST_WAITING,))
            for hash_path, upload_id, channel_id in cursor.fetchall():
                # Another worker may have been quicker.
                if cursor.execute(SET_QUEUED, (hash_path,)):
                    _enqueue(cursor, hash_path, upload_id, str(channel_id), cost=0)

        self._database.transaction("pictures.fill", work)


def find(cursor: Cursor, hash_path: str) -> VideoPictures | None:
    """What there is of a video's pictures; ``None`` where nothing was made yet."""
    cursor.execute(FIND, (hash_path,))
    row = cursor.fetchone()
    if row is None:
        return None
    choice, at, candidates, storyboard, matrix = row
    return VideoPictures(Choice(choice), at, json.loads(candidates), bool(storyboard), matrix)


def is_chosen(cursor: Cursor, hash_path: str) -> bool:
    """Whether the owner has chosen the thumbnail: what is made of the film takes its place no
    more. The caller holds the row of the upload."""
    found = find(cursor, hash_path)
    return found is not None and found.choice is not Choice.NOTHING


def add_pictures_job(
    cursor: Cursor, hash_path: str, upload_id: str, turn_of: str, cost: int, matrix: str
) -> None:
    """Have pictures made of a film that is published, when it is its channel's turn."""
    cursor.execute(QUEUED, (hash_path, matrix))
    jobs.cancel(cursor, PICTURES_QUEUE, hash_path)
    _enqueue(cursor, hash_path, upload_id, turn_of, cost)


def have_failed(cursor: Cursor, hash_path: str) -> bool:
    """Whether its pictures could not be made."""
    return bool(cursor.execute(FAILED, (hash_path,)))


def try_again(cursor: Cursor, hash_path: str, upload_id: str, turn_of: str) -> bool:
    """Have pictures made that could not be made; ``False`` where none have failed."""
    if not cursor.execute(AGAIN, (hash_path,)):
        return False
    jobs.cancel(cursor, PICTURES_QUEUE, hash_path)
    _enqueue(cursor, hash_path, upload_id, turn_of, 0)
    return True


def lock(cursor: Cursor, hash_path: str, upload_id: str) -> None:
    """Hold the row of an upload.

    Raises:
        VideoGone: the caller's transaction is to be rolled back.
    """
    if not cursor.execute(LOCK_UPLOAD, (hash_path,)) or cursor.fetchall() != ((upload_id,),):
        raise VideoGone


def choose(
    cursor: Cursor,
    files: MediaFiles,
    told: FilesChange,
    thumbnail: TransferredThumbnail,
    choice: Choice,
    at: int | None = None,
) -> None:
    """Put what the owner has chosen in place, in the caller's transaction.

    Raises:
        VideoGone: the caller's transaction is to be rolled back.
    """
    hash_path = told.files.hash_path
    if not cursor.execute(LOCK_UPLOAD, (hash_path,)) or not files.pictures.has_film(hash_path):
        raise VideoGone
    hidden = is_hidden(cursor, hash_path)
    cursor.execute(CHOSEN, (hash_path, choice, at))
    version = files.pictures.publish_thumbnail(hash_path, thumbnail, hidden=hidden)
    told.publish(cursor, thumbnail_version=version)


def is_awaited(cursor: Cursor, hash_path: str, ask_id: str) -> bool:
    """Whether somebody waits for a frame."""
    cursor.execute(ASKED, (hash_path, ask_id))
    return cursor.fetchall() == ((AskState.WAITING,),)


def answer(cursor: Cursor, hash_path: str, ask_id: str, state: AskState) -> None:
    """Tell who waits for a frame what became of it."""
    cursor.execute(ANSWER, (state, hash_path, ask_id))


def set_made(
    cursor: Cursor,
    files: MediaFiles,
    told: FilesChange,
    made: TransferredPictures,
) -> None:
    """Put what was made of a film in place, in the transaction of a caller that holds its row."""
    hash_path = told.files.hash_path
    hidden = is_hidden(cursor, hash_path)
    numbers = sorted(int(each.key.name.partition(".")[2]) for each in made.candidates)
    cursor.execute(MADE, (hash_path, json.dumps(numbers), made.storyboard is not None))
    told.publish(cursor)
    # After all statements: a transaction that is the victim of a deadlock is run again.
    files.pictures.publish(hash_path, made, hidden=hidden)


def place_sizes(
    cursor: Cursor,
    files: MediaFiles,
    hash_path: str,
    sized: TransferredThumbnail,
    version: str | None,
) -> None:
    """Put sizes of the thumbnail of this version in place; another one, that was chosen meanwhile,
    has its own. The caller's transaction holds the row of the upload."""
    if files.pictures.version(hash_path) == version:
        files.pictures.publish_thumbnail(hash_path, sized, hidden=is_hidden(cursor, hash_path))


def set_failed(cursor: Cursor, hash_path: str) -> None:
    """Note that no pictures can be made."""
    cursor.execute(NOT_MADE, (hash_path,))


def forget(cursor: Cursor, hash_path: str) -> None:
    """Delete the row of a video that was deleted, and its jobs."""
    cursor.execute(FORGET, (hash_path,))
    jobs.cancel(cursor, PICTURES_QUEUE, hash_path)
    jobs.cancel(cursor, FRAME_QUEUE, hash_path)


def _enqueue(cursor: Cursor, hash_path: str, upload_id: str, turn_of: str, cost: int) -> None:
    jobs.enqueue(
        cursor,
        PICTURES_QUEUE,
        MAKE_PICTURES,
        hash_path,
        {"upload_id": upload_id},
        max_attempts=ATTEMPTS,
        turn_of=turn_of,
        cost=cost,
    )
