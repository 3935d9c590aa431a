"""How many mails somebody gets, and who can use that up."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from vireo_auth.core.mails import Budget, Purpose, Template
from vireo_auth.storage.mails import MOST_TOLD, Cause, count_mail
from vireo_testing.mail_server import running
from vireo_testing.person import eventually

IMPORTANT = [
    Template.PASSWORD_CHANGED,
    Template.EMAIL_CHANGED,
    Template.EMAIL_UNDONE,
    Template.EXPORT_ASKED,
    Template.ACCOUNT_DELETED,
]
DEVICE = {"device": "D", "address": "198.51.100.7"}


def subjects(stage: Any) -> list[str]:
    return [str(mail["Subject"]) for mail in stage.server.kept]


def add(stage: Any, template: Template, to: str = "ada@example.org", **cause: Any) -> None:
    """A job as the routes leave it."""
    channel_id = cause.pop("channel_id", stage.channel_id)
    if template is Template.EMAIL_CHANGED:
        cause = {"change": stage.change(channel_id, to), "verified": True, **cause}
    if template is Template.ACCOUNT_DELETED:
        cause, channel_id = {"account": channel_id, "verified": True, **cause}, None
    values = DEVICE if template is Template.NEW_DEVICE else {"username": "ada"}
    stage.add(template, to, channel_id=channel_id, values=values, cause=Cause(**cause))


def test_of_workers_that_count_at_once_one_sends(stage: Any) -> None:
    """Nothing is noted yet that the second one could wait for."""
    together = threading.Barrier(4)

    def count(name: str, job_id: int) -> int | None:
        budget = Budget(name, Purpose.NOTICE, 300, 10)
        together.wait(30)
        return stage.database.transaction(
            "test", lambda cursor: count_mail(cursor, job_id, [budget])
        )

    with ThreadPoolExecutor(4) as pool:
        for number in range(15):
            waits = list(pool.map(count, [f"a{number}"] * 4, range(1, 5)))
            assert sorted(wait == 0 for wait in waits) == [False, False, False, True]
    assert stage.clean.query("SELECT COUNT(*) FROM MailedAddresses") == ((15,),)


@pytest.mark.parametrize("template", IMPORTANT)
def test_what_matters_is_told_whatever_new_devices_there_are(
    stage: Any, template: Template
) -> None:
    stage.verify_addresses()
    with running(stage.server), stage.working():
        for _ in range(30):
            add(stage, Template.NEW_DEVICE)
        stage.until_done_or_waiting()
        add(stage, template)
        eventually(lambda: len(stage.server.kept) == 2)
    found = subjects(stage)
    assert len(found) == 2
    assert found[0] == "A sign-in from a new device" != found[1]


def test_what_waits_is_put_together(stage: Any) -> None:
    stage.verify_addresses()
    for number in range(MOST_TOLD + 5):
        stage.add(Template.NEW_DEVICE, values={"device": f"D{number}.", "address": f"::{number}"})
    with running(stage.server), stage.working():
        stage.until_done()
    assert len(stage.server.kept) == 1
    told = stage.text()
    assert [f"D{number}." in told for number in range(MOST_TOLD + 5)] == [True] * 11 + [False] * 4
    assert "and 4 more times" in told


def test_what_happens_soon_after_waits_and_is_put_together(stage: Any) -> None:
    stage.verify_addresses()
    with running(stage.server), stage.working():
        add(stage, Template.PASSWORD_CHANGED)
        stage.until_done()
        add(stage, Template.PASSWORD_CHANGED)
        stage.waits("notified just now")
        add(stage, Template.PASSWORD_CHANGED)
        ((payload,),) = stage.clean.query("SELECT Payload FROM Jobs")
        assert len(json.loads(payload)["again"]) == 1
        # The database's clock goes on; the job is due when the pause is over.
        ((seconds,),) = stage.clean.query(
            "SELECT TIMESTAMPDIFF(SECOND, NOW(3), RunAfter) FROM Jobs"
        )
        assert 240 < seconds <= 300
        stage.later(301)
        stage.until_done()
    assert subjects(stage) == ["Your password was changed"] * 2
    assert "It happened again" not in stage.text(0)
    assert "It happened again" in stage.text(1)


def test_what_is_added_to_a_mail_that_has_left_is_told_all_the_same(stage: Any) -> None:
    """The mail left, and its worker was stopped before the job had ended."""
    stage.verify_addresses()
    stage.add(Template.NEW_DEVICE, values={"device": "First.", "address": "::1"})
    ((payload,),) = stage.clean.query("SELECT Payload FROM Jobs")
    stage.clean.query(
        "INSERT INTO OutgoingMails"
        " (Service, Reference, Name, Recipient, OnDemand, State, RunAfter, CreatedAt)"
        " VALUES ('auth', %s, 'x', %s, TRUE, 'sent', NOW(3), NOW(3))",
        (json.loads(payload)["id"], json.loads(payload)["to"]),
    )
    stage.add(Template.NEW_DEVICE, values={"device": "Second.", "address": "::2"})
    with running(stage.server), stage.working():
        stage.until_done()
    assert "Second." in stage.text()


def test_another_person_s_mail_is_not_added_to_mine(stage: Any) -> None:
    stage.verify_addresses()
    eve = stage.account("eve", "eve@example.org")
    add(stage, Template.PASSWORD_CHANGED)
    add(stage, Template.PASSWORD_CHANGED, "eve@example.org", channel_id=eve)
    add(stage, Template.PASSWORD_CHANGED, "before@example.org", verified=True)
    assert len(stage.jobs()) == 3


def test_spellings_of_a_mailbox_that_nobody_proved_share_its_mails(stage: Any) -> None:
    spellings = [
        "ada+a@example.org",
        "ADA+b@Example.ORG",
        "Ada+c+d@example.org",
        "ada+e@example.org",
    ]
    with running(stage.server), stage.working():
        for number, email in enumerate([*spellings, "ada+f@example.org", "ada+g@example.org"]):
            account = stage.account(f"p{number}", email)
            add(stage, Template.VERIFY, email, channel_id=account)
            stage.until_done()
            stage.later(61)
        assert len(stage.server.kept) == 5
        add(stage, Template.VERIFY, "ada@example.org")
        stage.until_done()
        assert len(stage.server.kept) == 5
        # Others have their own.
        other = stage.account("other", "adam+a@example.org")
        add(stage, Template.VERIFY, "adam+a@example.org", channel_id=other)
        stage.until_done()
        assert len(stage.server.kept) == 6


@pytest.mark.parametrize("template", [Template.RESET, *IMPORTANT])
def test_strangers_use_up_nothing_of_a_proven_address(stage: Any, template: Template) -> None:
    """They sign up with other spellings of it, and have mails of every kind sent there."""
    stage.verify_addresses()
    with running(stage.server), stage.working():
        for number in range(7):
            email = f"ada+{number}@example.org"
            account = stage.account(f"p{number}", email)
            add(stage, template, email, channel_id=account, verified=False)
        for _ in range(7):
            stage.until_done_or_waiting()
            stage.later(301)
            stage.hurry()
        assert len(stage.server.kept) <= 5
        stage.server.kept.clear()
        add(stage, template, channel_id=None if template is Template.RESET else stage.channel_id)
        stage.until_done()
    assert [envelope.rcpt_tos for envelope in stage.server.envelopes[-1:]] == [["ada@example.org"]]
    assert len(stage.server.kept) == 1


def test_one_origin_causes_so_many_mails_to_strangers(stage: Any) -> None:
    with running(stage.server), stage.working(most_of_origin=4):
        for number in range(8):
            email = f"p{number}@example.org"
            account = stage.account(f"p{number}", email)
            add(stage, Template.VERIFY, email, channel_id=account, origin="203.0.113.9")
            stage.until_done()
        assert len(stage.server.kept) == 4
        # Nobody else is concerned, and neither is who has verified an address.
        add(stage, Template.VERIFY, origin="198.51.100.7")
        stage.until_done()
        assert len(stage.server.kept) == 5
        stage.verify_addresses()
        add(stage, Template.PASSWORD_CHANGED, origin="203.0.113.9")
        stage.until_done()
        assert len(stage.server.kept) == 6


def test_one_account_causes_so_many_mails_to_strangers(stage: Any) -> None:
    with running(stage.server), stage.working():
        for number in range(8):
            email = f"p{number}@example.org"
            stage.clean.query("UPDATE ChannelDetails SET Email = %s", (email,))
            add(stage, Template.VERIFY, email)
            stage.until_done()
    assert len(stage.server.kept) == 5


def test_a_flood_of_resets_ends_with_the_hour(stage: Any) -> None:
    stage.verify_addresses()
    with running(stage.server), stage.working():
        for number in range(9):
            stage.add(
                Template.RESET,
                channel_id=None,
                values={},
                cause=Cause(origin=f"203.0.113.{number}"),
            )
            stage.until_done()
            stage.later(61)
        assert len(stage.server.kept) == 5
        stage.later(3600)
        stage.add(Template.RESET, channel_id=None, values={})
        stage.until_done()
    assert len(stage.server.kept) == 6


def test_all_kinds_together_are_few_where_nobody_has_proven_anything(stage: Any) -> None:
    """Strangers have every kind of mail sent to somebody who has no account."""
    kinds = [*IMPORTANT, Template.NEW_DEVICE, Template.VERIFY]
    with running(stage.server), stage.working():
        # Within an hour: five of each would be let through by its own budget.
        for turn in range(5):
            for kind in kinds:
                name = f"p{turn}{kind.value[:12]}"
                account = stage.account(name, f"ada+{name}@example.org")
                cause = {} if kind is Template.VERIFY else {"verified": False}
                add(stage, kind, f"ada+{name}@example.org", channel_id=account, **cause)
            stage.until_done_or_waiting()
            stage.later(601)
    assert len(stage.server.kept) == 10
