"""The mail worker on a real database, against a mail server that misbehaves."""

from typing import Any

import pytest

from vireo_auth.core.mails import Template
from vireo_auth.storage.mails import QUEUE, Cause, MailTable, forget_refused
from vireo_testing.mail_server import running
from vireo_testing.person import eventually

TOLD = {"time": "2026-11-24 10:00 UTC"}


def test_all_mails_are_sent_once(stage: Any) -> None:
    for template in Template:
        cause = Cause(change=stage.change()) if template is Template.EMAIL_CHANGED else None
        stage.add(
            template,
            cause=cause,
            values={**TOLD, "username": "ada", "device": "D", "address": "::1"},
        )
    with running(stage.server), stage.working():
        stage.until_done()
    assert sorted(str(mail["Subject"]) for mail in stage.server.kept) == sorted(
        [
            "Confirm your address",
            "A new password for Vireo",
            "Your password was changed",
            "Your address was changed",
            "A change of your address was undone",
            "A sign-in from a new device",
            "A copy of your data was asked for",
            "Your account was deleted",
        ]
    )
    assert len(set(stage.server.ids)) == len(Template)


def test_an_outage_loses_none_and_doubles_none(stage: Any) -> None:
    for number in range(10):
        email = f"p{number}@example.org"
        channel_id = stage.account(f"p{number}", email)
        stage.add(Template.PASSWORD_CHANGED, email, channel_id=channel_id)
    with stage.working():
        eventually(lambda: all("refused" in job[3] for job in stage.jobs()))
        assert {job[1:3] for job in stage.jobs()} == {("queued", 0)}, "no attempt was counted"
        for trouble in ({"sender": "421 closing"}, {"data": "451 trouble"}, {"hang_up": "before"}):
            vars(stage.server).update({"sender": "", "data": "", "hang_up": "", **trouble})
            with running(stage.server):
                stage.hurry()
                seen = stage.server.connections + 8
                eventually(lambda seen=seen: stage.server.connections >= seen)
        vars(stage.server).update(sender="", data="", hang_up="")
        with running(stage.server):
            stage.until_done()
    assert len(stage.server.kept) == len(set(stage.server.ids)) == 10


@pytest.mark.parametrize(("age", "delay"), [(0, 5), (600, 300), (86400, 600)])
def test_waiting_grows_with_the_age_of_a_mail(stage: Any, age: int, delay: int) -> None:
    stage.add(Template.PASSWORD_CHANGED)
    stage.clean.query(
        "UPDATE Jobs SET Payload = JSON_SET(Payload, '$.at', UNIX_TIMESTAMP() - %s)", (age,)
    )
    ((before,),) = stage.clean.query("SELECT NOW(3)")
    with stage.working(1):
        eventually(lambda: stage.jobs()[0][3] != "")
        eventually(lambda: stage.jobs()[0][1] == "queued")
        ((due, after),) = stage.clean.query("SELECT RunAfter, NOW(3) FROM Jobs")
    # However long it took until then; the mail's age is in whole seconds.
    slack = (after - before).total_seconds() + 1
    assert delay - 1 <= (due - before).total_seconds() <= delay + 2 * slack


def test_after_days_it_is_put_aside(stage: Any) -> None:
    stage.add(Template.PASSWORD_CHANGED)
    stage.clean.query(
        "UPDATE Jobs SET Payload = JSON_SET(Payload, '$.at', UNIX_TIMESTAMP() - 6 * 86400)"
    )
    with stage.working():
        eventually(lambda: stage.jobs()[0][1] == "quarantined")
    assert "refused" in stage.jobs()[0][3]


@pytest.mark.parametrize("refusal", [{"recipient": "550 nobody"}, {"data": "552 too big"}], ids=str)
def test_a_refusal_is_put_aside_with_its_reason(stage: Any, refusal: dict[str, str]) -> None:
    vars(stage.server).update(refusal)
    stage.add(Template.PASSWORD_CHANGED)
    with running(stage.server), stage.working():
        eventually(lambda: stage.jobs()[0][1] == "quarantined")
    ((kind, _, _, reason),) = stage.jobs()
    assert (kind, reason) == ("password_changed", next(iter(refusal.values())))


