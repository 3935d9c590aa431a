"""Sessions: refresh tokens, signing out, and the list of devices."""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase


@pytest.fixture
def enter(http: FlaskClient, sign_up: Any) -> Callable[..., dict[str, Any]]:
    """``enter("ada_l")`` signs in (and up, the first time) without a cookie; the answer's value."""
    known: set[str] = set()

    def call(username: str = "ada_l", **headers: str) -> dict[str, Any]:
        if username not in known:
            known.add(username)
            assert sign_up(username=username).status_code == 200
        given = {"username": username, "password": "correct horse battery", "refresh_token": True}
        response = http.post(
            "/sign_in", json=given, headers={"X-Real-IP": "198.51.100.7"} | headers
        )
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        value: dict[str, Any] = response.json["response"]
        return value

    return call


@pytest.fixture
def refresh(http: FlaskClient) -> Callable[[str], TestResponse]:
    def call(token: str) -> TestResponse:
        return http.post("/token/refresh", json={"refresh_token": token})

    return call


@pytest.fixture
def sessions(http: FlaskClient) -> Callable[[str], TestResponse]:
    def call(token: str) -> TestResponse:
        return http.get("/sessions", headers={"Authorization": token})

    return call


def test_a_refresh_carries_the_session_on(enter: Any, refresh: Any, sessions: Any) -> None:
    first = enter()
    answer = refresh(first["refresh_token"])
    assert answer.status_code == 200
    second = answer.json["response"]
    assert set(second) == {"vtoken", "expires_in", "refresh_token"}
    assert second["refresh_token"] != first["refresh_token"]
    for token in (first["vtoken"], second["vtoken"]):
        assert len(sessions(token).json["response"]) == 1
    ids = {
        jwt.decode(given["vtoken"], options={"verify_signature": False})["sid"]
        for given in (first, second)
    }
    assert len(ids) == 1


def test_a_successor_needs_the_secret(
    enter: Any, refresh: Any, clean_tables: TestDatabase, secrets_dir: Path
) -> None:
    """What is stored says nothing of it, and neither does the token before."""
    token = enter()["refresh_token"]
    successor = refresh(token).json["response"]["refresh_token"]
    ((salt,),) = clean_tables.query("SELECT Salt FROM RefreshTokens WHERE Salt IS NOT NULL")
    made = hashlib.sha256(salt + token.encode()).digest()
    assert base64.urlsafe_b64encode(made).rstrip(b"=").decode() != successor
    stored = clean_tables.query("SELECT TokenHash FROM RefreshTokens")
    assert {row[0] for row in stored} == {
        hashlib.sha256(each.encode()).digest() for each in (token, successor)
    }
    # Another secret, another successor: it is no function of what is known.
    before = (secrets_dir / "service_token").read_text()
    assert len(before) > 20
    key = hmac.digest(before.encode(), b"vireo refresh tokens", "sha256")
    made = hmac.digest(key, salt + token.encode(), "sha256")
    assert base64.urlsafe_b64encode(made).rstrip(b"=").decode() == successor


def test_only_hashes_are_stored(enter: Any, clean_tables: TestDatabase) -> None:
    token = enter()["refresh_token"]
    assert len(token) == 43
    ((stored,),) = clean_tables.query("SELECT TokenHash FROM RefreshTokens")
    assert stored == hashlib.sha256(token.encode()).digest()


def test_a_stolen_refresh_token_ends_the_session(
    enter: Any, refresh: Any, sessions: Any, clean_tables: TestDatabase
) -> None:
    stolen = enter()
    owner = refresh(stolen["refresh_token"]).json["response"]
    clean_tables.query("UPDATE RefreshTokens SET SpentAt = SpentAt - INTERVAL 11 SECOND")

    assert outcome(refresh(stolen["refresh_token"])) == (401, "token_revoked")

    assert outcome(sessions(owner["vtoken"])) == (401, "token_revoked")
    assert sessions(owner["vtoken"]).headers["WWW-Authenticate"] == "Bearer"
    assert outcome(refresh(owner["refresh_token"])) == (400, "token_invalid")


