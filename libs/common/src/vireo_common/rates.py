"""What an account is told that does too much at once."""

import math

from vireo_common.errors import Code, Failure


class TooFast(Exception):
    """The account has done as much as it may; ``seconds`` until there is room for this too."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def slow_down(refused: TooFast) -> Failure:
    """The answer to a write beyond the rate."""
    seconds = max(1, math.ceil(refused.seconds))
    said = "Your account changes too much at once; wait a moment."
    return Failure(Code.RATE_LIMITED, said, retry_after=seconds)
