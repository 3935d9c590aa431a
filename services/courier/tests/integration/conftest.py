"""The table of outgoing mails, the slots of a courier in this process, a scripted mail server."""

import contextlib
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_common.jobs import LEASE_SECONDS
from vireo_common.outgoing_mails import Content, Courier, OutgoingMail, hand_over
from vireo_common.worker import Handler, Slot
from vireo_courier.core.addresses import mailbox
from vireo_courier.core.sending import Sender
from vireo_courier.settings import Security
from vireo_courier.storage.outgoing_mails import KIND, OutgoingMailTable
from vireo_courier.transports import Server, Smtp
from vireo_testing.mail_server import MailServer
from vireo_testing.mariadb import TestDatabase, free_port
from vireo_testing.person import eventually

CONTENT = Content("Hello", "Words\n", "<p>Words</p>")


class Post:
    """Mails of another service, and who sends them."""

    def __init__(self, clean: TestDatabase, other: Database, own: Database) -> None:
        self.clean = clean
        self.other = other
        self.own = own
        self.server = MailServer(free_port())

    def mail(self, reference: str = "", to: str = "ada@example.org") -> OutgoingMail:
        """A mail; without a reference it is a new one."""
        reference = reference or uuid.uuid4().hex
        return OutgoingMail("auth", reference, f"news-{reference[:8]}", to)

    def hand_over(self, reference: str = "", to: str = "ada@example.org") -> None:
        """Commit a mail with its content."""
        mail = self.mail(reference, to)
        self.other.transaction("test", lambda cursor: hand_over(cursor, mail, CONTENT))

    @contextlib.contextmanager
    def asking(
        self,
        compose: Callable[[], Content] = lambda: CONTENT,
        mail: OutgoingMail | None = None,
        stop: threading.Event | None = None,
    ) -> "Iterator[Future[None]]":
        """Somebody who waits until a mail has left."""
        courier = Courier(self.other)
        with ThreadPoolExecutor(1) as pool:
            yield pool.submit(
                courier.deliver, mail or self.mail(), compose, stop or threading.Event()
            )

    @contextlib.contextmanager
    def working(self, slots: int = 2, compose_seconds: float = 15.0) -> Iterator[None]:
        """A courier, until the end of the ``with``."""
        stopping = threading.Event()
        table = OutgoingMailTable(self.own, LEASE_SECONDS, compose_seconds)
        where = Server("127.0.0.1", self.server.port, Security.NONE, "", "", "v@example.org")
        smtp = Smtp(where, ssl.create_default_context(), command_seconds=30)
        sender = Sender(table, smtp, mailbox("v@example.org"))
        handlers = {KIND: Handler(sender.run, sender.give_up)}
        threads = [Slot(f"m{n}", table, handlers, stopping, 0.02) for n in range(slots)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join()

    def rows(self) -> list[tuple[Any, ...]]:
        """State, attempts, reason and content of every mail."""
        return [
            tuple(row)
            for row in self.clean.query(
                "SELECT State, Attempts, LastError, Content FROM OutgoingMails ORDER BY MailID"
            )
        ]

    def until_done(self) -> None:
        """Wait until no mail is left, and let none wait."""

        def done() -> bool:
            self.clean.query("UPDATE OutgoingMails SET RunAfter = NOW(3) WHERE State = 'queued'")
            return self.rows() == []

        eventually(done, seconds=30)

    def age(self, seconds: int) -> None:
        """Let the mails have waited for so long."""
        self.clean.query(
            "UPDATE OutgoingMails SET CreatedAt = NOW(3) - INTERVAL %s SECOND", (seconds,)
        )


@pytest.fixture
def post(clean_tables: TestDatabase, open_pool: Any) -> Post:
    return Post(clean_tables, open_pool("auth"), open_pool("courier"))
