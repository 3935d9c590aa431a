"""Mails of notices: what community says goes to the address that auth knows, and nowhere else."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from vireo_auth.core.mails import Template
from vireo_auth.storage.mails import MailTable
from vireo_auth.storage.notice_mails import KIND, QUEUE
from vireo_auth.worker.events import handlers
from vireo_auth.worker.notice_mails import NoticeMailer
from vireo_common import event_log
from vireo_common.errors import Code, Failure
from vireo_common.events import NoticeMailDue, publish
from vireo_common.jobs import LEASE_SECONDS, JobQueue
from vireo_common.outgoing_mails import Content, Courier
from vireo_common.worker import Handler, Slot
from vireo_testing.mail_server import running
from vireo_testing.person import eventually

ADDRESS = "https://video.example.org/notifications/unsubscribe?token=abc"
REFERENCE = "0123456789abcdef" * 2


class Community:
    """The neighbour, as far as it is asked: what it was told, and what it says."""

    def __init__(self) -> None:
        self.says: Content | None = Content("2 notices", "Words\n", "<p>Words</p>", ADDRESS)
        self.asked = 0
        self.outcomes: list[tuple[str, bool]] = []
        self.away = False

    def content(self, reference: str) -> Content | None:
        self.asked += 1
        if self.away:
            raise Failure(Code.UNAVAILABLE)
        return self.says

    def ended(self, reference: str, *, sent: bool) -> None:
        if self.away:
            raise Failure(Code.UNAVAILABLE)
        self.outcomes.append((reference, sent))


class Notices:
    """Mails that community has asked for."""

    def __init__(self, stage: Any, database: Any) -> None:
        self.stage = stage
        self.database = database
        self.community = Community()
        stage.verify_addresses()

    def due(self, channel_id: int, reference: str = REFERENCE) -> None:
        """Let the event arrive, which makes a job of it."""
        event = NoticeMailDue(channel_id, reference)
        self.database.transaction("test", lambda cursor: publish(cursor, event))
        reader = event_log.consumer(
            "auth", self.database, handlers(), threading.Event(), from_start=True
        )
        for _ in range(3):
            reader.read()

    @contextlib.contextmanager
    def working(self, workers: int = 2) -> Iterator[None]:
        stopping = threading.Event()
        queue = JobQueue(self.database, QUEUE, LEASE_SECONDS)
        table, courier = MailTable(self.database), Courier(self.database)
        mailer = NoticeMailer(queue, table, courier, self.community)
        sends = {KIND: Handler(mailer.run, mailer.give_up)}
        threads = [Slot(f"n{n}", queue, sends, stopping, 0.02) for n in range(workers)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


@pytest.fixture
def notices(stage: Any, auth_database: Any) -> Notices:
    return Notices(stage, auth_database)


@pytest.fixture
def ada(stage: Any) -> int:
    found: int = stage.account("ada.lovelace", "ada.l@example.org")
    stage.verify_addresses()
    return found


def test_it_goes_to_the_verified_address(notices: Notices, stage: Any, ada: int) -> None:
    notices.due(ada)
    with running(stage.server), notices.working():
        stage.until_done()
    (mail,), (envelope,) = stage.server.kept, stage.server.envelopes
    assert envelope.rcpt_tos == ["ada.l@example.org"]
    assert (mail["Subject"], mail["List-Unsubscribe"]) == ("2 notices", f"<{ADDRESS}>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert notices.community.outcomes == [(REFERENCE, True)]
    assert stage.clean.query("SELECT * FROM OutgoingMails") == ()


def test_nobody_else_gets_one(notices: Notices, stage: Any, ada: int) -> None:
    """Not verified, gone, or not wanted any more."""
    stage.clean.query("UPDATE ChannelDetails SET EmailVerifiedAt = NULL")
    notices.due(ada)
    notices.due(ada + 1000, "1" * 32)
    with running(stage.server), notices.working():
        stage.until_done()
        assert notices.community.asked == 0
        stage.verify_addresses()
        notices.community.says = None
        notices.due(ada, "2" * 32)
        stage.until_done()
    assert notices.community.asked == 1
    assert stage.server.kept == []
    assert sorted(notices.community.outcomes) == [
        (REFERENCE, False),
        ("1" * 32, False),
        ("2" * 32, False),
    ]
    assert stage.clean.query("SELECT * FROM OutgoingMails") == ()


def test_an_outage_of_the_mail_server_is_waited_out(notices: Notices, stage: Any, ada: int) -> None:
    """Nothing is composed until somebody takes it."""
    notices.due(ada)
    with notices.working():
        eventually(lambda: "refused" in stage.jobs()[0][3])
        assert notices.community.asked == 0
        with running(stage.server):
            stage.until_done()
    assert len(stage.server.kept) == 1


def test_what_was_tried_for_days_is_dropped(notices: Notices, stage: Any, ada: int) -> None:
    notices.due(ada)
    stage.clean.query("UPDATE Jobs SET Payload = JSON_SET(Payload, '$.at', 5)")
    with notices.working():
        stage.until_done()
    assert notices.community.outcomes == [(REFERENCE, False)]


def test_an_outage_of_community_is_waited_out(notices: Notices, stage: Any, ada: int) -> None:
    notices.due(ada)
    notices.community.away = True
    with running(stage.server), notices.working():
        eventually(lambda: notices.community.asked > 0 and stage.jobs()[0][3] == "unavailable")
        assert stage.server.kept == []
        notices.community.away = False
        stage.until_done()
    assert len(stage.server.kept) == 1


def test_what_left_before_its_worker_died_does_not_leave_again(
    notices: Notices, stage: Any, ada: int
) -> None:
    """Community was away when it was to be told that the mail was sent."""
    notices.due(ada)
    with running(stage.server), notices.working():
        stage.server.holds = True
        eventually(lambda: stage.server.arriving == 1)
        notices.community.away = True
        stage.server.holds = False
        eventually(lambda: stage.jobs()[0][3] == "unavailable")
        notices.community.away = False
        stage.until_done()
    assert len(stage.server.kept) == 1
    assert notices.community.outcomes == [(REFERENCE, True)]


def test_a_refused_mail_is_not_tried_again(notices: Notices, stage: Any, ada: int) -> None:
    stage.server.recipient = "550 nobody"
    notices.due(ada)
    with running(stage.server), notices.working():
        stage.until_done()
    assert notices.community.outcomes == [(REFERENCE, False)]


def test_links_go_before_a_crowd_of_digests(notices: Notices, stage: Any, ada: int) -> None:
    """The queues are two, so that auth's own mails have slots of their own."""
    for number in range(30):
        notices.due(ada, f"{number:032x}")
    stage.server.holds = True
    with running(stage.server), notices.working(2):
        eventually(lambda: stage.server.arriving == 2)
        stage.add(Template.PASSWORD_CHANGED, "ada.l@example.org", channel_id=ada)
        with stage.working():
            eventually(lambda: stage.server.arriving == 3)
            stage.server.holds = False
            stage.until_done(60)
    assert len(stage.server.kept) == 31
