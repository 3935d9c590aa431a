"""The queue ``mail`` of the table ``Jobs``, and what its worker needs of other tables.

A mail is a job that is committed in the transaction of the change it reports. The job holds no
token: the worker makes one at the moment it sends, and keeps its hash.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from pymysql.cursors import Cursor

from vireo_auth.core.mails import PURPOSES, Budget, Purpose, Recipient, Template
from vireo_common.database import Database
from vireo_common.jobs import enqueue

QUEUE = "mail"
# So many occasions are listed in one mail; of more it says how many.
MOST_TOLD = 10
# Only a worker that died counts; a mail server that is away does not.
MAX_ATTEMPTS = 20

RECIPIENT = """
SELECT ChannelID, Username, Email, EmailVerifiedAt IS NOT NULL
FROM Channels JOIN ChannelDetails USING (ChannelID) WHERE
"""

BY_ID = f"{RECIPIENT} ChannelID = %s"

BY_EMAIL = f"{RECIPIENT} Email = %s"

LOCK_ADDRESS = "SELECT 1 FROM ChannelDetails WHERE ChannelID = %s AND Email = %s FOR UPDATE"

# Each worker notes its mail first, and waits here for what others have noted: rows that are not
# there yet can't be locked (READ COMMITTED), so that two who looked first would both see none. Of
# two who wait for each other the server takes one back, which is run again.
MAILED = """
SELECT COUNT(*), CEIL(%s - TIMESTAMPDIFF(MICROSECOND, MAX(MailedAt), NOW(3)) / 1000000)
FROM MailedAddresses
WHERE AddressHash = %s AND Purpose = %s AND JobID <> %s AND MailedAt > NOW(3) - INTERVAL 1 HOUR
FOR UPDATE
"""

NOTE_MAILED = """
INSERT INTO MailedAddresses (AddressHash, Purpose, JobID, MailedAt) VALUES (%s, %s, %s, NOW(3))
ON DUPLICATE KEY UPDATE MailedAt = NOW(3)
"""

LOCK_CHANGE = "SELECT 1 FROM EmailChanges WHERE ChangeID = %s AND ChannelID = %s FOR UPDATE"

KEEP_LINK = """
INSERT INTO EmailTokens (TokenHash, ChannelID, Purpose, Email, ExpiresAt, ChangeID)
VALUES (%s, %s, %s, %s, NOW(3) + INTERVAL %s SECOND, %s)
"""

# A notice of the same thing that has not been sent yet. Locked by its key alone, after the look.
WAITING = """
SELECT JobID FROM Jobs WHERE Queue = %s AND Subject = %s AND Kind = %s AND State = 'queued'
"""

LOCK_WAITING = "SELECT Payload FROM Jobs WHERE JobID = %s AND State = 'queued' FOR UPDATE"

SET_PAYLOAD = "UPDATE Jobs SET Payload = %s WHERE JobID = %s"

# Bounded, so that the sweep never holds many locks.
SWEEP_TOKENS = "DELETE FROM EmailTokens WHERE ExpiresAt < NOW(3) ORDER BY ExpiresAt LIMIT 1000"

# What a mail server refused has an address in it.
SWEEP_REFUSED = """
DELETE FROM Jobs WHERE Queue = %s AND State = 'quarantined' AND RunAfter < NOW(3) - INTERVAL 7 DAY
ORDER BY RunAfter LIMIT 1000
"""

FORGET_REFUSED = "DELETE FROM Jobs WHERE Queue = %s AND State = 'quarantined' AND Subject = %s"

SWEEP_MAILED = """
DELETE FROM MailedAddresses WHERE MailedAt < NOW(3) - INTERVAL 1 DAY ORDER BY MailedAt LIMIT 1000
"""


@dataclass(frozen=True)
class Cause:
    """What is known of a mail when the change happens that it reports.

    Args:
        origin: the network of whoever caused it; empty where nobody did.
        account: whom it is about, where the account is gone when it is sent.
        verified: whether the address was verified then, where the account has another one since.
        change: which change of the address it reports.
    """

    origin: str = ""
    account: int | None = None
    verified: bool | None = None
    change: int | None = None


def add_mail_job(
    cursor: Cursor,
    template: Template,
    *,
    channel_id: int | None,
    to: str,
    values: Mapping[str, str] | None = None,
    cause: Cause | None = None,
) -> None:
    """Have a mail sent, once the caller's transaction is committed.

    A notice of the same kind that has not been sent yet is extended instead.

    Args:
        channel_id: whom it is about; ``None`` where the account is to be found by ``to``, or is
            gone.
        to: the address.
        values: what the template needs, see ``Template``; never a secret.
    """
    payload = {
        # Of this mail alone: a receiver tells by it that a mail came twice.
        "id": secrets.token_hex(16),
        "at": int(time.time()),
        "channel": channel_id,
        "to": to,
        "values": dict(values or {}),
        **{name: value for name, value in asdict(cause or Cause()).items() if value is not None},
    }
    subject = "" if channel_id is None else str(channel_id)
    alone = PURPOSES[template].has_link or not subject
    if alone or not _added(cursor, template, subject, payload):
        enqueue(cursor, QUEUE, template.value, subject, payload, max_attempts=MAX_ATTEMPTS)


def _added(cursor: Cursor, template: Template, subject: str, payload: Mapping[str, object]) -> bool:
    """Extend a notice that is still to be sent; whether there was one."""
    cursor.execute(WAITING, (QUEUE, subject, template.value))
    for (job_id,) in cursor.fetchall():
        if not cursor.execute(LOCK_WAITING, (job_id,)):
            # A worker has it by now.
            continue
        ((text,),) = cursor.fetchall()
        before = json.loads(text)
        if before["to"] != payload["to"]:
            continue
        again = before.setdefault("again", [])
        if len(again) < MOST_TOLD:
            again.append({"at": payload["at"], "values": payload["values"]})
        else:
            before["more"] = before.get("more", 0) + 1
        # Another mail from now on: the one of before may have left, without its job having ended.
        before["id"] = payload["id"]
        cursor.execute(SET_PAYLOAD, (json.dumps(before), job_id))
        return True
    return False


def forget_refused(cursor: Cursor, channel_id: int) -> None:
    """Delete in the caller's transaction what is kept of an account's mails that were refused."""
    cursor.execute(FORGET_REFUSED, (QUEUE, str(channel_id)))


class MailTable:
    """What the worker reads and writes in MariaDB, beside its jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recipient(self, channel_id: int) -> Recipient | None:
        """The account with this id."""
        return self._find(BY_ID, channel_id)

    def recipient_by_email(self, email: str) -> Recipient | None:
        """The account with this address, whatever the case of its letters."""
        return self._find(BY_EMAIL, email)

    def sweep(self) -> None:
        """Delete what no rule looks at any more; a bounded number of rows."""
        self._database.sweep(SWEEP_TOKENS)
        self._database.sweep(SWEEP_MAILED)
        self._database.sweep(SWEEP_REFUSED, (QUEUE,))

    def _find(self, statement: str, value: int | str) -> Recipient | None:
        with self._database.read() as cursor:
            cursor.execute(statement, (value,))
            row = cursor.fetchone()
        return Recipient(row[0], row[1], row[2], bool(row[3])) if row else None


