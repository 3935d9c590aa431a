"""A process that publishes events, or consumes them, until it is killed: ``write`` or ``consume``.

The database is found by the variables of a service. A writer prints the number of each event after
its commit. A consumer notes the numbers in the table ``Consumed``.
"""

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vireo_common import events
from vireo_common.database import Database
from vireo_common.event_log import consumer


@dataclass(frozen=True)
class Counted(events.Event):
    """An event of a writer, with its number among that writer's."""

    kind = "counted"

    writer: int
    number: int


def pool(size: int = 2) -> Database:
    """A pool of auth's user."""
    return Database(
        host=os.environ["VIREO_DB_HOST"],
        port=int(os.environ["VIREO_DB_PORT"]),
        name=os.environ["VIREO_DB_NAME"],
        user="vireo_auth",
        password=(Path(os.environ["VIREO_SECRETS"]) / "db_auth_password").read_text(),
        size=size,
    )


def note(consumed_by: str) -> Any:
    """A handler that notes an event, slowly, in the transaction that it is given."""

    def handler(cursor: Any, event: Counted, event_id: int) -> None:
        values = (consumed_by, event.writer, event.number)
        cursor.execute("INSERT INTO Consumed VALUES (%s, %s, %s)", values)
        time.sleep(0.002)

    return handler


def write(writer: int) -> None:
    """Publish; each transaction takes a while between the event and its commit."""
    database = pool()
    for number in range(1_000_000):

        def work(cursor: Any, number: int = number) -> None:
            events.publish(cursor, Counted(writer, number))
            time.sleep(0.005)

        database.transaction("write", work)
        print(number, flush=True)  # noqa: T201 - what its commit was answered for


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(int(sys.argv[2]))
    else:
        consumer(
            sys.argv[2], pool(), {Counted: note(sys.argv[2])}, threading.Event(), from_start=True
        ).run()
