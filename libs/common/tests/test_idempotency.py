"""``Idempotency-Key``: one effect and one answer, however often and however parallel."""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel
from werkzeug.test import TestResponse

from vireo_common.access import Guard, account_id, public, signed_in
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.idempotency import HEADER, WAITERS, IdempotentRequests, never_replayed
from vireo_common.sessions import Standing
from vireo_common.tokens import Signer, Verifier
from vireo_common.web import answer, create_application
from vireo_testing.mariadb import TestDatabase
from vireo_testing.person import eventually


class Body(BaseModel):
    text: str = ""


class Effects:
    """What was done, and what goes wrong the next time.

    Nothing is done before so many requests have arrived as ``together`` says.
    """

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failures: list[Exception] = []
        self.lock = threading.Lock()
        self.arrived = 0
        self.together = 0

    def arrive(self) -> None:
        with self.lock:
            self.arrived += 1

    def happen(self, text: str) -> Response:
        if self.failures:
            raise self.failures.pop()
        eventually(lambda: self.arrived >= self.together)
        with self.lock:
            self.done.append(text)
            return answer(len(self.done))


@pytest.fixture
def effects() -> Effects:
    return Effects()


@pytest.fixture
def app(effects: Effects, open_pool: Any, signer: Signer) -> Flask:
    database: Database = open_pool("auth", size=16)
    bp = APIBlueprint("test", __name__)

    @bp.post("/do")
    @public
    def do(body: Body) -> Response:
        return effects.happen(body.text)

    @bp.post("/secret")
    @never_replayed
    @public
    def secret(body: Body) -> Response:
        return effects.happen(body.text)

    @bp.post("/mine")
    @signed_in
    def mine() -> Response:
        return effects.happen(str(account_id()))

    guard = Guard(Verifier(signer.key_set), lambda *_: Standing.GOOD, "the-service-token")
    made = create_application("test", guard=guard, ready=lambda: None)
    made.before_request(effects.arrive)
    IdempotentRequests(database, "test", "a secret").install(made)
    made.register_api(bp)
    return made


@pytest.fixture
def http(app: Flask) -> Iterator[FlaskClient]:
    yield app.test_client()


def post(app: Flask, path: str, text: str = "", key: str = "a-key", **head: str) -> TestResponse:
    return app.test_client().post(path, json={"text": text}, headers={HEADER: key, **head})


def test_ten_at_once_are_one(app: Flask, effects: Effects) -> None:
    effects.together = 10
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(app, "/do", "x"), range(10)))
    assert effects.done == ["x"]
    assert {(found.status_code, found.json["response"]) for found in answers} == {(200, 1)}
    replayed = [found.headers.get("Idempotency-Replayed") for found in answers]
    assert sorted(replayed, key=str) == [None, *["true"] * 9]


def test_other_keys_routes_and_accounts_are_others(
    app: Flask, effects: Effects, signer: Signer
) -> None:
    post(app, "/do", "a")
    post(app, "/do", "a", key="another")
    for account in (1, 2, 1):
        post(app, "/mine", Authorization=signer.access_token(account, "s"))
    assert effects.done == ["a", "a", "1", "2"]


def test_another_body_under_the_same_key_is_a_conflict(app: Flask, effects: Effects) -> None:
    post(app, "/do", "a")
    found = post(app, "/do", "b")
    assert (found.status_code, found.json["response"]["error"]) == (409, "idempotency_conflict")
    assert effects.done == ["a"]


@pytest.mark.parametrize("failure", [Failure(Code.UNAVAILABLE), RuntimeError("a defect")])
def test_what_failed_on_our_side_is_tried_anew(
    app: Flask, effects: Effects, failure: Exception
) -> None:
    effects.failures.append(failure)
    assert post(app, "/do", "x").status_code >= 500
    assert post(app, "/do", "x").status_code == 200
    assert effects.done == ["x"]


def test_a_refusal_is_an_answer(app: Flask, effects: Effects) -> None:
    effects.failures.append(Failure(Code.USERNAME_TAKEN))
    for _ in range(2):
        found = post(app, "/do", "x")
        assert (found.status_code, found.json["response"]["error"]) == (400, "username_taken")
    assert effects.done == []


