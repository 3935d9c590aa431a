"""How much is on the Vireo, how many people come, and for how long."""

from dataclasses import dataclass

MIB = 1 << 20
# A run ends by itself whatever is asked for.
MOST_SECONDS, MOST_PEOPLE = 3600, 500
LEAST_SECONDS, LEAST_PEOPLE = 5, 4


@dataclass(frozen=True)
class Scale:
    """The whole load, or the short form that only checks the answers.

    ``films`` are sizes in bytes. ``pause`` is the mean of the seconds that somebody looks at what
    came before the next click. People arrive within ``arriving`` seconds. Memory is looked at every
    ``look`` seconds.
    """

    judge: bool
    seconds: int
    people: int
    pause: float
    arriving: int
    look: float
    videos: int
    channels: int
    films: tuple[int, ...]


FULL = Scale(
    judge=True,
    seconds=180,
    # Two cores are about half busy with them.
    people=60,
    pause=0.7,
    arriving=15,
    look=1.0,
    videos=100_000,
    channels=2_000,
    # Small enough for any page cache: what is tried is many things at once, and `make bench` knows
    # how fast one is.
    films=(24 * MIB, 48 * MIB, 96 * MIB),
)
SHORT = Scale(
    judge=False,
    seconds=10,
    people=12,
    pause=0.2,
    arriving=2,
    look=1.0,
    videos=2_000,
    channels=50,
    films=(6 * MIB, 8 * MIB),
)
