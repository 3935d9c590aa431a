"""What is measured: a figure, its goal, and the row that comes out."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

Turn = Callable[[], float]
"""Measures once; the value in the figure's unit. Raises ``AssertionError`` at a wrong answer."""


class Judged(StrEnum):
    """What of a row is held against its goal."""

    RATIO_AT_LEAST = "ratio at least"
    RATIO_AT_MOST = "ratio at most"
    DIFFERENCE_AT_MOST = "difference at most"
    VALUE_AT_MOST = "value at most"

    @property
    def at_least(self) -> bool:
        """Whether more is better."""
        return self is Judged.RATIO_AT_LEAST

    def of(self, value: float, reference: float | None, ratio: float | None) -> float:
        """That part of a value, its reference and their ratio; NaN where it is not there."""
        match self:
            case Judged.VALUE_AT_MOST:
                return value
            case Judged.DIFFERENCE_AT_MOST:
                return math.nan if reference is None else value - reference
            case _:
                return math.nan if ratio is None else ratio


@dataclass(frozen=True)
class Goal:
    """A limit; a difference and a value are in the figure's unit."""

    judged: Judged
    limit: float

    def met_by(self, judged: float) -> bool:
        """Whether it is reached; NaN reaches none."""
        return judged >= self.limit if self.judged.at_least else judged <= self.limit


@dataclass(frozen=True)
class Figure:
    """One row of the table before it is measured.

    ``vireo`` and ``reference`` are called in turns. A figure without a goal is reported, but not
    judged.
    """

    name: str
    title: str
    unit: str
    goal: Goal | None
    vireo: Turn
    beside: str = ""
    """What the reference is, in a few words."""
    reference: Turn | None = None


@dataclass(frozen=True)
class Row:
    """One measured row: medians, and what each round gave.

    ``ratio`` is the median of the rounds' ratios (value to reference): the two sides of a round
    were measured within seconds of each other, so that what else the machine did weighs on both.
    ``spread`` is the least and the greatest of what is judged.
    """

    figure: str
    title: str
    value: float
    unit: str
    reference: float | None
    beside: str
    ratio: float | None
    goal: float | None
    judged: Judged | None
    met: bool | None
    spread: tuple[float, float]
    values: list[float] = field(default_factory=list)
    references: list[float] = field(default_factory=list)

    @property
    def judged_value(self) -> float:
        """What is held against the goal."""
        return (self.judged or Judged.VALUE_AT_MOST).of(self.value, self.reference, self.ratio)

    @property
    def goal_shown(self) -> str:
        """The goal in signs."""
        if self.goal is None or self.judged is None:
            return ""
        sign = "≥" if self.judged.at_least else "≤"
        plus = "+" if self.judged is Judged.DIFFERENCE_AT_MOST else ""
        ratio = self.judged in {Judged.RATIO_AT_LEAST, Judged.RATIO_AT_MOST}
        return f"{sign} {plus}{self.goal:g}" + ("" if ratio else f" {self.unit}")
