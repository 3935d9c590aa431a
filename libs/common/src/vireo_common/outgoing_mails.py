"""The way of a mail to the courier, the one program that sends any: rows of ``OutgoingMails``.

A mail either brings its content, in the transaction of the change it reports (``hand_over``), or is
composed on demand, at the moment in which the mail server has taken its sender and recipient
(``Courier.deliver``). The second way is for mails with a secret in them, and for those that may
not be wanted any more when they leave: such content stands in the table while it is sent.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import NamedTuple

import pymysql
from pymysql.constants import ER
from pymysql.cursors import Cursor

from vireo_common.database import Database

INSERT = """
INSERT INTO OutgoingMails (Service, Reference, Name, Recipient, Content, RunAfter, CreatedAt)
VALUES (%s, %s, %s, %s, %s, NOW(3), NOW(3))
"""

# What an earlier run of the caller has left is taken up, its outcome too.
ASK = """
INSERT INTO OutgoingMails (Service, Reference, Name, Recipient, OnDemand, RunAfter, CreatedAt)
VALUES (%s, %s, %s, %s, TRUE, NOW(3), NOW(3))
ON DUPLICATE KEY UPDATE MailID = LAST_INSERT_ID(MailID)
"""

# Another service may have inserted a row with this reference; it must not get the secret.
OTHERS = """
DELETE FROM OutgoingMails
WHERE Service = %s AND Reference = %s AND NOT (Recipient = %s AND OnDemand)
"""

LOOK = """
SELECT State, Wanted AND Content IS NULL, LastError,
    COALESCE(LeaseUntil, RunAfter) < NOW(3) - INTERVAL %s SECOND
FROM OutgoingMails WHERE MailID = %s
"""

GIVE = "UPDATE OutgoingMails SET Content = %s WHERE MailID = %s AND Wanted AND Content IS NULL"

REMOVE = "DELETE FROM OutgoingMails WHERE MailID = %s"

FORGET = """
DELETE FROM OutgoingMails WHERE Service = %s AND Reference = %s AND State = 'sent'
"""

# An outcome stays: whoever does the job again hears of it.
TAKE_BACK = """
DELETE FROM OutgoingMails
WHERE MailID = %s AND Content IS NULL AND State IN ('queued', 'running')
"""

POLL_SECONDS = 0.05
# How long an unclaimed mail waits before it is withdrawn.
UNATTENDED_SECONDS = 30


class Later(Exception):
    """The mail did not leave, or nobody knows; it may the next time. The text says why."""


class Refused(Exception):
    """The mail will never be taken; the text is the code and the words of the server."""


@dataclass(frozen=True)
class Content:
    """What a mail says, as plain text and as HTML.

    ``unsubscribe`` is the address at which one POST ends mails of this sort; empty where there is
    none.
    """

    subject: str
    text: str
    html: str
    unsubscribe: str = ""

    def to_json(self) -> str:
        """As the table has it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Content":
        """What ``to_json`` made.

        Raises:
            ValueError: it is something else.
        """
        try:
            given = json.loads(text)
            parts = [given[name] for name in ("subject", "text", "html")]
            parts.append(given.get("unsubscribe", ""))
        except (KeyError, TypeError, RecursionError) as error:
            raise ValueError("no content of a mail") from error
        if not all(isinstance(part, str) for part in parts):
            raise ValueError("the parts of a mail are texts")
        return cls(*parts)


@dataclass(frozen=True)
class OutgoingMail:
    """One mail for one address.

    Args:
        service: who hands it over.
        reference: of this mail for ever, up to 64 letters, digits and ``-``: receivers tell by it
            that a mail came twice. Twice in the table it is one mail.
        name: for logs and files, up to 100 of the same; it says nothing about people.
        recipient: an address.
    """

    service: str
    reference: str
    name: str
    recipient: str

    @property
    def row(self) -> tuple[str, str, str, str]:
        """As the table has it."""
        return (self.service, self.reference, self.name, self.recipient)


Compose = Callable[[], Content]
"""Makes the content, at the moment before it leaves; what it raises, ``deliver`` raises."""


def hand_over(cursor: Cursor, mail: OutgoingMail, content: Content) -> None:
    """Have a mail sent, once the caller's transaction is committed.

    It waits for days for a mail server that is away, and is removed once it is sent.
    """
    try:
        cursor.execute(INSERT, (*mail.row, content.to_json()))
    except pymysql.err.IntegrityError as error:
        # It is on its way already. The server took this one statement back, and no other.
        if error.args[0] != ER.DUP_ENTRY:
            raise


def forget(cursor: Cursor, service: str, reference: str) -> None:
    """Remove a mail that ``Courier.deliver`` has sent, in the transaction that ends its job.

    Until then whoever does that job again hears that it was sent.
    """
    cursor.execute(FORGET, (service, reference))


class _Look(NamedTuple):
    state: str
    wanted: bool
    error: str
    unattended: bool


class Courier:
    """The courier, as a service that waits for its mails sees it.

    Args:
        database: of that service; it may read, write and delete ``OutgoingMails``.
        unattended_seconds: how long nobody may take up a mail.
    """

    def __init__(self, database: Database, unattended_seconds: float = UNATTENDED_SECONDS) -> None:
        self._database = database
        self._unattended_seconds = unattended_seconds

    def deliver(self, mail: OutgoingMail, compose: Compose, stop: threading.Event) -> None:
        """Have a mail sent, and return when somebody else has taken it over; then ``forget`` it.

        A mail with the same reference that was asked for before, by a process that died since, is
        that mail: where it was sent meanwhile, this returns.

        Args:
            compose: called once its content is wanted; again, where a courier died with it.
            stop: set where the caller can't wait any longer. What has its content may leave
                nevertheless; the next call hears of it.

        Raises:
            Later, Refused: it did not leave.
        """
        mail_id = self._database.transaction("outgoing_mails.ask", lambda at: _ask(at, mail))
        while True:
            found = self._look(mail_id)
            if found.state == "sent":
                return
            if found.state in {"postponed", "refused"}:
                self._database.write(REMOVE, (mail_id,))
                raise (Refused if found.state == "refused" else Later)(found.error)
            if found.wanted:
                self._give(mail_id, compose)
            elif found.unattended:
                self._database.write(REMOVE, (mail_id,))
                raise Later("no courier took it")
            if stop.wait(POLL_SECONDS):
                self._database.write(TAKE_BACK, (mail_id,))
                raise Later("stopped")

    def _look(self, mail_id: int) -> _Look:
        with self._database.read() as cursor:
            cursor.execute(LOOK, (self._unattended_seconds, mail_id))
            row = cursor.fetchone()
        if row is None:
            raise Later("it was removed")
        return _Look(row[0], bool(row[1]), row[2], bool(row[3]))

    def _give(self, mail_id: int, compose: Compose) -> None:
        try:
            content = compose()
        except BaseException:
            # The courier sees that it is gone, and sends nothing.
            self._database.write(TAKE_BACK, (mail_id,))
            raise
        self._database.write(GIVE, (content.to_json(), mail_id))


def _ask(cursor: Cursor, mail: OutgoingMail) -> int:
    cursor.execute(OTHERS, (mail.service, mail.reference, mail.recipient))
    cursor.execute(ASK, mail.row)
    return int(cursor.lastrowid or 0)
