"""A simulated user, scheduled by locust: visits, pauses, and leaves when the day ends."""

import random
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from gevent.event import Event
from locust import FastHttpUser, constant, task
from locust.env import Environment
from locust.exception import RescheduleTask, StopUser

from vireo_load.checks import Answer, Check, Wrong
from vireo_load.plan import Film, Plan

T = TypeVar("T")


class Day:
    """What all people of a run share: the plan, the end, and the bytes that they must get.

    ``record`` takes what was wrong beside a single answer: the kind, and a text.
    """

    def __init__(self, plan: Plan, record: Callable[[str, str], None]) -> None:
        self.plan = plan
        self.record = record
        self.ended = Event()
        self.films = {film.hash_path: film for film in plan.films}
        self.bytes = {film.hash_path: film.file.read_bytes() for film in plan.films}
        self.thumbnails = {film.hash_path: film.thumbnail.read_bytes() for film in plan.films}
        self.hash_paths = list(plan.shown)
        # What a channel without a picture of its own gets is drawn from its name: always the same.
        self.pictures: dict[str, bytes] = {}
        self.clips = {
            "playable": plan.playable.file.read_bytes(),
            "foreign": plan.foreign.file.read_bytes(),
        }


class Person(FastHttpUser):
    """A user with a connection and a source of random numbers (``chance``) of its own."""

    abstract = True
    wait_time = constant(0)
    # Size of the pool of connections. The client repeats a request that a kept connection lost once
    # for each of them and once more; with the default of ten that would hide failures.
    concurrency = 1
    day: ClassVar[Day]
    came: ClassVar[int] = 0

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        mine = type(self)
        self.kind = f"a {mine.__name__.lower()}'s visit"
        self.number = mine.came
        mine.came += 1
        self.chance = random.Random(f"{self.day.plan.seed} {self.kind} {self.number}")
        self.token = ""

    @task
    def come(self) -> None:
        """One visit, and a pause until the next."""
        try:
            self.visit()
        except Wrong as wrong:
            if not wrong.counted:
                # Each answer was right by itself, but they are inconsistent.
                self.day.record(self.kind, str(wrong))
            # Go on with the next visit.
            raise RescheduleTask from wrong
        finally:
            self.pause()

    @abstractmethod
    def visit(self) -> None:
        """What a user of this kind does."""

    def pause(self, times: float = 1.0) -> None:
        """Wait for about ``times`` the usual pause; leave where the day ends meanwhile."""
        seconds = self.chance.expovariate(1 / (self.day.plan.pause * times))
        if self.day.ended.wait(timeout=min(seconds, 5 * self.day.plan.pause * times)):
            raise StopUser

    def choose(self, weights: Mapping[str, float]) -> str:
        """One of the names, by its weight."""
        return self.chance.choices(list(weights), weights=list(weights.values()))[0]

    def film(self) -> Film:
        """One of the films."""
        return self.chance.choice(self.day.plan.films)

    def ask(
        self,
        kind: str,
        path: str,
        check: Check[T],
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> T:
        """Send a request (with the token, where there is one), and return what ``check`` returns.

        Args:
            kind: what it is counted as; its first word is the method.

        Raises:
            Wrong: the answer is not right, or did not come; that is counted by then.
        """
        method = kind.partition(" ")[0]
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        with self.client.request(
            method, path, name=kind, headers=sent, catch_response=True, **options
        ) as answer:
            try:
                if answer.headers is None:
                    raise Wrong(f"no answer: {getattr(answer, 'error', None)!r}")
                named = {name.lower(): text for name, text in answer.headers.items()}
                value = check(Answer(answer.status_code, named, answer.content or b""))
            except Wrong as wrong:
                answer.failure(str(wrong))
                wrong.counted = True
                raise
            answer.success()
            return value
        raise AssertionError("locust took the answer away")
