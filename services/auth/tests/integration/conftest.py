"""Auth in this process, on a clean database; its worker, the courier and a scripted mail server."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymysql.cursors import Cursor
from werkzeug.test import TestResponse

from vireo_auth.core.mails import Template
from vireo_auth.mail.messages import Composer
from vireo_auth.storage.keys import KeyTable
from vireo_auth.storage.mails import QUEUE, MailTable, add_mail_job
from vireo_auth.worker.mails import Mailer
from vireo_common.database import Database
from vireo_common.jobs import LEASE_SECONDS, JobQueue
from vireo_common.outgoing_mails import Courier
from vireo_common.worker import Handler, Slot
from vireo_testing.courier import running_courier, smtp_variables
from vireo_testing.mail_server import MailServer, running
from vireo_testing.mariadb import TestDatabase, free_port
from vireo_testing.person import eventually

PASSWORD = "correct horse battery"

SignUp = Callable[..., TestResponse]
SignIn = Callable[..., TestResponse]


@pytest.fixture
def http(make_app: Any) -> Iterator[FlaskClient]:
    with make_app("auth").test_client() as client:
        yield client


@pytest.fixture
def body() -> Callable[..., dict[str, Any]]:
    """A good body of ``/sign_up``, with changes; None removes a field."""

    def make(**changes: Any) -> dict[str, Any]:
        name = changes.get("username", "ada_l")
        good: dict[str, Any] = {
            "fname": "Ada",
            "mname": "",
            "lname": "Lovelace",
            "username": name,
            "email": f"{name}@example.org",
            "password": PASSWORD,
            "day": 10,
            "month": 12,
            "year": 1990,
        }
        good.update(changes)
        return {field: value for field, value in good.items() if value is not None}

    return make


@pytest.fixture
def sign_up(http: FlaskClient, body: Callable[..., dict[str, Any]]) -> SignUp:
    def call(**changes: Any) -> TestResponse:
        return http.post("/sign_up", json=body(**changes))

    return call


@pytest.fixture
def sign_in(http: FlaskClient) -> SignIn:
    def call(
        username: str = "ada_l", password: str = PASSWORD, address: str = "198.51.100.7"
    ) -> TestResponse:
        given = {"username": username, "password": password}
        response = http.post("/sign_in", json=given, headers={"X-Real-IP": address})
        # Each time it is another browser, by which no account knows anybody.
        for line in response.headers.getlist("Set-Cookie"):
            if (name := line.partition("=")[0]).startswith("vireo_mark_"):
                http.delete_cookie(name)
        return response

    return call


@pytest.fixture
def auth_database(open_pool: Any) -> Database:
    """A pool of auth's own user, for tests that go below HTTP."""
    database: Database = open_pool("auth")
    return database


@pytest.fixture
def key_table(auth_database: Database) -> KeyTable:
    return KeyTable(auth_database)


