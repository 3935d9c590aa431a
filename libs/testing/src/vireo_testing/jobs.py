"""Jobs of the queue ``media`` that a test puts, takes and looks at."""

from typing import Any

from vireo_common import jobs
from vireo_common.database import Database
from vireo_common.jobs import Job, JobQueue
from vireo_testing.mariadb import TestDatabase

QUEUE = "media"


def put(database: Database, subject: str = "s", **options: Any) -> int:
    """Commit a job; its id. ``options`` are those of ``jobs.enqueue``."""
    return database.transaction(
        "test", lambda cursor: jobs.enqueue(cursor, QUEUE, "encode", subject, **options)
    )


def claimed(queue: JobQueue) -> Job:
    """The next job, which there is."""
    job = queue.claim()
    assert job is not None
    return job


def states(clean: TestDatabase) -> list[tuple[Any, ...]]:
    """Subject, state and attempts of every job."""
    return list(clean.query("SELECT Subject, State, Attempts FROM Jobs ORDER BY JobID"))
