"""How full the Vireo is, how many users come, and for how long."""

from pydantic import BaseModel

MIB = 1 << 20
# A run ends by itself whatever is asked for.
MOST_SECONDS, MOST_PEOPLE = 3600, 500
LEAST_SECONDS, LEAST_PEOPLE = 5, 4


class Scale(BaseModel):
    """As it is, that of the whole load.

    ``pause`` is the mean of the seconds that somebody looks at what came before the next click.
    People arrive within ``arriving`` seconds. Memory is looked at every ``look`` seconds. Films of
    ``film_sizes`` bytes are watched.
    """

    judge: bool = True
    seconds: int = 180
    # Two cores are about half busy with them.
    people: int = 60
    pause: float = 0.7
    arriving: int = 15
    look: float = 1.0
    videos: int = 100_000
    channels: int = 2_000
    # Small enough for any page cache: what is tried is many things at once, and `make bench` knows
    # how fast one is.
    film_sizes: tuple[int, ...] = (24 * MIB, 48 * MIB, 96 * MIB)


FULL = Scale()
SHORT = Scale(
    judge=False,
    seconds=10,
    people=12,
    pause=0.2,
    arriving=2,
    videos=2_000,
    channels=50,
    film_sizes=(6 * MIB, 8 * MIB),
)
