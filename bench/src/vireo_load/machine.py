"""How busy the whole machine was: who measures on one that has other work should know."""

from pathlib import Path

_IDLE = (3, 4)


class Busy:
    """The share of all cores that was busy since it was made."""

    def __init__(self) -> None:
        self._before = _ticks()

    def share(self) -> float:
        """Between 0 and 1."""
        now = [after - before for before, after in zip(self._before, _ticks(), strict=True)]
        idle = sum(now[place] for place in _IDLE)
        return 1 - idle / sum(now) if sum(now) else 0.0


def _ticks() -> list[int]:
    """user, nice, system, idle, waiting for the disk, interrupts, of all cores together."""
    first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    # What guests took, at the end, is in user and nice already.
    return [int(word) for word in first.split()[1:9]]
