"""What a flood of the costliest searches does to everybody else.

The costliest are those of very common words: nothing about them is rare, so that as many videos are
looked at as there may be for a page. The reference is the same watcher
without the flood, as for sign-ins. Searches that are refused (429 or 503: too many ask at once)
count as answers: that is what bounds the flood, here where the rate of one address does not hold.
"""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote

from vireo_bench import transfers, wrk
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup
from vireo_harness.threads import running_threads
from vireo_harness.vireo import HOST

CLIENTS = 40
_WORDS = 10
# Least wait of a client that is refused; without it the rate limit stops it.
_PAUSE_SECONDS = 0.1


def figures(setup: Setup) -> list[Figure]:
    """The rows of the flood."""
    videos = [f"/v/{hash_path}" for hash_path in setup.corpus.shown]
    lists = [f"/videos/all?limit={limit}" for limit in range(1, 101)]
    return [
        _figure(setup, "v", "GET /v", videos),
        _figure(setup, "videos", "GET /videos/all", lists),
    ]


def _figure(setup: Setup, name: str, title: str, paths: list[str]) -> Figure:
    def p99() -> float:
        seconds, token = setup.scale.long_burst, setup.owner.token
        return wrk.load(setup.vireo.url, paths, seconds=seconds, connections=1, token=token).p99_ms

    def p99_in_the_flood() -> float:
        with flood(setup):
            return p99()

    return Figure(
        f"{name}_p99_in_searches",
        f"{title}, p99, while {CLIENTS} clients ask the costliest searches",
        "ms",
        Goal(Judged.RATIO_AT_MOST, 2.0),
        p99_in_the_flood,
        "without them",
        p99,
    )


def costliest(setup: Setup) -> list[str]:
    """Addresses of searches whose words are all very common, no two alike."""
    words = sorted(setup.corpus.texts_with, key=lambda word: -setup.corpus.texts_with[word])
    chosen = itertools.islice(itertools.permutations(words[: _WORDS + 4], _WORDS), 0, 100_000, 997)
    return [f"/search/all/{quote(' '.join(some))}" for some in chosen]


@contextmanager
def flood(setup: Setup) -> Iterator[None]:
    """Clients that search without a pause but for where they are refused."""
    paths = costliest(setup)

    def search(number: int, stop: threading.Event) -> int:
        answered = 0
        mine = itertools.cycle(paths[number:] + paths[:number])
        with closing(transfers.Connection(HOST, setup.vireo.port)) as line:
            while not stop.is_set():
                head = line.ask("GET", next(mine))
                line.body(head)
                assert head.status in {200, 429, 503}, f"{head.status} for a search"
                if head.status == 200:
                    answered += 1
                else:
                    stop.wait(_PAUSE_SECONDS)
        return answered

    with running_threads(CLIENTS, search) as searching:
        # All of them are there before anybody measures.
        time.sleep(_PAUSE_SECONDS)
        yield
    assert any(one.result() for one in searching), "no search of the flood was answered"
