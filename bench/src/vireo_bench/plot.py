"""The rows as a picture: how far each is on the good side of its goal, as SVG."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from vireo_bench import report
from vireo_bench.figures import Judged, Row

_WIDTH, _ROW, _HEAD, _NAMES, _SCALE = 920, 26, 46, 350, 250
_MOST = 2.0
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.small{fill:#57606a;font-size:12px}"
    ".met{fill:#2da44e}.missed{fill:#cf222e}.told{fill:#8c959f}"
    ".goal{stroke:#24292f;stroke-dasharray:3 3}.spread{stroke:#24292f;stroke-opacity:.6}"
)


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write the picture of the rows that have a goal."""
    judged = [row for row in rows if row.goal is not None]
    height = _HEAD + _ROW * len(judged) + 12
    at_goal = _x(1.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        "<title>Vireo's figures beside their goals</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{at_goal}" y="20" text-anchor="middle">goal</text>',
        f'<text class="small" x="{_x(_MOST)}" y="36" text-anchor="end">twice as good</text>',
        f'<text class="small" x="{_x(0.0)}" y="36">0</text>',
    ]
    for number, row in enumerate(judged):
        parts += _bar(row, _HEAD + number * _ROW)
    parts.append(
        f'<line class="goal" x1="{at_goal}" y1="26" x2="{at_goal}" y2="{height - 8}"/></svg>'
    )
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _bar(row: Row, top: int) -> list[str]:
    score = goodness(row, _judged_value(row))
    least, most = sorted(goodness(row, each) for each in row.spread)
    kind = {True: "met", False: "missed", None: "told"}[row.met]
    middle = top + 9
    said = f"{report.number(_judged_value(row))}, goal {report.goal(row)}"
    return [
        f'<text x="{_NAMES}" y="{top + 13}" text-anchor="end">{escape(row.title)}</text>',
        f'<rect class="{kind}" x="{_x(0)}" y="{top}" width="{_x(score) - _x(0)}" height="18"/>',
        f'<line class="spread" x1="{_x(least)}" y1="{middle}" x2="{_x(most)}" y2="{middle}"/>',
        f'<text class="small" x="{_x(_MOST) + 10}" y="{top + 13}">{escape(said)}</text>',
    ]


def goodness(row: Row, value: float) -> float:
    """1 at the goal, more beyond it, for goals of both directions."""
    assert row.goal is not None
    if row.judged == Judged.RATIO_AT_LEAST:
        return value / row.goal
    return row.goal / value if value > 0 else _MOST


def _judged_value(row: Row) -> float:
    if row.judged == Judged.DIFFERENCE_AT_MOST:
        return row.value - (row.reference or 0.0)
    if row.judged == Judged.VALUE_AT_MOST:
        return row.value
    return row.ratio or 0.0


def _x(score: float) -> float:
    return round(_NAMES + 12 + min(max(score, 0.0), _MOST) / _MOST * _SCALE, 1)