class Stage:
    """An account, jobs for it, and the slots of a worker in this process."""

    def __init__(self, clean: TestDatabase, database: Database, server: MailServer) -> None:
        self.clean = clean
        self.database = database
        self.server = server
        self.channel_id = self.account("ada", "ada@example.org")

    def account(self, name: str, email: str) -> int:
        """An account; its id."""
        self.clean.query("INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (name,))
        ((number,),) = self.clean.query(
            "SELECT ChannelID FROM Channels WHERE Username = %s", (name,)
        )
        self.clean.query(
            "INSERT INTO ChannelDetails (ChannelID, Fname, Mname, Lname, Email, Birth)"
            " VALUES (%s, 'A', '', 'L', %s, '1990-12-10')",
            (number, email),
        )
        return int(number)

    def change(self, channel_id: int | None = None, old: str = "ada@example.org") -> int:
        """A change of an account's address that can be undone; its id."""
        self.clean.query(
            "INSERT INTO EmailChanges (ChannelID, OldEmail, ChangedAt) VALUES (%s, %s, NOW(3))",
            (channel_id or self.channel_id, old),
        )
        ((number,),) = self.clean.query("SELECT MAX(ChangeID) FROM EmailChanges")
        return int(number)

    def add(self, template: Template, to: str = "ada@example.org", **options: Any) -> None:
        """Commit the job of a mail."""
        options = {"channel_id": self.channel_id, "values": {"time": "10:00 UTC"}, **options}

        def work(cursor: Cursor) -> None:
            add_mail_job(cursor, template, to=to, **options)

        self.database.transaction("test", work)

    @contextlib.contextmanager
    def working(
        self, slots: int = 2, most_of_origin: int = 60, lease_seconds: int = LEASE_SECONDS
    ) -> Iterator[Mailer]:
        """A worker, until the end of the ``with``."""
        queue, stopping = JobQueue(self.database, QUEUE, lease_seconds), threading.Event()
        table, courier = MailTable(self.database), Courier(self.database)
        mailer = Mailer(queue, table, Composer("http://v"), courier, most_of_origin)
        handlers = {template.value: Handler(mailer.run, mailer.give_up) for template in Template}
        threads = [
            Slot(f"mail-{number}", queue, handlers, stopping, 0.02) for number in range(slots)
        ]
        for thread in threads:
            thread.start()
        try:
            yield mailer
        finally:
            stopping.set()
            for thread in threads:
                thread.join()

    def jobs(self) -> list[tuple[str, str, int, str]]:
        """Kind, state, attempts and last error of every job."""
        rows = self.clean.query("SELECT Kind, State, Attempts, LastError FROM Jobs ORDER BY JobID")
        return [tuple(row) for row in rows]

    def hurry(self) -> None:
        """Let what waits be due; why it waited is forgotten, so that a test sees it wait again."""
        self.clean.query("UPDATE Jobs SET RunAfter = NOW(3), LastError = '' WHERE State = 'queued'")

    def until_done(self, seconds: float = 20) -> None:
        """Wait until every job has ended, and let nothing wait."""

        def done() -> bool:
            self.hurry()
            return self.jobs() == []

        eventually(done, seconds=seconds)

    def waits(self, reason: str) -> None:
        """Wait until the one job that there is has been put off."""
        wanted = [("queued", 0, reason)]
        eventually(lambda: [job[1:] for job in self.jobs()] == wanted)

    def until_done_or_waiting(self, seconds: float = 20) -> None:
        """Wait until every job has ended, or was put off."""

        def done() -> bool:
            return all(job[1] == "queued" and job[3] for job in self.jobs())

        eventually(done, seconds=seconds)

    def verify_addresses(self) -> None:
        """Let every account have verified its address."""
        self.clean.query("UPDATE ChannelDetails SET EmailVerifiedAt = NOW()")

    def later(self, seconds: int) -> None:
        """Let time pass for how many mails somebody gets."""
        self.clean.query(
            "UPDATE MailedAddresses SET MailedAt = MailedAt - INTERVAL %s SECOND", (seconds,)
        )

    def text(self, number: int = -1) -> str:
        """The plain text of a mail."""
        body = self.server.kept[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def link_to(self, address: str) -> str:
        """The token of the last link that went to an address."""
        numbers = [
            number
            for number, envelope in enumerate(self.server.envelopes)
            if envelope.rcpt_tos == [address]
        ]
        return self.link(numbers[-1])

    def link(self, number: int = -1) -> str:
        """The token in a mail."""
        body = self.server.kept[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content()).split("#token=")[1].split()[0]


@pytest.fixture(scope="session")
def mail_port(
    empty_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """Where a courier looks for the mail server."""
    port, folder = free_port(), tmp_path_factory.mktemp("courier")
    variables = {**empty_database.environment(), **smtp_variables(port)}
    with running_courier(variables, folder / "courier.log"):
        yield port


@pytest.fixture
def stage(clean_tables: TestDatabase, auth_database: Database, mail_port: int) -> Stage:
    return Stage(clean_tables, auth_database, MailServer(mail_port))


class Mailbox:
    """What the mail worker sends to the people of a test."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage

    def collect(self) -> list[str]:
        """Send all that is to be sent; the subjects of what came now."""
        before = len(self._stage.server.kept)
        with running(self._stage.server), self._stage.working():
            self._stage.until_done()
        return sorted(str(mail["Subject"]) for mail in self._stage.server.kept[before:])

    def token(self) -> str:
        """The token of the last link."""
        self.collect()
        return str(self._stage.link())


@pytest.fixture
def mailbox(stage: Any) -> Mailbox:
    # The account that the stage brings is nobody's here.
    stage.clean.query("DELETE FROM Channels")
    return Mailbox(stage)


@pytest.fixture
def ada(sign_up: Any, sign_in: Any, mailbox: Mailbox) -> Iterator[dict[str, str]]:
    """The headers of somebody who has signed up and in."""
    del mailbox
    assert sign_up().status_code == 200
    yield {"Authorization": sign_in().json["response"]["vtoken"]}