def test_two_tabs_may_refresh_at_once(
    enter: Any, refresh: Any, sessions: Any, clean_tables: TestDatabase
) -> None:
    token = enter()["refresh_token"]
    first, second = refresh(token), refresh(token)
    assert (first.status_code, second.status_code) == (200, 200)
    successors = {each.json["response"]["refresh_token"] for each in (first, second)}
    assert len(successors) == 1
    clean_tables.query("UPDATE RefreshTokens SET SpentAt = SpentAt - INTERVAL 9 SECOND")
    third = refresh(token)
    assert third.json["response"]["refresh_token"] in successors
    # Also when the successor has been used by then, which goes on to the next.
    following = refresh(*successors).json["response"]["refresh_token"]
    assert refresh(token).json["response"]["refresh_token"] in successors
    assert refresh(*successors).json["response"]["refresh_token"] == following
    assert clean_tables.query("SELECT COUNT(*) FROM RefreshTokens") == ((3,),)
    assert len(sessions(second.json["response"]["vtoken"]).json["response"]) == 1


def test_many_at_once_are_one_use(make_app: Any, enter: Any, clean_tables: TestDatabase) -> None:
    token = enter()["refresh_token"]
    app = make_app("auth")

    def use(_: int) -> str:
        with app.test_client() as client:
            answer = client.post("/token/refresh", json={"refresh_token": token})
            return str(answer.json["response"]["refresh_token"])

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(use, range(20)))) == 1
    assert clean_tables.query("SELECT COUNT(*) FROM RefreshTokens") == ((2,),)
    assert clean_tables.query("SELECT COUNT(*) FROM RefreshTokens WHERE SpentAt IS NOT NULL") == (
        (1,),
    )


@pytest.mark.parametrize("token", ["x", "é" * 40, "\ud800", "' OR 1=1 --", "A" * 43])
def test_unknown_refresh_tokens(refresh: Any, token: str) -> None:
    assert outcome(refresh(token)) in {(400, "token_invalid"), (400, "invalid_json")}


def test_without_a_refresh_token(http: FlaskClient) -> None:
    assert outcome(http.post("/token/refresh")) == (400, "token_missing")
    assert outcome(http.post("/token/refresh", json={})) == (400, "token_missing")
    assert outcome(http.post("/token/refresh", json={"refresh_token": 7})) == (400, "invalid_body")
    wrong = http.post("/token/refresh", data="x", content_type="text/plain")
    assert outcome(wrong) == (415, "unsupported_content_type")


def test_a_session_that_nobody_carries_on_is_over(
    enter: Any, refresh: Any, clean_tables: TestDatabase
) -> None:
    token = enter()["refresh_token"]
    clean_tables.query("UPDATE RefreshTokens SET IssuedAt = NOW(3) - INTERVAL 31 DAY")
    assert outcome(refresh(token)) == (401, "token_expired")


def test_no_session_lasts_for_ever(enter: Any, refresh: Any, clean_tables: TestDatabase) -> None:
    token = enter()["refresh_token"]
    age = "UPDATE Sessions SET CreatedAt = NOW(3) - INTERVAL %s DAY"
    clean_tables.query(age, (89,))
    token = refresh(token).json["response"]["refresh_token"]
    clean_tables.query(age, (91,))
    assert outcome(refresh(token)) == (401, "token_expired")


def test_signing_out_ends_this_session_alone(
    http: FlaskClient, enter: Any, refresh: Any, sessions: Any
) -> None:
    here, there = enter(), enter()
    answer = http.post("/sign_out", headers={"Authorization": here["vtoken"]})
    assert outcome(answer) == (200, "")
    assert outcome(sessions(here["vtoken"])) == (401, "token_revoked")
    assert outcome(refresh(here["refresh_token"])) == (400, "token_invalid")
    assert len(sessions(there["vtoken"]).json["response"]) == 1


