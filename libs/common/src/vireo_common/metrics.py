"""Metrics for Prometheus: requests by route (never by path), method and status.

The worker processes share files in ``VIREO_METRICS_DIR``; it must be empty at the service's start.
"""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client import REGISTRY as PROCESS_REGISTRY
from prometheus_client.registry import Collector

REQUESTS = Counter(
    "vireo_requests_total", "Answered requests.", ["service", "route", "method", "status"]
)
SECONDS = Histogram(
    "vireo_request_seconds", "Time to answer a request, in seconds.", ["service", "route"]
)
CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition(more: Collector | None = None) -> bytes:
    """The metrics of all worker processes, in Prometheus's text format.

    Args:
        more: what the service has beside them.
    """
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(PROCESS_REGISTRY) + _of(more)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry) + _of(more)


def _of(more: Collector | None) -> bytes:
    if more is None:
        return b""
    registry = CollectorRegistry()
    registry.register(more)
    return generate_latest(registry)
