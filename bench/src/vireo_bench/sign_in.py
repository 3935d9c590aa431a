"""Sign-ins against what the machine can hash, and what a flood of them does to everybody else.

The rate's reference is bcrypt at the same cost on all cores, in threads (it lets go of the
interpreter). The watcher's reference is the same watcher without the flood: one client that asks
for one video after the other, none of them hot, and what the slowest of a hundred answers takes.
"""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import bcrypt

from vireo_bench import wrk
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup
from vireo_harness.threads import running_threads
from vireo_testing.person import Person

CLIENTS = 8
COST = 12


def figures(setup: Setup) -> list[Figure]:
    """The rows of sign-in."""
    people = [Person(setup.vireo.url) for _ in range(CLIENTS)]
    paths = [f"/v/{hash_path}" for hash_path in setup.corpus.shown]
    seconds = setup.scale.long_burst

    def p99() -> float:
        return wrk.load(setup.vireo.url, paths, seconds=seconds, connections=1).p99_ms

    def sign_in(number: int, stop: threading.Event) -> int:
        """Sign in without a pause, every answer checked; how often."""
        count = 0
        while not stop.is_set():
            people[number].sign_in()
            count += 1
        return count

    def rate() -> float:
        began = time.monotonic()
        with running_threads(CLIENTS, sign_in) as signing_in:
            time.sleep(seconds)
        return sum(one.result() for one in signing_in) / (time.monotonic() - began)

    def p99_in_the_flood() -> float:
        with running_threads(CLIENTS, sign_in):
            return p99()

    return [
        Figure(
            "sign_in",
            f"POST /sign_in, {CLIENTS} clients",
            "/s",
            Goal(Judged.RATIO_AT_LEAST, 0.90),
            rate,
            "bcrypt on all cores",
            lambda: hashes_per_second(seconds),
        ),
        Figure(
            "v_p99_in_flood",
            f"GET /v, p99, while {CLIENTS} clients sign in",
            "ms",
            Goal(Judged.RATIO_AT_MOST, 2.0),
            p99_in_the_flood,
            "without them",
            p99,
        ),
    ]


def hashes_per_second(seconds: float) -> float:
    """How many passwords the machine can check, with a thread for each core."""
    stored = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(COST))
    began = time.monotonic()

    def check(_: int) -> int:
        count = 0
        while time.monotonic() < began + seconds:
            assert bcrypt.checkpw(b"correct horse", stored), "the right password is refused"
            count += 1
        return count

    cores = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(cores) as pool:
        done = sum(pool.map(check, range(cores)))
    return done / (time.monotonic() - began)
