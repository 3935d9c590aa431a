"""``make load``: a mixed day of traffic on a Vireo of its own, and a report of it.

Exit status: 0 where every answer was right and memory is flat (or is not judged), 1 where not, 2
where something did not start or was stopped.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import SubprocessError
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from vireo_client import VireoError
from vireo_load import logs, memory, picture, report, scale
from vireo_load.ground import Ground, prepared
from vireo_load.machine import Busy
from vireo_load.memory import Watch
from vireo_load.plan import Plan, words_of
from vireo_load.records import Reader, Summary
from vireo_load.report import Load
from vireo_load.scale import FULL, SHORT, Scale
from vireo_ops.layout import CHECKOUT

WRONG, BROKEN = 1, 2
# People who have asked get their answers, and clips that were sent may still be encoded.
_LATE_SECONDS = 120.0
_LOOK_SECONDS = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; returns the exit status."""
    options = _options(argv)
    # Where nobody watches (a log), lines may be as long as the table wants them.
    console = Console() if sys.stdout.isatty() else Console(width=130)
    # A stop by the system is one by the person: what was started is taken down all the same.
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()
    try:
        load = _run(options, console)
    except KeyboardInterrupt:
        console.print("stopped; nothing of it is left")
        return BROKEN
    except (AssertionError, RuntimeError, OSError, VireoError, SubprocessError) as problem:
        console.print("[red]The load ended early:[/]", end=" ")
        console.print(str(problem), markup=False)
        if options.trace:
            raise
        return BROKEN
    report.show(load, console)
    report.write(load, CHECKOUT / "bench/load.json")
    picture.draw(load, CHECKOUT / "bench/load.svg")
    if options.docs:
        report.write_page(load, CHECKOUT / "docs/performance.md")
        picture.draw(load, CHECKOUT / "docs/load.svg")
    console.print(f"{time.monotonic() - began:.0f} s; written: bench/load.json, load.svg")
    return WRONG if report.verdict(load, console) else 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help="some seconds of everything; memory is not judged"
    )
    parser.add_argument(
        "--seconds",
        type=_between(scale.LEAST_SECONDS, scale.MOST_SECONDS),
        help=f"how long the day is (default {FULL.seconds})",
    )
    parser.add_argument(
        "--users",
        type=_between(scale.LEAST_PEOPLE, scale.MOST_PEOPLE),
        help=f"how many people come (default {FULL.people})",
    )
    parser.add_argument("--seed", type=int, default=1, help="for another day of the same mix")
    parser.add_argument(
        "--folder", type=Path, default=Path("/var/tmp"), help="where the Vireo is put"
    )
    parser.add_argument(
        "--docs", action="store_true", help="put the report into docs/performance.md too"
    )
    parser.add_argument("--trace", action="store_true", help="show where it ended early")
    return parser.parse_args(argv)


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be {least} to {most}")
        return value

    return number


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _run(options: argparse.Namespace, console: Console) -> Load:
    chosen = SHORT if options.short else FULL
    chosen = replace(
        chosen,
        seconds=options.seconds or chosen.seconds,
        people=options.users or chosen.people,
    )
    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)

        def step(text: str) -> None:
            progress.update(task, description=text)

        with prepared(chosen, options.folder, step) as ground:
            return _day(chosen, options.seed, ground, step)


def _day(chosen: Scale, seed: int, ground: Ground, step: Callable[[str], None]) -> Load:
    """Let the traffic come, look at the memory meanwhile, and gather what came of it."""
    plan = Plan(
        url=ground.vireo.url,
        seconds=chosen.seconds,
        people=chosen.people,
        # A short day has a short morning.
        arriving=min(chosen.arriving, max(1, chosen.seconds // 5)),
        pause=chosen.pause,
        seed=seed,
        videos=chosen.videos,
        channels=chosen.channels,
        films=ground.films,
        playable=ground.playable,
        foreign=ground.foreign,
        shown=ground.corpus.shown,
        words=words_of(ground.corpus.texts_with, chosen.videos),
        public=ground.vireo.layout.media / "public",
        records=ground.folder / "records",
    )
    plan.records.touch()
    plan.write(ground.folder / "plan.json")
    reader = Reader(plan.records)
    try:
        busy = Busy()
        with Watch(ground.vireo, chosen.look) as watch:
            summary = _traffic(plan, ground.folder, reader, step)
        share = busy.share()
    finally:
        reader.close()
    began, ended = summary.began, summary.began + summary.seconds
    settled = began + plan.arriving
    return Load(
        plan=plan,
        judged=chosen.judge,
        summary=summary,
        requests=reader.requests,
        samples=watch.samples,
        measure=watch.measure,
        courses=memory.courses(watch.samples, settled, ended, judge=chosen.judge),
        busy=share,
        logged=logs.problems(ground.vireo.layout.logs),
    )


def _traffic(plan: Plan, folder: Path, reader: Reader, step: Callable[[str], None]) -> Summary:
    """Run the program that makes the traffic; what it says of itself at its end."""
    output = folder / "traffic.log"
    with output.open("w") as file:
        program = subprocess.Popen(
            [sys.executable, "-m", "vireo_load.traffic", str(folder / "plan.json")],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the command, which ends it.
            start_new_session=True,
        )
        try:
            _wait(program, plan, reader, step)
        finally:
            _end(program)
    reader.more()
    text = output.read_text(encoding="utf-8")
    if program.returncode != 0:
        raise RuntimeError(f"the traffic ended with {program.returncode}:\n{text[-2000:]}")
    return Summary(**json.loads(text.strip().splitlines()[-1]))


def _wait(
    program: "subprocess.Popen[bytes]", plan: Plan, reader: Reader, step: Callable[[str], None]
) -> None:
    until = time.monotonic() + plan.seconds + _LATE_SECONDS
    while time.monotonic() < until:
        reader.more()
        wrong = sum(bool(request.error) for request in reader.requests)
        step(
            f"{plan.people} people for {plan.seconds} s:"
            f" {len(reader.requests):,} answers, {wrong} wrong"
        )
        try:
            program.wait(timeout=_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
    raise RuntimeError("the traffic did not end in time")


def _end(program: "subprocess.Popen[bytes]") -> None:
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(timeout=5)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


if __name__ == "__main__":
    sys.exit(main())
