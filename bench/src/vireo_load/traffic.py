"""The program that makes the traffic: ``python -m vireo_load.traffic <plan>``.

It is a process of its own, because locust monkey-patches its process for gevent, and what samples
the memory must not wait for a client. The outcome of each request goes to the plan's file of
records; the last line of the output is a `Summary`. SIGTERM ends the day at once.
"""

import json
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import gevent

# It patches the standard library, and must come before what uses that.
from locust import User
from locust.env import Environment
from locust.event import Events

from vireo_load import mix
from vireo_load.members import Member
from vireo_load.people import Day, Person
from vireo_load.plan import Plan
from vireo_load.records import Recorder, Request, Summary
from vireo_load.visitors import Browser, Searcher, Viewer

KINDS: dict[str, type[Person]] = {
    "browser": Browser,
    "searcher": Searcher,
    "viewer": Viewer,
    "member": Member,
}
# Longer than a request may take: requests in flight at the end are answered and checked.
_GRACE_SECONDS = 90.0


def main(arguments: Sequence[str]) -> int:
    """Make the traffic of a plan; returns the exit status."""
    (path,) = arguments
    plan = Plan.model_validate_json(Path(path).read_bytes())
    with plan.records.open("w", encoding="utf-8", buffering=1) as file:
        print(json.dumps(asdict(run(plan, file))), flush=True)
    return 0


def run(plan: Plan, file: TextIO) -> Summary:
    """Let people come, wait for the end of the day, and for the last of them to leave."""
    record = Recorder(file)
    day = Day(
        plan, lambda kind, problem: record(Request(time.time(), kind, 0.0, 0, problem or "?"))
    )
    Person.day = day
    Person.host = plan.url
    counts = mix.counted(plan.people)
    classes: list[type[User]] = []
    for name, kind in KINDS.items():
        kind.fixed_count = counts[name]
        classes.append(kind)
    environment = Environment(user_classes=classes, events=_events(day, record))
    runner = environment.create_local_runner()
    gevent.signal_handler(signal.SIGTERM, day.ended.set)
    gevent.signal_handler(signal.SIGINT, day.ended.set)
    began, processor = time.time(), time.process_time()
    runner.start(plan.people, spawn_rate=plan.people / plan.arriving)
    day.ended.wait(timeout=plan.seconds)
    day.ended.set()
    seconds, processor = time.time() - began, time.process_time() - processor
    # Nobody else is spawned.
    if runner.spawning_greenlet is not None:
        runner.spawning_greenlet.kill()
    left = runner.user_greenlets.join(timeout=_GRACE_SECONDS)
    stayed = 0 if left else len(runner.user_greenlets)
    runner.quit()
    return Summary(began, seconds, processor / seconds, counts, stayed)


def _events(day: Day, record: Recorder) -> Events:
    """What is recorded: every request, and exceptions of the load's own code."""
    events = Events()

    def requested(
        name: str,
        response_time: float,
        response_length: int,
        start_time: float,
        exception: BaseException | None,
        **_: Any,
    ) -> None:
        problem = "" if exception is None else (str(exception) or repr(exception))
        record(Request(start_time, name, response_time, response_length, problem))

    def failed(user_instance: Any, exception: BaseException, **_: Any) -> None:
        day.record("the load itself", f"{user_instance}: {exception!r}")

    events.request.add_listener(requested)
    events.user_error.add_listener(failed)
    return events


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
