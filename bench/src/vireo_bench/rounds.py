"""Measuring in turns, and the medians of the rounds."""

import statistics
from collections.abc import Callable

from vireo_bench.figures import Figure, Row
from vireo_harness.report import rounded


def measure(figure: Figure, rounds: int, *, judge: bool, step: Callable[[], None]) -> Row:
    """Measure both sides of a figure ``rounds`` times.

    Who is first changes with every round: what one side leaves behind (a warm cache, pages that
    the disk still writes) meets both equally often.

    Args:
        judge: whether ``met`` is said; in the short form times mean nothing.
        step: called after every round.
    """
    values: list[float] = []
    references: list[float] = []
    for number in range(rounds):
        turns = [(figure.vireo, values)]
        if figure.reference is not None:
            turns.append((figure.reference, references))
        for turn, found in turns if number % 2 == 0 else reversed(turns):
            found.append(turn())
        step()
    return row(figure, values, references, judge=judge)


def row(figure: Figure, values: list[float], references: list[float], *, judge: bool) -> Row:
    """The row of what the rounds gave."""
    value = statistics.median(values)
    reference = statistics.median(references) if references else None
    pairs = list(zip(values, references, strict=False))
    ratios = [mine / theirs for mine, theirs in pairs]
    ratio = statistics.median(ratios) if ratios else None
    goal = figure.goal
    seen = ratios or values
    if goal and references:
        seen = [goal.judged.of(mine, theirs, mine / theirs) for mine, theirs in pairs]
    return Row(
        figure=figure.name,
        title=figure.title,
        value=rounded(value),
        unit=figure.unit,
        reference=None if reference is None else rounded(reference),
        beside=figure.beside,
        ratio=None if ratio is None else rounded(ratio),
        goal=goal.limit if goal else None,
        judged=goal.judged if goal else None,
        met=goal.met_by(goal.judged.of(value, reference, ratio)) if goal and judge else None,
        spread=(rounded(min(seen)), rounded(max(seen))),
        values=[rounded(each) for each in values],
        references=[rounded(each) for each in references],
    )