def test_a_lost_answer_is_recognised_by_its_id(stage: Any) -> None:
    """The server took the mail and its answer got lost: nobody can know."""
    stage.server.hang_up = "after"
    stage.add(Template.VERIFY)
    with running(stage.server), stage.working():
        eventually(lambda: bool(stage.server.kept))
        stage.server.hang_up = ""
        stage.until_done()
    assert len(stage.server.kept) == 2
    assert len(set(stage.server.ids)) == 1
    # Receivers show either of the two: both links are good.
    assert stage.clean.query("SELECT COUNT(*) FROM EmailTokens") == ((2,),)


def test_a_bad_goodbye_doubles_nothing(stage: Any) -> None:
    stage.server.hang_up = "quit"
    stage.add(Template.PASSWORD_CHANGED)
    with running(stage.server), stage.working():
        stage.until_done()
    assert len(stage.server.kept) == 1


def test_a_slow_server_gets_each_mail_once(stage: Any) -> None:
    """Longer than a lease: it is held while the answer is awaited."""
    stage.server.holds = True
    stage.add(Template.PASSWORD_CHANGED)
    with running(stage.server), stage.working(lease_seconds=4):
        eventually(lambda: stage.server.arriving == 1)
        ((end,),) = stage.clean.query("SELECT LeaseUntil FROM Jobs")
        outlived = "SELECT 1 FROM Jobs WHERE LeaseUntil > NOW(3) AND NOW(3) > %s"
        eventually(lambda: stage.clean.query(outlived, (end,)))
        assert stage.jobs() == [("password_changed", "running", 1, "")]
        stage.server.holds = False
        eventually(lambda: stage.jobs() == [])
    assert len(stage.server.kept) == 1


def test_a_database_that_is_away_when_the_mail_is_taken(stage: Any) -> None:
    """The job can't be ended then; it is as soon as the database is back."""
    stage.server.holds = True
    stage.add(Template.PASSWORD_CHANGED)
    with running(stage.server), stage.working():
        eventually(lambda: stage.server.arriving == 1)
        stage.clean.server_execute("ALTER USER vireo_auth ACCOUNT LOCK")
        try:
            kill = "SELECT id FROM information_schema.processlist WHERE user = 'vireo_auth'"
            stage.clean.server_execute(
                f"BEGIN NOT ATOMIC FOR one IN ({kill}) DO KILL one.id; END FOR; END"
            )
            stage.server.holds = False
            eventually(lambda: len(stage.server.kept) == 1)
        finally:
            stage.clean.server_execute("ALTER USER vireo_auth ACCOUNT UNLOCK")
        eventually(lambda: stage.jobs() == [], seconds=60)
    assert len(stage.server.kept) == 1


def test_tokens_are_hashed_and_in_no_job(stage: Any) -> None:
    stage.add(Template.VERIFY)
    ((payload,),) = stage.clean.query("SELECT Payload FROM Jobs")
    with running(stage.server), stage.working():
        stage.until_done()
    token = stage.link()
    assert len(token) == 43
    assert token not in payload
    ((hashed, purpose, email, seconds),) = stage.clean.query(
        "SELECT LOWER(HEX(TokenHash)), Purpose, Email, TIMESTAMPDIFF(SECOND, NOW(3), ExpiresAt)"
        " FROM EmailTokens"
    )
    ((wanted,),) = stage.clean.query("SELECT SHA2(%s, 256)", (token,))
    assert (hashed, purpose, email) == (wanted, "verify", "ada@example.org")
    assert 3 * 86400 - 60 < seconds <= 3 * 86400


def test_no_token_waits_for_a_server_that_is_away(stage: Any) -> None:
    """It is made when the mail leaves, for the account as it is then."""
    stage.add(Template.RESET, channel_id=None, values={})
    with stage.working():
        eventually(lambda: "refused" in stage.jobs()[0][3])
        assert stage.clean.query("SELECT Content FROM OutgoingMails") in ((), ((None,),))
        assert stage.clean.query("SELECT 1 FROM EmailTokens") == ()
        stage.clean.query("DELETE FROM Channels")
        with running(stage.server):
            stage.until_done()
    assert stage.server.kept == []
    assert stage.clean.query("SELECT 1 FROM OutgoingMails") == ()