def test_secrets_are_not_kept(app: Flask, effects: Effects, clean_tables: TestDatabase) -> None:
    post(app, "/secret")
    post(app, "/secret")
    assert len(effects.done) == 2
    assert clean_tables.query("SELECT 1 FROM IdempotentRequests") == ()


def test_without_a_key_nothing_is_kept(
    http: FlaskClient, effects: Effects, clean_tables: TestDatabase
) -> None:
    http.post("/do", json={"text": "x"})
    http.post("/do", json={"text": "x"})
    assert len(effects.done) == 2
    assert clean_tables.query("SELECT 1 FROM IdempotentRequests") == ()


@pytest.mark.parametrize("key", ["", "x" * 256, "\u00e9", "a\tb"])
def test_bad_keys(app: Flask, effects: Effects, key: str) -> None:
    found = post(app, "/do", key=key)
    assert (found.status_code, found.json["response"]["error"]) == (400, "invalid_request")
    assert effects.done == []


def test_a_process_that_died_is_followed(
    app: Flask, effects: Effects, clean_tables: TestDatabase
) -> None:
    post(app, "/do", "x")
    # As its row was before it had an answer, and a minute ago.
    clean_tables.query(
        "UPDATE IdempotentRequests SET Status = NULL, LeaseUntil = NOW(3) - INTERVAL 1 SECOND"
    )
    assert post(app, "/do", "x").status_code == 200
    assert effects.done == ["x", "x"]


def test_kept_for_a_day(app: Flask, effects: Effects, clean_tables: TestDatabase) -> None:
    post(app, "/do", "x")
    ((hours,),) = clean_tables.query(
        "SELECT TIMESTAMPDIFF(MINUTE, NOW(), ExpiresAt) FROM IdempotentRequests"
    )
    assert 1435 <= hours <= 1440


def test_kept_no_longer(app: Flask, effects: Effects, clean_tables: TestDatabase) -> None:
    post(app, "/do", "x")
    clean_tables.query("UPDATE IdempotentRequests SET ExpiresAt = NOW(3) - INTERVAL 1 SECOND")
    assert post(app, "/do", "another").status_code == 200
    assert effects.done == ["x", "another"]


def test_what_may_be_tried_later_is_not_kept(app: Flask, effects: Effects) -> None:
    effects.failures.append(Failure(Code.BLOCKED, retry_after=1))
    assert post(app, "/do", "x").status_code == 403
    assert post(app, "/do", "x").status_code == 200


def test_whoever_was_followed_changes_nothing(
    app: Flask, effects: Effects, clean_tables: TestDatabase
) -> None:
    """The first is slower than its lease, and fails after another has taken its place."""
    at_work, go_on = threading.Event(), threading.Event()

    class Slow(Failure):
        def __init__(self) -> None:
            at_work.set()
            go_on.wait(20)
            super().__init__(Code.UNAVAILABLE)

    @public
    def slow_route() -> Response:
        raise Slow

    app.add_url_rule("/slow", view_func=slow_route, methods=["POST"])
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(post, app, "/slow")
        assert at_work.wait(20)
        clean_tables.query("UPDATE IdempotentRequests SET Lease = REPEAT('x', 16), Status = 200")
        go_on.set()
        assert slow.result().status_code == 503
    assert len(clean_tables.query("SELECT 1 FROM IdempotentRequests")) == 1


def test_waiting_leaves_threads_for_others(app: Flask, effects: Effects) -> None:
    effects.together = 20
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(app, "/do", "x"), range(20)))
    statuses = sorted(found.status_code for found in answers)
    assert effects.done == ["x"]
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) >= 1 + WAITERS


def test_bodies_are_kept_as_keyed_digests(app: Flask, clean_tables: TestDatabase) -> None:
    post(app, "/do", "a secret password")
    ((stored,),) = clean_tables.query("SELECT RequestHash FROM IdempotentRequests")
    body = b'{"text": "a secret password"}'
    assert stored != hashlib.sha256(body).digest()
    assert stored == hmac.digest(b"a secret", body, "sha256")