def add_token(
    cursor: Cursor,
    recipient: Recipient,
    purpose: Purpose,
    token_hash: bytes,
    to: str,
    change: int | None,
) -> bool:
    """Store the token of a mail to ``to`` in the caller's transaction.

    Returns ``False``, and stores nothing, where the address is no longer the account's, or the
    ``change`` that the token undoes was undone already.
    """
    whose = (recipient.channel_id, to)
    if purpose is Purpose.UNDO:
        if not cursor.execute(LOCK_CHANGE, (change, recipient.channel_id)):
            return False
    elif not cursor.execute(LOCK_ADDRESS, whose):
        return False
    token = (token_hash, recipient.channel_id, purpose.value, to, purpose.seconds, change)
    cursor.execute(KEEP_LINK, token)
    return True


def count_mail(cursor: Cursor, job_id: int, budgets: Iterable[Budget]) -> int | None:
    """Count a mail in the caller's transaction, where it fits into all of its budgets.

    A job that runs again is no other mail. Returns 0, or the seconds after which it fits, or
    ``None`` where an hour's mails have been sent; nothing is counted then.
    """
    # In one order, so that two workers wait for each other and not crosswise.
    wanted = sorted(budgets, key=lambda budget: budget.whose)
    cursor.execute("SAVEPOINT uncounted")
    for budget in wanted:
        key = (budget_digest(budget.whose), budget.purpose.value, job_id)
        cursor.execute(NOTE_MAILED, key)
    wait = _seconds_until_room(cursor, job_id, wanted)
    if wait != 0:
        cursor.execute("ROLLBACK TO SAVEPOINT uncounted")
    return wait


def _seconds_until_room(cursor: Cursor, job_id: int, budgets: Iterable[Budget]) -> int | None:
    wait = 0
    for budget in budgets:
        key = (budget_digest(budget.whose), budget.purpose.value, job_id)
        cursor.execute(MAILED, (budget.pause, *key))
        count, left = cursor.fetchone() or (0, None)
        if count >= budget.most:
            return None
        if budget.pause and left is not None:
            wait = max(wait, int(left))
    return wait


def budget_digest(whose: str) -> bytes:
    """What stands for whom mails are counted by."""
    return hashlib.sha256(whose.encode()).digest()
