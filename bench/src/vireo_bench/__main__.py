"""``make bench``: starts a Vireo and its references, measures them in turns, reports.

Exit status: 0 where every goal is met (or none is judged), 1 where one is missed, 2 where an answer
was wrong or something did not start.
"""

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from subprocess import SubprocessError
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from vireo_bench import (
    answers,
    clips,
    lists,
    plot,
    report,
    searches,
    sign_in,
    starting,
    static_bytes,
)
from vireo_bench import seed as seeds
from vireo_bench import uploads as bytes_in
from vireo_bench.figures import Figure, Row
from vireo_bench.references import References
from vireo_bench.rounds import measure
from vireo_bench.scale import FULL, SHORT, Scale
from vireo_bench.stage import Stage
from vireo_bench.vireo import Vireo
from vireo_client import VireoError
from vireo_ops.layout import CHECKOUT
from vireo_testing.person import Person

# The last one stops Vireo again and again.
FAMILIES: dict[str, Callable[[Stage], Sequence[Figure]]] = {
    "static": static_bytes.figures,
    "answers": answers.figures,
    "lists": lists.figures,
    "uploads": bytes_in.figures,
    "sign_in": sign_in.figures,
    "searches": searches.figures,
    "starting": starting.figures,
}
WRONG = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; returns the exit status."""
    options = _options(argv)
    scale = SHORT if options.short else FULL
    # Where nobody watches (a log), lines may be as long as the table wants them.
    console = Console() if sys.stdout.isatty() else Console(width=130)
    # A stop by the system is one by the person: what was started is taken down all the same.
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()
    try:
        rows = _run(scale, options, console)
    except KeyboardInterrupt:
        console.print("stopped; nothing of it is left")
        return WRONG
    except (AssertionError, RuntimeError, OSError, VireoError, SubprocessError) as problem:
        console.print(f"[red]The benchmark ended early:[/] {problem!s}", markup=True)
        if options.trace:
            raise
        return WRONG
    report.show(rows, console)
    report.write(rows, CHECKOUT / "bench/results.json")
    plot.draw(rows, CHECKOUT / "bench/results.svg")
    if options.docs:
        report.write_page(rows, CHECKOUT / "docs/performance.md")
        plot.draw(rows, CHECKOUT / "docs/performance.svg")
    console.print(f"{time.monotonic() - began:.0f} s; written: bench/results.json, results.svg")
    missed = [row.title for row in rows if row.met is False]
    if missed:
        console.print(f"[red]missed:[/] {'; '.join(missed)}")
    return 1 if missed else 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help="little of everything: checks answers, judges no times"
    )
    parser.add_argument("--rounds", type=int, help="rounds of each figure")
    parser.add_argument(
        "--only", nargs="*", default=list(FAMILIES), choices=list(FAMILIES), help="families"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("/var/tmp"), help="where the disk is that is measured"
    )
    parser.add_argument(
        "--docs", action="store_true", help="put the figures into docs/performance.md too"
    )
    parser.add_argument("--trace", action="store_true", help="show where it ended early")
    return parser.parse_args(argv)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _run(scale: Scale, options: argparse.Namespace, console: Console) -> list[Row]:
    rounds = options.rounds or scale.rounds
    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with (
        Progress(*columns, console=console) as progress,
        _stage(scale, options.folder, progress) as stage,
    ):
        rows = []
        task = progress.add_task("measuring", total=None)
        for number, name in enumerate(options.only):
            figures = FAMILIES[name](stage)
            progress.reset(task, total=len(figures) * rounds)
            for figure in figures:
                progress.update(
                    task, description=f"{number + 1}/{len(options.only)} {figure.title}"
                )
                rows.append(
                    measure(figure, rounds, judge=scale.judge, step=lambda: progress.advance(task))
                )
        progress.remove_task(task)
    return rows


@contextlib.contextmanager
def _stage(scale: Scale, parent: Path, progress: Progress) -> Iterator[Stage]:
    """Everything that is there before the first round, and its end."""
    folder = Path(tempfile.mkdtemp(prefix="vireo-bench-", dir=parent))
    # Vireo's programs, which are another user where root starts them, pass through it.
    folder.chmod(0o755)
    (folder / "data").mkdir()
    vireo = Vireo(folder / "data")
    references = References(folder / "reference", vireo)
    task = progress.add_task("", total=4)

    def next_step(text: str) -> None:
        progress.update(task, description=text, advance=1)

    try:
        progress.update(task, description="starting Vireo")
        vireo.up()
        next_step(f"seeding {scale.videos:,} videos")
        corpus = seeds.fill(vireo, scale.videos, scale.channels)
        next_step("making clips, uploading a film")
        film = clips.sized(folder / "film.mp4", scale.video_bytes)
        large = clips.sized(folder / "large.mp4", scale.upload_bytes)
        clip = clips.clip(folder / "clip.mp4", scale.clip_seconds)
        owner = Person(vireo.url).client
        film_hash = owner.upload(film, "A film", "It is watched")
        owner.wait(film_hash)
        next_step("starting the references")
        references.start()
        progress.remove_task(task)
        yield Stage(scale, folder, vireo, references, corpus, owner, film_hash, large, clip)
    finally:
        references.stop()
        # A second Ctrl-C must not leave anything running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        vireo.down()
        shutil.rmtree(folder)
        signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    sys.exit(main())
