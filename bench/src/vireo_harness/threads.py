"""Threads that work until they are stopped."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def running_threads(
    size: int, work: Callable[[int, threading.Event], T]
) -> Iterator[list[Future[T]]]:
    """Run ``work(number, stop)`` in ``size`` threads until the end of the ``with`` sets ``stop``.

    Its results are those of the futures, after the end.

    Raises:
        Exception: what the first of the threads raised, at the end of the ``with``.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(size) as pool:
        done = [pool.submit(work, number, stop) for number in range(size)]
        try:
            yield done
        finally:
            stop.set()
    for future in done:
        future.result()
