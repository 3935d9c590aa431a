"""Who a request says that it comes from, told without asking for the session."""

import time

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from flask_openapi3.blueprint import APIBlueprint

from vireo_common.access import Guard, claimed_account_id, maybe_signed_in
from vireo_common.sessions import Standing
from vireo_common.tokens import ACCESS_SECONDS, Signer, Verifier
from vireo_common.web import answer, create_application

SESSION = "a session"


class Sessions:
    """Remembers which sessions were looked for."""

    def __init__(self) -> None:
        self.looked: list[str] = []

    def __call__(self, account_id: int, session_id: str) -> Standing:
        self.looked.append(session_id)
        return Standing.GOOD


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

    @bp.get("/claimed")
    @maybe_signed_in
    def claimed() -> Response:
        return answer(claimed_account_id())

    made.register_api(bp)
    return Flask.test_client(made)


def claimed(http: FlaskClient, token: str) -> object:
    return http.get("/claimed", headers={"Authorization": token}).json["response"]  # type: ignore[index]


def test_it_goes_by_the_signature_alone(http: FlaskClient, signer: Signer) -> None:
    expired = signer.access_token(5, SESSION, time.time() - ACCESS_SECONDS - 1)
    assert claimed(http, signer.access_token(5, SESSION)) == 5
    assert [claimed(http, token) for token in ("", "x", "Bearer", expired)] == [None] * 4


def test_it_is_noted_once_a_minute_that_a_session_was_seen(
    http: FlaskClient, signer: Signer, sessions: Sessions, clock: list[float]
) -> None:
    token = signer.access_token(5, SESSION)
    for _ in range(3):
        assert claimed(http, token) == 5
    assert sessions.looked == [SESSION]
    clock[0] += 61
    assert claimed(http, token) == 5
    assert sessions.looked == [SESSION] * 2
