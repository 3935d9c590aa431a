"""SIGKILL at random moments, for programs of one Vireo alone, by their ids."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping

import psutil

from vireo_harness.processes import below, command
from vireo_harness.vireo import Vireo

# What takes part in making a video.
KINDS = ("worker", "tool", "database")
_PAUSE_SECONDS = 2.5
# A program that was killed is started anew, and a tool runs again.
_PATIENCE_SECONDS = 120.0


def kill_at_random(
    vireo: Vireo, count: int, chance: random.Random, step: Callable[[Counter[str]], None]
) -> Counter[str]:
    """Kill ``count`` times, each time one kind of what is running; how often each kind was."""
    killed: Counter[str] = Counter()
    until = time.monotonic() + _PATIENCE_SECONDS
    while killed.total() < count:
        assert time.monotonic() < until, f"nothing to kill since the last one ({dict(killed)})"
        time.sleep(min(chance.expovariate(1 / _PAUSE_SECONDS), 5 * _PAUSE_SECONDS))
        kind = chance.choice(KINDS)
        if sum(kill(pid) for pid in victims(vireo, kind, chance)):
            killed[kind] += 1
            step(killed)
            until = time.monotonic() + _PATIENCE_SECONDS
    return killed


def victims(vireo: Vireo, kind: str, chance: random.Random) -> list[int]:
    """The processes of a kind: the worker's own, one of its tools, or the database's."""
    programs = vireo.processes()
    if kind == "database":
        return [pid for pid in programs if "mariadbd" in command(pid)]
    workers = [pid for pid in programs if "media.worker" in command(pid)]
    if kind == "worker":
        return workers
    tools = [pid for worker in workers for pid in below(worker) if pid not in workers]
    return [chance.choice(tools)] if tools else []


def kill(pid: int) -> bool:
    """Whether it was there to be killed."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def outlived(folder: str) -> list[str]:
    """Commands about files of a folder whose worker is gone."""
    found = []
    for process in psutil.process_iter(["ppid", "cmdline"]):
        words = process.info["cmdline"] or []
        if process.info["ppid"] == 1 and any(folder in word for word in words):
            found.append(f"{process.pid} {' '.join(words)[-200:]}")
    return found


def shown(killed: Mapping[str, int]) -> str:
    """How often each kind was killed, in a line."""
    return ", ".join(f"{killed.get(kind, 0)} x {kind}" for kind in KINDS)
