"""Figures of media for ``/metrics``: what workers have counted, and what waits for them.

They are kept in the database, for workers come and go on several machines; every instance of media
shows the same, so one of them is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pymysql.cursors import Cursor

from vireo_common.database import Database

MOST = 1e308
FIRST_PLAY = "first_play_seconds"
ENCODE_SPEED = "encode_speed"
BOUNDS = {
    FIRST_PLAY: (0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, MOST),
    ENCODE_SPEED: (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, MOST),
}

COUNT = """
INSERT INTO MediaFigures (Name, Bound, Number, Total) VALUES (%s, %s, 1, %s)
ON DUPLICATE KEY UPDATE Number = Number + 1, Total = Total + VALUES(Total)
"""

COUNTED = "SELECT Bound, Number, Total FROM MediaFigures WHERE Name = %s"

# What is due: a job that is to run later does not wait.
WAITING = """
SELECT Queue, COUNT(*), COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(RunAfter), NOW(3)) / 1e6, 0)
FROM Jobs WHERE Queue IN %s AND State = 'queued' AND RunAfter <= NOW(3) GROUP BY Queue
"""


def count(cursor: Cursor, name: str, value: float) -> None:
    """Count a value of a figure in the caller's transaction."""
    bound = next(bound for bound in BOUNDS[name] if value <= bound)
    cursor.execute(COUNT, (name, bound, value))


@dataclass(frozen=True)
class Waiting:
    """How many jobs of a queue are due, and for how many seconds the oldest one has waited."""

    number: int = 0
    seconds: float = 0.0


class FigureTable:
    """Figures in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, queues: Sequence[str]) -> Mapping[str, Waiting]:
        """What waits in each of some queues."""
        found = dict.fromkeys(queues, Waiting())
        with self._database.read() as cursor:
            cursor.execute(WAITING, (tuple(queues),))
            for queue, number, seconds in cursor.fetchall():
                found[queue] = Waiting(int(number), float(seconds))
        return found

    def counted(self, name: str) -> Mapping[float, tuple[int, float]]:
        """How many values of a figure there were up to each bound, and their sum."""
        with self._database.read() as cursor:
            cursor.execute(COUNTED, (name,))
            return {bound: (int(number), total) for bound, number, total in cursor.fetchall()}
