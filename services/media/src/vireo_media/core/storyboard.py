"""The storyboard of a video: small pictures of it in sprites, and the WebVTT that says which is
where. Players show them above the place that somebody points at."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# The longer side of a tile, in pixels.
TILE_SIDE = 160
COLUMNS = ROWS = 10
# Seconds between two tiles: the first of them that needs no more tiles than this, else the last.
_STEPS = (1, 2, 5, 10, 20, 30, 60)
_TILES = 400


@dataclass(frozen=True)
class Storyboard:
    """``count`` tiles, one each ``step`` seconds, in sprites of ``columns`` x ``rows``. Sizes are
    of a tile, in pixels."""

    seconds: float
    step: int
    count: int
    columns: int
    rows: int
    width: int
    height: int

    @property
    def sprites(self) -> int:
        """How many sprites there are."""
        return math.ceil(self.count / (self.columns * self.rows))

    def webvtt(self, names: Sequence[str]) -> str:
        """What a player reads.

        Args:
            names: addresses of the sprites, relative to its own.
        """
        return "WEBVTT\n" + "".join(self._cues(names))

    def _cues(self, names: Sequence[str]) -> Iterator[str]:
        for number in range(self.count):
            sprite, place = divmod(number, self.columns * self.rows)
            row, column = divmod(place, self.columns)
            at = f"{column * self.width},{row * self.height},{self.width},{self.height}"
            begin, end = number * self.step, (number + 1) * self.step
            if number == self.count - 1:
                end = max(math.ceil(self.seconds), begin + 1)
            yield f"\n{_time(begin)} --> {_time(end)}\n{names[sprite]}#xywh={at}\n"


def plan(seconds: float, width: int, height: int) -> Storyboard:
    """The storyboard of a film that lasts so long, of this size as it is displayed."""
    step = next((each for each in _STEPS if seconds <= each * _TILES), _STEPS[-1])
    count = max(1, math.ceil(seconds / step))
    # A single sprite is no larger than its tiles need.
    columns = min(COLUMNS, count)
    rows = min(ROWS, math.ceil(count / columns))
    factor = min(1.0, TILE_SIDE / max(width, height))
    sides = (max(2, round(width * factor)), max(2, round(height * factor)))
    return Storyboard(seconds, step, count, columns, rows, *sides)


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000"
