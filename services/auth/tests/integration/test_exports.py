"""What auth tells media of a person: all that is kept, and nothing that opens anything."""

import base64
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vireo_auth.core.exports import PAGE
from vireo_auth.worker.events import handlers
from vireo_common import events
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.events import DataExportRequested
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

Ask = Callable[..., TestResponse]
TOKENS = "INSERT INTO EmailTokens (TokenHash, ChannelID, Purpose, Email, ExpiresAt)"


@pytest.fixture
def ask(http: FlaskClient, secrets_dir: Path) -> Ask:
    """``ask("/internal/...")`` as media does."""
    token = (secrets_dir / "service_token").read_text()

    def send(path: str, token: str = token) -> TestResponse:
        return http.get(path, headers={"X-Vireo-Service-Token": token})

    return send


def channel(clean: TestDatabase, name: str = "ada_l") -> int:
    ((number,),) = clean.query("SELECT ChannelID FROM Channels WHERE Username = %s", (name,))
    return int(number)


def test_all_that_is_kept(clean_tables: TestDatabase, sign_up: Any, sign_in: Any, ask: Ask) -> None:
    sign_up()
    sign_up(username="eve")
    for name, address in (("ada_l", "198.51.100.7"), ("eve", "203.0.113.9")):
        assert sign_in(name, address=address).status_code == 200
    ada = channel(clean_tables)
    clean_tables.query(
        TOKENS + " VALUES (REPEAT('h', 32), %s, 'reset', 'ada_l@example.org',"
        " NOW(3) + INTERVAL 1 HOUR), (REPEAT('i', 32), %s, 'verify', 'old@example.org', NOW(3))",
        (ada, ada),
    )
    clean_tables.query(
        "INSERT INTO MailedAddresses VALUES"
        " (UNHEX(SHA2('mailbox:ada_l@example.org', 256)), 'reset', 1, NOW(3)),"
        " (UNHEX(SHA2(%s, 256)), 'password', 1, NOW(3)),"
        " (UNHEX(SHA2('mailbox:eve@example.org', 256)), 'verify', 2, NOW(3))",
        (f"account:{ada} ada_l@example.org",),
    )
    clean_tables.query(
        "INSERT INTO EmailChanges (ChannelID, OldEmail, ChangedAt)"
        " SELECT ChannelID, CONCAT('old.', Username, '@example.org'), NOW(3) FROM Channels"
    )

    # Until the address is verified, its mails may have gone to somebody else.
    assert ask(f"/internal/exports/{ada}").json["response"]["mails"] == []
    clean_tables.query("UPDATE ChannelDetails SET EmailVerifiedAt = NOW(3)")

    known = ask(f"/internal/exports/{ada}").json["response"]
    assert known["account"] == {
        "username": "ada_l",
        "fname": "Ada",
        "mname": "",
        "lname": "Lovelace",
        "email": "ada_l@example.org",
        "email_verified": True,
        "birth": "1990-12-10",
        "history": True,
        "roles": [],
        "suspended": False,
    }
    (session,) = known["sessions"]
    assert set(session) == {"device", "address", "first_seen", "last_seen"}
    assert session["address"] == "198.51.100.7"
    assert [len(device["digest"]) for device in known["known_devices"]] == [64]
    assert [(link["purpose"], link["email"]) for link in known["links"]] == [
        ("reset", "ada_l@example.org")
    ]
    assert {mail["purpose"] for mail in known["mails"]} == {"reset", "password"}
    assert [change["email"] for change in known["email_changes"]] == ["old.ada_l@example.org"]
    assert set(known) == {
        *("account", "sessions", "known_devices", "links"),
        *("mails", "email_changes", "browsers"),
    }
    found = ask(f"/internal/exports/{ada}/addresses").json["response"]
    assert [row["address"] for row in found["rows"]] == ["198.51.100.7"]
    assert found["next"] is None


def test_nothing_that_opens_anything(
    clean_tables: TestDatabase, sign_up: Any, sign_in: Any, ask: Ask
) -> None:
    sign_up()
    token = sign_in().json["response"]["vtoken"]
    ada = channel(clean_tables)
    clean_tables.query(
        TOKENS + " VALUES (REPEAT('h', 32), %s, 'reset', 'a@b.org', '2100-01-01')",
        (ada,),
    )
    told = ask(f"/internal/exports/{ada}").text + ask(f"/internal/exports/{ada}/addresses").text
    secrets = [str(clean_tables.query("SELECT Password FROM Channels")[0][0]), token]
    for (raw,) in clean_tables.query(
        "SELECT TokenHash FROM RefreshTokens UNION SELECT TokenHash FROM EmailTokens"
    ):
        secrets += [raw.hex(), base64.b64encode(raw).decode(), raw.decode("latin-1")]
    secrets += [row[0] for row in clean_tables.query("SELECT SessionID FROM Sessions")]
    assert len(secrets) == 2 + 2 * 3 + 1
    assert [secret for secret in secrets if secret in told] == []


def test_addresses_come_in_pages(clean_tables: TestDatabase, sign_up: Any, ask: Ask) -> None:
    sign_up()
    ada = channel(clean_tables)
    values = ", ".join(f"({ada}, '10.0.{n // 256}.{n % 256}', NOW(3))" for n in range(2 * PAGE + 1))
    clean_tables.query(f"INSERT INTO KnownAddresses VALUES {values}")
    path, found, pages = f"/internal/exports/{ada}/addresses", [], 0
    after: str | None = ""
    while after is not None:
        page = ask(f"{path}?after={after}").json["response"]
        found += [row["address"] for row in page["rows"]]
        after, pages = page["next"], pages + 1
    assert (len(found), len(set(found)), pages) == (2 * PAGE + 1, 2 * PAGE + 1, 3)


def test_the_owner_is_notified_by_mail(
    clean_tables: TestDatabase, sign_up: Any, auth_database: Database
) -> None:
    sign_up()
    ada = channel(clean_tables)
    # Of an account that is gone there is nobody to notify.
    asked = [DataExportRequested(channel_id) for channel_id in (ada, 2147483647)]
    auth_database.transaction("test", lambda cursor: events.publish_all(cursor, asked))
    stopping = threading.Event()
    reader = consumer("auth", auth_database, handlers(), stopping, from_start=True)
    while reader.read():
        pass
    ((payload,),) = clean_tables.query("SELECT Payload FROM Jobs WHERE Kind = 'export_asked'")
    mail = json.loads(payload)
    assert (mail["channel"], mail["to"]) == (ada, "ada_l@example.org")


def test_who_is_not_there_or_may_not_ask(
    clean_tables: TestDatabase, sign_up: Any, ask: Ask, http: FlaskClient
) -> None:
    sign_up()
    ada = channel(clean_tables)
    assert outcome(ask("/internal/exports/2147483647")) == (404, "not_found")
    for path in (f"/internal/exports/{ada}", f"/internal/exports/{ada}/addresses"):
        assert outcome(ask(path, token="a guess")) == (403, "forbidden")
        assert outcome(http.get(path)) == (403, "forbidden")
