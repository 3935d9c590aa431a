"""What a flood of the dearest searches does to everybody else.

The dearest are those of very common words, each of which begins others: nothing about them is rare,
so that as many videos are looked at as there may be for a page. The reference is the same watcher
without the flood, as for sign-ins. Searches that are refused (429 or 503: too many ask at once)
count as answers: that is what bounds the flood, here where the rate of one address does not hold.
"""

import itertools
import threading
import time
from urllib.parse import quote

from vireo_bench import transfers, wrk
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.stage import Stage
from vireo_bench.vireo import HOST

CLIENTS = 40
_WORDS = 10
# What a program that is refused waits at least; one that does not is stopped by its address's rate.
_PAUSE_SECONDS = 0.1


def figures(stage: Stage) -> list[Figure]:
    """The rows of the flood."""
    shown = list(stage.corpus.shown)
    seconds = stage.scale.long_burst
    routes = {
        "v": ("GET /v", [f"/v/{hash_path}" for hash_path in shown]),
        "videos": ("GET /videos/all", [f"/videos/all?limit={limit}" for limit in range(1, 101)]),
    }
    found = []
    for name, (title, paths) in routes.items():

        def p99(paths: list[str] = paths) -> float:
            done = wrk.load(
                stage.vireo.url, paths, seconds=seconds, connections=1, token=stage.owner.token
            )
            return done.p99_ms

        def p99_in_the_flood(paths: list[str] = paths) -> float:
            with SearchFlood(stage):
                return p99(paths)

        found.append(
            Figure(
                f"{name}_p99_in_searches",
                f"{title}, p99, while {CLIENTS} clients ask the dearest searches",
                "ms",
                Goal(Judged.RATIO_AT_MOST, 2.0),
                p99_in_the_flood,
                "without them",
                p99,
            )
        )
    return found


def dearest(stage: Stage) -> list[str]:
    """Addresses of searches whose words are all very common, no two alike."""
    words = sorted(stage.corpus.texts_with, key=lambda word: -stage.corpus.texts_with[word])
    chosen = itertools.islice(itertools.permutations(words[: _WORDS + 4], _WORDS), 0, 100_000, 997)
    return [f"/search/all/{quote(' '.join(some))}" for some in chosen]


class SearchFlood:
    """Clients that search without a pause but for where they are refused."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._paths = dearest(stage)
        self._stop = threading.Event()
        self._problems: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._search, args=(number,)) for number in range(CLIENTS)
        ]
        self.answered = 0

    def __enter__(self) -> "SearchFlood":
        for thread in self._threads:
            thread.start()
        # All of them are there before anybody measures.
        time.sleep(_PAUSE_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._problems:
            raise self._problems[0]
        assert self.answered, "no search of the flood was answered"

    def _search(self, number: int) -> None:
        paths = itertools.cycle(self._paths[number:] + self._paths[:number])
        try:
            with transfers.connection(HOST, self._stage.vireo.port) as line:
                while not self._stop.is_set():
                    head = line.ask("GET", next(paths))
                    line.body(head)
                    assert head.status in {200, 429, 503}, f"{head.status} for a search"
                    if head.status == 200:
                        self.answered += 1
                    else:
                        self._stop.wait(_PAUSE_SECONDS)
        except (AssertionError, OSError) as problem:
            self._problems.append(problem)
