"""Turns, medians and goals."""

import pytest

from vireo_bench.figures import Figure, Goal, Judged, Row
from vireo_bench.rounds import measure, row


def figure(goal: Goal | None, **changes: object) -> Figure:
    return Figure("a", "A figure", "ms", goal, lambda: 1.0, **changes)  # type: ignore[arg-type]


def measured(goal: Goal | None, values: list[float], references: list[float]) -> Row:
    return row(figure(goal), values, references, judge=True)


def test_both_sides_take_turns_at_being_first() -> None:
    order: list[str] = []

    def turn(name: str) -> float:
        order.append(name)
        return 1.0

    one = Figure("a", "A", "s", None, lambda: turn("mine"), "", lambda: turn("theirs"))
    steps: list[int] = []
    measure(one, 3, judge=True, step=lambda: steps.append(1))
    assert order == ["mine", "theirs", "theirs", "mine", "mine", "theirs"]
    assert len(steps) == 3


def test_the_ratio_is_the_median_of_the_rounds_ratios() -> None:
    # In the second round the machine was busy: both sides took ten times as long.
    found = measured(Goal(Judged.RATIO_AT_MOST, 1.5), [2, 20, 2], [1, 10, 2])
    assert (found.value, found.reference, found.ratio) == (2, 2, 2)
    assert found.spread == (1, 2)
    assert found.met is False


@pytest.mark.parametrize(
    ("judged", "limit", "values", "references", "met"),
    [
        (Judged.RATIO_AT_LEAST, 0.9, [90.0], [100.0], True),
        (Judged.RATIO_AT_LEAST, 0.9, [89.0], [100.0], False),
        (Judged.RATIO_AT_MOST, 1.2, [1.2], [1.0], True),
        (Judged.RATIO_AT_MOST, 1.2, [1.3], [1.0], False),
        (Judged.DIFFERENCE_AT_MOST, 1.0, [1.5], [0.5], True),
        (Judged.DIFFERENCE_AT_MOST, 1.0, [1.6], [0.5], False),
        (Judged.VALUE_AT_MOST, 32.0, [32.0], [], True),
        (Judged.VALUE_AT_MOST, 32.0, [33.0], [], False),
    ],
)
def test_goals(
    judged: Judged, limit: float, values: list[float], references: list[float], met: bool
) -> None:
    assert measured(Goal(judged, limit), values, references).met is met


def test_what_has_no_goal_is_not_judged() -> None:
    found = measured(None, [3, 1, 2], [])
    assert (found.value, found.ratio, found.goal, found.met) == (2, None, None, None)
    assert found.spread == (1, 3)


def test_the_short_form_judges_nothing() -> None:
    short = row(figure(Goal(Judged.VALUE_AT_MOST, 1)), [5], [], judge=False)
    assert (short.goal, short.met) == (1, None)


def test_a_wrong_answer_ends_it() -> None:
    def wrong() -> float:
        raise AssertionError("another body")

    with pytest.raises(AssertionError, match="another body"):
        measure(figure(None, reference=wrong), 1, judge=True, step=lambda: None)
