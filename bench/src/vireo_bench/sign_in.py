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
from vireo_bench.stage import Stage
from vireo_client import VireoError
from vireo_testing.person import Person

CLIENTS = 8
COST = 12


def figures(stage: Stage) -> list[Figure]:
    """The rows of sign-in."""
    people = [Person(stage.vireo.url) for _ in range(CLIENTS)]
    paths = [f"/v/{hash_path}" for hash_path in stage.corpus.shown]
    seconds = stage.scale.long_burst

    def p99() -> float:
        return wrk.load(stage.vireo.url, paths, seconds=seconds, connections=1).p99_ms

    def rate() -> float:
        with Flood(people) as flood:
            time.sleep(seconds)
        return flood.rate

    def p99_in_the_flood() -> float:
        with Flood(people):
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
    """What the machine can check of passwords, with a thread for each core."""
    stored = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(COST))
    began = time.monotonic()

    def work() -> int:
        count = 0
        while time.monotonic() < began + seconds:
            assert bcrypt.checkpw(b"correct horse", stored)
            count += 1
        return count

    cores = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(cores) as pool:
        done = sum(future.result() for future in [pool.submit(work) for _ in range(cores)])
    return done / (time.monotonic() - began)


class Flood:
    """Clients that sign in without a pause; every answer is checked."""

    def __init__(self, people: list[Person]) -> None:
        self._people = people
        self._stop = threading.Event()
        self._counts = [0] * len(people)
        self._problems: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._sign_in, args=(number,)) for number in range(len(people))
        ]
        self.rate = 0.0

    def __enter__(self) -> "Flood":
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.rate = sum(self._counts) / (time.monotonic() - self._began)
        if self._problems:
            raise self._problems[0]

    def _sign_in(self, number: int) -> None:
        try:
            while not self._stop.is_set():
                self._people[number].sign_in()
                self._counts[number] += 1
        except (VireoError, OSError) as problem:
            self._problems.append(problem)
