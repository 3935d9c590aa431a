"""Measuring in turns, and what is made of the rounds."""

import statistics
from collections.abc import Callable

from vireo_bench.figures import Figure, Goal, Judged, Row


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
    ratios = [mine / theirs for mine, theirs in zip(values, references, strict=False)]
    ratio = statistics.median(ratios) if ratios else None
    goal = figure.goal
    return Row(
        figure=figure.name,
        title=figure.title,
        value=_rounded(value),
        unit=figure.unit,
        reference=None if reference is None else _rounded(reference),
        beside=figure.beside,
        ratio=None if ratio is None else _rounded(ratio),
        goal=goal.limit if goal else None,
        judged=goal.judged.value if goal else None,
        met=goal.met_by(value, reference, ratio) if goal and judge else None,
        spread=_spread(goal, values, references, ratios),
        values=[_rounded(each) for each in values],
        references=[_rounded(each) for each in references],
    )


def _spread(
    goal: Goal | None, values: list[float], references: list[float], ratios: list[float]
) -> tuple[float, float]:
    if goal and goal.judged is Judged.DIFFERENCE_AT_MOST:
        seen = [mine - theirs for mine, theirs in zip(values, references, strict=True)]
    elif goal and goal.judged is Judged.VALUE_AT_MOST:
        seen = values
    else:
        seen = ratios or values
    return _rounded(min(seen)), _rounded(max(seen))


def _rounded(number: float) -> float:
    """Four digits that count: more would pretend to an accuracy that is not there."""
    return float(f"{number:.4g}")
