"""Links in mails: who asks for one, and what using one does."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pymysql
import pytest
from flask.testing import FlaskClient

from vireo_testing.answers import outcome
from vireo_testing.hostile_text import STRINGS
from vireo_testing.mariadb import TestDatabase

OLD, NEW = "correct horse battery", "rosy otter forty-three"


def verify(http: FlaskClient, token: str) -> tuple[int, str]:
    return outcome(http.post("/email/verify", json={"token": token}))


def reset(http: FlaskClient, token: str, password: str = NEW) -> tuple[int, str]:
    return outcome(http.post("/password/reset", json={"token": token, "password": password}))


def forget(http: FlaskClient, email: str = "ada_l@example.org") -> tuple[int, str]:
    return outcome(http.post("/password/forgot", json={"email": email}))


def verified(http: FlaskClient, ada: dict[str, str]) -> bool:
    return bool(http.get("/me", headers=ada).json["response"]["email_verified"])


def later(clean: TestDatabase, seconds: int) -> None:
    """Let time pass for links, and for how many one gets."""
    clean.query("UPDATE EmailTokens SET ExpiresAt = ExpiresAt - INTERVAL %s SECOND", (seconds,))
    clean.query("UPDATE MailedAddresses SET MailedAt = MailedAt - INTERVAL %s SECOND", (seconds,))


def test_an_address_is_verified(http: FlaskClient, ada: dict[str, str], mailbox: Any) -> None:
    token = mailbox.token()
    assert not verified(http, ada)
    assert verify(http, token) == (200, "")
    assert verified(http, ada)
    assert verify(http, token) == (400, "link_invalid")


def test_a_sign_up_that_fails_sends_nothing(sign_up: Any, ada: object, mailbox: Any) -> None:
    del ada
    assert mailbox.collect() == ["Confirm your address"]
    assert sign_up(email="other@example.org").status_code == 400
    assert mailbox.collect() == []


def test_resend(
    http: FlaskClient, ada: dict[str, str], mailbox: Any, clean_tables: TestDatabase
) -> None:
    def resend(headers: dict[str, str] | None = None) -> tuple[int, str]:
        return outcome(http.post("/email/verify/resend", headers=headers or {}))

    first = mailbox.token()
    assert resend() == (400, "token_missing")
    # At most one a minute, and nothing tells.
    assert resend(ada) == (200, "")
    assert mailbox.collect() == []
    later(clean_tables, 61)
    assert resend(ada) == (200, "")
    second = mailbox.token()
    assert verify(http, second) == (200, "")
    # Using one uses all up.
    assert verify(http, first) == (400, "link_invalid")
    later(clean_tables, 61)
    assert resend(ada) == (200, "")
    assert mailbox.collect() == []


def test_a_link_is_bound_to_the_address(
    http: FlaskClient, ada: dict[str, str], mailbox: Any, clean_tables: TestDatabase
) -> None:
    token = mailbox.token()
    clean_tables.query("UPDATE ChannelDetails SET Email = 'new@example.org'")
    assert verify(http, token) == (400, "link_invalid")
    assert not verified(http, ada)
    forget(http, "new@example.org")
    token = mailbox.token()
    clean_tables.query("UPDATE ChannelDetails SET Email = 'newer@example.org'")
    assert reset(http, token) == (400, "link_invalid")


def test_a_link_is_bound_to_its_purpose(
    http: FlaskClient, ada: object, mailbox: Any, clean_tables: TestDatabase
) -> None:
    del ada
    token = mailbox.token()
    assert reset(http, token) == (400, "link_invalid")
    assert verify(http, token) == (200, "")
    forget(http)
    token = mailbox.token()
    assert verify(http, token) == (400, "link_invalid")
    assert reset(http, token) == (200, "")
    assert clean_tables.query("SELECT COUNT(*) FROM EmailTokens") == ((0,),)


@pytest.mark.parametrize(("path", "seconds"), [("verify", 3 * 86400), ("reset", 3600)])
def test_links_expire(
    http: FlaskClient,
    ada: object,
    mailbox: Any,
    clean_tables: TestDatabase,
    path: str,
    seconds: int,
) -> None:
    del ada
    token = mailbox.token()
    if path == "reset":
        forget(http)
        token = mailbox.token()
    use = verify if path == "verify" else reset
    later(clean_tables, seconds)
    assert use(http, token) == (400, "link_invalid")
    later(clean_tables, -60)
    assert use(http, token) == (200, "")


def test_a_password_is_reset(
    http: FlaskClient, ada: dict[str, str], sign_in: Any, mailbox: Any
) -> None:
    mailbox.collect()
    assert forget(http, "ADA_L@Example.ORG") == (200, "")
    token = mailbox.token()
    assert reset(http, token, "password") == (400, "invalid_body")
    assert sign_in(password=OLD).status_code == 200
    assert reset(http, token) == (200, "")
    assert outcome(sign_in(password=OLD)) == (402, "bad_credentials")
    assert sign_in(password=NEW).status_code == 200
    # Whoever was signed in is not any more.
    assert outcome(http.get("/me", headers=ada)) == (401, "token_revoked")
    assert "Your password was changed" in mailbox.collect()


def test_a_reset_lifts_the_lockout_where_it_is_done(
    http: FlaskClient, ada: object, sign_in: Any, mailbox: Any, clean_tables: TestDatabase
) -> None:
    del ada
    mailbox.collect()
    new, elsewhere = "203.0.113.50", "203.0.113.51"
    for address in (new, elsewhere):
        assert [sign_in(password="wrong", address=address).status_code for _ in range(5)] == [
            402
        ] * 5
        assert outcome(sign_in(address=address)) == (403, "blocked")
    # Strangers everywhere else guess too: the name is slowed down for who is not known.
    for number in range(20):
        assert sign_in(password="wrong", address=f"203.0.113.{number}").status_code == 402
    assert sign_in(address="203.0.113.99").status_code == 429
    forget(http)
    token = mailbox.token()

    def use(given: str, address: str) -> tuple[int, str]:
        body = {"token": given, "password": NEW}
        return outcome(http.post("/password/reset", json=body, headers={"X-Real-IP": address}))

    # A link that is not good lifts nothing.
    assert use("A" * 43, new) == (400, "link_invalid")
    assert outcome(sign_in(address=new)) == (403, "blocked")
    assert use(token, new) == (200, "")
    assert sign_in(password=NEW, address=new).status_code == 200
    # Elsewhere nothing is lifted, and five tries are five again here.
    assert outcome(sign_in(password=NEW, address=elsewhere)) == (403, "blocked")
    assert sign_in(password="wrong", address=new).json["response"]["attempts_left"] == 4
    # The same link once more lifts nothing.
    for _ in range(4):
        sign_in(password="wrong", address=new)
    assert use(token, new) == (400, "link_invalid")
    assert outcome(sign_in(password=NEW, address=new)) == (403, "blocked")


def test_one_of_many_at_once_wins(
    running_service: Any, body: Any, mailbox: Any, clean_tables: TestDatabase
) -> None:
    # Seven of eight threads may hash, and all ten requests may come to one process.
    auth = running_service("auth", VIREO_WEB_WORKERS="2", VIREO_WEB_THREADS="12")
    auth.request("POST", "/sign_up", json=body())
    token = mailbox.token()

    def post(path: str, **given: str) -> tuple[int, str]:
        found = auth.request("POST", path, json=given)
        answer = found.json()["response"]
        return found.status_code, answer and answer["error"]

    with ThreadPoolExecutor(10) as pool:
        verified = Counter(pool.map(lambda _: post("/email/verify", token=token), range(10)))
    assert verified == {(200, ""): 1, (400, "link_invalid"): 9}
    post("/password/forgot", email="ada_l@example.org")
    first = mailbox.token()
    later(clean_tables, 61)
    post("/password/forgot", email="ada_l@example.org")
    second = mailbox.token()

    def use(number: int) -> tuple[int, str]:
        # Two links of one account exclude each other, too.
        token = (first, second)[number % 2]
        return post("/password/reset", token=token, password=f"another password {number}")

    with ThreadPoolExecutor(10) as pool:
        outcomes = Counter(pool.map(use, range(10)))
    assert outcomes == {(200, ""): 1, (400, "link_invalid"): 9}


@pytest.mark.parametrize("path", ["/email/verify", "/email/undo", "/password/reset"])
def test_wrong_tokens(http: FlaskClient, ada: object, path: str) -> None:
    del ada
    for name, text in {**STRINGS, "empty": "", "another": "A" * 43}.items():
        response = http.post(path, json={"token": text, "password": NEW})
        assert outcome(response) in {
            (400, "link_invalid"),
            (400, "invalid_body"),
            (400, "invalid_json"),
        }, name


def test_forgot_takes_any_text(http: FlaskClient, stage: Any, mailbox: Any) -> None:
    for name, text in {**STRINGS, "empty": "", "long": "a" * 255 + "@example.org"}.items():
        found = forget(http, text)
        assert found in {(200, ""), (400, "invalid_body"), (400, "invalid_json")}, name
    assert mailbox.collect() == []
    assert stage.jobs() == []


def test_known_and_unknown_addresses_cost_the_same(
    http: FlaskClient, ada: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement by statement."""
    del ada
    seen: list[str] = []
    query = pymysql.connections.Connection.query

    def noted(connection: Any, sql: Any, unbuffered: bool = False) -> Any:
        seen.append(str(sql)[:30])
        return query(connection, sql, unbuffered)

    forget(http)
    statements = {}
    with monkeypatch.context() as patch:
        patch.setattr(pymysql.connections.Connection, "query", noted)
        for email in ("ada_l@example.org", "nobody@example.org"):
            seen.clear()
            assert forget(http, email) == (200, "")
            statements[email] = [sql for sql in seen if "SELECT 1" not in sql]
    first, second = statements.values()
    assert first == second
    assert len(first) == 1


