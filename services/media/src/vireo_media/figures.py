"""What ``/metrics`` says of media's workers and queues."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from vireo_media.storage.figures import BOUNDS, ENCODE_SPEED, FIRST_PLAY, MOST, FigureTable

_TEXTS = {
    FIRST_PLAY: "From the last byte of a video to when it could be played, in seconds.",
    ENCODE_SPEED: "Seconds of film encoded in a second, in all renditions of a group.",
}


class FiguresCollector(Collector):
    """Reads them whenever ``/metrics`` is asked for.

    Args:
        queues: the names of those whose jobs are counted.
    """

    def __init__(self, table: FigureTable, queues: Sequence[str]) -> None:
        self._table = table
        self._queues = queues

    def collect(self) -> Iterator[Metric]:
        """All figures.

        Raises:
            Failure: the database is not there.
        """
        jobs = GaugeMetricFamily("vireo_queue_jobs", "Jobs that are due.", labels=["queue"])
        ages = GaugeMetricFamily(
            "vireo_queue_age_seconds",
            "For how long the oldest job that is due has waited, in seconds.",
            labels=["queue"],
        )
        for queue, waiting in self._table.waiting(self._queues).items():
            jobs.add_metric([queue], waiting.number)
            ages.add_metric([queue], waiting.seconds)
        yield jobs
        yield ages
        for name in BOUNDS:
            yield _histogram(name, self._table.counted(name))


def _histogram(name: str, found: Mapping[float, tuple[int, float]]) -> Metric:
    bounds = BOUNDS[name]
    numbers = accumulate(found.get(bound, (0, 0.0))[0] for bound in bounds)
    named = ["+Inf" if bound == MOST else str(bound) for bound in bounds]
    family = HistogramMetricFamily(f"vireo_{name}", _TEXTS[name])
    family.add_metric(
        [],
        buckets=[(text, float(number)) for text, number in zip(named, numbers, strict=True)],
        sum_value=sum(total for _, total in found.values()),
    )
    return family
