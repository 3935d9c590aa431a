"""A change of the address is told to the old one, with a link that takes it back."""

from typing import Any

from flask.testing import FlaskClient

from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

OLD, NEW = "correct horse battery", "rosy otter forty-three"


def use(http: FlaskClient, path: str, token: str, **more: str) -> tuple[int, str]:
    return outcome(http.post(path, json={"token": token, **more}))


def change_address(http: FlaskClient, head: dict[str, str], email: str) -> tuple[int, str]:
    body = {"email": email, "password": OLD}
    return outcome(http.patch("/me", json=body, headers=head))


def undo(http: FlaskClient, token: str) -> tuple[int, str]:
    return use(http, "/email/undo", token)


def undo_token(mailbox: Any, stage: Any, to: str) -> str:
    """The token of the last mail to ``to`` that undoes a change."""
    mailbox.collect()
    told = zip(stage.server.envelopes, stage.server.kept, strict=True)
    bodies = [mail.get_body(("plain",)) for envelope, mail in told if envelope.rcpt_tos == [to]]
    texts = [str(body.get_content()) for body in bodies if body is not None]
    found = [text for text in texts if "/email/undo#token=" in text][-1]
    return found.split("#token=")[1].split()[0]


def test_a_changed_address_is_undone_from_the_old_one(
    http: FlaskClient,
    ada: dict[str, str],
    sign_in: Any,
    mailbox: Any,
    stage: Any,
    clean_tables: TestDatabase,
) -> None:
    assert use(http, "/email/verify", mailbox.token()) == (200, "")
    assert change_address(http, ada, "eve@example.org")[0] == 200
    token = undo_token(mailbox, stage, "ada_l@example.org")
    # It is good for nothing else, and others are not good for it.
    assert use(http, "/email/verify", token) == (400, "link_invalid")
    assert use(http, "/password/reset", token, password=NEW) == (400, "link_invalid")
    http.post("/password/forgot", json={"email": "eve@example.org"})
    assert undo(http, mailbox.token()) == (400, "link_invalid")
    assert undo(http, token) == (200, "")
    assert undo(http, token) == (400, "link_invalid")
    # Whoever was signed in is not any more, and the old address gets a link for a new password.
    assert outcome(http.get("/me", headers=ada)) == (401, "token_revoked")
    assert mailbox.collect() == ["A change of your address was undone", "A new password for Vireo"]
    reset = stage.link_to("ada_l@example.org")
    assert use(http, "/password/reset", reset, password=NEW) == (200, "")
    head = {"Authorization": sign_in(password=NEW).json["response"]["vtoken"]}
    me = http.get("/me", headers=head).json["response"]
    assert (me["email"], me["email_verified"]) == ("ada_l@example.org", True)
    assert clean_tables.query("SELECT 1 FROM EmailChanges") == ()


def test_a_thief_s_own_link_does_not_end_the_owner_s(
    http: FlaskClient, ada: dict[str, str], mailbox: Any, stage: Any
) -> None:
    """Two changes, each with its link: the later one ends with the earlier, never the other way."""
    change_address(http, ada, "thief@example.org")
    first = undo_token(mailbox, stage, "ada_l@example.org")
    change_address(http, ada, "thief2@example.org")
    second = undo_token(mailbox, stage, "thief@example.org")
    assert undo(http, second) == (200, "")
    assert undo(http, first) == (200, "")
    assert stage.clean.query("SELECT Email FROM ChannelDetails") == (("ada_l@example.org",),)


def test_the_owner_s_link_ends_the_thief_s(
    http: FlaskClient, ada: dict[str, str], mailbox: Any, stage: Any
) -> None:
    change_address(http, ada, "thief@example.org")
    first = undo_token(mailbox, stage, "ada_l@example.org")
    change_address(http, ada, "thief2@example.org")
    second = undo_token(mailbox, stage, "thief@example.org")
    assert undo(http, first) == (200, "")
    assert undo(http, second) == (400, "link_invalid")
    assert stage.clean.query("SELECT Email FROM ChannelDetails") == (("ada_l@example.org",),)


def test_an_undoing_link_expires(
    http: FlaskClient, ada: dict[str, str], mailbox: Any, stage: Any
) -> None:
    change_address(http, ada, "eve@example.org")
    token = undo_token(mailbox, stage, "ada_l@example.org")
    age = "UPDATE EmailTokens SET ExpiresAt = ExpiresAt"
    stage.clean.query(f"{age} + INTERVAL -3 DAY")
    assert undo(http, token) == (400, "link_invalid")
    stage.clean.query(f"{age} + INTERVAL 1 MINUTE")
    assert undo(http, token) == (200, "")


def test_an_address_that_may_come_back_is_nobody_else_s(
    http: FlaskClient, ada: dict[str, str], sign_up: Any, mailbox: Any, stage: Any
) -> None:
    change_address(http, ada, "thief@example.org")
    token = undo_token(mailbox, stage, "ada_l@example.org")
    taken = sign_up(username="thief", email="ADA_L@example.org")
    assert outcome(taken) == (400, "email_taken")
    assert sign_up(username="thief", email="other@example.org").status_code == 200
    given = {"username": "thief", "password": OLD}
    head = {"Authorization": http.post("/sign_in", json=given).json["response"]["vtoken"]}
    assert change_address(http, head, "ada_l@example.org") == (400, "email_taken")
    # Its own account may have it again.
    assert change_address(http, ada, "ada_l@example.org")[0] == 200
    assert change_address(http, ada, "ada2@example.org")[0] == 200
    stage.clean.query("UPDATE EmailChanges SET ChangedAt = ChangedAt - INTERVAL 3 DAY")
    assert change_address(http, head, "ada_l@example.org")[0] == 200
    assert undo(http, token) == (400, "email_taken")


def test_an_account_has_so_many_addresses_in_three_days(
    http: FlaskClient, ada: dict[str, str], stage: Any
) -> None:
    for number in range(10):
        assert change_address(http, ada, f"ada{number}@example.org")[0] == 200
    answer = http.patch("/me", json={"email": "one.more@example.org", "password": OLD}, headers=ada)
    assert outcome(answer) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) > 0
    stage.clean.query("UPDATE EmailChanges SET ChangedAt = ChangedAt - INTERVAL 3 DAY")
    assert change_address(http, ada, "one.more@example.org")[0] == 200


def test_a_link_that_comes_too_late_is_not_sent(
    http: FlaskClient, ada: dict[str, str], mailbox: Any, stage: Any
) -> None:
    """The change was undone by the link of an earlier one before the mail left."""
    change_address(http, ada, "thief@example.org")
    first = undo_token(mailbox, stage, "ada_l@example.org")
    change_address(http, ada, "thief2@example.org")
    assert undo(http, first) == (200, "")
    assert "Your address was changed" not in mailbox.collect()


def test_a_change_of_an_account_that_is_gone_is_told_without_a_link(
    http: FlaskClient, ada: dict[str, str], mailbox: Any, stage: Any
) -> None:
    mailbox.collect()
    change_address(http, ada, "thief@example.org")
    assert http.delete("/channel", json={"password": OLD}, headers=ada).status_code == 200
    assert mailbox.collect() == ["Your account was deleted", "Your address was changed"]
    assert all("#token=" not in stage.text(number) for number in (-1, -2))
