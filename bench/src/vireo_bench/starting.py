"""How soon a full Vireo is ready, and how much memory it uses when idle."""

import time

from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup
from vireo_harness.processes import pss

_MEGA = 1e6
_SETTLED_SECONDS = 2.0


def figures(setup: Setup) -> list[Figure]:
    """The rows of starting and of memory; they stop Vireo, so they come last."""

    def restart() -> float:
        setup.vireo.down()
        return setup.vireo.up()

    def idle() -> float:
        if setup.scale.judge:
            time.sleep(_SETTLED_SECONDS)
        return _proportional_size(setup) / _MEGA

    return [
        Figure(
            "idle_memory",
            "memory of Vireo without MariaDB, idle",
            "MB",
            Goal(Judged.VALUE_AT_MOST, 550),
            idle,
        ),
        Figure("up", "make up, to ready", "s", Goal(Judged.VALUE_AT_MOST, 10), restart),
    ]


def _proportional_size(setup: Setup) -> int:
    """Bytes of memory of all processes but the database, each shared page counted once.

    It is what these processes would give back if they ended.
    """
    processes = setup.vireo.processes().items()
    return sum(pss(pid) for pid, program in processes if "mariadbd" not in program)