def test_no_token_in_answers_jobs_and_log(
    running_service: Any, body: Any, mailbox: Any, clean_tables: TestDatabase
) -> None:
    auth = running_service("auth", VIREO_LOG_LEVEL="debug")
    auth.request("POST", "/sign_up", json=body())
    token = mailbox.token()
    auth.request("POST", "/email/verify", json={"token": token})
    auth.request("POST", "/email/verify", json={"token": token})
    auth.request("POST", "/password/forgot", json={"email": "ada_l@example.org"})
    reset_token = mailbox.token()
    given = {"token": reset_token, "password": NEW}
    auth.request("POST", "/password/reset", json=given)
    ((payload,),) = clean_tables.query("SELECT Payload FROM Jobs")
    for secret in (token, reset_token, NEW):
        assert secret not in auth.log
        assert secret not in payload
    assert "ada_l@" not in auth.log


def test_a_sign_in_from_a_new_device_is_told(
    http: FlaskClient, sign_up: Any, mailbox: Any, stage: Any
) -> None:
    def sign_in(device: str, address: str, password: str = OLD) -> list[str]:
        headers = {"User-Agent": device, "X-Real-IP": address}
        http.post("/sign_in", json={"username": "ada_l", "password": password}, headers=headers)
        return mailbox.collect()

    sign_up()
    token = mailbox.token()
    told = ["A sign-in from a new device"]
    assert sign_in("Firefox/131", "198.51.100.7") == []
    assert sign_in("Your prize: evil.example", "203.0.113.1") == told
    unproven = stage.server.kept[-1].get_body(("plain",)).get_content()
    assert "Address: 203.0.113.1" in unproven
    assert "evil.example" not in unproven, "nobody proved that this is their address"
    assert verify(http, token) == (200, "")
    assert sign_in("Firefox/132", "198.51.100.8") == []
    assert sign_in("Evil <b>Browser</b>", "203.0.113.9", "wrong password") == []
    assert sign_in("Evil <b>Browser</b>", "203.0.113.9") == told
    mail = stage.server.kept[-1]
    assert "Address: 203.0.113.9" in mail.get_body(("plain",)).get_content()
    assert "Hello ada_l," in mail.get_body(("plain",)).get_content()
    assert "&lt;b&gt;Browser" in mail.get_body(("html",)).get_content()
    assert sign_in("Evil <b>Browser</b>", "203.0.113.9") == []
