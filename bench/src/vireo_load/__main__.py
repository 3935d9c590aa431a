"""``make load``: a mixed day of traffic on a Vireo of its own, and a report of it.

Exit status: 0 where every answer was right and memory is flat (or is not judged), 1 where not, 2
where something did not start or was stopped.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from vireo_harness import processes
from vireo_harness.command import Command, Display
from vireo_harness.testbed import Step, Testbed, running_testbed
from vireo_load import films, logs, memory, scale
from vireo_load.outcome import Load
from vireo_load.plan import Plan, words_of
from vireo_load.records import Reader, Summary
from vireo_load.report import reported
from vireo_load.scale import FULL, SHORT, Scale
from vireo_ops.layout import CHECKOUT
from vireo_testing import programs
from vireo_testing.programs import Program

# People who have asked get their answers, and clips that were sent may still be encoded.
_LATE_SECONDS = 120.0
_LOOK_SECONDS = 0.5


def _add_options(parser: argparse.ArgumentParser) -> None:
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


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be {least} to {most}")
        return value

    return number


def _measure(options: argparse.Namespace, display: Display) -> Load:
    given = {"seconds": options.seconds, "people": options.users}
    chosen = (SHORT if options.short else FULL).model_copy(
        update={name: value for name, value in given.items() if value}
    )
    step, videos, channels = display.step, chosen.videos, chosen.channels
    with running_testbed("load", options.folder, videos, channels, step) as testbed:
        return _day(chosen, options.seed, testbed, step)


def _day(chosen: Scale, seed: int, testbed: Testbed, step: Step) -> Load:
    """Let the traffic come, watch the memory meanwhile, and gather what came of it."""
    step("making clips")
    playable, foreign = films.playable_clip(testbed.folder), films.foreign_clip(testbed.folder)
    step("uploading films")
    # A short day has a short morning.
    arriving = min(chosen.arriving, max(1, chosen.seconds // 5))
    plan = Plan(
        **chosen.model_dump(exclude={"arriving"}),
        arriving=arriving,
        url=testbed.vireo.url,
        seed=seed,
        films=films.published(testbed, chosen.film_sizes),
        playable=playable,
        foreign=foreign,
        shown=testbed.corpus.shown,
        words=words_of(testbed.corpus.texts_with, chosen.videos),
        public=testbed.vireo.public,
        records=testbed.folder / "records",
    )
    plan.records.touch()
    (testbed.folder / "plan.json").write_text(plan.model_dump_json(), encoding="utf-8")
    reader = Reader(plan.records)
    try:
        processes.busy()
        with memory.watched(testbed.vireo, chosen.look) as watch:
            summary = _traffic(plan, testbed.folder, reader, step)
        busy = processes.busy()
    finally:
        reader.close()
    began, ended = summary.began, summary.began + summary.seconds
    settled = began + plan.arriving
    return Load(
        plan=plan,
        summary=summary,
        requests=reader.requests,
        samples=watch.samples,
        measure=watch.measure,
        trends=memory.trends(watch.samples, settled, ended, judge=chosen.judge),
        busy=busy,
        logged=logs.problems(testbed.vireo.layout.logs),
    )


def _traffic(plan: Plan, folder: Path, reader: Reader, step: Step) -> Summary:
    """Run the program that makes the traffic; what it reports at its end."""
    output = folder / "traffic.log"
    command = [sys.executable, "-m", "vireo_load.traffic", str(folder / "plan.json")]
    # Of a session of its own: Ctrl-C is for the command, which ends it.
    variables = {"PYTHONPATH": str(CHECKOUT / "bench/src")}
    program = programs.start(command, variables, output, session=True)
    try:
        _wait(program, plan, reader, step)
    finally:
        programs.end(program, seconds=5)
    reader.more()
    text = output.read_text(encoding="utf-8")
    if program.returncode != 0:
        raise RuntimeError(f"the traffic ended with {program.returncode}:\n{text[-2000:]}")
    return Summary(**json.loads(text.strip().splitlines()[-1]))


def _wait(program: Program, plan: Plan, reader: Reader, step: Step) -> None:
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


LOAD = Command(
    name="load",
    title="load",
    description=__doc__ or "",
    written="load",
    page_picture="load.svg",
    marks=("<!-- load -->", "<!-- end of load -->"),
    add_options=_add_options,
    measure=_measure,
    report=reported,
)

if __name__ == "__main__":
    sys.exit(LOAD.main())
