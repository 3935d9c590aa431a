"""A change of the address is told to the old one, with a link that takes it back."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_testing.answers import outcome

OLD, NEW = "correct horse battery", "rosy otter forty-three"
HERS = "ada_l@example.org"


class Addresses:
    """Ada's address is changed, and brought back by links in mails."""

    def __init__(self, http: FlaskClient, ada: dict[str, str], mailbox: Any, stage: Any) -> None:
        self._http = http
        self._ada = ada
        self._mailbox = mailbox
        self._stage = stage

    def change(self, email: str, head: dict[str, str] | None = None) -> tuple[int, str]:
        """Change it, or somebody else's."""
        body = {"email": email, "password": OLD}
        return outcome(self._http.patch("/me", json=body, headers=head or self._ada))

    def use(self, path: str, token: str, **more: str) -> tuple[int, str]:
        """Use a link of any purpose."""
        return outcome(self._http.post(path, json={"token": token, **more}))

    def undo(self, token: str) -> tuple[int, str]:
        """Use a link that undoes a change."""
        return self.use("/email/undo", token)

    def link(self, to: str) -> str:
        """The token of the last mail to ``to`` that undoes a change."""
        self._mailbox.collect()
        told = zip(self._stage.server.envelopes, self._stage.server.kept, strict=True)
        bodies = [mail.get_body(("plain",)) for envelope, mail in told if envelope.rcpt_tos == [to]]
        texts = [str(body.get_content()) for body in bodies if body is not None]
        found = [text for text in texts if "/email/undo#token=" in text][-1]
        return found.split("#token=")[1].split()[0]

    def link_after(self, old: str, new: str) -> str:
        """Change it; the token of the mail about it to the address of before."""
        assert self.change(new)[0] == 200
        return self.link(old)

    @property
    def now(self) -> str:
        """Ada's address."""
        ((email,),) = self._stage.clean.query("SELECT Email FROM ChannelDetails")
        return str(email)


@pytest.fixture
def addresses(http: FlaskClient, ada: dict[str, str], mailbox: Any, stage: Any) -> Addresses:
    return Addresses(http, ada, mailbox, stage)


@pytest.fixture
def two_links(addresses: Addresses) -> tuple[str, str]:
    """A thief has changed the address, and changed it again: the owner's link, and the thief's."""
    owner_s = addresses.link_after(HERS, "thief@example.org")
    return owner_s, addresses.link_after("thief@example.org", "thief2@example.org")


def test_a_changed_address_is_undone_from_the_old_one(
    http: FlaskClient,
    ada: dict[str, str],
    addresses: Addresses,
    sign_in: Any,
    mailbox: Any,
    stage: Any,
) -> None:
    assert addresses.use("/email/verify", mailbox.token()) == (200, "")
    token = addresses.link_after(HERS, "eve@example.org")
    # It is good for nothing else, and others are not good for it.
    assert addresses.use("/email/verify", token) == (400, "link_invalid")
    assert addresses.use("/password/reset", token, password=NEW) == (400, "link_invalid")
    http.post("/password/forgot", json={"email": "eve@example.org"})
    assert addresses.undo(mailbox.token()) == (400, "link_invalid")
    assert addresses.undo(token) == (200, "")
    assert addresses.undo(token) == (400, "link_invalid")
    # Whoever was signed in is not any more, and the old address gets a link for a new password.
    assert outcome(http.get("/me", headers=ada)) == (401, "token_revoked")
    assert mailbox.collect() == ["A change of your address was undone", "A new password for Vireo"]
    assert addresses.use("/password/reset", stage.link_to(HERS), password=NEW) == (200, "")
    head = {"Authorization": sign_in(password=NEW).json["response"]["vtoken"]}
    me = http.get("/me", headers=head).json["response"]
    assert (me["email"], me["email_verified"]) == (HERS, True)
    assert stage.clean.query("SELECT 1 FROM EmailChanges") == ()


def test_a_thief_s_own_link_does_not_end_the_owner_s(
    addresses: Addresses, two_links: tuple[str, str]
) -> None:
    """Two changes, each with its link: the later one ends with the earlier, never the other way."""
    owner_s, thief_s = two_links
    assert addresses.undo(thief_s) == (200, "")
    assert addresses.undo(owner_s) == (200, "")
    assert addresses.now == HERS


def test_the_owner_s_link_ends_the_thief_s(
    addresses: Addresses, two_links: tuple[str, str]
) -> None:
    owner_s, thief_s = two_links
    assert addresses.undo(owner_s) == (200, "")
    assert addresses.undo(thief_s) == (400, "link_invalid")
    assert addresses.now == HERS


def test_an_undoing_link_expires(addresses: Addresses, stage: Any) -> None:
    token = addresses.link_after(HERS, "eve@example.org")
    age = "UPDATE EmailTokens SET ExpiresAt = ExpiresAt"
    stage.clean.query(f"{age} + INTERVAL -3 DAY")
    assert addresses.undo(token) == (400, "link_invalid")
    stage.clean.query(f"{age} + INTERVAL 1 MINUTE")
    assert addresses.undo(token) == (200, "")


def test_an_address_that_may_come_back_is_nobody_else_s(
    http: FlaskClient, addresses: Addresses, sign_up: Any, stage: Any
) -> None:
    token = addresses.link_after(HERS, "thief@example.org")
    assert outcome(sign_up(username="thief", email=HERS.upper())) == (400, "email_taken")
    assert sign_up(username="thief", email="other@example.org").status_code == 200
    given = {"username": "thief", "password": OLD}
    head = {"Authorization": http.post("/sign_in", json=given).json["response"]["vtoken"]}
    assert addresses.change(HERS, head) == (400, "email_taken")
    # Its own account may have it again.
    assert addresses.change(HERS)[0] == 200
    assert addresses.change("ada2@example.org")[0] == 200
    stage.clean.query("UPDATE EmailChanges SET ChangedAt = ChangedAt - INTERVAL 3 DAY")
    assert addresses.change(HERS, head)[0] == 200
    assert addresses.undo(token) == (400, "email_taken")


def test_an_account_has_so_many_addresses_in_three_days(
    http: FlaskClient, ada: dict[str, str], addresses: Addresses, stage: Any
) -> None:
    for number in range(10):
        assert addresses.change(f"ada{number}@example.org")[0] == 200
    answer = http.patch("/me", json={"email": "one.more@example.org", "password": OLD}, headers=ada)
    assert outcome(answer) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) > 0
    stage.clean.query("UPDATE EmailChanges SET ChangedAt = ChangedAt - INTERVAL 3 DAY")
    assert addresses.change("one.more@example.org")[0] == 200


def test_a_link_that_comes_too_late_is_not_sent(addresses: Addresses, mailbox: Any) -> None:
    """The change was undone by the link of an earlier one before the mail left."""
    first = addresses.link_after(HERS, "thief@example.org")
    assert addresses.change("thief2@example.org")[0] == 200
    assert addresses.undo(first) == (200, "")
    assert "Your address was changed" not in mailbox.collect()


def test_a_change_of_an_account_that_is_gone_is_told_without_a_link(
    http: FlaskClient, ada: dict[str, str], addresses: Addresses, mailbox: Any, stage: Any
) -> None:
    mailbox.collect()
    assert addresses.change("thief@example.org")[0] == 200
    assert http.delete("/channel", json={"password": OLD}, headers=ada).status_code == 200
    assert mailbox.collect() == ["Your account was deleted", "Your address was changed"]
    assert all("#token=" not in stage.text(number) for number in (-1, -2))