def test_a_reset_is_for_whom_it_finds(stage: Any) -> None:
    for address in ("ADA@Example.ORG", "nobody@example.org", "x", "é\U0001f600@", "a" * 254):
        stage.add(Template.RESET, address, channel_id=None, values={})
    with running(stage.server), stage.working():
        stage.until_done()
    assert [envelope.rcpt_tos for envelope in stage.server.envelopes] == [["ada@example.org"]]
    ((purpose, seconds),) = stage.clean.query(
        "SELECT Purpose, TIMESTAMPDIFF(SECOND, NOW(3), ExpiresAt) FROM EmailTokens"
    )
    assert purpose == "reset"
    assert 3600 - 60 < seconds <= 3600


def test_one_address_gets_few_of_them(stage: Any) -> None:
    age = "UPDATE MailedAddresses SET MailedAt = MailedAt - INTERVAL 61 SECOND"
    with running(stage.server), stage.working():
        for _ in range(8):
            for _ in range(4):
                stage.add(Template.RESET, channel_id=None, values={})
            stage.until_done()
            stage.clean.query(age)
        assert len(stage.server.kept) == 5
        # Of the other kind there are as many, whoever got the account's address meanwhile.
        stage.clean.query("DELETE FROM Channels")
        stage.channel_id = stage.account("eve", "Ada@example.org")
        stage.add(Template.RESET, channel_id=None, values={})
        stage.add(Template.VERIFY, "Ada@example.org")
        stage.until_done()
        assert len(stage.server.kept) == 6
        stage.clean.query("UPDATE MailedAddresses SET MailedAt = MailedAt - INTERVAL 1 HOUR")
        stage.add(Template.RESET, channel_id=None, values={})
        stage.until_done()
    assert len(stage.server.kept) == 7


@pytest.mark.parametrize(
    "before",
    [
        "UPDATE ChannelDetails SET EmailVerifiedAt = NOW()",
        "UPDATE ChannelDetails SET Email = 'other@example.org'",
        "DELETE FROM Channels",
    ],
)
def test_what_nobody_needs_any_more(stage: Any, before: str) -> None:
    stage.add(Template.VERIFY)
    stage.clean.query(before)
    with running(stage.server), stage.working():
        stage.until_done()
    assert stage.server.kept == []


def test_sweep(stage: Any) -> None:
    stage.add(Template.VERIFY)
    with running(stage.server), stage.working():
        stage.until_done()
    table = MailTable(stage.database)
    table.sweep()
    counts = "SELECT (SELECT COUNT(*) FROM EmailTokens), (SELECT COUNT(*) FROM MailedAddresses)"
    # It counts for the account and for the address, which nobody has verified, once in all.
    assert stage.clean.query(counts) == ((1, 3),)
    stage.clean.query("UPDATE EmailTokens SET ExpiresAt = NOW(3) - INTERVAL 1 SECOND")
    stage.clean.query("UPDATE MailedAddresses SET MailedAt = NOW(3) - INTERVAL 25 HOUR")
    table.sweep()
    assert stage.clean.query(counts) == ((0, 0),)


def refused(stage: Any) -> list[str]:
    """Whose refused mails are kept."""
    rows = stage.clean.query("SELECT Subject FROM Jobs WHERE State = 'quarantined' ORDER BY JobID")
    return [str(subject) for (subject,) in rows]


def test_refused_mails_are_kept_for_a_week_or_until_the_account_goes(stage: Any) -> None:
    for subject, days in (("1", 6), ("1", 8), ("2", 6)):
        stage.clean.query(
            "INSERT INTO Jobs (Queue, Kind, Subject, Payload, State, MaxAttempts, RunAfter,"
            " CreatedAt) VALUES (%s, 'verify', %s, '{}', 'quarantined', 20,"
            " NOW(3) - INTERVAL %s DAY, NOW(3))",
            (QUEUE, subject, days),
        )
    MailTable(stage.database).sweep()
    assert refused(stage) == ["1", "2"]
    stage.database.transaction("test", lambda cursor: forget_refused(cursor, 1))
    assert refused(stage) == ["2"]
