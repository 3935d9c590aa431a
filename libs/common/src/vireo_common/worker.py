"""A worker process: slots that each take one job at a time, hold its lease, and give it back at a
stop.
"""

import errno
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vireo_common.database import RefusedData
from vireo_common.errors import Failure
from vireo_common.jobs import LEASE_SECONDS, Job, LeaseLost
from vireo_common.logs import bind_context, clear_context, get_logger

log = get_logger()

RENEW_SECONDS = 2.0
OUTAGE_SECONDS = 1.0
NEIGHBOUR_SECONDS = 2.0
MAX_BACKOFF_SECONDS = 60.0
UNKNOWN_SECONDS = 60.0
ALIVE_SECONDS = 0.5
SWEEP_SECONDS = 600.0
FULL, FULL_SECONDS = {errno.ENOSPC, errno.EDQUOT}, 60.0


class Queue(Protocol):
    """What a slot needs of where its jobs are; see ``vireo_common.jobs.JobQueue``."""

    def claim(self) -> Job | None:
        """The next job that is due."""

    def renew(self, job: Job) -> bool:
        """Hold on to it."""

    def put_back(self, job: Job, *, delay: float = 0, error: str = "", count: bool = True) -> None:
        """Let it run again."""


class Interrupted(Exception):
    """A handler's work ended early because its stop event was set."""


class TryLater(Exception):
    """The job can't be done now, for a reason outside of it; it is retried after ``seconds``.

    This is not counted as an attempt.
    """

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


@dataclass(frozen=True)
class Handler:
    """What is done with the jobs of one kind.

    ``run`` does the job and finishes it. ``give_up`` is called for a job that had all its attempts:
    it fails the job's subject, and quarantines the job.
    """

    run: Callable[[Job, threading.Event], None]
    give_up: Callable[[Job, str], None]


class Slot(threading.Thread):
    """One thread that works on one queue until ``stopping`` is set.

    Args:
        idle_seconds: how long it waits before it looks for work again.
        retries: errors of the machine, after which the job is retried with backoff, up to its
            ``max_attempts``. Any other error is a defect, which ends the worker; the attempt has
            been counted. So is what the database refuses of a job's own data.
        may_claim: asked before each look for work; while it is false, nothing is claimed, so that
            no turn of a subject is used up.
    """

    def __init__(
        self,
        name: str,
        queue: Queue,
        handlers: Mapping[str, Handler],
        stopping: threading.Event,
        idle_seconds: float,
        *,
        retries: tuple[type[Exception], ...] = (OSError,),
        may_claim: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(name=name)
        self._idle_seconds = idle_seconds
        self._queue = queue
        self._handlers = handlers
        self._stopping = stopping
        self._retries: tuple[type[Exception], ...] = (*retries, RefusedData)
        self._may_claim = may_claim

    def run(self) -> None:
        """Take jobs; an outage of the database is waited out."""
        while not self._stopping.is_set():
            try:
                job = self._queue.claim() if self._may_claim() else None
                if job is None:
                    self._stopping.wait(self._idle_seconds)
                    continue
                self._work(job)
            except Failure:
                # The database is not there. What was claimed is claimed again after its lease.
                self._stopping.wait(OUTAGE_SECONDS)

    def _work(self, job: Job) -> None:
        bind_context(job=job.kind, subject=job.subject)
        began = time.monotonic()
        try:
            with Hold(self._queue, job, self._stopping) as stop:
                self._run(job, stop)
        finally:
            log.info("job", attempt=job.attempt, seconds=round(time.monotonic() - began, 3))
            clear_context()

    def _run(self, job: Job, stop: threading.Event) -> None:
        handler = self._handlers.get(job.kind)
        if handler is None:
            # Of another version, which may come back: an upgrade that was taken back, or goes on.
            log.error("job_of_unknown_kind")
            self._queue.put_back(job, delay=UNKNOWN_SECONDS, error="unknown kind", count=False)
            return
        try:
            if job.exhausted:
                handler.give_up(job, "every worker that took it died")
                return
            handler.run(job, stop)
        except LeaseLost:
            log.info("job_lost")
        except Interrupted:
            # At a stop, or after an outage of the database. Where the job is another's by now,
            # this does nothing.
            self._queue.put_back(job, count=False)
        except TryLater as later:
            self._queue.put_back(job, delay=later.seconds, error=str(later), count=False)
        except Failure as failure:
            # Another service or the database is down, which is no attempt of the job.
            error = failure.code.value
            self._queue.put_back(job, delay=NEIGHBOUR_SECONDS, error=error, count=False)
        except self._retries as error:
            if isinstance(error, OSError) and error.errno in FULL:
                # It says nothing about the job, and more room may come.
                self._queue.put_back(job, delay=FULL_SECONDS, error="disk full", count=False)
                return
            log.error("job_failed", exc_info=error)
            self._retry(job, handler, type(error).__name__)

    def _retry(self, job: Job, handler: Handler, reason: str) -> None:
        if job.attempt >= job.max_attempts:
            try:
                handler.give_up(job, reason)
            except LeaseLost:
                log.info("job_lost")
            return
        backoff = min(2.0 ** min(job.attempt, 10) / 2, MAX_BACKOFF_SECONDS)
        self._queue.put_back(job, delay=backoff, error=reason)


class Hold:
    """Renews the lease of a job while it is worked on.

    Entering gives an event that is set when the work must stop: the lease is lost, or the worker
    stops.
    """

    def __init__(self, queue: Queue, job: Job, stopping: threading.Event) -> None:
        self._queue = queue
        self._job = job
        self._stopping = stopping
        self._stop = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"lease-{job.job_id}")

    def __enter__(self) -> threading.Event:
        self._thread.start()
        return self._stop

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        renewed = time.monotonic()
        while not self._done.wait(0.1):
            if self._stopping.is_set():
                self._stop.set()
            now = time.monotonic()
            if now - renewed < RENEW_SECONDS:
                continue
            try:
                if not self._queue.renew(self._job):
                    self._stop.set()
                    return
                renewed = now
            except Failure:
                # Retried until the lease has certainly expired.
                if now - renewed > LEASE_SECONDS:
                    self._stop.set()
                    return


class Sweeper(threading.Thread):
    """Deletes what has expired, now and then; several workers may do so at once.

    Args:
        sweeps: each deletes a bounded number of rows.
    """

    def __init__(self, sweeps: Sequence[Callable[[], None]], stopping: threading.Event) -> None:
        super().__init__(name="sweeper")
        self._sweeps = sweeps
        self._stopping = stopping

    def run(self) -> None:
        """Sweep until ``stopping`` is set."""
        while not self._stopping.is_set():
            try:
                for sweep in self._sweeps:
                    sweep()
            except Failure:
                log.info("sweep_postponed")
            self._stopping.wait(SWEEP_SECONDS)


def run_until_stopped(
    threads: Sequence[threading.Thread], stopping: threading.Event, alive_file: Path | None
) -> int:
    """Run a worker's threads until the process gets a signal to stop; its exit code.

    Args:
        threads: what runs until ``stopping`` is set.
        alive_file: touched all the time, for ``vireo_common.alive``.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    for thread in threads:
        thread.start()
    dead: list[str] = []
    while not dead and not stopping.wait(ALIVE_SECONDS):
        if alive_file:
            alive_file.touch()
        dead = [thread.name for thread in threads if not thread.is_alive()]
    if dead:
        # A defect ended a thread; the process ends too, and the supervisor restarts it.
        log.error("worker_thread_died", threads=dead)
        stopping.set()
    for thread in threads:
        thread.join()
    return 1 if dead else 0
