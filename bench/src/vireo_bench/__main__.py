"""``make bench``: starts a Vireo and its references, measures them in turns, reports.

Exit status: 0 where every goal is met (or none is judged), 1 where one is missed, 2 where an answer
was wrong or something did not start.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vireo_bench import (
    answers,
    lists,
    people,
    playing,
    searches,
    sign_in,
    starting,
    static_bytes,
    streams,
    uploads,
)
from vireo_bench.figures import Figure, Row
from vireo_bench.references import References
from vireo_bench.report import reported
from vireo_bench.rounds import measure
from vireo_bench.scale import FULL, SHORT, Scale
from vireo_bench.setup import Setup, leave_stream
from vireo_harness import clips
from vireo_harness.command import Command, Display
from vireo_harness.testbed import Step, running_testbed, upload_film
from vireo_testing.person import Person

# The last one stops Vireo again and again.
FAMILIES: dict[str, Callable[[Setup], Sequence[Figure]]] = {
    "static": static_bytes.figures,
    "answers": answers.figures,
    "lists": lists.figures,
    "uploads": uploads.figures,
    "streams": streams.figures,
    "playing": playing.figures,
    "people": people.figures,
    "sign_in": sign_in.figures,
    "searches": searches.figures,
    "starting": starting.figures,
}


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, help="rounds of each figure")
    parser.add_argument(
        "--only", nargs="*", default=list(FAMILIES), choices=list(FAMILIES), help="families"
    )


def _measure(options: argparse.Namespace, display: Display) -> list[Row]:
    """Measure each figure of each family."""
    scale = SHORT if options.short else FULL
    rounds = options.rounds or scale.rounds
    rows = []
    with _set_up(scale, options.folder, display.step) as setup:
        for number, name in enumerate(options.only, start=1):
            figures = FAMILIES[name](setup)
            display.count(len(figures) * rounds)
            for figure in figures:
                display.step(f"{number}/{len(options.only)} {figure.title}")
                rows.append(measure(figure, rounds, judge=scale.judge, step=display.advance))
    return rows


@contextmanager
def _set_up(scale: Scale, parent: Path, step: Step) -> Iterator[Setup]:
    """What the figures are measured on, taken down at the end."""
    with running_testbed("bench", parent, scale.videos, scale.channels, step) as testbed:
        folder, vireo, corpus = testbed.folder, testbed.vireo, testbed.corpus
        step("making clips, uploading a film")
        owner = Person(vireo.url).client
        film_hash = upload_film(owner, folder, scale.video_bytes, "A film")
        large = clips.sized(folder / "large.mp4", scale.upload_bytes)
        clip = clips.clip(folder / "clip.mp4", scale.clip_seconds)
        step("starting the references")
        references = References(folder / "reference", vireo)
        with references.running():
            setup = Setup(folder, vireo, corpus, scale, references, owner, film_hash, large, clip)
            leave_stream(setup)
            yield setup


BENCH = Command(
    name="bench",
    title="benchmark",
    description=__doc__ or "",
    written="results",
    page_picture="performance.svg",
    marks=("<!-- figures -->", "<!-- end of figures -->"),
    add_options=_add_options,
    measure=_measure,
    report=reported,
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
