"""The report of a run: a table, rows as JSON, a picture, the goals that are missed."""

from collections.abc import Sequence
from dataclasses import asdict

from vireo_bench import plot
from vireo_bench.figures import Row
from vireo_harness.command import Report
from vireo_harness.report import Table, number


def reported(rows: Sequence[Row]) -> Report:
    """The report of a run; goals that are missed are wrong."""
    missed = [row.title for row in rows if row.met is False]
    return Report(
        shown=[table(rows).on_terminal()],
        values=[asdict(row) for row in rows],
        page=page(rows),
        picture=plot.draw(rows),
        wrong=[f"missed: {'; '.join(missed)}"] if missed else [],
    )


def table(rows: Sequence[Row]) -> Table:
    """For a console, in its markup."""
    met = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}
    return Table(
        ("figure [dim](beside what)[/]", "Vireo", "reference", "ratio", "spread", "goal", "met"),
        [
            (
                f"{row.title} [dim]({row.beside})[/]" if row.beside else row.title,
                *_numbers(row),
                met[row.met],
            )
            for row in rows
        ],
        title="Vireo beside its references, measured in turns",
        words=("goal", "met"),
    )


def page(rows: Sequence[Row]) -> str:
    """For docs/performance.md."""
    met = {True: "yes", False: "**no**", None: ""}
    found = []
    for row in rows:
        value, reference, *others = _numbers(row)
        beside = f"{reference}: {row.beside}" if reference else ""
        found.append((row.title, value, beside, *others, met[row.met]))
    headings = ("figure", "Vireo", "reference", "ratio", "spread", "goal", "met")
    picture = "![How far each figure is from its goal](performance.svg)"
    return f"{Table(headings, found).in_markdown()}\n\n{picture}"


def _numbers(row: Row) -> list[str]:
    least, most = row.spread
    return [
        f"{number(row.value)} {row.unit}",
        "" if row.reference is None else f"{number(row.reference)} {row.unit}",
        "" if row.ratio is None else number(row.ratio),
        f"{number(least)} to {number(most)}",
        row.goal_shown,
    ]