def test_the_list_says_what_it_is(enter: Any, sessions: Any) -> None:
    enter(**{"User-Agent": "Tablet/1 \x1b[31m" + "x" * 400, "X-Real-IP": "2001:db8::1"})
    here = enter(**{"User-Agent": "Laptop/2"})
    enter("somebody_else")
    rows = sessions(here["vtoken"]).json["response"]
    assert [row["current"] for row in rows] == [True, False]
    assert [row["address"] for row in rows] == ["198.51.100.7", "2001:db8::1"]
    assert rows[0]["device"] == "Laptop/2"
    assert rows[1]["device"].startswith("Tablet/1  [31mxx")
    assert len(rows[1]["device"]) == 255
    for row in rows:
        seen = dt.datetime.fromisoformat(row["last_seen"])
        assert abs((dt.datetime.now(dt.UTC) - seen).total_seconds()) < 60
        assert row["first_seen"].endswith("Z")


def test_last_seen_moves_with_use(enter: Any, sessions: Any, clean_tables: TestDatabase) -> None:
    here = enter()
    clean_tables.query("UPDATE Sessions SET SeenAt = NOW(3) - INTERVAL 2 HOUR")
    sessions(here["vtoken"])
    [row] = sessions(here["vtoken"]).json["response"]
    seen = dt.datetime.fromisoformat(row["last_seen"])
    assert abs((dt.datetime.now(dt.UTC) - seen).total_seconds()) < 60


def test_another_device_is_signed_out(http: FlaskClient, enter: Any, sessions: Any) -> None:
    here, there = enter(), enter()
    [other] = [row for row in sessions(here["vtoken"]).json["response"] if not row["current"]]
    head = {"Authorization": here["vtoken"]}
    assert outcome(http.delete(f"/sessions/{other['id']}", headers=head)) == (200, "")
    assert outcome(http.delete(f"/sessions/{other['id']}", headers=head)) == (404, "not_found")
    assert outcome(sessions(there["vtoken"])) == (401, "token_revoked")
    assert sessions(here["vtoken"]).status_code == 200


def test_nobody_signs_others_out(http: FlaskClient, enter: Any, sessions: Any) -> None:
    mine, theirs = enter(), enter("somebody_else")
    [row] = sessions(theirs["vtoken"]).json["response"]
    answer = http.delete(f"/sessions/{row['id']}", headers={"Authorization": mine["vtoken"]})
    assert outcome(answer) == (404, "not_found")
    assert http.delete("/sessions", headers={"Authorization": mine["vtoken"]}).status_code == 200
    assert sessions(theirs["vtoken"]).status_code == 200


@pytest.mark.parametrize("name", ["%C3%A9" * 11, "x" * 22, "x", "%00", "' OR '1'='1", "x" * 999])
def test_what_is_no_session(http: FlaskClient, enter: Any, name: str) -> None:
    answer = http.delete(f"/sessions/{name}", headers={"Authorization": enter()["vtoken"]})
    assert outcome(answer) == (404, "not_found")


def test_all_others_are_signed_out(http: FlaskClient, enter: Any, sessions: Any) -> None:
    others = [enter() for _ in range(3)]
    here = enter()
    assert http.delete("/sessions", headers={"Authorization": here["vtoken"]}).status_code == 200
    assert len(sessions(here["vtoken"]).json["response"]) == 1
    for other in others:
        assert outcome(sessions(other["vtoken"])) == (401, "token_revoked")


def test_the_oldest_sessions_make_room(
    enter: Any, sessions: Any, clean_tables: TestDatabase
) -> None:
    first = enter()
    clean_tables.query(
        "INSERT INTO Sessions (SessionID, ChannelID, Device, Address, CreatedAt, SeenAt,"
        " RefreshedAt) SELECT CONCAT('filled', seq), ChannelID, '', '', NOW(3), NOW(3), NOW(3)"
        " FROM Channels, seq_1_to_99"
    )
    clean_tables.query("UPDATE Sessions SET SeenAt = NOW(3) - INTERVAL 1 HOUR WHERE Device <> ''")
    assert clean_tables.query("SELECT COUNT(*) FROM Sessions") == ((100,),)
    enter()
    assert clean_tables.query("SELECT COUNT(*) FROM Sessions") == ((100,),)
    assert outcome(sessions(first["vtoken"])) == (401, "token_revoked")


