"""The outcome of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from vireo_load.memory import Sample, Trend
from vireo_load.plan import Plan
from vireo_load.records import Moment, Problem, Request, Row, Summary, moments, problems, rows

_STEPS = 36


@dataclass(frozen=True)
class Load:
    """The outcome of one run.

    ``measure`` says what of the memory was read; ``busy`` is the share of all cores that was busy,
    with whatever; ``logged`` is what Vireo's own logs say was wrong.
    """

    plan: Plan
    summary: Summary
    requests: Sequence[Request]
    samples: Sequence[Sample]
    measure: str
    trends: Sequence[Trend]
    busy: float
    logged: Sequence[Problem] = ()

    def rows(self) -> list[Row]:
        """The kinds of request."""
        return rows(self.requests, self.summary.seconds)

    def moments(self) -> list[Moment]:
        """The day in intervals."""
        step = max(1.0, round(self.summary.seconds / _STEPS))
        return moments(self.requests, self.summary.began, self.summary.seconds, step)

    def problems(self) -> list[Problem]:
        """What was wrong."""
        return [*problems(self.requests), *self.logged]
