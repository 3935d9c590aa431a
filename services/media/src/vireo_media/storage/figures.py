"""Figures of media for ``/metrics``: what workers have counted, and what waits for them.

They are kept in the database, for workers come and go on several machines; every instance of media
shows the same, so one of them is asked.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from pymysql.cursors import Cursor

from vireo_common.database import Database

_MOST = 1e308
FIRST_PLAY = "first_play_seconds"
ENCODE_SPEED = "encode_speed"
_TEXTS = {
    FIRST_PLAY: "From the last byte of a video to when it could be played, in seconds.",
    ENCODE_SPEED: "Seconds of film encoded in a second, in all renditions of a group.",
}
_BOUNDS = {
    FIRST_PLAY: (0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, _MOST),
    ENCODE_SPEED: (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, _MOST),
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
    bound = next(bound for bound in _BOUNDS[name] if value <= bound)
    cursor.execute(COUNT, (name, bound, value))


class FiguresCollector(Collector):
    """Reads them whenever ``/metrics`` is asked for.

    Args:
        queues: the names of those whose jobs are counted.
    """

    def __init__(self, database: Database, queues: Sequence[str]) -> None:
        self._database = database
        self._queues = queues

    def collect(self) -> Iterator[Metric]:
        """All figures.

        Raises:
            Failure: the database is not there.
        """
        with self._database.read() as cursor:
            cursor.execute(WAITING, (tuple(self._queues),))
            waiting = {queue: (number, age) for queue, number, age in cursor.fetchall()}
            counted = {}
            for name in _BOUNDS:
                cursor.execute(COUNTED, (name,))
                counted[name] = {
                    bound: (int(number), total) for bound, number, total in cursor.fetchall()
                }
        jobs = GaugeMetricFamily("vireo_queue_jobs", "Jobs that are due.", labels=["queue"])
        ages = GaugeMetricFamily(
            "vireo_queue_age_seconds",
            "For how long the oldest job that is due has waited, in seconds.",
            labels=["queue"],
        )
        for queue in self._queues:
            number, age = waiting.get(queue, (0, 0.0))
            jobs.add_metric([queue], number)
            ages.add_metric([queue], float(age))
        yield jobs
        yield ages
        for name, of_bounds in counted.items():
            yield _histogram(name, of_bounds)


def _histogram(name: str, found: dict[float, tuple[int, float]]) -> Metric:
    bounds = _BOUNDS[name]
    numbers = accumulate(found.get(bound, (0, 0.0))[0] for bound in bounds)
    named = ["+Inf" if bound == _MOST else str(bound) for bound in bounds]
    family = HistogramMetricFamily(f"vireo_{name}", _TEXTS[name])
    family.add_metric(
        [],
        buckets=[(text, float(number)) for text, number in zip(named, numbers, strict=True)],
        sum_value=sum(total for _, total in found.values()),
    )
    return family