def test_the_token_of_a_deleted_account_is_invalid(
    enter: Any, sessions: Any, clean_tables: TestDatabase
) -> None:
    token = enter()["vtoken"]
    clean_tables.query("DELETE FROM Channels")
    assert outcome(sessions(token)) == (400, "token_invalid")
    assert clean_tables.query("SELECT COUNT(*) FROM Sessions") == ((0,),)


def test_the_other_services_refuse_at_once(http: FlaskClient, make_app: Any, enter: Any) -> None:
    token = enter()["vtoken"]
    announced = {"title": "A clip", "description": ""}
    catalog = make_app("catalog").test_client()
    head = {"Authorization": token}
    assert catalog.post("/upload", json=announced, headers=head).status_code == 200
    assert http.post("/sign_out", headers=head).status_code == 200
    refused = catalog.post("/upload", json=announced, headers=head)
    assert outcome(refused) == (401, "token_revoked")


def replace_key(secrets_dir: Path) -> None:
    """What a rotation does with the file."""
    fresh = secrets_dir / "next.pem"
    fresh.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    fresh.rename(secrets_dir / "token_signing_key.pem")


def test_a_new_key_is_used_at_once_and_the_old_one_still_verifies(
    http: FlaskClient, enter: Any, sessions: Any, secrets_dir: Path
) -> None:
    old = enter()
    replace_key(secrets_dir)
    new = enter()
    kids = {jwt.get_unverified_header(given["vtoken"])["kid"] for given in (old, new)}
    assert len(kids) == 2
    keys = http.get("/.well-known/jwks.json").json
    assert {key["kid"] for key in keys["keys"]} == kids
    assert keys["response"] == {"keys": keys["keys"]}
    assert all("d" not in key for key in keys["keys"])
    assert sessions(old["vtoken"]).status_code == 200


def test_refreshes_without_end_are_slowed_down(
    enter: Any, refresh: Any, sessions: Any, clean_tables: TestDatabase
) -> None:
    first = enter()
    clean_tables.query(
        "INSERT INTO RefreshTokens (TokenHash, SessionID, IssuedAt, SpentAt)"
        " SELECT UNHEX(SHA2(seq, 256)), SessionID, NOW(3), NOW(3) FROM Sessions, seq_1_to_299"
    )
    answer = refresh(first["refresh_token"])
    assert outcome(answer) == (429, "rate_limited")
    assert answer.headers["Retry-After"] == "60"
    clean_tables.query("UPDATE RefreshTokens SET IssuedAt = NOW(3) - INTERVAL 61 MINUTE")
    assert refresh(first["refresh_token"]).status_code == 200, "the token was not spent"


def test_tokens_that_were_spent_long_ago_go(
    enter: Any, refresh: Any, clean_tables: TestDatabase
) -> None:
    token = refresh(enter()["refresh_token"]).json["response"]["refresh_token"]
    clean_tables.query("UPDATE RefreshTokens SET SpentAt = SpentAt - INTERVAL 31 DAY")
    refresh(token)
    assert clean_tables.query("SELECT COUNT(*) FROM RefreshTokens") == ((2,),)


def test_the_oldest_devices_make_room(enter: Any, clean_tables: TestDatabase) -> None:
    enter()
    clean_tables.query(
        "INSERT INTO KnownDevices SELECT ChannelID, UNHEX(SHA2(seq, 256)), NOW(3) - INTERVAL seq"
        " MINUTE FROM Channels, seq_1_to_150"
    )
    enter(**{"User-Agent": "a new one"})
    assert clean_tables.query("SELECT COUNT(*) FROM KnownDevices") == ((100,),)
    oldest = "SELECT MAX(TIMESTAMPDIFF(MINUTE, SeenAt, NOW(3))) FROM KnownDevices"
    assert clean_tables.query(oldest) == ((98,),)
