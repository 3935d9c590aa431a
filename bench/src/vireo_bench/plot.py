"""The rows as an SVG: how far each is from its goal."""

from collections.abc import Sequence
from html import escape

from vireo_bench.figures import Judged, Row
from vireo_harness import svg
from vireo_harness.report import number

_ROW, _HEAD, _NAMES, _SCALE = 26, 46, 350, 250
_MOST = 2.0
_STYLE = (
    ".met{fill:#2da44e}.missed{fill:#cf222e}.unjudged{fill:#8c959f}"
    ".goal{stroke:#24292f;stroke-dasharray:3 3}.spread{stroke:#24292f;stroke-opacity:.6}"
)


def draw(rows: Sequence[Row]) -> str:
    """The picture of the rows that have a goal."""
    judged = [row for row in rows if row.goal is not None]
    height = _HEAD + _ROW * len(judged) + 12
    at_goal = _x(1.0)
    bars = [part for place, row in enumerate(judged) for part in _bar(row, _HEAD + place * _ROW)]
    parts = [
        f'<text x="{at_goal}" y="20" text-anchor="middle">goal</text>',
        f'<text class="small" x="{_x(_MOST)}" y="36" text-anchor="end">twice as good</text>',
        f'<text class="small" x="{_x(0.0)}" y="36">0</text>',
        *bars,
        f'<line class="goal" x1="{at_goal}" y1="26" x2="{at_goal}" y2="{height - 8}"/>',
    ]
    return svg.picture("Vireo's figures beside their goals", _STYLE, height, parts)


def _bar(row: Row, top: int) -> list[str]:
    score = goodness(row, row.judged_value)
    least, most = sorted(goodness(row, each) for each in row.spread)
    kind = {True: "met", False: "missed", None: "unjudged"}[row.met]
    middle = top + 9
    said = f"{number(row.judged_value)}, goal {row.goal_shown}"
    return [
        f'<text x="{_NAMES}" y="{top + 13}" text-anchor="end">{escape(row.title)}</text>',
        f'<rect class="{kind}" x="{_x(0)}" y="{top}" width="{_x(score) - _x(0)}" height="18"/>',
        f'<line class="spread" x1="{_x(least)}" y1="{middle}" x2="{_x(most)}" y2="{middle}"/>',
        f'<text class="small" x="{_x(_MOST) + 10}" y="{top + 13}">{escape(said)}</text>',
    ]


def goodness(row: Row, value: float) -> float:
    """1 at the goal, more beyond it, for goals of both directions."""
    assert row.goal is not None, f"{row.figure} has no goal"
    if row.judged is Judged.RATIO_AT_LEAST:
        return value / row.goal
    return row.goal / value if value > 0 else _MOST


def _x(score: float) -> float:
    return round(_NAMES + 12 + min(max(score, 0.0), _MOST) / _MOST * _SCALE, 1)
