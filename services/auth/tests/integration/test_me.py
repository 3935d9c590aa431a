"""The account: looked at, changed, deleted; and its password."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vireo_auth.storage.roles import RoleTable
from vireo_common.audit_log import AuditLog
from vireo_common.database import Database
from vireo_common.roles import Role
from vireo_testing.answers import outcome
from vireo_testing.hostile_text import STRINGS
from vireo_testing.mariadb import TestDatabase

PASSWORD = "correct horse battery"
NEW = "another horse battery"


Call = Callable[..., TestResponse]


@pytest.fixture
def token(sign_up: Any, sign_in: Any) -> str:
    sign_up()
    return str(sign_in().json["response"]["vtoken"])


@pytest.fixture
def call(http: FlaskClient, token: str) -> Call:
    """``call("PATCH", "/me", {"fname": "Augusta"})`` as ada."""

    def send(method: str, path: str, body: Any = None, token: str = token) -> TestResponse:
        head = {"Authorization": token, "X-Real-IP": "198.51.100.7"}
        return http.open(path, method=method, json=body, headers=head)

    return send


@pytest.fixture
def mails(clean_tables: TestDatabase) -> Callable[[], list[tuple[str, str]]]:
    """Template and address of every mail that is to be sent but the one of the sign-up."""

    def read() -> list[tuple[str, str]]:
        rows = clean_tables.query(
            "SELECT Kind, Payload FROM Jobs WHERE Queue = 'mail' ORDER BY JobID"
        )
        found = [(kind, json.loads(payload)["to"]) for kind, payload in rows]
        return [mail for mail in found if mail != ("verify", "ada_l@example.org")]

    return read


def test_me(call: Call) -> None:
    answer = call("GET", "/me")
    assert answer.status_code == 200
    assert answer.json["response"] == {
        "username": "ada_l",
        "fname": "Ada",
        "mname": "",
        "lname": "Lovelace",
        "email": "ada_l@example.org",
        "email_verified": False,
        "birth": "1990-12-10",
        "history": True,
        "roles": [],
        "suspended": False,
    }


def test_whether_a_history_is_kept(call: Call) -> None:
    for wanted in (False, False, True):
        answer = call("PATCH", "/me", {"history": wanted})
        assert answer.status_code == 200
        assert answer.json["response"]["history"] is wanted
        assert call("GET", "/me").json["response"]["history"] is wanted
    assert outcome(call("PATCH", "/me", {"history": "no"})) == (400, "invalid_body")


def test_names_are_changed(call: Call, mails: Any) -> None:
    answer = call("PATCH", "/me", {"fname": "Augusta", "mname": "Ada", "unknown": 1})
    assert answer.status_code == 200
    changed = answer.json["response"]
    assert (changed["fname"], changed["mname"], changed["lname"]) == ("Augusta", "Ada", "Lovelace")
    assert call("GET", "/me").json["response"] == changed
    assert mails() == []


@pytest.mark.parametrize(
    "given",
    [{"fname": ""}, {"lname": "x" * 26}, {"fname": "a/b"}, {"email": "nothing"}, {"fname": 7}],
)
def test_what_can_not_be(call: Call, given: dict[str, Any]) -> None:
    answer = call("PATCH", "/me", {"mname": "changed", **given})
    assert outcome(answer) == (400, "invalid_body")
    assert set(answer.json["response"]["fields"]) == set(given)
    assert call("GET", "/me").json["response"]["mname"] == ""


@pytest.mark.parametrize("text", STRINGS)
def test_hostile_text_in_every_field(call: Call, text: str) -> None:
    for field in ("fname", "mname", "lname", "email"):
        assert call("PATCH", "/me", {field: text}).status_code in {200, 400}


def test_another_address_is_proven_anew_and_the_old_one_hears_of_it(
    call: Call, mails: Any, clean_tables: TestDatabase
) -> None:
    clean_tables.query("UPDATE ChannelDetails SET EmailVerifiedAt = NOW()")
    given = {"email": "ada@EXAMPLE.com"}
    missing = call("PATCH", "/me", given)
    assert outcome(missing) == (400, "missing_field")
    assert set(missing.json["response"]["fields"]) == {"password"}
    wrong = call("PATCH", "/me", {**given, "password": "wrong"})
    assert outcome(wrong) == (402, "bad_credentials")
    assert mails() == []
    answer = call("PATCH", "/me", {**given, "password": PASSWORD})
    assert answer.status_code == 200
    changed = answer.json["response"]
    assert (changed["email"], changed["email_verified"]) == ("ada@example.com", False)
    assert mails() == [("email_changed", "ada_l@example.org"), ("verify", "ada@example.com")]


def test_the_same_address_is_no_change(call: Call, mails: Any, clean_tables: TestDatabase) -> None:
    clean_tables.query("UPDATE ChannelDetails SET EmailVerifiedAt = NOW()")
    answer = call("PATCH", "/me", {"email": "ada_l@example.org"})
    assert answer.json["response"]["email_verified"] is True
    assert mails() == []


def test_an_address_of_somebody_else(call: Call, sign_up: Any) -> None:
    sign_up(username="other", email="other@example.org")
    answer = call(
        "PATCH", "/me", {"fname": "Augusta", "email": "OTHER@example.org", "password": PASSWORD}
    )
    assert outcome(answer) == (400, "email_taken")
    assert call("GET", "/me").json["response"]["fname"] == "Ada"


def test_another_password_ends_the_other_sessions(call: Call, sign_in: Any, mails: Any) -> None:
    elsewhere = sign_in().json["response"]["vtoken"]
    body = {"old_password": PASSWORD, "new_password": NEW}
    assert outcome(call("POST", "/password/change", body)) == (200, "")
    assert outcome(call("GET", "/me", token=elsewhere)) == (401, "token_revoked")
    assert call("GET", "/me").status_code == 200
    assert sign_in().status_code == 402
    assert sign_in(password=NEW).status_code == 200
    assert mails() == [("password_changed", "ada_l@example.org")]


@pytest.mark.parametrize("new", ["short", "password1", "x" * 73])
def test_a_weak_new_password(call: Call, new: str) -> None:
    answer = call("POST", "/password/change", {"old_password": PASSWORD, "new_password": new})
    assert outcome(answer) == (400, "invalid_body")
    assert set(answer.json["response"]["fields"]) == {"new_password"}


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("POST", "/password/change", {"old_password": "wrong", "new_password": NEW}),
        ("DELETE", "/channel", {"password": "wrong"}),
    ],
)
def test_a_stolen_token_gets_five_guesses(
    call: Call, mails: Any, method: str, path: str, given: dict[str, str]
) -> None:
    for left in (4, 3, 2, 1, 0):
        answer = call(method, path, given)
        assert outcome(answer) == (402, "bad_credentials")
        assert answer.json["response"]["attempts_left"] == left
    right = {name: PASSWORD if value == "wrong" else value for name, value in given.items()}
    assert outcome(call(method, path, right)) == (403, "blocked")
    assert mails() == []


def test_missing_fields(call: Call) -> None:
    for method, path, fields in (
        ("POST", "/password/change", {"old_password", "new_password"}),
        ("DELETE", "/channel", {"password"}),
    ):
        answer = call(method, path, {})
        assert outcome(answer) == (400, "missing_field")
        assert set(answer.json["response"]["fields"]) == fields


def test_a_deleted_channel_leaves_nothing_but_its_work(
    call: Call, sign_up: Any, mails: Any, clean_tables: TestDatabase
) -> None:
    sign_up(username="other")
    rows = "SELECT ChannelID FROM Channels WHERE Username = %s"
    ((mine,),), ((theirs,),) = (clean_tables.query(rows, (name,)) for name in ("ada_l", "other"))
    for hash_path, channel in (("aaaaaaa", mine), ("bbbbbbb", mine), ("ccccccc", theirs)):
        clean_tables.query(
            "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, StoredAt)"
            " VALUES (%s, %s, 't', '', NOW(), NOW())",
            (hash_path, channel),
        )
    # Its first bytes may arrive at this moment.
    clean_tables.query(
        "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload)"
        " VALUES ('ddddddd', %s, 't', '', NOW())",
        (mine,),
    )
    for picture, channel in (("a" * 32, mine), ("b" * 32, theirs)):
        clean_tables.query(
            "INSERT INTO ChannelPictures (ChannelID, Name, SetAt) VALUES (%s, %s, NOW())",
            (channel, picture),
        )
    hers = "SELECT PathHash, VideoID FROM Videos WHERE ChannelID = %s"
    videos = clean_tables.query(hers, (mine,))
    assert len(videos) == 3
    assert outcome(call("DELETE", "/channel", {"password": PASSWORD})) == (200, "")
    assert outcome(call("GET", "/me")) == (400, "token_invalid")
    for table in ("Channels", "ChannelDetails", "ChannelPictures"):
        assert clean_tables.query(f"SELECT ChannelID FROM {table}") == ((theirs,),)
    for table in ("Sessions", "RefreshTokens", "EmailTokens", "KnownAddresses"):
        assert clean_tables.query(f"SELECT 1 FROM {table}") == ()
    assert clean_tables.query("SELECT PathHash FROM Videos") == (("ccccccc",),)
    rows = clean_tables.query("SELECT Kind, Payload FROM Events ORDER BY EventID")
    *removed, last = [(kind, json.loads(said)) for kind, said in rows]
    assert {(kind, *said.values()) for kind, said in removed} == {
        *(("video_removed", hash_path, mine, video_id) for hash_path, video_id in videos),
        ("channel_picture_removed", "a" * 32, mine),
    }
    assert last == ("channel_removed", {"channel_id": mine, "name": "ada_l"})
    assert ("account_deleted", "ada_l@example.org") in mails()


def test_the_end_of_a_role_is_in_the_audit_log(
    call: Call, sign_up: Any, sign_in: Any, clean_tables: TestDatabase, auth_database: Database
) -> None:
    RoleTable(auth_database).grant("ada_l", Role.MODERATOR)
    sign_up(username="other")
    ((ada,),) = clean_tables.query("SELECT ChannelID FROM Channels WHERE Username = 'ada_l'")
    assert call("DELETE", "/channel", {"password": PASSWORD}).status_code == 200
    assert clean_tables.query("SELECT * FROM Roles") == ()
    ((entry,),) = clean_tables.query("SELECT Entry FROM AuditLog WHERE Number = 2")
    said = json.loads(entry)
    assert (said["kind"], said["owner"], said["actor"]) == ("revoke", ada, ada)
    assert said["role"] == "moderator"
    verdict = AuditLog(auth_database).verify()
    assert (verdict.head.number, verdict.problem) == (2, "")
    # Of who had none nothing is said.
    token = sign_in(username="other").json["response"]["vtoken"]
    assert call("DELETE", "/channel", {"password": PASSWORD}, token=token).status_code == 200
    assert clean_tables.query("SELECT COUNT(*) FROM AuditLog") == ((2,),)


def test_the_name_stays_taken_for_a_month(
    call: Call, sign_up: Any, sign_in: Any, clean_tables: TestDatabase
) -> None:
    assert call("DELETE", "/channel", {"password": PASSWORD}).status_code == 200
    for name in ("ada_l", "ADA_L"):
        answer = sign_up(username=name, email="eve@example.org")
        assert outcome(answer) == (400, "username_taken")
        assert answer.json["response"]["fields"] == {"username": "is taken"}
    # Nobody has it all the same, and nothing of it is kept that tells it.
    assert outcome(sign_in()) == (402, "bad_credentials")
    ((kept,),) = clean_tables.query("SELECT NameKey FROM ReservedNames")
    ((plain,),) = clean_tables.query("SELECT UNHEX(SHA2('ada_l', 256))")
    assert kept != plain
    assert clean_tables.query("SELECT 1 FROM Channels") == ()
    later = "UPDATE ReservedNames SET ReservedUntil = ReservedUntil - INTERVAL %s SECOND"
    clean_tables.query(later, (30 * 86400 - 60,))
    assert outcome(sign_up(email="eve@example.org")) == (400, "username_taken")
    clean_tables.query(later, (60,))
    assert sign_up(email="eve@example.org").status_code == 200
