"""Mails that somebody composes at the moment in which they leave, and waits for."""

import threading
from typing import Any

import pytest

from vireo_common.outgoing_mails import Content, Courier, Later, Refused, forget
from vireo_testing.mail_server import running
from vireo_testing.person import eventually

SECRET = Content("Link", "http://v/#token=sesame", "<p>http://v/#token=sesame</p>")


def test_content_is_made_when_it_is_wanted_and_does_not_stay(post: Any) -> None:
    seen: list[Any] = []

    def compose() -> Content:
        seen.append((post.server.envelopes[:], post.rows()))
        return SECRET

    with running(post.server), post.working(), post.asking(compose) as asked:
        asked.result(30)
    assert post.server.kept[0]["Subject"] == "Link"
    assert [row[3] for row in seen[0][1]] == [None]
    assert post.rows() == [("sent", 1, "", None)]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ({"recipient": "450 later"}, Later),
        ({"sender": "421 closing"}, Later),
        ({"recipient": "550 nobody"}, Refused),
    ],
    ids=str,
)
def test_nothing_is_made_before_the_recipient_is_taken(
    post: Any, trouble: dict[str, str], error: type[Exception]
) -> None:
    vars(post.server).update(trouble)
    made: list[int] = []

    def compose() -> Content:
        made.append(1)
        return SECRET

    said = next(iter(trouble.values()))
    with running(post.server), post.working(), post.asking(compose) as asked:
        error_of = asked.exception(30)
    assert (type(error_of), str(error_of)) == (error, said)
    assert (made, post.rows()) == ([], [])


@pytest.mark.parametrize("trouble", [{"data": "451 later"}, {"data": "554 spam"}], ids=str)
def test_no_content_stays_of_what_did_not_leave(post: Any, trouble: dict[str, str]) -> None:
    vars(post.server).update(trouble)
    stop = threading.Event()

    def compose() -> Content:
        # Nobody fetches the outcome.
        stop.set()
        return SECRET

    with running(post.server), post.working(), post.asking(compose, stop=stop) as asked:
        with pytest.raises(Later, match="stopped"):
            asked.result(30)
        eventually(lambda: post.rows()[0][0] in {"postponed", "refused"})
    assert post.rows()[0][2:] == (next(iter(trouble.values())), None)


def test_who_comes_again_hears_that_it_was_sent(post: Any) -> None:
    """The process that waited died; the mail is not sent twice."""
    mail, stop = post.mail(), threading.Event()

    def compose() -> Content:
        stop.set()
        return SECRET

    with running(post.server), post.working():
        with post.asking(compose, mail, stop) as asked, pytest.raises(Later):
            asked.result(30)
        eventually(lambda: post.rows()[0][0] == "sent")
        assert post.rows()[0][3] is None
        for _ in range(2):
            with post.asking(mail=mail) as asked:
                asked.result(30)
        post.other.transaction("test", lambda at: forget(at, mail.service, mail.reference))
        assert post.rows() == []
    assert len(post.server.kept) == 1


@pytest.mark.parametrize("state", ["queued", "sent"])
def test_a_row_that_somebody_else_wrote_gets_no_secret(post: Any, state: str) -> None:
    """Who may hand mails over can guess a reference; the mail goes to whom it is for."""
    mail = post.mail()
    post.clean.query(
        "INSERT INTO OutgoingMails"
        " (Service, Reference, Name, Recipient, OnDemand, State, RunAfter, CreatedAt)"
        " VALUES (%s, %s, %s, 'eve@example.org', TRUE, %s, NOW(3), NOW(3))",
        (mail.service, mail.reference, mail.name, state),
    )
    with running(post.server), post.working(), post.asking(lambda: SECRET, mail) as asked:
        asked.result(30)
    assert [envelope.rcpt_tos for envelope in post.server.envelopes] == [[mail.recipient]]


def test_what_is_not_wanted_any_more_does_not_leave(post: Any) -> None:
    def compose() -> Content:
        raise LookupError

    with running(post.server), post.working(), post.asking(compose) as asked:
        assert isinstance(asked.exception(30), LookupError)
        post.hand_over()
        post.until_done()
    assert [mail["Subject"] for mail in post.server.kept] == ["Hello"]


def test_nobody_composes(post: Any) -> None:
    """Whoever asked has died: its row stays."""
    with post.asking() as asked:
        eventually(lambda: len(post.rows()) == 1)
        post.clean.query("UPDATE OutgoingMails SET MailID = MailID + 1, Reference = 'another'")
        assert str(asked.exception(30)) == "it was removed"
    with running(post.server), post.working(compose_seconds=0.3):
        eventually(lambda: post.rows()[0][0] == "postponed")
    assert (post.rows()[0][2], post.server.kept) == ("nobody composed it", [])


def test_no_courier_takes_it(post: Any) -> None:
    courier = Courier(post.other, unattended_seconds=1)
    with pytest.raises(Later, match="no courier"):
        courier.deliver(post.mail(), lambda: SECRET, threading.Event())
    assert post.rows() == []


def test_content_of_a_courier_that_died_is_made_again(post: Any) -> None:
    """What it held may be old, and the link in it used up."""
    made: list[int] = []

    def compose() -> Content:
        made.append(1)
        return Content(f"Link {len(made)}", "", "")

    with post.asking(compose) as asked:
        eventually(lambda: len(post.rows()) == 1)
        post.clean.query(
            "UPDATE OutgoingMails SET State = 'running', LeaseToken = 'x', Wanted = TRUE,"
            " LeaseUntil = NOW(3) + INTERVAL 60 SECOND, Attempts = 1"
        )
        eventually(lambda: post.rows()[0][3] is not None)
        post.clean.query("UPDATE OutgoingMails SET LeaseUntil = NOW(3) - INTERVAL 1 SECOND")
        with running(post.server), post.working():
            asked.result(30)
    assert [mail["Subject"] for mail in post.server.kept] == ["Link 2"]


def test_who_waits_goes_before_a_crowd(post: Any) -> None:
    for _ in range(20):
        post.hand_over()
    with post.asking(lambda: SECRET) as asked:
        eventually(lambda: len(post.rows()) == 21)
        with running(post.server), post.working(1):
            asked.result(30)
            eventually(lambda: [row[0] for row in post.rows()] == ["sent"])
    assert post.server.kept[0]["Subject"] == "Link"
    assert len(post.server.kept) == 21
