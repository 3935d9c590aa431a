"""The table ``Renditions``: what a stream is made of, and how far each of it is.

Rows belong to an upload. They are written by whoever holds its job, in transactions that check the
lease; only the percentage is written without, and of what is not ready.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_media.core.ladder import Rung, Size
from vireo_media.core.playlists import Rendition

State = Literal["waiting", "processing", "ready", "failed"]

OF_UPLOAD = """
SELECT Height, State, Percent, Part, Facts, Bytes, Cost FROM Renditions
WHERE PathHash = %s AND UploadID = %s ORDER BY Height
"""

FORGET = "DELETE FROM Renditions WHERE PathHash = %s"

INSERT = """
INSERT INTO Renditions (PathHash, UploadID, Height, State, Facts, Cost)
VALUES (%s, %s, %s, 'waiting', %s, %s)
"""

READY = """
INSERT INTO Renditions (PathHash, UploadID, Height, State, Percent, Part, Facts, Bytes)
VALUES (%s, %s, %s, 'ready', 100, %s, %s, %s)
ON DUPLICATE KEY UPDATE State = VALUES(State), Percent = VALUES(Percent), Part = VALUES(Part),
    Facts = VALUES(Facts), Bytes = VALUES(Bytes)
"""

DROP = "DELETE FROM Renditions WHERE PathHash = %s AND UploadID = %s AND Height = %s"

# {} has a placeholder for each.
PROGRESS = """
UPDATE Renditions SET State = 'processing', Percent = %s
WHERE PathHash = %s AND UploadID = %s AND State IN ('waiting', 'processing') AND Height IN ({})
"""

# What another attempt begins anew, and what nobody makes any more.
SET_UNFINISHED = """
UPDATE Renditions SET State = %s, Percent = 0
WHERE PathHash = %s AND UploadID = %s AND State <> 'ready'
"""

PARTS = "SELECT Part FROM Renditions WHERE PathHash = %s AND State = 'ready'"

EXPECTED = """
UPDATE Uploads SET ExpectedAt = NOW(3) + INTERVAL %s SECOND WHERE PathHash = %s AND UploadID = %s
"""


@dataclass(frozen=True)
class RenditionRow:
    """A rendition, or the sound (height 0); ``facts`` are what the master says of it once it is
    ready, before that what it is to be."""

    height: int
    state: State
    percent: int
    part: str
    facts: Mapping[str, Any]
    size: int
    cost: int

    @property
    def rung(self) -> Rung:
        """What is to be made of one that is not ready."""
        size = Size(self.facts["width"], self.facts["height"])
        return Rung(self.height, size, self.facts["bits"], self.cost)

    @property
    def made(self) -> Rendition:
        """What the master says of one that is ready."""
        return Rendition(**self.facts["made"])

    @property
    def start(self) -> float:
        """When one that is ready begins, in seconds."""
        return float(self.facts["start"])

    @property
    def of_film(self) -> bool:
        """Whether one that is ready was made of the published MP4."""
        return bool(self.facts.get("of_film"))

    @property
    def note(self) -> str:
        """What is missing from the film, where one that is ready was published with it."""
        return str(self.facts.get("note", ""))

    @property
    def copied(self) -> bool:
        """Whether its frames are the film's own."""
        return bool(self.facts.get("copied"))


class RenditionTable:
    """Renditions in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_upload(self, hash_path: str, upload_id: str) -> Sequence[RenditionRow]:
        """All of an upload, the sound first, then the lowest."""
        with self._database.read() as cursor:
            return of_upload(cursor, hash_path, upload_id)

    def report(
        self, hash_path: str, upload_id: str, heights: Sequence[int], percent: int, left: float
    ) -> None:
        """Note how far those are that are being made, and in how many seconds all will be done."""
        if not heights:
            return
        statement = PROGRESS.format(", ".join(["%s"] * len(heights)))
        values = (percent, hash_path, upload_id, *heights)

        def work(cursor: Cursor) -> None:
            cursor.execute(statement, values)
            cursor.execute(EXPECTED, (round(left), hash_path, upload_id))

        self._database.transaction("renditions.report", work)

    def parts(self, hash_path: str) -> set[str]:
        """The names of the parts that a video's playlists name."""
        with self._database.read() as cursor:
            cursor.execute(PARTS, (hash_path,))
            return {str(part) for (part,) in cursor.fetchall()}


def of_upload(cursor: Cursor, hash_path: str, upload_id: str) -> Sequence[RenditionRow]:
    """All of an upload, in the caller's transaction."""
    cursor.execute(OF_UPLOAD, (hash_path, upload_id))
    return [
        RenditionRow(height, state, percent, part, json.loads(facts), size, cost)
        for height, state, percent, part, facts, size, cost in cursor.fetchall()
    ]


def plan(cursor: Cursor, hash_path: str, upload_id: str, rungs: Iterable[Rung]) -> None:
    """Have these made, in place of all that there was of the video."""
    cursor.execute(FORGET, (hash_path,))
    for rung in rungs:
        facts = {
            "width": rung.size.width,
            "height": rung.size.height,
            "bits": rung.most_bits,
        }
        values = (hash_path, upload_id, rung.height, json.dumps(facts), rung.cost)
        cursor.execute(INSERT, values)


def set_ready(
    cursor: Cursor,
    hash_path: str,
    upload_id: str,
    made: Rendition,
    size: int,
    *,
    start: float,
    copied: bool,
    of_film: bool,
    note: str,
) -> None:
    """Note that a rendition is in its place."""
    facts = json.dumps(
        {"made": asdict(made), "start": start, "copied": copied, "of_film": of_film, "note": note}
    )
    cursor.execute(READY, (hash_path, upload_id, made.height, made.part, facts, size))


def begin(cursor: Cursor, hash_path: str, upload_id: str, rungs: Iterable[Rung]) -> None:
    """Show what is about to be made; what is ready is served on until there is more."""
    rows = {row.height: row for row in of_upload(cursor, hash_path, upload_id)}
    if all(row.state != "ready" for row in rows.values()):
        plan(cursor, hash_path, upload_id, rungs)


def drop(cursor: Cursor, hash_path: str, upload_id: str, height: int) -> None:
    """Have none of this height."""
    cursor.execute(DROP, (hash_path, upload_id, height))


def set_unfinished(cursor: Cursor, hash_path: str, upload_id: str, state: State) -> None:
    """Set what is not ready to ``failed``, or for another attempt to ``waiting``."""
    cursor.execute(SET_UNFINISHED, (state, hash_path, upload_id))


def forget(cursor: Cursor, hash_path: str) -> None:
    """Delete all rows of a video."""
    cursor.execute(FORGET, (hash_path,))
