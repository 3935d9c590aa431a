"""The log of decisions: who decided what, in entries that are chained by hashes.

An entry is appended in the transaction of the decision, and nobody may change or delete it. Its
hash is the SHA-256 of the hash before it and its own text, so that whoever changes or takes out one
would have to write all that come after it anew; and the last one's number and hash, which are in
the log of the program that appended it and which a person may note, tell also of that.

Entries name people by the numbers of their accounts, and hold nothing that a person typed: what is
never deleted must say nothing of somebody who is gone.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pymysql.cursors import Cursor

from vireo_common.database import Database

# Whoever appends holds the one row until the commit: entries are committed in their order.
FIRST = "INSERT IGNORE INTO AuditHead (One, Number, Hash) VALUES (1, 0, %s)"
LOCK = "SELECT Number, Hash FROM AuditHead WHERE One = 1 FOR UPDATE"
APPEND = "INSERT INTO AuditLog (Number, Entry, Hash) VALUES (%s, %s, %s)"
MOVE = "UPDATE AuditHead SET Number = %s, Hash = %s WHERE One = 1"

HEAD = "SELECT Number, Hash FROM AuditHead WHERE One = 1"
AFTER = "SELECT Number, Entry, Hash FROM AuditLog WHERE Number > %s ORDER BY Number LIMIT %s"

NOTHING = bytes(32)
AT_ONCE = 1000

Facts = Mapping[str, int | str | None]


@dataclass(frozen=True)
class Head:
    """The last entry: how many there are, and its hash."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole log found.

    ``head`` is the last entry up to which all is right; ``problem`` is what is wrong with the first
    one that is not, and empty where there is none.
    """

    head: Head
    problem: str


def append(cursor: Cursor, kind: str, actor: int | None, facts: Facts) -> Head:
    """Append an entry in the caller's transaction, as the last thing that it locks.

    Args:
        actor: whose decision it is; ``None`` is who runs this Vireo.
    """
    if not cursor.execute(LOCK):
        cursor.execute(FIRST, (NOTHING,))
        cursor.execute(LOCK)
    ((last, before),) = cursor.fetchall()
    number = last + 1
    at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    entry = canonical({**facts, "number": number, "at": at, "kind": kind, "actor": actor})
    head = Head(number, chained(before, entry))
    cursor.execute(APPEND, (number, entry, head.hash))
    cursor.execute(MOVE, (number, head.hash))
    return head


def canonical(facts: Facts) -> str:
    """The one text of an entry."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def chained(before: bytes, entry: str) -> bytes:
    """The hash of an entry behind another."""
    return hashlib.sha256(before + entry.encode()).digest()


class AuditLog:
    """The log in MariaDB, for who looks whether it is whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def verify(self, noted: Head | None = None) -> Verdict:
        """Compute every hash again.

        Args:
            noted: a head that somebody has noted before, which has to be in it.
        """
        # Read first: what is appended meanwhile is looked at too, and is no surprise.
        said = self._said()
        head = Head(0, NOTHING)
        for number, entry, digest in self._entries():
            if number != head.number + 1:
                return Verdict(head, f"Entry {head.number + 1} is missing.")
            if chained(head.hash, entry) != digest or json.loads(entry)["number"] != number:
                return Verdict(head, f"Entry {number} was changed.")
            head = Head(number, digest)
            for other in (said, noted):
                if other is not None and other.number == number and other.hash != digest:
                    return Verdict(head, f"Entry {number} is not the one that was written then.")
        for other in (said, noted):
            if other is not None and other.number > head.number:
                return Verdict(head, f"Entry {head.number + 1} and all after it are missing.")
        return Verdict(head, "" if said or not head.number else "The head of the log is missing.")

    def _said(self) -> Head | None:
        with self._database.read() as cursor:
            cursor.execute(HEAD)
            row = cursor.fetchone()
        return Head(*row) if row else None

    def _entries(self) -> Iterator[tuple[int, str, bytes]]:
        last = 0
        while True:
            with self._database.read() as cursor:
                cursor.execute(AFTER, (last, AT_ONCE))
                rows = cursor.fetchall()
            yield from rows
            if len(rows) < AT_ONCE:
                return
            last = rows[-1][0]
