"""What is measured: a figure, its goal, and the row that comes out."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum

Turn = Callable[[], float]
"""Measures once; the value in the figure's unit. An ``AssertionError`` tells a wrong answer."""


class Judged(StrEnum):
    """What of a row is held against its goal."""

    RATIO_AT_LEAST = "ratio at least"
    RATIO_AT_MOST = "ratio at most"
    DIFFERENCE_AT_MOST = "difference at most"
    VALUE_AT_MOST = "value at most"


@dataclass(frozen=True)
class Goal:
    """A limit; a difference and a value are in the figure's unit."""

    judged: Judged
    limit: float

    def met_by(self, value: float, reference: float | None, ratio: float | None) -> bool:
        """Whether a row reaches it."""
        match self.judged:
            case Judged.RATIO_AT_LEAST:
                return ratio is not None and ratio >= self.limit
            case Judged.RATIO_AT_MOST:
                return ratio is not None and ratio <= self.limit
            case Judged.DIFFERENCE_AT_MOST:
                return reference is not None and value - reference <= self.limit
            case Judged.VALUE_AT_MOST:
                return value <= self.limit


@dataclass(frozen=True)
class Figure:
    """One row of the table before it is measured.

    ``vireo`` and ``reference`` are called in turns. A figure without a goal is told and not judged.
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
    judged: str | None
    met: bool | None
    spread: tuple[float, float]
    values: list[float] = field(default_factory=list)
    references: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)
