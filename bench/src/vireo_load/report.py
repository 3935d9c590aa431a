"""The report of a run: tables, JSON, what is wrong."""

from dataclasses import asdict

from rich.console import RenderableType

from vireo_harness.command import Report
from vireo_harness.report import Table, number, rounded
from vireo_load import picture
from vireo_load.memory import MIB, MIB_MORE, SHARE_MORE, Trend
from vireo_load.outcome import Load
from vireo_load.records import Row

# A client that is busier than this waits for itself, and its times say so.
BUSY = 0.9
_SHOWN = 12
_YES = {True: "yes", False: "no", None: ""}


def reported(load: Load) -> Report:
    """The report of a run."""
    title = f"Memory, MiB ({load.measure})"
    shown: list[RenderableType] = [
        _summary(load),
        _requests(load, "kind", "Requests").on_terminal(),
        _memory(load, "quarters: 1st", title).on_terminal(),
    ]
    if load.summary.processor > BUSY:
        shown.append("[yellow]The client was too busy itself: its times are not Vireo's alone.[/]")
    return Report(shown, values(load), page(load), picture.draw(load), wrong(load))


def wrong(load: Load) -> list[str]:
    """What is not as it should be."""
    found = [f"{one.count} x {one.kind}: {one.text}" for one in load.problems()[:_SHOWN]]
    if not load.requests:
        found.append("nobody asked anything")
    if load.summary.stayed:
        found.append(f"{load.summary.stayed} people were still waiting at the end")
    if load.plan.judge and not load.trends:
        found.append("memory could not be looked at often enough")
    return found + [
        f"memory of {one.program} is not flat: {number(one.second)} MiB in the second quarter,"
        f" {number(one.last)} in the last (allowed: {number(one.allowed)})"
        for one in load.trends
        if one.flat is False
    ]


def values(load: Load) -> dict[str, object]:
    """The same for programs, and the memory over time."""
    return {
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
        "memory": [_rounded(asdict(trend)) for trend in load.trends],
        "memory_over_time": [
            {
                "second": round(sample.at - load.summary.began, 1),
                **{name: round(size / MIB, 1) for name, size in sorted(sample.programs.items())},
            }
            for sample in load.samples
        ],
    }


def page(load: Load) -> str:
    """The tables for docs/performance.md."""
    return "\n\n".join(
        [
            _summary(load),
            _requests(load, "request").in_markdown(),
            f"Memory in MiB ({load.measure}), medians of quarters of the day:",
            _memory(load, "1st").in_markdown(),
            "![Answers, their times and memory over the day](load.svg)",
        ]
    )


def _summary(load: Load) -> str:
    """The run in a sentence."""
    people = ", ".join(f"{count} {name}s" for name, count in load.summary.people.items())
    rate = sum(request.size for request in load.requests) / load.summary.seconds / 1e6
    limit = (
        f" Flat: at most {SHARE_MORE:.0%} and {MIB_MORE:.0f} MiB above the second quarter."
        if load.plan.judge
        else ""
    )
    return (
        f"{load.summary.seconds:.0f} s, {load.plan.videos:,} videos, {people};"
        f" {number(rate)} MB/s of bodies; the client took {load.summary.processor:.0%} of a core;"
        f" the machine was {load.busy:.0%} busy.{limit}"
    )


def _requests(load: Load, first: str, title: str = "") -> Table:
    headings = (first, "count", "/s", "p50 ms", "p95", "p99", "worst", "errors")
    return Table(headings, [_cells(row) for row in load.rows()], title)


def _cells(row: Row) -> list[str]:
    numbers = (row.per_second, row.p50, row.p95, row.p99, row.worst)
    return [row.kind, f"{row.count:,}", *map(number, numbers), str(row.errors)]


def _memory(load: Load, first: str, title: str = "") -> Table:
    headings = ("program", first, "2nd", "last", "most", "a minute", "allowed", "flat")
    return Table(headings, [_trend_cells(one) for one in load.trends], title)


def _trend_cells(one: Trend) -> list[str]:
    sizes = [f"{size:.1f}" for size in (one.first, one.second, one.last, one.most)]
    allowed = "" if one.flat is None else f"{one.allowed:.1f}"
    return [one.program, *sizes, f"{one.slope:+.2f}", allowed, _YES[one.flat]]


def _rounded(row: dict[str, object]) -> dict[str, object]:
    return {
        name: rounded(value) if isinstance(value, float) else value for name, value in row.items()
    }
