"""A run as an SVG: answers a second, latencies, and memory."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from vireo_harness import svg
from vireo_harness.report import number
from vireo_load.memory import DATABASE, MIB, VIREO
from vireo_load.outcome import Load

_LEFT, _RIGHT, _TOP = 70, 130, 34
_HEIGHT, _GAP = 150, 44
_PLOT = svg.WIDTH - _LEFT - _RIGHT
_STYLE = (
    "path{fill:none;stroke-width:1.8}.grid{stroke:#d0d7de}"
    ".a{stroke:#0969da}.b{stroke:#bf8700}.c{stroke:#cf222e}"
    "text.a{stroke:none;fill:#0969da}text.b{stroke:none;fill:#9a6700}"
    "text.c{stroke:none;fill:#cf222e}"
)
_CLASSES = "abc"


@dataclass(frozen=True)
class Line:
    """A line of a chart: its name, and its points (seconds, value)."""

    name: str
    points: Sequence[tuple[float, float]]


def draw(load: Load) -> str:
    """The picture."""
    moments = load.moments()
    began, seconds = load.summary.began, load.summary.seconds
    within = [each for each in load.samples if began <= each.at < began + seconds]
    charts = [
        ("answers a second", [Line("all", [(m.second, m.per_second) for m in moments])], False),
        (
            "milliseconds",
            [
                Line("p50", [(m.second, m.p50) for m in moments]),
                Line("p95", [(m.second, m.p95) for m in moments]),
                Line("p99", [(m.second, m.p99) for m in moments]),
            ],
            True,
        ),
        (
            f"memory, MiB ({load.measure})",
            [
                Line(VIREO, [(each.at - began, each.vireo / MIB) for each in within]),
                Line(
                    DATABASE,
                    [(each.at - began, each.programs.get(DATABASE, 0) / MIB) for each in within],
                ),
            ],
            False,
        ),
    ]
    parts: list[str] = []
    for place, (title, lines, by_decades) in enumerate(charts):
        top = _TOP + place * (_HEIGHT + _GAP)
        parts += chart(title, lines, seconds, top, by_decades=by_decades)
    height = _TOP + len(charts) * (_HEIGHT + _GAP)
    title = "A mixed day of traffic: answers a second, their times, memory"
    return svg.picture(title, _STYLE, height, parts)


def chart(
    title: str, lines: Sequence[Line], seconds: float, top: int, *, by_decades: bool
) -> list[str]:
    """One chart, whose upper edge is at ``top``; ``by_decades`` for an axis of powers of ten."""
    values = [value for line in lines for _, value in line.points]
    ticks = decades(values) if by_decades else steps(max(values, default=0))
    least, most = ticks[0], ticks[-1]

    def height(value: float) -> float:
        if by_decades:
            share = math.log10(max(value, least) / least) / math.log10(most / least)
        else:
            share = value / most
        return round(top + _HEIGHT * (1 - share), 1)

    def place(second: float) -> float:
        return round(_LEFT + second / seconds * _PLOT, 1)

    parts = [f'<text x="{_LEFT}" y="{top - 8}">{title}</text>']
    for tick in ticks:
        at = height(tick)
        parts.append(
            f'<line class="grid" x1="{_LEFT}" y1="{at}" x2="{_LEFT + _PLOT}" y2="{at}"/>'
            f'<text class="small" x="{_LEFT - 8}" y="{at + 4}" text-anchor="end">'
            f"{number(tick)}</text>"
        )
    parts += [
        f'<text class="small" x="{place(tick)}" y="{top + _HEIGHT + 18}"'
        f' text-anchor="middle">{number(tick)} s</text>'
        for tick in steps(seconds)
        if tick <= seconds
    ]
    # Names stand where their lines end, and not upon each other.
    ends = [height(line.points[-1][1]) if line.points else float(top) for line in lines]
    for name, line, end in zip(_CLASSES, lines, apart(ends, 15.0), strict=False):
        points = " L".join(f"{place(second)},{height(value)}" for second, value in line.points)
        if points:
            parts.append(f'<path class="{name}" d="M{points}"/>')
        parts.append(
            f'<text class="{name}" x="{_LEFT + _PLOT + 8}" y="{end + 4:.1f}">{line.name}</text>'
        )
    return parts


def steps(most: float) -> list[float]:
    """Round numbers from 0 to at least ``most``, three to six of them."""
    if most <= 0:
        return [0.0, 1.0]
    size = 10.0 ** math.floor(math.log10(most))
    step = next(size * part for part in (0.2, 0.5, 1.0, 2.0) if most / (size * part) <= 5)
    return [step * count for count in range(math.ceil(most / step) + 1)]


def decades(values: Sequence[float]) -> list[float]:
    """Powers of ten around all the values, at least two."""
    positive = [value for value in values if value > 0] or [1.0]
    low = math.floor(math.log10(min(positive)))
    high = max(low + 1, math.ceil(math.log10(max(positive))))
    return [10.0**power for power in range(low, high + 1)]


def apart(places: Sequence[float], least: float) -> list[float]:
    """The same places in the same order, moved down until they are ``least`` from each other."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda index: places[index])
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + least)
    return moved
