"""A pool of PyMySQL connections, for the threads of one process.

It gives out the connection that was given back last, so that few of them are ever idle for long
enough to be pinged.
"""

import contextlib
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pymysql
from pymysql.constants import CR
from pymysql.cursors import Cursor

# For how long a thread waits for a connection while all are in use.
WAIT_SECONDS = 5.0
# A connection that was used so recently is not pinged; its socket is checked.
TRUSTED_SECONDS = 5.0
# Older ones are replaced: a server or a line between may end what has been open for hours.
MOST_SECONDS = 1800.0


class NoneFree(Exception):
    """All connections of the pool stayed in use for ``WAIT_SECONDS``."""


@dataclass(eq=False, slots=True)
class Pooled:
    """A connection, when it was made, and when it was used last (``time.monotonic``)."""

    connection: "pymysql.Connection[Cursor]"
    made: float
    used: float


class Pool:
    """Connections that are made when they are needed, and kept.

    Args:
        connect: makes one, in autocommit.
        size: how many there may be at once.
    """

    def __init__(self, connect: "Callable[[], pymysql.Connection[Cursor]]", size: int) -> None:
        self._connect = connect
        self._places = threading.BoundedSemaphore(size)
        self._idle: deque[Pooled] = deque()

    def take(self) -> Pooled:
        """A connection for the caller alone, who calls ``give_back`` or ``discard``.

        Raises:
            NoneFree: none was given back in time.
            pymysql.err.Error: there is no idle one, and another one can't be made.
        """
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise NoneFree(f"all connections were in use for {WAIT_SECONDS} s")
        try:
            pooled = self._idle_one()
            if pooled is None:
                connection, now = self._connect(), time.monotonic()
                pooled = Pooled(connection, made=now, used=now)
        except BaseException:
            self._places.release()
            raise
        return pooled

    def give_back(self, pooled: Pooled) -> None:
        """Let others use it. As it is: what was begun on it has ended, so nothing is rolled back,
        which saves a round trip."""
        pooled.used = time.monotonic()
        self._idle.append(pooled)
        self._places.release()

    def discard(self, pooled: Pooled) -> None:
        """Close a connection that may be dead, or hold half an answer."""
        try:
            _close(pooled)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close every connection that is not in use."""
        while True:
            try:
                pooled = self._idle.pop()
            except IndexError:
                return
            _close(pooled)

    def _idle_one(self) -> Pooled | None:
        while True:
            try:
                pooled = self._idle.pop()
            except IndexError:
                return None
            if time.monotonic() - pooled.made > MOST_SECONDS:
                _close(pooled)
                continue
            try:
                _require_alive(pooled)
            except pymysql.err.Error:
                _close(pooled)
                # The server was restarted, or the line was cut: so it was for the others, and to
                # find that out by a ping may take as long as a read may.
                self.close()
                return None
            return pooled


def _require_alive(pooled: Pooled) -> None:
    """Raise the driver's error where a connection is dead, mostly without a round trip.

    The server sends nothing unasked: a readable socket was closed, or is about to be. A connection
    that broke silently (a machine that vanished) is found by the ping after it was idle.
    """
    connection: Any = pooled.connection
    if connection._sock is None:
        # It was closed by force after a rollback that failed (`database`).
        raise pymysql.err.InterfaceError(CR.CR_SERVER_GONE_ERROR, "closed already")
    poll = select.poll()
    poll.register(connection._sock, select.POLLIN)
    if poll.poll(0):
        raise pymysql.err.OperationalError(CR.CR_SERVER_LOST, "the server ended it")
    if time.monotonic() - pooled.used >= TRUSTED_SECONDS:
        connection.ping(reconnect=False)


def _close(pooled: Pooled) -> None:
    # It says goodbye to the server where it still can; the driver's error says that it was closed.
    with contextlib.suppress(pymysql.err.Error):
        pooled.connection.close()
