"""``POST /sign_in``: tokens, and the lockout."""

import datetime as dt
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import bcrypt
import jwt
import pymysql
import pytest
from flask.testing import FlaskClient

from vireo_common.errors import Code, Failure
from vireo_common.tokens import Verifier
from vireo_testing.answers import outcome
from vireo_testing.hostile_text import STRINGS
from vireo_testing.mariadb import TestDatabase, free_port

PASSWORD = "correct horse battery"
HOME, STRANGE = "198.51.100.7", "203.0.113.9"


def test_token(http: FlaskClient, sign_up: Any, sign_in: Any, clean_tables: TestDatabase) -> None:
    sign_up()
    response = sign_in()
    assert response.status_code == 200
    assert set(response.json) == {"response"}
    session = response.json["response"]
    assert set(session) == {"vtoken", "expires_in"}
    assert session["expires_in"] == 10800
    ((channel,),) = clean_tables.query("SELECT ChannelID FROM Channels")
    verifier = Verifier(lambda: http.get("/.well-known/jwks.json").json)
    assert verifier.claims(session["vtoken"]).account_id == channel
    claims = jwt.decode(session["vtoken"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 10800
    assert abs(claims["iat"] - time.time()) < 60
    assert jwt.get_unverified_header(session["vtoken"])["alg"] == "EdDSA"
    assert set(claims) == {"iss", "aud", "sub", "iat", "exp", "jti", "purpose", "sid"}


def test_name_in_any_case_but_the_password_in_its_own(sign_up: Any, sign_in: Any) -> None:
    sign_up(username="Ada_L")
    assert sign_in("aDA_l").status_code == 200
    assert outcome(sign_in(password=PASSWORD.upper())) == (402, "bad_credentials")


@pytest.mark.parametrize("field", ["username", "password"])
def test_missing_fields(http: FlaskClient, field: str) -> None:
    given = {"username": "ada_l", "password": PASSWORD}
    del given[field]
    response = http.post("/sign_in", json=given)
    assert outcome(response) == (400, "missing_field")
    assert response.json["response"]["fields"] == {field: "missing"}


def test_empty_fields_are_wrong_credentials(sign_in: Any) -> None:
    assert outcome(sign_in("", "")) == (402, "bad_credentials")


def test_other_content_type(http: FlaskClient) -> None:
    response = http.post("/sign_in", data={"username": "ada_l", "password": PASSWORD})
    assert outcome(response) == (415, "unsupported_content_type")


def test_password_longer_than_bcrypt_reads(sign_up: Any, sign_in: Any) -> None:
    sign_up(password="x1" * 36)
    assert sign_in(password="x1" * 36).status_code == 200
    assert outcome(sign_in(password="x1" * 36 + "y")) == (402, "bad_credentials")
    assert outcome(sign_in(password="x1" * 200)) == (402, "bad_credentials")


@pytest.mark.parametrize("username", ["ada_l", "nobody", "no such name!"])
def test_five_wrong_ones_block(sign_up: Any, sign_in: Any, username: str) -> None:
    """The same for a name that nobody has."""
    sign_up()
    for left in (4, 3, 2, 1, 0):
        response = sign_in(username, "wrong")
        assert outcome(response) == (402, "bad_credentials")
        assert response.json["response"]["attempts_left"] == left
    for password in ("wrong", PASSWORD):
        response = sign_in(username, password)
        assert outcome(response) == (403, "blocked")
        blocked = response.json["response"]
        assert 890 <= blocked["retry_after"] <= 900
        assert response.headers["Retry-After"] == str(blocked["retry_after"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", blocked["blocked_until"])
        until = dt.datetime.fromisoformat(blocked["blocked_until"])
        left = (until - dt.datetime.now(dt.UTC)).total_seconds()
        assert abs(left - blocked["retry_after"]) < 5


def test_block_is_for_the_name_in_any_case(sign_up: Any, sign_in: Any) -> None:
    sign_up()
    for name in ("ada_l", "ADA_L", "Ada_l", "aDa_L", "ada_L"):
        assert sign_in(name, "wrong").status_code == 402
    assert sign_in("ADA_l").status_code == 403


def test_block_is_for_one_address(sign_up: Any, sign_in: Any) -> None:
    sign_up()
    for _ in range(5):
        sign_in(password="wrong", address=STRANGE)
    assert sign_in(address=STRANGE).status_code == 403
    assert sign_in(address=HOME).status_code == 200
    assert sign_in(username="nobody", address=STRANGE).status_code == 402


def test_ipv6_addresses_of_one_network_are_one(sign_up: Any, sign_in: Any) -> None:
    sign_up()
    for last in range(5):
        sign_in(password="wrong", address=f"2001:db8:1:2:3::{last}")
    assert sign_in(address="2001:db8:1:2:4::1").status_code == 403
    assert sign_in(address="2001:db8:1:3::1").status_code == 200


def test_right_password_clears_the_count(sign_up: Any, sign_in: Any) -> None:
    sign_up()
    for _ in range(3):
        for _ in range(4):
            assert sign_in(password="wrong").status_code == 402
        assert sign_in().status_code == 200
    assert sign_in(password="wrong").json["response"]["attempts_left"] == 4


def test_right_password_does_not_count(sign_up: Any, sign_in: Any) -> None:
    sign_up()
    for _ in range(12):
        assert sign_in().status_code == 200


def test_strangers_slow_the_name_down_but_not_the_owner(make_app: Any, body: Any) -> None:
    app = make_app("auth", VIREO_SIGN_IN_STRANGERS="10")
    with app.test_client(use_cookies=False) as http:

        def call(password: str, address: str, username: str = "ada_l") -> Any:
            given = {"username": username, "password": password}
            return http.post("/sign_in", json=given, headers={"X-Real-IP": address})

        http.post("/sign_up", json=body())
        assert call(PASSWORD, HOME).status_code == 200
        for n in range(10):
            assert call("wrong", f"203.0.113.{n}").status_code == 402
        slowed = call("wrong", "203.0.113.99")
        assert outcome(slowed) == (429, "rate_limited")
        assert 590 <= int(slowed.headers["Retry-After"]) <= 600
        # Not even the right password gets through from there; other names do.
        assert call(PASSWORD, "203.0.113.98").status_code == 429
        assert call("wrong", "203.0.113.98", "nobody").status_code == 402
        # The owner's own address is free, and has its own five tries.
        for _ in range(4):
            assert call("wrong", HOME).status_code == 402
        assert call(PASSWORD, HOME).status_code == 200


def test_block_ends(make_app: Any, body: Any, clean_tables: TestDatabase) -> None:
    with make_app("auth").test_client() as http:
        http.post("/sign_up", json=body())

        def call(password: str) -> Any:
            return http.post("/sign_in", json={"username": "ada_l", "password": password})

        assert [call("wrong").status_code for _ in range(5)] == [402] * 5

        def seconds_left() -> int:
            blocked = call(PASSWORD)
            assert blocked.status_code == 403
            return int(blocked.headers["Retry-After"])

        def wait(seconds: int) -> None:
            past = "UPDATE SignInPairs SET BlockedUntil = BlockedUntil - INTERVAL %s SECOND"
            clean_tables.query(past, (seconds,))

        wait(seconds_left() - 60)
        # Whoever waits for as long as they were told finds the block over.
        wait(seconds_left())
        assert call(PASSWORD).status_code == 200
        assert call("wrong").json["response"]["attempts_left"] == 4


@pytest.mark.parametrize("field", ["username", "password"])
def test_hostile_text(sign_in: Any, field: str) -> None:
    for number, (name, text) in enumerate(STRINGS.items()):
        response = sign_in(**{field: text}, address=f"203.0.{number}.1")
        assert response.status_code in {400, 402, 429}, name
        assert set(response.json) == {"response"}, name


@pytest.mark.parametrize("address", ["", "x", "198.51.100.7, 10.0.0.1", "'; --", "é", "1" * 500])
def test_hostile_addresses(sign_up: Any, sign_in: Any, address: str) -> None:
    sign_up()
    assert sign_in(address=address).status_code == 200


def test_fifty_at_once_admit_exactly_five(running_service: Any, body: Any) -> None:
    running = running_service("auth", VIREO_WEB_WORKERS="2", VIREO_WEB_THREADS="64")
    assert running.request("POST", "/sign_up", json=body()).status_code == 200
    for username in ("ada_l", "nobody"):

        def guess(number: int, username: str = username) -> tuple[int, Any]:
            given = {"username": username, "password": f"guess {number}"}
            return outcome(running.request("POST", "/sign_in", json=given))

        with ThreadPoolExecutor(25) as pool:
            outcomes = Counter(pool.map(guess, range(50)))
        assert outcomes == {(402, "bad_credentials"): 5, (403, "blocked"): 45}


def test_many_names_at_once_are_no_failure(running_service: Any, body: Any) -> None:
    running = running_service("auth", VIREO_WEB_WORKERS="2", VIREO_WEB_THREADS="64")
    running.request("POST", "/sign_up", json=body())

    def attempt(number: int) -> int:
        right = number % 4 == 0
        given = {
            "username": "ada_l" if right else f"name{number % 7}",
            "password": PASSWORD if right else "wrong",
        }
        headers = {"X-Real-IP": f"203.0.113.{number}"}
        status: int = running.request("POST", "/sign_in", json=given, headers=headers).status_code
        return status

    with ThreadPoolExecutor(16) as pool:
        outcomes = Counter(pool.map(attempt, range(160)))
    assert outcomes == {200: 40, 402: 120}


def test_counters_survive_kill_and_restart(running_service: Any, body: Any) -> None:
    first = running_service("auth")
    first.request("POST", "/sign_up", json=body())

    def wrong(running: Any) -> Any:
        given = {"username": "ada_l", "password": "wrong"}
        return running.request("POST", "/sign_in", json=given)

    for left in (4, 3, 2):
        assert wrong(first).json()["response"]["attempts_left"] == left
    first.kill()
    second = running_service("auth")
    for left in (1, 0):
        assert wrong(second).json()["response"]["attempts_left"] == left
    assert wrong(second).status_code == 403
    second.kill()
    assert wrong(running_service("auth")).status_code == 403


def test_no_secret_in_answers_and_log(
    running_service: Any, body: Any, clean_tables: TestDatabase
) -> None:
    running = running_service("auth", VIREO_LOG_LEVEL="debug")
    person = body(fname="Personal-Fname", email="personal@example.org")
    answers = [running.request("POST", "/sign_up", json=given) for given in (person, person)]
    right = {"username": "ada_l", "password": PASSWORD}
    answers.append(running.request("POST", "/sign_in", json=right))
    token = answers[-1].json()["response"]["vtoken"]
    wrong = {"username": "typed-my-password-here", "password": "wrong-but-close"}
    answers.append(running.request("POST", "/sign_in", json=wrong))
    header = {"Authorization": f"Bearer {token}"}
    answers.append(running.request("POST", "/sign_in", json={"password": PASSWORD}, headers=header))
    # The database goes away in the middle: what is logged then must not tell, either.
    clean_tables.server_execute("RENAME USER vireo_auth TO vireo_hidden")
    try:
        clean_tables.server_execute(
            "BEGIN NOT ATOMIC FOR one IN (SELECT id FROM information_schema.processlist"
            " WHERE user = 'vireo_auth') DO KILL one.id; END FOR; END"
        )
        answers.append(running.request("POST", "/sign_in", json=right))
        assert answers[-1].status_code == 503
        assert answers[-1].headers["Retry-After"]
    finally:
        clean_tables.server_execute("RENAME USER vireo_hidden TO vireo_auth")
    assert running.request("POST", "/sign_in", json=right).status_code == 200
    ((stored,),) = clean_tables.query("SELECT Password FROM Channels")
    told = "".join(answer.text + str(answer.headers) for answer in answers).replace(token, "")
    for secret in (PASSWORD, stored, "wrong-but-close"):
        assert secret not in told
        assert secret not in running.log
    personal = (
        token,
        "typed-my-password-here",
        "ada_l",
        "Personal-Fname",
        "personal@",
        "vireo_auth",
    )
    for word in personal:
        assert word not in running.log
    assert '"event": "request"' in running.log


def test_unknown_names_cost_as_much(
    make_app: Any, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements, and a hash of the same cost, which is nearly all of the time."""
    done: list[str] = []
    query, check = pymysql.connections.Connection.query, bcrypt.checkpw

    def noted_query(connection: Any, sql: Any, unbuffered: bool = False) -> Any:
        done.append(str(sql)[:30])
        return query(connection, sql, unbuffered)

    def noted_check(given: bytes, stored: bytes) -> bool:
        done.append(f"bcrypt {stored[:7].decode()}")
        return check(given, stored)

    with make_app("auth", VIREO_BCRYPT_COST="5").test_client() as http:
        http.post("/sign_up", json=body())
        monkeypatch.setattr(pymysql.connections.Connection, "query", noted_query)
        monkeypatch.setattr(bcrypt, "checkpw", noted_check)

        def cost(username: str) -> list[str]:
            done.clear()
            given = {"username": username, "password": "wrong"}
            response = http.post("/sign_in", json=given, headers={"X-Real-IP": STRANGE})
            assert response.status_code == 402
            # Whether a connection is asked if it lives depends on how long it was idle.
            return [each for each in done if "SELECT 1" not in each]

        known = cost("ada_l")
        assert known.count("bcrypt $2b$05$") == 1
        assert cost("nobody") == known


def test_without_its_database_it_says_so(make_app: Any) -> None:
    with make_app("auth", VIREO_DB_PORT=str(free_port())).test_client() as http:
        for response in (
            http.post("/sign_in", json={"username": "ada_l", "password": "x"}),
            http.get("/readyz"),
        ):
            assert outcome(response) == (503, "unavailable")
            assert response.headers["Retry-After"]
        assert http.get("/healthz").status_code == 200


def test_token_ends_with_the_account(
    make_app: Any, body: Any, clean_tables: TestDatabase, secrets_dir: Path
) -> None:
    app = make_app("auth")
    with app.test_client() as http:
        http.post("/sign_up", json=body())
        given = {"username": "ada_l", "password": PASSWORD}
        token = http.post("/sign_in", json=given).json["response"]["vtoken"]
        with app.test_request_context(headers={"Authorization": token}):
            assert app.extensions["vireo_guard"].claims().account_id > 0
        clean_tables.query("DELETE FROM Channels")
        with app.test_request_context(headers={"Authorization": token}):
            with pytest.raises(Failure) as caught:
                app.extensions["vireo_guard"].claims()
            assert caught.value.code is Code.TOKEN_INVALID


def test_one_address_against_many_names_is_slowed(
    make_app: Any, body: Any, clean_tables: TestDatabase
) -> None:
    http = make_app("auth", VIREO_SIGN_IN_GUESSES="7").test_client()
    for name in ("ada_l", "home"):
        http.post("/sign_up", json=body(username=name))

    def attempt(name: str, password: str, address: str = STRANGE) -> Any:
        given = {"username": name, "password": password}
        return http.post("/sign_in", json=given, headers={"X-Real-IP": address})

    assert attempt("home", PASSWORD).status_code == 200
    for number in range(7):
        assert outcome(attempt(f"name{number}", "wrong")) == (402, "bad_credentials")
    slowed = attempt("name8", "wrong")
    assert outcome(slowed) == (429, "rate_limited")
    assert 590 <= int(slowed.headers["Retry-After"]) <= 600
    # The right password helps nobody there whom the address never belonged to.
    assert outcome(attempt("ada_l", PASSWORD)) == (429, "rate_limited")
    assert attempt("home", PASSWORD).status_code == 200
    assert attempt("ada_l", PASSWORD, HOME).status_code == 200
    age = "UPDATE SignInFailures SET FailedAt = FailedAt - INTERVAL 601 SECOND LIMIT 1"
    clean_tables.query(age)
    assert outcome(attempt("name9", "wrong")) == (402, "bad_credentials")
    assert outcome(attempt("name9", "wrong")) == (429, "rate_limited")
