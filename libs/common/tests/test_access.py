"""Who may ask: the access rules that routes declare, seen through HTTP."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel

import vireo_common.access
from vireo_common.access import (
    Guard,
    account_id,
    claimed_account_id,
    internal,
    maybe_signed_in,
    require_declarations,
    signed_in,
    viewer_id,
)
from vireo_common.client import TOKEN_HEADER
from vireo_common.sessions import Standing
from vireo_common.tokens import ACCESS_SECONDS, Signer, Verifier
from vireo_common.web import answer, create_application
from vireo_testing.answers import outcome

SERVICE_TOKEN = "the-service-token"
NOBODY = 99
SESSION, ENDED = "a session", "a session that has ended"


def standing(account_id: int, session_id: str) -> Standing:
    if account_id == NOBODY:
        return Standing.NO_ACCOUNT
    return Standing.ENDED if session_id == ENDED else Standing.GOOD


class Body(BaseModel):
    name: str


def routes() -> APIBlueprint:
    bp = APIBlueprint("test", __name__)

    @bp.post("/mine")
    @signed_in
    def mine(body: Body) -> Response:
        return answer(account_id())

    @bp.get("/perhaps")
    @maybe_signed_in
    def perhaps() -> Response:
        return answer(viewer_id())

    @bp.get("/claimed")
    @maybe_signed_in
    def claimed() -> Response:
        return answer(claimed_account_id())

    return bp


def plain_routes() -> Blueprint:
    bp = Blueprint("plain", __name__)

    @bp.get("/internal/secret")
    @internal
    def secret() -> Response:
        return answer("inside")

    return bp


@pytest.fixture
def app(signer: Signer) -> OpenAPI:
    guard = Guard(Verifier(signer.key_set), standing, SERVICE_TOKEN)
    made = create_application("test", guard=guard, ready=lambda: None)
    made.register_api(routes())
    made.register_blueprint(plain_routes())
    require_declarations(made)
    return made


@pytest.fixture
def http(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.mark.parametrize("shape", ["Bearer {}", "bearer {}", "{}"])
def test_signed_in(http: FlaskClient, signer: Signer, shape: str) -> None:
    headers = {"Authorization": shape.format(signer.access_token(5, SESSION))}
    assert http.post("/mine", json={"name": "a"}, headers=headers).json == {"response": 5}


def test_refused_tokens(http: FlaskClient, signer: Signer) -> None:
    def call(token: str | None) -> Any:
        headers = {} if token is None else {"Authorization": token}
        return http.post("/mine", json={"name": "a"}, headers=headers)

    assert outcome(call(None)) == (400, "token_missing")
    assert outcome(call("Bearer ")) == (400, "token_missing")
    assert outcome(call("Bearer nonsense")) == (400, "token_invalid")
    assert outcome(call(signer.access_token(5, SESSION)[:-5])) == (400, "token_invalid")
    assert outcome(call(signer.access_token(NOBODY, SESSION))) == (400, "token_invalid")
    expired = call(signer.access_token(5, SESSION, time.time() - ACCESS_SECONDS - 1))
    assert outcome(expired) == (401, "token_expired")
    assert expired.headers["WWW-Authenticate"] == "Bearer"


def test_token_is_asked_for_before_the_body_is_looked_at(http: FlaskClient) -> None:
    assert outcome(http.post("/mine", data=b"no json")) == (400, "token_missing")
    assert outcome(http.post("/mine", data=b"a" * (2 << 20))) == (400, "token_missing")


def test_maybe_signed_in(http: FlaskClient, signer: Signer) -> None:
    assert http.get("/perhaps").json == {"response": None}
    own = {"Authorization": signer.access_token(5, SESSION)}
    assert http.get("/perhaps", headers=own).json == {"response": 5}
    assert outcome(http.get("/perhaps", headers={"Authorization": "x"})) == (400, "token_invalid")


def test_a_claim_goes_by_the_signature_alone(http: FlaskClient, signer: Signer) -> None:
    def claimed(token: str) -> object:
        return http.get("/claimed", headers={"Authorization": token}).json["response"]  # type: ignore[index]

    expired = signer.access_token(5, SESSION, time.time() - ACCESS_SECONDS - 1)
    assert claimed(signer.access_token(5, SESSION)) == 5
    assert [claimed(token) for token in ("", "x", "Bearer", expired)] == [None] * 4


def test_a_claim_notes_once_a_minute_that_a_session_was_seen(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def look(account_id: int, session_id: str) -> Standing:
        looked.append(session_id)
        return standing(account_id, session_id)

    made = create_application(
        "test", guard=Guard(Verifier(signer.key_set), look, SERVICE_TOKEN), ready=lambda: None
    )
    made.register_api(routes())
    token = {"Authorization": signer.access_token(5, SESSION)}
    with made.test_client() as client:
        for _ in range(3):
            client.get("/claimed", headers=token)
        assert looked == [SESSION]
        now = time.monotonic()
        monkeypatch.setattr(vireo_common.access.time, "monotonic", lambda: now + 61)
        client.get("/claimed", headers=token)
    assert looked == [SESSION] * 2


@pytest.mark.parametrize("token", [None, "", "wrong", SERVICE_TOKEN + "x", "é", "\xff"])
def test_internal_routes_are_closed(http: FlaskClient, token: str | None) -> None:
    headers = {} if token is None else {TOKEN_HEADER: token}
    assert outcome(http.get("/internal/secret", headers=headers)) == (403, "forbidden")


def test_internal_routes_open_for_the_services(http: FlaskClient) -> None:
    response = http.get("/internal/secret", headers={TOKEN_HEADER: SERVICE_TOKEN})
    assert response.json == {"response": "inside"}


def test_route_without_a_rule_refuses_to_start(app: OpenAPI) -> None:
    app.add_url_rule("/forgotten", view_func=answer)
    with pytest.raises(RuntimeError, match="/forgotten"):
        require_declarations(app)
