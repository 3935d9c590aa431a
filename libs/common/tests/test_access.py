"""Who looks at what everybody may see: a session is looked for once a second."""

import time

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from flask_openapi3.blueprint import APIBlueprint

from vireo_common.access import (
    RECENT_SECONDS,
    Guard,
    account_id,
    maybe_signed_in,
    recent_viewer_id,
    signed_in,
    viewer_id,
    while_suspended,
)
from vireo_common.sessions import Standing
from vireo_common.tokens import ACCESS_SECONDS, Signer, Verifier
from vireo_common.web import answer, create_application
from vireo_testing.answers import outcome

SESSION = "a session"


class Sessions:
    """Remembers which sessions were looked for; ``ended`` are there no more."""

    def __init__(self) -> None:
        self.looked: list[str] = []
        self.ended = False
        self.suspended = False

    def __call__(self, account_id: int, session_id: str) -> Standing:
        self.looked.append(session_id)
        if self.suspended:
            return Standing.SUSPENDED
        return Standing.ENDED if self.ended else Standing.GOOD


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


@pytest.fixture
def clock() -> list[float]:
    """The seconds that the guard goes by."""
    return [1000.0]


@pytest.fixture
def http(signer: Signer, sessions: Sessions, clock: list[float]) -> FlaskClient:
    guard = Guard(Verifier(signer.key_set), sessions, "the-service-token", now=lambda: clock[0])
    made = create_application("test", guard=guard, ready=lambda: None)
    bp = APIBlueprint("test", __name__)

    @bp.get("/recent")
    @maybe_signed_in
    def recent() -> Response:
        return answer(recent_viewer_id())

    for method in ("get", "post", "put", "patch", "delete"):

        def act() -> Response:
            return answer(account_id())

        def marked() -> Response:
            return answer(account_id())

        def view() -> Response:
            return answer(viewer_id())

        getattr(bp, method)("/act", endpoint=f"act-{method}")(signed_in(act))
        getattr(bp, method)("/view", endpoint=f"view-{method}")(maybe_signed_in(view))
        free = while_suspended(maybe_signed_in(lambda: answer(viewer_id())))
        getattr(bp, method)("/free", endpoint=f"free-{method}")(free)
        allowed = while_suspended(signed_in(marked))
        getattr(bp, method)("/marked", endpoint=f"marked-{method}")(allowed)

    made.register_api(bp)
    return Flask.test_client(made)


def recent(http: FlaskClient, token: str) -> tuple[int, object]:
    answered = http.get("/recent", headers={"Authorization": token})
    value = answered.json["response"]  # type: ignore[index]
    return answered.status_code, value if answered.status_code == 200 else value["error"]


def test_who_carries_no_valid_token_is_nobody(http: FlaskClient, signer: Signer) -> None:
    expired = signer.access_token(5, SESSION, time.time() - ACCESS_SECONDS - 1)
    assert recent(http, signer.access_token(5, SESSION)) == (200, 5)
    assert recent(http, " ") == (200, None)
    assert recent(http, "x") == (400, "token_invalid")
    assert recent(http, expired) == (401, "token_expired")


def test_a_session_is_looked_for_once_a_second(
    http: FlaskClient, signer: Signer, sessions: Sessions, clock: list[float]
) -> None:
    token = signer.access_token(5, SESSION)
    for _ in range(3):
        assert recent(http, token) == (200, 5)
    assert recent(http, signer.access_token(6, SESSION)) == (200, 6)
    assert sessions.looked == [SESSION] * 2
    sessions.ended = True
    clock[0] += RECENT_SECONDS
    for _ in range(2):
        assert recent(http, token) == (401, "token_revoked")
    assert sessions.looked == [SESSION] * 4


def test_a_session_that_has_ended_is_never_recent(
    http: FlaskClient, signer: Signer, sessions: Sessions
) -> None:
    sessions.ended = True
    for _ in range(2):
        answered = http.get("/recent", headers={"Authorization": signer.access_token(5, SESSION)})
        assert outcome(answered) == (401, "token_revoked")


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_who_is_suspended_reads_and_deletes_and_does_what_is_marked(
    http: FlaskClient, signer: Signer, sessions: Sessions, method: str
) -> None:
    headers = {"Authorization": signer.access_token(5, SESSION)}
    assert outcome(getattr(http, method)("/act", headers=headers))[0] == 200
    sessions.suspended = True
    writes = method in {"post", "put", "patch"}
    answered = getattr(http, method)("/act", headers=headers)
    assert answered.status_code == (403 if writes else 200)
    if writes:
        assert outcome(answered) == (403, "suspended")
    assert getattr(http, method)("/marked", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_who_is_suspended_writes_nothing_where_anybody_may(
    http: FlaskClient, signer: Signer, sessions: Sessions, method: str
) -> None:
    headers = {"Authorization": signer.access_token(5, SESSION)}
    call = getattr(http, method)
    assert outcome(call("/view", headers=headers)) == (200, 5)
    sessions.suspended = True
    refused = method in {"post", "put", "patch"}
    assert outcome(call("/view", headers=headers)) == ((403, "suspended") if refused else (200, 5))
    assert outcome(call("/view")) == (200, None)
    assert outcome(call("/free", headers=headers)) == (200, 5)
