"""The outcome of every request: a line for each, and the rows of the report."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True)
class Request:
    """One request: when it began (seconds since the epoch), milliseconds to the last byte.

    ``size`` is the bytes of the answer's body; ``error`` says what was wrong with it, or is empty.
    """

    began: float
    kind: str
    ms: float
    size: int
    error: str = ""


class Recorder:
    """Writes requests, a line each; they may be read meanwhile."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __call__(self, request: Request) -> None:
        values = (request.began, request.kind, request.ms, request.size, request.error)
        self._file.write(json.dumps(values) + "\n")


class Reader:
    """Follows such a file: each call of ``more`` reads what was added since the last."""

    def __init__(self, path: Path) -> None:
        self._file = path.open(encoding="utf-8")
        self._begun = ""
        self.requests: list[Request] = []

    def more(self) -> None:
        """Add what was written since to ``requests``."""
        *lines, self._begun = (self._begun + self._file.read()).split("\n")
        self.requests += [Request(*json.loads(line)) for line in lines]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass(frozen=True)
class Row:
    """One kind of request: milliseconds, and bytes of bodies a second."""

    kind: str
    count: int
    per_second: float
    bytes_per_second: float
    p50: float
    p95: float
    p99: float
    worst: float
    errors: int


@dataclass(frozen=True)
class Moment:
    """An interval of the load, from ``second`` on, all kinds together."""

    second: float
    per_second: float
    p50: float
    p95: float
    p99: float
    errors: int


@dataclass(frozen=True)
class Problem:
    """A wrong answer or an error, and how often it came."""

    kind: str
    text: str
    count: int


@dataclass(frozen=True)
class Summary:
    """What the traffic's program reports of itself: ``processor`` is the share of a core it took.

    ``stayed`` are people who had not left in time.
    """

    began: float
    seconds: float
    processor: float
    people: dict[str, int]
    stayed: int


TOTAL = "all"


def percentile(ordered: Sequence[float], share: float) -> float:
    """The percentile (nearest rank) of this share; ``ordered`` is ascending."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def rows(requests: Sequence[Request], seconds: float) -> list[Row]:
    """A row for each kind, by name, and the last one for all of them together."""
    kinds: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        kinds[request.kind].append(request)
    found = [_row(kind, kinds[kind], seconds) for kind in sorted(kinds)]
    return [*found, _row(TOTAL, requests, seconds)] if found else []


def _row(kind: str, requests: Sequence[Request], seconds: float) -> Row:
    return Row(
        kind=kind,
        count=len(requests),
        per_second=len(requests) / seconds,
        bytes_per_second=sum(request.size for request in requests) / seconds,
        worst=max(request.ms for request in requests),
        errors=sum(bool(request.error) for request in requests),
        **_percentiles(requests),
    )


def _percentiles(requests: Sequence[Request]) -> dict[str, float]:
    taken = sorted(request.ms for request in requests)
    return {f"p{share}": percentile(taken, share / 100) for share in (50, 95, 99)}


def moments(requests: Iterable[Request], began: float, seconds: float, step: float) -> list[Moment]:
    """Intervals of about ``step`` seconds; those in which nothing began are left out."""
    # The remainder belongs to the last piece: alone it would be too short to mean anything.
    last = max(1, round(seconds / step)) - 1
    pieces: dict[int, list[Request]] = defaultdict(list)
    for request in requests:
        if 0 <= request.began - began < seconds:
            pieces[min(last, int((request.began - began) // step))].append(request)
    return [
        Moment(
            second=number * step,
            per_second=len(piece) / (step if number < last else seconds - number * step),
            errors=sum(bool(request.error) for request in piece),
            **_percentiles(piece),
        )
        for number, piece in sorted(pieces.items())
    ]


def problems(requests: Iterable[Request]) -> list[Problem]:
    """What was wrong, the most frequent first."""
    counts = Counter((request.kind, request.error) for request in requests if request.error)
    return [Problem(kind, text, count) for (kind, text), count in counts.most_common()]
