"""Mails that bring their content: sent once, waited for days, given up."""

from typing import Any

import pytest

from vireo_courier.storage.outgoing_mails import OutgoingMailTable
from vireo_testing.mail_server import running
from vireo_testing.person import eventually


def test_a_mail_is_sent_and_removed(post: Any) -> None:
    post.hand_over()
    with running(post.server), post.working():
        post.until_done()
    (mail,), (envelope,) = post.server.kept, post.server.envelopes
    assert (mail["Subject"], envelope.rcpt_tos) == ("Hello", ["ada@example.org"])


def test_handed_over_twice_it_is_one_mail(post: Any) -> None:
    for _ in range(2):
        post.hand_over("a" * 32)
    assert len(post.rows()) == 1
    with running(post.server), post.working():
        post.until_done()
    assert post.server.ids == [f"<{'a' * 32}@example.org>"]


def test_an_outage_loses_none_and_doubles_none(post: Any) -> None:
    for _ in range(10):
        post.hand_over()
    with post.working():
        eventually(lambda: all("refused" in row[2] for row in post.rows()))
        assert {row[:2] for row in post.rows()} == {("queued", 0)}, "no attempt was counted"
        with running(post.server):
            post.until_done()
    assert len(post.server.kept) == len(set(post.server.ids)) == 10


def test_waiting_grows_with_the_age_of_a_mail(post: Any) -> None:
    delay = "SELECT TIMESTAMPDIFF(SECOND, NOW(3), RunAfter) FROM OutgoingMails"
    found = []
    for age in (0, 600, 86400):
        post.clean.query("DELETE FROM OutgoingMails")
        post.hand_over()
        post.age(age)
        with post.working(1):
            eventually(lambda: post.rows()[0][2] != "")
            found.append(int(post.clean.query(delay)[0][0]))
    assert [3 <= found[0] <= 5, 290 <= found[1] <= 301, 590 <= found[2] <= 600] == [True] * 3


def test_after_days_it_is_put_aside_without_its_words(post: Any) -> None:
    post.hand_over()
    post.age(6 * 86400)
    with post.working():
        eventually(lambda: post.rows()[0][0] == "quarantined")
    ((_, _, reason, content),) = post.rows()
    assert "refused" in reason
    assert content is None


@pytest.mark.parametrize("refusal", [{"recipient": "550 nobody"}, {"data": "552 too big"}], ids=str)
def test_a_refusal_is_put_aside_with_its_reason(post: Any, refusal: dict[str, str]) -> None:
    vars(post.server).update(refusal)
    post.hand_over()
    with running(post.server), post.working():
        eventually(lambda: post.rows()[0][0] == "quarantined")
    assert post.rows() == [("quarantined", 1, next(iter(refusal.values())), None)]


def test_a_mail_that_ends_every_courier_is_put_aside(post: Any) -> None:
    post.hand_over()
    post.clean.query("UPDATE OutgoingMails SET Attempts = 20")
    with running(post.server), post.working():
        eventually(lambda: post.rows()[0][0] == "quarantined")
    assert post.server.kept == []


@pytest.mark.parametrize("to", ["", "nobody", "a@b.org\r\nRCPT TO:<c@d.org>"], ids=repr)
def test_no_address_is_no_mail(post: Any, to: str) -> None:
    post.hand_over(to=to)
    with running(post.server), post.working():
        eventually(lambda: post.rows()[0][0] == "quarantined")
    assert post.server.kept == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[1]",
        '{"subject": 1, "text": "", "html": ""}',
        '{"subject": "", "text": 5, "html": ""}',
        '{"subject": "", "text": "", "html": null}',
        "[" * 100_000,
        '{"subject": "\\ud800", "text": "", "html": ""}',
        '{"subject": "", "text": "\\ud800", "html": ""}',
    ],
)
def test_what_is_no_mail_keeps_no_other_waiting(post: Any, content: str) -> None:
    post.hand_over()
    post.clean.query("UPDATE OutgoingMails SET Content = %s", (content,))
    post.hand_over()
    with running(post.server), post.working(1):
        eventually(lambda: [row[0] for row in post.rows()] == ["quarantined"])
    assert "it is no mail" in post.rows()[0][2]
    assert len(post.server.kept) == 1


def test_a_database_that_is_away_when_the_mail_is_taken(post: Any) -> None:
    """It can't be removed then; it is as soon as the database is back, and not sent again."""
    post.server.holds = True
    post.hand_over()
    with running(post.server), post.working():
        eventually(lambda: post.server.arriving == 1)
        post.clean.server_execute("ALTER USER vireo_courier ACCOUNT LOCK")
        try:
            kill = "SELECT id FROM information_schema.processlist WHERE user = 'vireo_courier'"
            post.clean.server_execute(
                f"BEGIN NOT ATOMIC FOR one IN ({kill}) DO KILL one.id; END FOR; END"
            )
            post.server.holds = False
            eventually(lambda: len(post.server.kept) == 1)
        finally:
            post.clean.server_execute("ALTER USER vireo_courier ACCOUNT UNLOCK")
        eventually(lambda: post.rows() == [], seconds=60)
    assert len(post.server.kept) == 1


def test_sweep(post: Any) -> None:
    """What somebody has asked for and never fetched goes; what waits to be sent stays."""
    post.hand_over()
    post.hand_over()
    post.clean.query(
        "UPDATE OutgoingMails SET State = 'sent', OnDemand = TRUE, Content = NULL LIMIT 1"
    )
    table = OutgoingMailTable(post.own, 12)
    table.sweep()
    assert len(post.rows()) == 2
    post.age(8 * 86400)
    table.sweep()
    assert [row[0] for row in post.rows()] == ["queued"]
