"""Group commit: requests about one thing that come within a moment share one transaction.

A counter that many change at once is a row that all of them lock, one after the other, each for as
long as its commit takes. Here those that wait in a process are taken together: the first one leads,
works for all that wait at that moment, and hands over to one of those who came meanwhile. So nobody
waits for more than two transactions of this process, the one that runs and the one that they are
in, however many come.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from vireo_common.errors import Code, Failure

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 200
"""Members of a batch. Measured: 200 rows take a few milliseconds more than one."""
WAIT_SECONDS = 25.0
"""Less than the gateway waits for an answer."""


@dataclass(eq=False)
class _Member(Generic[Item, Result]):
    item: Item
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    outcome: "Result | Exception | None" = None


class Batches(Generic[Key, Item, Result]):
    """Works on items that have the same key together, one batch of a key at a time.

    Args:
        work: gets the key and the items of a batch in the order in which they came, and gives the
            result of each, or what it is refused with. What it raises all of them get.
    """

    def __init__(
        self, work: Callable[[Key, Sequence[Item]], Sequence[Result | Failure]], most: int = MOST
    ) -> None:
        self._work = work
        self._most = most
        self._lock = threading.Lock()
        # A key is there while somebody leads; the leader itself is not in its queue.
        self._waiting: dict[Key, deque[_Member[Item, Result]]] = {}

    def do(self, key: Key, item: Item) -> Result:
        """Have the item worked on; its result.

        Raises:
            Failure: what it was refused with; ``unavailable`` where it took too long.
        """
        member: _Member[Item, Result] = _Member(item)
        with self._lock:
            queue = self._waiting.get(key)
            if queue is None:
                self._waiting[key] = deque()
                member.leads = True
            else:
                queue.append(member)
        if not member.leads:
            self._wait(key, member)
        if member.leads:
            self._lead(key, member)
        outcome = member.outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome  # type: ignore[return-value]

    def _wait(self, key: Key, member: _Member[Item, Result]) -> None:
        if member.woken.wait(WAIT_SECONDS):
            return
        with self._lock:
            if member.woken.is_set():
                return
            queue = self._waiting.get(key)
            if queue is not None and member in queue:
                queue.remove(member)
        raise Failure(Code.UNAVAILABLE)

    def _lead(self, key: Key, leader: _Member[Item, Result]) -> None:
        with self._lock:
            queue = self._waiting[key]
            others = [queue.popleft() for _ in range(min(len(queue), self._most - 1))]
        batch = [leader, *others]
        try:
            results: Sequence[Result | Exception] = self._work(key, [each.item for each in batch])
        except Exception as error:  # noqa: BLE001 (each of them raises it)
            results = [error] * len(batch)
        finally:
            self._hand_over(key)
        for member, outcome in zip(batch, results, strict=True):
            member.outcome = outcome
            member.woken.set()

    def _hand_over(self, key: Key) -> None:
        with self._lock:
            queue = self._waiting[key]
            if not queue:
                del self._waiting[key]
                return
            following = queue.popleft()
            following.leads = True
            following.woken.set()
