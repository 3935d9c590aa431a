"""What a person and a program get to see: tables, and the same as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from vireo_bench.report import number, put
from vireo_load.memory import MIB, MIB_MORE, SHARE_MORE, Course, Sample
from vireo_load.plan import Plan
from vireo_load.records import Moment, Problem, Request, Row, Summary, moments, problems, rows

BEGIN, END = "<!-- load -->", "<!-- end of load -->"
# A client that is busier than this waits for itself, and its times say so.
BUSY = 0.9
_STEPS = 36
_TOLD = 12
_YES = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Load:
    """One run: all that came of it.

    ``measure`` says what of the memory was read; ``busy`` is the share of all cores that was busy,
    with whatever; ``logged`` is what Vireo's own logs say was wrong.
    """

    plan: Plan
    judged: bool
    summary: Summary
    requests: Sequence[Request]
    samples: Sequence[Sample]
    measure: str
    courses: Sequence[Course]
    busy: float
    logged: Sequence[Problem] = ()

    def rows(self) -> list[Row]:
        """The kinds of request."""
        return rows(self.requests, self.summary.seconds)

    def moments(self) -> list[Moment]:
        """The day in pieces."""
        step = max(1.0, round(self.summary.seconds / _STEPS))
        return moments(self.requests, self.summary.began, self.summary.seconds, step)

    def problems(self) -> list[Problem]:
        """What was wrong."""
        return [*problems(self.requests), *self.logged]


def verdict(load: Load, console: Console) -> bool:
    """Say what is not as it must be; whether there is anything."""
    said = [f"{one.count} x {one.kind}: {one.text}" for one in load.problems()[:_TOLD]]
    if not load.requests:
        said.append("nobody asked anything")
    if load.summary.stayed:
        said.append(f"{load.summary.stayed} people were still waiting at the end")
    if load.judged and not load.courses:
        said.append("memory could not be looked at often enough")
    said += [
        f"memory of {one.program} is not flat: {number(one.second)} MiB in the second quarter,"
        f" {number(one.last)} in the last (allowed: {number(one.allowed)})"
        for one in load.courses
        if one.flat is False
    ]
    for text in said:
        console.print(text, style="red", markup=False)
    return bool(said)


def show(load: Load, console: Console) -> None:
    """Print the tables."""
    console.print(_told(load))
    table = Table(title="Requests", title_justify="left")
    table.add_column("kind", ratio=1)
    for heading in ("count", "/s", "p50 ms", "p95", "p99", "worst", "errors"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in load.rows():
        table.add_row(*_cells(row))
    console.print(table)
    table = Table(title=f"Memory, MiB ({load.measure})", title_justify="left")
    table.add_column("program", ratio=1)
    for heading in ("quarters: 1st", "2nd", "last", "most", "a minute", "allowed", "flat"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in load.courses:
        table.add_row(*_course_cells(one))
    console.print(table)
    if load.summary.processor > BUSY:
        console.print("[yellow]The client was too busy itself: its times are not Vireo's alone.[/]")


def write(load: Load, path: Path) -> None:
    """Write the same as JSON."""
    value = {
        "began": round(load.summary.began, 3),
        "seconds": round(load.summary.seconds, 1),
        "videos": load.plan.videos,
        "seed": load.plan.seed,
        "people": load.summary.people,
        "client_processor": round(load.summary.processor, 3),
        "machine_busy": round(load.busy, 3),
        "requests": [_rounded(asdict(row)) for row in load.rows()],
        "problems": [asdict(problem) for problem in load.problems()],
        "moments": [_rounded(asdict(moment)) for moment in load.moments()],
        "memory_measure": load.measure,
        "memory": [_rounded(asdict(course)) for course in load.courses],
        "memory_over_time": [
            {
                "second": round(sample.at - load.summary.began, 1),
                **{name: round(size / MIB, 1) for name, size in sorted(sample.programs.items())},
            }
            for sample in load.samples
        ],
    }
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_page(load: Load, page: Path) -> None:
    """Put the tables between the two marks of a page, which keeps all else."""
    lines = [_told(load), ""]
    lines.append("| request | count | /s | p50 ms | p95 | p99 | worst | errors |")
    lines.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    lines += [f"| {' | '.join(_cells(row))} |" for row in load.rows()]
    lines += ["", f"Memory in MiB ({load.measure}), medians of quarters of the day:", ""]
    lines.append("| program | 1st | 2nd | last | most | a minute | allowed | flat |")
    lines.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    lines += [f"| {' | '.join(_course_cells(one))} |" for one in load.courses]
    lines += ["", "![Answers, their times and memory over the day](load.svg)"]
    put(page, BEGIN, "\n".join(lines), END)


def _told(load: Load) -> str:
    """What kind of day it was, in a sentence."""
    people = ", ".join(f"{count} {name}s" for name, count in load.summary.people.items())
    rate = sum(request.size for request in load.requests) / load.summary.seconds / 1e6
    limit = (
        f" Flat: at most {SHARE_MORE:.0%} and {MIB_MORE:.0f} MiB above the second quarter."
        if load.judged
        else ""
    )
    return (
        f"{load.summary.seconds:.0f} s, {load.plan.videos:,} videos, {people};"
        f" {number(rate)} MB/s of bodies; the client took {load.summary.processor:.0%} of a core;"
        f" the machine was {load.busy:.0%} busy.{limit}"
    )


def _cells(row: Row) -> list[str]:
    times = (row.p50, row.p95, row.p99, row.worst)
    return [
        row.kind,
        f"{row.count:,}",
        number(row.per_second),
        *(number(each) for each in times),
        str(row.errors),
    ]


def _course_cells(one: Course) -> list[str]:
    sizes = (one.first, one.second, one.last, one.most)
    return [
        one.program,
        *(f"{size:.1f}" for size in sizes),
        f"{one.slope:+.2f}",
        "" if one.flat is None else f"{one.allowed:.1f}",
        _YES[one.flat],
    ]


def _rounded(row: dict[str, object]) -> dict[str, object]:
    """Four digits that count: more would pretend to an accuracy that is not there."""
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in row.items()
    }
