"""A command that measures a Vireo: its options, its progress, what it writes, its exit status.

Exit status: 0 where all is as it should be, 1 where the verdict is that it is not, 2 where
something did not start, gave a wrong answer in the middle, or was stopped.
"""

import argparse
import json
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError
from typing import Generic, NoReturn, TypeVar

import psutil
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from vireo_client import VireoError
from vireo_harness.report import put
from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT

WRONG, BROKEN = 1, 2
_OURS = CHECKOUT / "bench"

_EXPECTED = (
    *(AssertionError, RuntimeError, OSError),
    *(OperationError, VireoError, SubprocessError, psutil.Error),
)
_COLUMNS = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())

Result = TypeVar("Result")


class Display:
    """What is being done, and how much of it is done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def step(self, text: str) -> None:
        """Say what is being done now."""
        self._progress.update(self._task, description=text)

    def count(self, total: int) -> None:
        """Begin something of so many parts."""
        self._progress.reset(self._task, total=total)

    def advance(self) -> None:
        """One part is done."""
        self._progress.advance(self._task)


@dataclass(frozen=True)
class Report:
    """What is made of a result: for a terminal, for programs, for docs/performance.md.

    ``wrong`` says what is not as it should be; it decides about the exit status. An empty
    ``picture`` is none.
    """

    shown: Sequence[RenderableType]
    values: object
    page: str
    picture: str
    wrong: Sequence[str]


@dataclass(frozen=True)
class Command(Generic[Result]):
    """``make <name>``.

    ``written`` is the name of the JSON and the SVG in ``bench/``, ``page_picture`` that of the SVG
    in ``docs/``; ``marks`` are around its part of docs/performance.md.
    """

    name: str
    title: str
    description: str
    written: str
    page_picture: str
    marks: tuple[str, str]
    add_options: Callable[[argparse.ArgumentParser], None]
    measure: Callable[[argparse.Namespace, Display], Result]
    report: Callable[[Result], Report]
    checkout: Path = CHECKOUT

    def main(self, argv: Sequence[str] | None = None) -> int:
        """Run it; returns the exit status."""
        options = self._options(argv)
        # Where nobody watches (a log), lines may be as long as the table wants them.
        console = Console() if sys.stdout.isatty() else Console(width=130)
        # A stop by the system is one by the person: what was started is taken down all the same.
        signal.signal(signal.SIGTERM, _interrupt)
        began = time.monotonic()
        try:
            with Progress(*_COLUMNS, console=console) as progress:
                result = self.measure(options, Display(progress))
        except KeyboardInterrupt:
            console.print("stopped; nothing of it is left")
            return BROKEN
        except _EXPECTED as problem:
            console.print(f"[red]The {self.title} ended early:[/]", end=" ")
            console.print(_said(problem), markup=False)
            if options.trace:
                raise
            return BROKEN
        report = self.report(result)
        for each in report.shown:
            console.print(each)
        self._write(report, docs=options.docs)
        seconds = time.monotonic() - began
        drawn = f", {self.written}.svg" if report.picture else ""
        console.print(f"{seconds:.0f} s; written: bench/{self.written}.json{drawn}")
        for text in report.wrong:
            console.print(text, style="red", markup=False)
        return WRONG if report.wrong else 0

    def _options(self, argv: Sequence[str] | None) -> argparse.Namespace:
        parser = argparse.ArgumentParser(prog=f"make {self.name}", description=self.description)
        parser.add_argument(
            "--short", action="store_true", help="little of everything: only answers are judged"
        )
        parser.add_argument(
            "--folder", type=Path, default=Path("/var/tmp"), help="where the Vireo is put"
        )
        parser.add_argument(
            "--docs", action="store_true", help="put the report into docs/performance.md too"
        )
        parser.add_argument("--trace", action="store_true", help="show where it ended early")
        self.add_options(parser)
        return parser.parse_args(argv)

    def _write(self, report: Report, *, docs: bool) -> None:
        text = json.dumps(report.values, indent=1, ensure_ascii=False)
        _save(self.checkout / f"bench/{self.written}.json", text)
        if report.picture:
            _save(self.checkout / f"bench/{self.written}.svg", report.picture)
        if docs:
            put(self.checkout / "docs/performance.md", self.marks, report.page)
        if docs and report.picture:
            _save(self.checkout / f"docs/{self.page_picture}", report.picture)


def _said(problem: BaseException) -> str:
    """What it says, or its type where it says nothing, and the last line of ours that it left."""
    frames = traceback.extract_tb(problem.__traceback__)
    places = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in frames
        if Path(frame.filename).resolve().is_relative_to(_OURS)
    ]
    said = str(problem) or type(problem).__name__
    return f"{said} ({places[-1]})" if places else said


def _save(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
