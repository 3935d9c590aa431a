"""Sign-ins against what the machine can hash, and what a flood of them does to everybody else.

    python bench/sign_in.py

Starts a Vireo of its own with production settings, and ends it. References are measured in turns
with what they stand beside: bcrypt at the same cost on all cores, and the same requests without the
flood.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bcrypt
import requests

from vireo_ops.runtime import Runtime
from vireo_testing.mariadb import free_port
from vireo_testing.person import Person

ROUNDS = 5
SECONDS = 4.0
CLIENTS = 8
COST = 12


def hashes_per_second() -> float:
    """Bcrypt on all cores, in threads (it lets go of the interpreter)."""
    stored = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(COST))
    until = time.monotonic() + SECONDS

    def work() -> int:
        count = 0
        while time.monotonic() < until:
            assert bcrypt.checkpw(b"correct horse", stored)
            count += 1
        return count

    cores = os.cpu_count() or 1
    began = time.monotonic()
    with ThreadPoolExecutor(cores) as pool:
        done = sum(future.result() for future in [pool.submit(work) for _ in range(cores)])
    return done / (time.monotonic() - began)


class Flood:
    """Clients that sign in without a pause; every answer is checked."""

    def __init__(self, people: list[Person]) -> None:
        self._people = people
        self._stop = threading.Event()
        self._counts = [0] * len(people)
        self._threads = [
            threading.Thread(target=self._sign_in, args=(number,)) for number in range(len(people))
        ]

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

    def _sign_in(self, number: int) -> None:
        while not self._stop.is_set():
            self._people[number].sign_in()
            self._counts[number] += 1


def p99(url: str, path: str, token: str = "") -> float:
    """Milliseconds of the slowest but one in a hundred, asked one after the other."""
    taken = []
    with requests.Session() as session:
        session.headers["Authorization"] = token
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            began = time.perf_counter()
            answer = session.get(url + path, timeout=30)
            taken.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.text
    return statistics.quantiles(taken, n=100)[98]


def measure(url: str) -> dict[str, list[float]]:
    """Every figure of every round."""
    people = [Person(url) for _ in range(CLIENTS)]
    watcher = Person(url)
    paths = {"me": "/me", "v": "/videos/all?limit=24"}
    found: dict[str, list[float]] = {"sign_in": [], "bcrypt": []}
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
        found["bcrypt"].append(hashes_per_second())
        for name, path in paths.items():
            found.setdefault(f"{name} alone", []).append(p99(url, path, watcher.token))
            with Flood(people) as flood:
                found.setdefault(f"{name} in the flood", []).append(p99(url, path, watcher.token))
            found["sign_in"].append(flood.rate)
        with Flood(people) as flood:
            time.sleep(SECONDS)
        found["sign_in"][-1] = flood.rate
    return found


def main() -> None:
    """Print the medians and their ratios as JSON."""
    data = Path(tempfile.mkdtemp(prefix="vireo-bench-", dir="/tmp"))
    data.chmod(0o755)
    runtime = Runtime(data, free_port(), {"VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1"})
    try:
        runtime.up()
        found = measure(f"http://127.0.0.1:{runtime.port}")
    finally:
        runtime.down()
        shutil.rmtree(data)
    medians = {name: statistics.median(values) for name, values in found.items()}
    # Only the last of each round had nothing else beside it.
    alone = statistics.median(found["sign_in"][1::2])
    report = {
        **{name: round(value, 2) for name, value in medians.items() if name != "sign_in"},
        "sign_in": round(alone, 2),
        "sign_in to bcrypt": round(alone / medians["bcrypt"], 2),
        **{
            f"{name} p99, flood to none": round(
                medians[f"{name} in the flood"] / medians[f"{name} alone"], 2
            )
            for name in ("me", "v")
        },
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
