"""What a person and a program get to see: a table, and rows as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from vireo_bench.figures import Judged, Row

_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"


def show(rows: Sequence[Row], console: Console) -> None:
    """Print the table."""
    table = Table(title="Vireo beside its references, measured in turns", title_justify="left")
    table.add_column("figure [dim](beside what)[/]", ratio=1)
    for heading in ("Vireo", "reference", "ratio", "spread"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("goal", "met"):
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(
            f"{row.title} [dim]({row.beside})[/]" if row.beside else row.title,
            f"{number(row.value)} {row.unit}",
            "" if row.reference is None else f"{number(row.reference)} {row.unit}",
            "" if row.ratio is None else number(row.ratio),
            spread(row),
            goal(row),
            {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[row.met],
        )
    console.print(table)


def write(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as JSON: a list, one object a row."""
    text = json.dumps([row.as_dict() for row in rows], indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_page(rows: Sequence[Row], page: Path) -> None:
    """Put the rows as a table between the two marks of a page, which keeps all else."""
    lines = ["| figure | Vireo | reference | ratio | spread | goal | met |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        value = f"{number(row.value)} {row.unit}"
        beside = (
            "" if row.reference is None else f"{number(row.reference)} {row.unit}: {row.beside}"
        )
        ratio = "" if row.ratio is None else number(row.ratio)
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        cells = [row.title, value, beside, ratio, spread(row), goal(row), met]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "![How far each figure is from its goal](performance.svg)"]
    put(page, _BEGIN, "\n".join(lines), _END)


def put(page: Path, begin: str, text: str, end: str) -> None:
    """Put a text between two marks of a page, which keeps all else."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    assert found, f"{page} has no place for it: {begin}"
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def number(value: float) -> str:
    """Three digits that count, in a form for people."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):g}"


def spread(row: Row) -> str:
    """The least and the greatest of what is judged."""
    least, most = row.spread
    return f"{number(least)} to {number(most)}"


def goal(row: Row) -> str:
    """The goal in signs."""
    if row.goal is None or row.judged is None:
        return ""
    match Judged(row.judged):
        case Judged.RATIO_AT_LEAST:
            return f"≥ {row.goal:g}"
        case Judged.RATIO_AT_MOST:
            return f"≤ {row.goal:g}"
        case Judged.DIFFERENCE_AT_MOST:
            return f"≤ +{row.goal:g} {row.unit}"
        case Judged.VALUE_AT_MOST:
            return f"≤ {row.goal:g} {row.unit}"
